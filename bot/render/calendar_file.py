"""A raid as a calendar file (RFC 5545): an event of its own, in UTC, with the sheet's link."""

from datetime import datetime

from bot.domain.event import Event, EventStatus

NAME = "raid.ics"


def calendar_file(event: Event, now: datetime) -> bytes:
    """The file, as of `now`. Its UID is the raid's for ever, so a newer file replaces the older one."""
    # Few starts of the bot ever make one, and the library takes its time to load.
    from icalendar import Calendar
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", f"raid-{event.id}-{event.guild_id}@muster")
    entry.add("dtstamp", now)
    entry.add("last-modified", now)
    entry.add("sequence", int(now.timestamp()))  # calendars take the one with the larger number
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if event.status is EventStatus.CANCELLED else "CONFIRMED")
    if words := "\n\n".join(filter(None, (event.description, event.link))):
        entry.add("description", words)
    if event.link:
        entry.add("url", event.link)
    calendar = Calendar()
    calendar.add("prodid", "-//Muster//raid sign-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return calendar.to_ical()
