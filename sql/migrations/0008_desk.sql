-- The officers' desk: settings that inherit, ranks, what a person may ask for.

-- Who may sign up and in which order, where that is not the template's own word; a raid keeps what it was made with.
ALTER TABLE patt.raid_events ADD COLUMN gates jsonb;
