"""What people are told about a raid: once, and only while it is still true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.event import Event, EventStatus
from bot.domain.ids import PlayerId, UserId
from bot.domain.reminders import ahead
from bot.domain.roster import Placed, Roster, SignUp
from bot.domain.sheet import Sheet
from bot.domain.template import Choice


class Notice(StrEnum):
    """What there is to tell. The first six are about one member's place, changed without their doing."""

    PROMOTED = "promoted"
    DEMOTED = "demoted"
    ADDED = "added"
    MOVED = "moved"
    SWITCHED = "switched"
    REMOVED = "removed"

    REMINDER = "reminder"
    INVITES = "invites"
    UNSIGNED = "unsigned"
    CANCELLED = "cancelled"
    REVIVED = "revived"
    RETIMED = "retimed"
    JOINED = "joined"
    LATE_CHANGE = "late-change"


OF_PLACE = frozenset(
    {Notice.PROMOTED, Notice.DEMOTED, Notice.ADDED, Notice.MOVED, Notice.SWITCHED, Notice.REMOVED, Notice.LATE_CHANGE}
)
"""One person's own matter: nobody else hears the same at the same moment."""

MAY_BE_OFF = frozenset({Notice.REMINDER, Notice.INVITES, Notice.UNSIGNED, Notice.JOINED})
"""What a member may do without; that a raid is moved or cancelled, or their place is lost, they always hear.

It is also what is not said at all when quiet hours last until the start.
"""


@dataclass(frozen=True)
class Tidings:
    """Something to tell about a raid. `extra` is what the sheet does not say: instructions, or a name."""

    notice: Notice
    sheet: Sheet
    extra: str = ""
    player_id: PlayerId | None = None
    """Whose place it is about; None where it is about the raid."""

    def of(self, user_id: UserId) -> Placed | None:
        """The place it is about, else where its reader stands."""
        roster = self.sheet.roster
        return roster.of(self.player_id) if self.player_id is not None else of_user(roster, user_id)

    def leads(self, user_id: UserId) -> bool:
        """Whether that person leads the raid."""
        return self.sheet.event.leader_id == user_id


def of_user(roster: Roster, user_id: UserId) -> Placed | None:
    """Where that Discord user stands, or None."""
    return next((one for one in roster.everyone if one.sign_up.user_id == user_id), None)


def as_given(own: SignUp) -> str:
    """The answer somebody gave, in short: with another one they are told its place."""
    return f"{own.choice}:{own.class_name}/{own.spec_name}:{own.signed_at.timestamp()}"


def audience(notice: Notice, sheet: Sheet) -> Sequence[UserId]:
    """Whom it is for, each once: those with a seat first, then the queue, then the rest; the leader, too."""
    roster, leader = sheet.roster, sheet.event.leader_id
    people = [*roster.seated]
    if notice is not Notice.INVITES:
        people += roster.queued
    if notice not in (Notice.INVITES, Notice.REMINDER):
        people += [one for choice, group in roster.others.items() if choice is not Choice.ABSENCE for one in group]
    users = [one.sign_up.user_id for one in people if one.sign_up.user_id is not None]
    return list(dict.fromkeys([*users, *([leader] if leader else [])]))


def still_true(notice: Notice, sheet: Sheet, player_id: PlayerId, now: datetime) -> bool:
    """Whether telling about a place now, some time after it happened, would not be a lie.

    A cancelled raid has no places; but who was taken off its sheet does not hear that it is cancelled.
    """
    roster, event = sheet.roster, sheet.event
    placed = roster.of(player_id)
    if notice is Notice.REMOVED:
        return placed is None and now < event.ends_at
    if not takes_place(event, now):
        return False
    if notice is Notice.PROMOTED:
        return player_id in roster.seated_players
    if notice is Notice.DEMOTED:
        return placed is not None and placed.position is not None
    if notice is Notice.LATE_CHANGE:
        return placed is None or placed.sign_up.choice is not Choice.ACCEPTED
    return placed is not None


def still_wanted(notice: Notice, sheet: Sheet, user_id: UserId, starts_at: datetime, now: datetime) -> bool:
    """Whether that person should still hear about the raid of that start."""
    event = sheet.event
    placed = of_user(sheet.roster, user_id)
    if notice is Notice.UNSIGNED:
        return ahead(event, starts_at, now) and placed is None
    if notice is Notice.CANCELLED:
        return event.status is EventStatus.CANCELLED and now < event.ends_at
    if notice is Notice.REVIVED:
        return takes_place(event, now)
    if notice is Notice.JOINED:
        return takes_place(event, now) and placed is not None and placed.sign_up.choice is not Choice.ABSENCE
    return ahead(event, starts_at, now) and user_id in audience(notice, sheet)


def takes_place(event: Event, now: datetime) -> bool:
    """Whether the raid is neither over nor cancelled."""
    return event.status in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS) and now < event.ends_at
