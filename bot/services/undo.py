"""Taking an officer's last action back: within ten minutes, once, and only while nothing came after it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event, EventStatus, UnknownEvent
from bot.domain.ids import EventId, PlayerId
from bot.domain.notice import Notice
from bot.domain.officer_rules import (
    UNDO_WITHIN,
    AlreadyUndone,
    ChangedSince,
    RaidIsOver,
    TooLateToUndo,
    check_changeable,
)
from bot.domain.permissions import Actor
from bot.services import comp_delivery, deadlines, sheets, telling
from bot.services.audit_trail import Kept, holds, kept, restored, values
from bot.services.officer_work import OfficerDesk, Work
from bot.services.raid_edits import check_ahead, check_minimum, check_takes_answers, rewrite
from bot.services.raids import Raids
from bot.services.templates import Templates
from db import Database
from db.audit import Entry

UNDOABLE = frozenset({"add", "remove", "switch", "cancel", "edit", "move", "close", "reopen"})
"""The trail's words for what can be taken back."""


class NothingToUndo(MusterError):
    """What that button would undo is not here any more."""


@dataclass(frozen=True)
class Undone:
    """The raid as it is now that `action` (a word of the trail) was taken back; `name` is whom it was about."""

    event: Event
    action: str
    name: str | None = None


def may_be_undone(entry: Entry, now: datetime) -> bool:
    """Whether `Undo` is worth offering at `now`; only pressing it tells whether something came after it."""
    return entry.action in UNDOABLE and entry.undone_at is None and now - entry.at <= UNDO_WITHIN


class Undo:
    """The use case behind the `Undo` button."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def undo(self, actor: Actor, entry_id: int, of: EventId | None = None) -> Undone:
        """Take the entry's action back, if it is one of the raid `of` (None: of any); whoever manages the raid may.

        Raises NotAnOfficer, NothingToUndo, AlreadyUndone, TooLateToUndo, ChangedSince, HasStarted, BadMinimum,
        RaidIsOver; then nothing is written.
        """
        async with self._db.transaction() as tx:
            entry = await tx.audit.lock(actor.guild_id, entry_id)
            if entry is None or entry.event_id is None or of not in (None, entry.event_id):
                raise NothingToUndo
            try:
                work = await self._desk.take(tx, actor, entry.event_id)
            except UnknownEvent:
                raise NothingToUndo from None
            _check(entry, work)
            undone = await _take_back(entry, work)
            await tx.audit.undone(entry.id, work.now)
            await work.note("undo", entry=entry.id, undone=entry.action)
            return undone


def _check(entry: Entry, work: Work) -> None:
    if entry.undone_at is not None:
        raise AlreadyUndone
    if work.now - entry.at > UNDO_WITHIN:
        raise TooLateToUndo
    if entry.action != "cancel":
        check_changeable(work.event, work.now)


async def _take_back(entry: Entry, work: Work) -> Undone:
    if entry.action in ("add", "remove", "switch"):
        return Undone(work.event, entry.action, await _sign_up_back(entry.details, work))
    if entry.action == "cancel":
        return Undone(await revive(entry.details, work), entry.action)
    if entry.action in ("edit", "move", "close", "reopen"):
        return Undone(await _change_back(entry.details, work), entry.action)
    raise NothingToUndo


async def _sign_up_back(details: Kept, work: Work) -> str:
    """Put one person's sign-up back as it was; their name."""
    before, after = details["before"], details["after"]
    person = await work.tx.people.get(work.actor.guild_id, PlayerId((before or after)["player_id"]))
    if person is None:
        raise NothingToUndo("The person that was about is not registered here any more.")
    own = work.desk.own(person.id)
    if kept(own) != after:
        raise ChangedSince
    if before is None:
        work.desk.take_off(person.id)
        await work.write(Notice.REMOVED, own)
    else:
        wanted = restored(before, person)
        work.desk.put(wanted)
        await work.write(Notice.MOVED if after else Notice.ADDED, wanted)
    return person.name


async def _change_back(details: Mapping[str, Kept], work: Work) -> Event:
    if not holds(work.event, details["after"]):
        raise ChangedSince
    event = replace(work.event, **values(details["before"]))
    _check_possible(work.event, event, work.now)
    await rewrite(work, event)
    return event


def _check_possible(event: Event, back: Event, now: datetime) -> None:
    """Raise what an officer would hear who made `event` by hand what it was: the clock, or somebody, may be ahead."""
    if back.starts_at != event.starts_at:
        check_ahead(event, now)
        if back.starts_at <= now:
            raise ChangedSince("The raid would have started by now. `/raid move` gives it another time.")
    if back.ends_at <= now:
        raise ChangedSince("The raid would be over by now. `/raid edit` gives it another `duration`.")
    if back.closed is not event.closed:
        check_takes_answers(event)
    check_minimum(back)


async def revive(details: Kept, work: Work) -> Event:
    """Have a cancelled raid take place after all; `details` are what its cancelling kept.

    Raises ChangedSince when it is not cancelled any more, RaidIsOver.
    """
    event = work.event
    if event.status is not EventStatus.CANCELLED:
        raise ChangedSince
    if work.now >= event.ends_at:
        raise RaidIsOver
    await work.tx.events.revive(event.id, EventStatus(details["status"]))
    if details.get("raid_helper_event_id"):
        # Its sheet there is being deleted, or is gone: a new one is made behind that.
        await work.tx.bookings.forget_raid_helper_event(event.id)
    alive = await work.tx.events.get(event.id)
    assert alive is not None  # noqa: S101 - locked in this transaction
    work.desk.becomes(alive)
    # Posting does nothing while the message stands; a deletion that is under way goes before it, in the same lane.
    await sheets.post(work.tx, alive, work.now)
    await comp_delivery.comes_back(work.tx, alive, work.now)
    await work.tx.actions.enqueue(*sheets.show(alive, work.now))
    await work.tx.actions.enqueue(*telling.tell_people(alive, Notice.REVIVED, work.now, by=work.actor.user_id))
    await deadlines.plan(work.tx, alive, work.template, work.now)
    return alive
