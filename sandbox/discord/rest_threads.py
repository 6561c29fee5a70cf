"""REST: to be written."""
