"""What stands beside a raid in Discord: its thread, its scheduled event, its role.

A mirror is planned → making (claimed, maybe made) → stands → ended, and planned again when the raid comes back.
`waiting` is planned without room for it in Discord; `lost` was deleted by hand and is never made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.event import Event, EventStatus
from bot.domain.ids import EventId

LONGEST_NAME = 100
LONGEST_NOTE = 1000
"""What Discord takes as the name of a thread, an event or a role, and as an event's description."""


class MirrorKind(StrEnum):
    """What there is beside a raid; the sheet's own row says only what is wrong with it."""

    SHEET = "sheet"
    THREAD = "thread"
    DISCORD_EVENT = "discord-event"
    ROLE = "role"


class MirrorState(StrEnum):
    """How far a mirror is."""

    PLANNED = "planned"
    WAITING = "waiting"
    MAKING = "making"
    STANDS = "stands"
    LOST = "lost"
    ENDED = "ended"


class Step(StrEnum):
    """What is to be done about a mirror now."""

    NOTHING = "nothing"
    MAKE = "make"
    CHANGE = "change"
    END = "end"
    DROP = "drop"


Look = Mapping[str, Any]
"""What a mirror shows, as JSON values: two equal looks need no request."""


@dataclass(frozen=True)
class Mirror:
    """One mirror of one raid; `shown` is the look Discord was told last, `trouble` what the officers were told."""

    event_id: EventId
    kind: MirrorKind
    state: MirrorState = MirrorState.PLANNED
    discord_id: int | None = None
    shown: Look = field(default_factory=dict[str, Any])
    trouble: str | None = None


def step(mirror: Mirror, look: Look | None, *, makeable: bool) -> Step:
    """What brings the mirror to `look` (None: it shall not be); `makeable`: whether it can be made now."""
    if mirror.state is MirrorState.LOST:
        return Step.NOTHING
    if look is None:
        return _away(mirror.state)
    if mirror.state is MirrorState.STANDS:
        return Step.NOTHING if mirror.shown == look else Step.CHANGE
    return Step.MAKE if makeable else Step.NOTHING


def _away(state: MirrorState) -> Step:
    if state in (MirrorState.STANDS, MirrorState.MAKING):
        return Step.END
    return Step.DROP if state is MirrorState.WAITING else Step.NOTHING


def over(event: Event, now: datetime) -> bool:
    """Whether the raid is past or cancelled, so that nothing needs to stand beside it any more."""
    return now >= event.ends_at or event.status not in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS)


def thread_name(event: Event) -> str:
    """The name of the raid's thread: its title and its local day."""
    return f"{cut(event.title, 80)} · {event.day:%a} {event.day.day} {event.day:%b}"


def role_name(event: Event) -> str:
    """The name of the raid's role."""
    return f"{cut(event.title, 75)}{role_mark(event)}"


def role_mark(event: Event) -> str:
    """The end of the role's name, by which it is found again whatever the raid is called by now."""
    return f" #{event.id}"


def marker(event: Event) -> str:
    """The last line of the scheduled event's description, by which it is found again."""
    return f"Muster #{event.id}"


def event_note(event: Event) -> str:
    """The scheduled event's description: the raid's own, the way to its sheet, and the marker."""
    below = "\n".join(line for line in (event.link, marker(event)) if line)
    room = LONGEST_NOTE - units(below) - 2
    above = cut(event.description, room)
    return f"{above}\n\n{below}" if above else below


def event_look(event: Event, voice_channel_id: int | None, now: datetime) -> Look:
    """The scheduled event as it should be; `place` is where the sheet stands unless there is a voice channel."""
    return {
        "name": cut(event.title, LONGEST_NAME),
        "note": event_note(event),
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "voice_channel_id": voice_channel_id,
        "place": event.link or "Discord",
        "running": now >= event.starts_at,
    }


def cut(text: str, most: int) -> str:
    """At most `most` characters as Discord counts them at worst, in UTF-16 units; never half a character."""
    if units(text) <= most:
        return text
    return text.encode("utf-16-le")[: (most - 1) * 2].decode("utf-16-le", "ignore").rstrip() + "…"


def units(text: str) -> int:
    """The length of `text` counted the way that gives more: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
