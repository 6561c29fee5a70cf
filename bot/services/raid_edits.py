"""Officers change a raid that stands: its settings, its time, whether its sheet takes answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.domain.durations import parse_duration, parse_lead_times
from bot.domain.errors import MusterError
from bot.domain.event import (
    BadLimit,
    BookingState,
    Event,
    EventStatus,
    SheetKind,
    check_description,
    check_limit,
    check_title,
)
from bot.domain.ids import ChannelId, UserId
from bot.domain.notice import Notice
from bot.domain.officer_rules import AlreadyClosed, AlreadyOpen, RaidIsOver, check_kept_here
from bot.domain.permissions import Actor
from bot.domain.setting import Level, Scope
from bot.domain.settings import LONGEST_RAID, MOST_SEATS, REMINDERS
from bot.services import deadlines, moving, places, sheets, telling
from bot.services.audit_trail import changes
from bot.services.officer_work import OfficerDesk, Work
from bot.services.own_zone import zone_of
from bot.services.raids import Raids, deadline_of
from bot.services.settings import Around
from bot.services.templates import Templates
from bot.services.when import future, parse_when
from db import Database

_INHERIT = frozenset({"server", "default"})
_NONE = frozenset({"none", "no", "off", "-", "keine", "aus"})


class NothingToChange(MusterError):
    """Nothing would change. Give at least one new value; `none` clears a description, limit, minimum or deadline."""


class BadNumber(BadLimit):
    """That option is a number from 1 to 1000, or `none` to have none."""


class BadMinimum(MusterError):
    """The `minimum` is more than the `limit`, so the raid would never take place. Change one of them."""


class HasStarted(MusterError):
    """This raid has started, so it cannot be moved any more. `/raid copy` plans it again."""


class BeingMade(MusterError):
    """Raid-Helper is making this raid's sheet just now. Try again in a minute."""


@dataclass(frozen=True)
class EditWish:
    """What an officer typed into `/raid edit`; texts are as typed, None was left out."""

    title: str | None = None
    description: str | None = None
    limit: str | None = None
    minimum: str | None = None
    deadline: str | None = None
    duration: str | None = None
    leader_id: UserId | None = None
    reminders: str | None = None
    channel_id: ChannelId | None = None


@dataclass(frozen=True)
class Edited:
    """A raid before and after; `entry_id` is what undoes it. The counts say whose place changed with it."""

    before: Event
    event: Event
    entry_id: int
    promoted: int = 0
    demoted: int = 0


class RaidEdits:
    """The use cases behind `/raid edit`, `move`, `close` and `reopen`."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def edit(self, actor: Actor, event: str, wish: EditWish) -> Edited:
        """Change what was given. More seats seat exactly those next in the queue, fewer queue the last.

        Raises NotAnOfficer, UnknownEvent, RaidIsOver, NothingToChange, BeingMade, StaysOnRaidHelper, BeingMoved and,
        for each thing mistyped, a MusterError; then nothing is written.
        """
        async with self._desk.open(actor, event) as work:
            await _check_channel(work, wish.channel_id)
            return await _change(work, "edit", _edited(work.event, wish, work.now))

    async def check_channel(self, actor: Actor, event: str, channel_id: ChannelId) -> None:
        """Raise what `edit` would when the raid may not go to that channel."""
        async with self._desk.open(actor, event) as work:
            await _check_channel(work, channel_id)

    async def move(self, actor: Actor, event: str, when: str) -> Edited:
        """Move the raid to another time; its deadline moves along, its week of a series stays the same.

        Raises NotAnOfficer, UnknownEvent, RaidIsOver, HasStarted, UnreadableTime, TimeInPast, NothingToChange.
        """
        async with self._desk.open(actor, event) as work:
            check_ahead(work.event, work.now)
            zone = await zone_of(work.tx, actor)
            starts_at = future(parse_when(when, zone=zone, now=work.now), work.now)
            return await _change(work, "move", work.event.moved_to(starts_at, work.server.zone))

    async def close(self, actor: Actor, event: str) -> Edited:
        """Let the sheet take no answers. Raises NotAnOfficer, UnknownEvent, RaidIsOver, AlreadyClosed."""
        async with self._desk.open(actor, event) as work:
            return await _set_closed(work, "close", AlreadyClosed, closed=True)

    async def reopen(self, actor: Actor, event: str) -> Edited:
        """Let the sheet take answers again. Raises NotAnOfficer, UnknownEvent, RaidIsOver, AlreadyOpen."""
        async with self._desk.open(actor, event) as work:
            return await _set_closed(work, "reopen", AlreadyOpen, closed=False)


async def _check_channel(work: Work, channel_id: ChannelId | None) -> None:
    """Raise StaysOnRaidHelper, or NotAnOfficer for whoever plans no raids in that channel."""
    if channel_id is None or channel_id == work.event.channel_id:
        return
    if work.event.sheet is SheetKind.RAID_HELPER:
        raise moving.StaysOnRaidHelper
    await places.require_planner(work.tx, work.actor, Around(work.server.id, channel_id, work.event.template_id))


async def rewrite(work: Work, event: Event) -> None:
    """Write the raid as `event` says, have it drawn anew, and tell whoever got or lost a seat by it.

    Its channel follows once its sheet stands there. Raises BeingMade, StaysOnRaidHelper, BeingMoved.
    """
    if event.channel_id is not None and event.channel_id != work.event.channel_id:
        await moving.move(work, event.channel_id)
        event = replace(event, channel_id=work.event.channel_id)
    if event.sheet is SheetKind.RAID_HELPER and event.booking_state is BookingState.CREATING:
        raise BeingMade  # found again by its old time, should the answer get lost
    before, moved = work.event, event.starts_at != work.event.starts_at
    if event.reminders != work.event.reminders:
        # The last word counts, wherever it was said.
        await work.tx.settings.reset(event.guild_id, Level(Scope.EVENT, event.id), REMINDERS.name)
    work.desk.becomes(event)
    await work.tx.events.save(event)
    if moved:
        await work.tx.actions.enqueue(*telling.tell_people(event, Notice.RETIMED, work.now, by=work.actor.user_id))
    await deadlines.plan(work.tx, event, work.desk.template, work.now, before)
    if event.sheet is SheetKind.NATIVE:
        await work.write()
    else:
        await work.tx.actions.enqueue(*sheets.show(event, work.now))


def check_ahead(event: Event, now: datetime) -> None:
    """Raise HasStarted for a raid that cannot be moved any more."""
    if event.status is not EventStatus.SCHEDULED or event.starts_at <= now:
        raise HasStarted


def check_takes_answers(event: Event) -> None:
    """Raise RaidIsOver for a raid whose sheet can be neither closed nor reopened any more."""
    if event.status is not EventStatus.SCHEDULED:
        raise RaidIsOver("This raid has started, and its sheet closed with that.")


def check_minimum(event: Event) -> None:
    """Raise BadMinimum for a raid that would never take place."""
    if event.minimum and event.total_limit and event.minimum > event.total_limit:
        raise BadMinimum


async def _set_closed(work: Work, action: str, already: type[MusterError], *, closed: bool) -> Edited:
    check_kept_here(work.event)
    check_takes_answers(work.event)
    if work.event.closed is closed:
        raise already
    return await _change(work, action, replace(work.event, closed=closed))


async def _change(work: Work, action: str, event: Event) -> Edited:
    before = work.event
    if event == before:
        raise NothingToChange
    await rewrite(work, event)
    was, now = changes(before, event)
    entry_id = await work.note(action, before=was, after=now)
    return Edited(before, event, entry_id, len(work.desk.promoted), len(work.desk.demoted))


def _edited(event: Event, wish: EditWish, now: datetime) -> Event:
    """The raid as wished; what was left out stays."""
    edited = replace(event, **_settings(event, wish, now))
    check_minimum(edited)
    return edited


def _settings(event: Event, wish: EditWish, now: datetime) -> Mapping[str, Any]:
    """The raid's new values by their names, as far as something was wished."""
    new: dict[str, Any] = {
        "leader_id": wish.leader_id or event.leader_id,
        "channel_id": wish.channel_id or event.channel_id,
    }
    if wish.title is not None:
        new["title"] = check_title(wish.title)
    if wish.description is not None:
        new["description"] = "" if _is_none(wish.description) else check_description(wish.description)
    if wish.limit is not None:
        new["total_limit"] = limit_of(wish.limit)
    if wish.minimum is not None:
        new["minimum"] = limit_of(wish.minimum, "minimum")
    if wish.duration is not None:
        new["ends_at"] = _end(event, wish.duration, now)
    if wish.reminders is not None:
        new["reminders"] = None if wish.reminders.strip().casefold() in _INHERIT else parse_lead_times(wish.reminders)
    if wish.deadline is not None:
        new["deadline"] = None if _is_none(wish.deadline) else deadline_of(wish.deadline, event.starts_at, now)
    return new


def _end(event: Event, typed: str, now: datetime) -> datetime:
    ends_at = event.starts_at + parse_duration(typed, at_most=LONGEST_RAID, option="duration")
    if ends_at <= now:
        raise NothingToChange("The raid would be over already. Give a longer `duration`.")
    return ends_at


def limit_of(typed: str, option: str = "limit") -> int | None:
    """A limit as typed: "none" is none; 0 is refused, for it could mean both. Raises BadNumber, naming the option."""
    if _is_none(typed):
        return None
    try:
        return check_limit(int(typed.strip()))
    except (ValueError, BadLimit):
        raise BadNumber(f"`{option}` is a number from 1 to {MOST_SEATS}, or `none` to have none.") from None


def _is_none(typed: str) -> bool:
    return typed.strip().casefold() in _NONE
