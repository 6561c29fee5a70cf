-- What stands beside a raid in Discord: thread, scheduled event, role.
SELECT; -- nothing yet
