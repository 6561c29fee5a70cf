-- What happens around a raid by itself: statuses, reminders, notices.
SELECT; -- nothing yet
