"""Raid-Helper's sheets in our own rows: one request reads all of a server's, every quarter of an hour and at the start.

What is read is Raid-Helper's word on its own sheet. Only what we still want written there waits for that first: both
are done in the server's lane, one after the other.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.event import BookingState, Event, EventStatus, SheetKind
from bot.domain.ids import GuildId, UserId
from bot.domain.mirror import STARTED, Elsewhere, next_look
from bot.domain.names import visible
from bot.domain.notice import Notice
from bot.domain.sign_up import Pick
from bot.domain.template import Choice, Template
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.models import RaidHelperEvent, SignUp
from bot.raid_helper.naming import meant_by
from bot.services import deadlines, lost_sheets, mirrors, telling
from bot.services.queue import Handler
from bot.services.secrets import SecretBox
from bot.services.sheets import raid_helper_lane
from bot.services.templates import Templates
from db import Database, Session

log = logging.getLogger(__name__)

MARGIN = timedelta(days=1)
"""An event that was moved there by less is still in the list that is asked for."""
MOST_ASKED_FOR = 5
"""Events that are not in the list are asked for by themselves, so many a look: moved far away, or deleted."""
LONGEST_NAME = 100
_CHOICES = {"queued": Choice.ACCEPTED}
"""Raid-Helper's queue is our placement beyond the limit; every other state has our choice's name."""


class RaidHelperMirror:
    """Reads sheets on Raid-Helper into `patt.raid_attendance`."""

    def __init__(
        self, db: Database, templates: Templates, raid_helper: RaidHelper, secrets: SecretBox, clock: Clock
    ) -> None:
        self._db = db
        self._templates = templates
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.MIRROR_RAID_HELPER: self.mirror}

    async def mirror(self, action: Action) -> str:
        """Read all sheets of the server that are ahead. The next look is planned first: no trouble ends them."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            events = await tx.events.on_raid_helper(action.guild_id, now - STARTED)
            await watch(tx, action.guild_id, events, now)
            key = self._secrets.open((await tx.servers.get(action.guild_id)).raid_helper_key)
        if not events or key is None:
            return "nothing to read" if key else "Raid-Helper is not connected"
        server = self._raid_helper.server(action.guild_id, key, Purpose.MIRROR)
        try:
            there = await self._read(server, events)
        except errors.RaidHelperError as error:
            log.warning("guild=%s: Raid-Helper's sheets are not read now: %s", action.guild_id, error)
            return str(error)
        changed = sum([await self.take_over(event, there[known]) for event in events if (known := _id(event)) in there])
        return f"{len(there)} sheets, {changed} changes"

    async def _read(self, server: RaidHelperServer, events: Sequence[Event]) -> Mapping[str, RaidHelperEvent]:
        """What Raid-Helper has of these events, by its id."""
        starts = [event.starts_at for event in events]
        try:
            listed = await server.list_events(min(starts) - MARGIN, max(starts) + MARGIN, with_signups=True)
        except errors.Unreadable:
            # Too many people for one answer: the next raid's are those that matter most.
            return await self._one_by_one(server, events[:1])
        found = {one.id: one for one in listed}
        missing = [event for event in events if _id(event) not in found and _is_read(event)]
        return {**found, **await self._one_by_one(server, missing[:MOST_ASKED_FOR])}

    async def _one_by_one(self, server: RaidHelperServer, events: Sequence[Event]) -> Mapping[str, RaidHelperEvent]:
        """The same by a request each; of one that somebody deleted, the officers are asked what becomes of it."""
        found: dict[str, RaidHelperEvent] = {}
        for event in events:
            try:
                found[_id(event)] = await server.fetch_event(_id(event))
            except errors.UnknownEvent:
                async with self._db.transaction() as tx:
                    await lost_sheets.lose(tx, event, self._clock.now())
            except errors.RaidHelperError as error:
                log.warning("event=%s: its sheet on Raid-Helper is not read now: %s", event.id, error)
        return found

    async def pull(self, event: Event) -> int:
        """Read one sheet now, as before it is deleted there; how many rows changed. Raises RaidHelperError.

        Does HTTP: not to be called in a transaction.
        """
        async with self._db.transaction() as tx:
            key = self._secrets.open((await tx.servers.get(event.guild_id)).raid_helper_key)
        if key is None or event.raid_helper_event_id is None:
            return 0
        server = self._raid_helper.server(event.guild_id, key, Purpose.CHANGE)
        return await self.take_over(event, await server.fetch_event(event.raid_helper_event_id))

    async def take_over(self, event: Event, there: RaidHelperEvent) -> int:
        """Write down what `there` says, unless the raid has left that sheet meanwhile; how many rows changed."""
        async with self._db.transaction() as tx:
            current = await tx.events.lock(event.guild_id, event.id)
            if current is None or _id(current) != there.id or not _is_read(current):
                return 0
            template, now = await self._templates.of(tx, current), self._clock.now()
            await _follow(tx, current, template, there, now)
            return await write(tx, current, template, there, now)


async def write(tx: Session, event: Event, template: Template, there: RaidHelperEvent, now: datetime) -> int:
    """Bring the locked raid's rows to what its sheet on Raid-Helper says; how many rows changed."""
    if there.signups is None:  # not told is not nobody
        return 0
    answers = _answers(there.signups, template, now)
    forgotten = await tx.raid_helper.forgotten(event.guild_id, [one.user_id for one in answers])
    answers = [one for one in answers if one.user_id not in forgotten or one.at > forgotten[one.user_id]]
    players = await tx.raid_helper.members(event.guild_id, {one.user_id: one.name for one in answers})
    in_hand = await tx.raid_helper.in_hand(event.id, [Kind.SIGN_UP_ON_RAID_HELPER, Kind.PUT_ON_RAID_HELPER])
    known = [(players[one.user_id], one) for one in answers if players[one.user_id] not in in_hand]
    gone = await tx.raid_helper.keep_only(event.id, in_hand | set(players.values()))
    return gone + await tx.raid_helper.mirror(event.id, known)


async def _follow(tx: Session, event: Event, template: Template, there: RaidHelperEvent, now: datetime) -> None:
    """Move our raid along when its event was moved there: one without our mark is Raid-Helper's own.

    An officer's edit here sets the mark; while that is on its way, it is the word that counts.
    """
    if there.ref is not None or there.start == event.starts_at or min(there.start, event.starts_at) <= now:
        return
    if await tx.actions.awaits(event.id, Kind.EDIT_ON_RAID_HELPER):
        return
    moved = event.moved_to(there.start, (await tx.servers.get(event.guild_id)).zone)
    await tx.events.save(moved)
    await deadlines.plan(tx, moved, template, now)
    await mirrors.follow(tx, moved, now)
    await tx.actions.enqueue(*telling.tell_people(moved, Notice.RETIMED, now))
    log.info("event=%s was moved on Raid-Helper to %s", event.id, moved.starts_at)


async def watch(tx: Session, guild_id: GuildId, events: Sequence[Event], now: datetime) -> None:
    """Plan the next look at a server's sheets; looks planned from several places fall together."""
    at = next_look(now, [event.starts_at for event in events])
    if at is not None:
        key = f"{Kind.MIRROR_RAID_HELPER}:{guild_id}:{int(at.timestamp())}"
        kind, lane = Kind.MIRROR_RAID_HELPER, raid_helper_lane(guild_id)
        await tx.actions.enqueue(NewAction(guild_id, kind, lane, at, dedupe=key))


def _answers(rows: Collection[SignUp], template: Template, now: datetime) -> Sequence[Elsewhere]:
    """Each member once, in the sheet's order; people without Discord are only Raid-Helper's."""
    specs = [(game_class.name, spec.name) for game_class in template.classes for spec in game_class.specs]
    ordered = sorted(rows, key=lambda row: row.position or 0)
    found: dict[UserId, Elsewhere] = {}
    for number, row in enumerate(ordered, start=1):
        if row.member_id is not None:
            answer = _answer(row, UserId(row.member_id), number, specs, now)
            found.setdefault(answer.user_id, answer)
    return list(found.values())


def _answer(row: SignUp, user_id: UserId, number: int, specs: Collection[tuple[str, str]], now: datetime) -> Elsewhere:
    pair = meant_by(row, specs)
    return Elsewhere(
        user_id=user_id,
        name=row.name.strip()[:LONGEST_NAME] if visible(row.name) else f"Member {user_id}",
        choice=_CHOICES.get(row.state) or Choice(row.state),
        position=row.position or number,
        at=row.entered or now,
        signup_id=row.id,
        pick=Pick(*pair) if pair else None,
        note=row.note or "",
    )


def _is_read(event: Event) -> bool:
    """Whether its sheet there is the word on who comes: not while it is still being made, nor once cancelled."""
    making = event.booking_state in (BookingState.PLANNED, BookingState.CREATING)
    return not making and event.status is not EventStatus.CANCELLED


def _id(event: Event) -> str:
    """Its event's id on Raid-Helper; nothing when Raid-Helper does not keep its sheet."""
    return event.raid_helper_event_id or "" if event.sheet is SheetKind.RAID_HELPER else ""
