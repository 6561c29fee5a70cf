-- The officers' desk: settings that inherit, ranks, what a person may ask for.
SELECT; -- nothing yet
