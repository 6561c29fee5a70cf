"""What people are told about a raid, as actions of the queue: news for many, news for one."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.domain.action import Kind, NewAction, channel_lane
from bot.domain.desk import Desk
from bot.domain.event import Event, SheetKind
from bot.domain.ids import UserId
from bot.domain.notice import Notice
from bot.domain.reminders import moment
from bot.domain.roster import SignUp
from bot.domain.setting import Effective
from bot.domain.settings import INVITES, REMINDERS, UNSIGNED
from bot.domain.template import Choice
from db.told import Matter

MINUTE = timedelta(minutes=1)
JOIN_DELAY = timedelta(seconds=60)
"""Whoever pressed the wrong button is gone by then, and hears nothing."""

LATE_DELAY = timedelta(seconds=60)
"""Whoever is back by then has changed nothing."""

GATHER = timedelta(seconds=10)
"""How long the message in the channel waits for others whom nothing else reaches."""


def tell_people(
    event: Event, notice: Notice, now: datetime, *, by: UserId | None = None, minutes: int | None = None
) -> Sequence[NewAction]:
    """News for everybody it concerns but `by`, who made it; due now, or `minutes` before the start.

    Whoever is on Raid-Helper's sheet is in our rows, but perhaps not yet: nobody there is called unsigned.
    """
    if event.sheet is SheetKind.RAID_HELPER and notice is Notice.UNSIGNED:
        return []
    kind, start = Kind.TELL_PEOPLE, event.starts_at
    due = now if minutes is None else start - timedelta(minutes=minutes)
    payload = {"what": notice, "starts_at": start.isoformat(), "minutes": minutes, "by": by}
    key = f"{kind}:{event.id}:{notice}:{minutes}:{int(start.timestamp())}" if minutes is not None else None
    return [NewAction(event.guild_id, kind, f"people:{event.id}", due, event.id, payload, key)]


def planned(event: Event, settings: Effective, own: Sequence[int], now: datetime) -> Sequence[NewAction]:
    """The news of a raid whose moments lie ahead. `own` are the lead times members chose for themselves."""
    return [
        action
        for notice, minutes in _moments(settings, own)
        if moment(event, minutes) > now
        for action in tell_people(event, notice, now, minutes=minutes)
    ]


def _moments(settings: Effective, own: Sequence[int]) -> Iterator[tuple[Notice, int]]:
    if settings[REMINDERS]:  # none means none, for whoever has a time of their own too
        for minutes in sorted({*settings[REMINDERS], *own}):
            yield Notice.REMINDER, minutes
    for minutes in settings[UNSIGNED]:
        yield Notice.UNSIGNED, minutes
    if (invites := settings[INVITES]) is not None:
        yield Notice.INVITES, invites // MINUTE


def tell_one(matter: Matter, event: Event, notice: Notice, user_id: UserId, due: datetime) -> NewAction:
    """One person's part of news for many."""
    payload = {"what": notice, "user_id": user_id, "matter": matter.what, "starts_at": matter.starts_at.isoformat()}
    return NewAction(event.guild_id, Kind.TELL_MEMBER, f"member:{user_id}", due, event.id, payload)


def name_people(matter: Matter, event: Event, notice: Notice, due: datetime) -> NewAction:
    """The message in the channel that names those whom nothing else reaches."""
    kind = Kind.NAME_PEOPLE
    payload = {"what": notice, "matter": matter.what, "starts_at": matter.starts_at.isoformat()}
    key = f"{kind}:{event.id}:{matter.what}:{int(matter.starts_at.timestamp())}"
    return NewAction(event.guild_id, kind, channel_lane(event.channel_id), due, event.id, payload, key)


def of_clicks(desk: Desk, now: datetime) -> Sequence[NewAction]:
    """What members' own clicks bring: the instructions to whoever joined, and word to the leader of late changes."""
    return [*_to_joiners(desk, now), *_to_leader(desk, now)]


def _to_joiners(desk: Desk, now: datetime) -> Iterator[NewAction]:
    event = desk.event
    for one in desk.changed if event.tells_joiners else ():
        if one.user_id is not None and one.choice is not Choice.ABSENCE and not _answered(desk, one):
            payload = {"what": Notice.JOINED, "user_id": one.user_id, "player_id": one.player_id}
            key = f"{Notice.JOINED}:{event.id}:{one.player_id}"
            lane = f"member:{one.user_id}"
            yield NewAction(event.guild_id, Kind.TELL_MEMBER, lane, now + JOIN_DELAY, event.id, payload, key)


def _answered(desk: Desk, one: SignUp) -> bool:
    before = desk.before.of(one.player_id)
    return before is not None and before.sign_up.choice is not Choice.ABSENCE


def _to_leader(desk: Desk, now: datetime) -> Iterator[NewAction]:
    event = desk.event
    if event.late_from is None or event.leader_id is None or not event.late_from <= now < event.ends_at:
        return
    for before in (*desk.before.seated, *desk.before.queued):
        if before.sign_up.user_id == event.leader_id:
            continue  # who leads knows what they pressed
        if _comes_less(before.sign_up, desk.own(before.sign_up.player_id)):
            yield _late_change(event, event.leader_id, before.sign_up, now)


def _comes_less(was: SignUp, own: SignUp | None) -> bool:
    """Whether somebody who would have come does not, or comes late."""
    if own is None or not own.choice.holds_seat:
        return True
    return own.choice is Choice.LATE and was.choice is not Choice.LATE


def _late_change(event: Event, leader_id: UserId, was: SignUp, now: datetime) -> NewAction:
    payload = {"what": Notice.LATE_CHANGE, "user_id": leader_id, "player_id": was.player_id, "extra": was.name}
    key = f"{Notice.LATE_CHANGE}:{event.id}:{was.player_id}"
    due = now + LATE_DELAY
    return NewAction(event.guild_id, Kind.TELL_MEMBER, f"member:{leader_id}", due, event.id, payload, key)
