"""Use cases: lock, decide, write, enqueue."""
