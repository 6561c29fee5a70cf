-- Clicks decided without holding the raid's row: what says that nobody wrote in between.
SELECT; -- nothing yet
