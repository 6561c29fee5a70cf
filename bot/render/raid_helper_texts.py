"""What `/raidhelper import` says."""

from collections.abc import Sequence

from bot.domain.event import Event
from bot.render.texts import safe, stamp

MOST_LINES = 10
NOTHING_TO_IMPORT = "Every event that Raid-Helper has ahead on this server is a raid here already."


def imported(event: Event, people: int, series: str | None, *, was_here: bool) -> str:
    """One event that is a raid here now."""
    first = "was taken over before and is up to date" if was_here else "is a raid here now"
    signed = f"{people} answer{'' if people == 1 else 's'} of its sheet"
    lines = [f"{_raid(event)} {first}, with {signed}. Raid-Helper keeps the sheet; Muster reads it every quarter hour."]
    if series:
        lines.append(f"It is this week's raid of **{safe(series)}**, and the next one books itself.")
    return "\n".join(lines)


def all_imported(events: Sequence[Event], left: int, why: str) -> str:
    """Everything that was ahead there."""
    if not events and not why:
        return NOTHING_TO_IMPORT
    lines = [f"{len(events)} event{'' if len(events) == 1 else 's'} of Raid-Helper became raids here."]
    lines += [f"- {_raid(one)}" for one in events[:MOST_LINES]]
    if len(events) > MOST_LINES:
        lines.append(f"- … and {len(events) - MOST_LINES} more")
    if left:
        lines.append(f"{left} more are left{f': {why}' if why else '.'} Use the command again for those.")
    return "\n".join(lines)


def _raid(event: Event) -> str:
    where = f" {event.link}" if event.link else ""
    return f"**{safe(event.title)}** ({stamp(event.starts_at, 'f')}){where}"
