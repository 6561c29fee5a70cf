-- The queue wakes every worker, and finds what is due however much is waiting.
SELECT; -- nothing yet
