"""My sign-up: what members see of their own answer, and what they change on it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain import mine
from bot.domain.character import Character, UnknownCharacter
from bot.domain.desk import Desk
from bot.domain.durations import BadDuration, parse_duration
from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import EventId, MessageId
from bot.domain.permissions import Actor
from bot.domain.roster import Placed, SignUp
from bot.domain.settings import LONGEST_RAID
from bot.domain.sign_up import NotSignedUp
from bot.domain.template import Template
from bot.services import sheets
from bot.services.clicking import SheetUnknown
from bot.services.own_zone import zone_of
from bot.services.templates import Templates
from bot.services.when import parse_when
from db import Database, Session


class NoSheet(MusterError):
    """That message is no raid's sheet of mine. Use `My sign-up` on the message with the raid's buttons."""


@dataclass(frozen=True)
class Own:
    """A member's own sign-up: where it stands, who comes, and the other characters of this game they have."""

    event: Event
    template: Template
    placed: Placed
    characters: Sequence[Character] = ()

    @property
    def character(self) -> Character | None:
        """Who comes, as far as it is known."""
        return next((one for one in self.characters if one.id == self.placed.sign_up.character_id), None)

    @property
    def others(self) -> Sequence[Character]:
        """Who could come instead. Raises NoOtherCharacter."""
        return mine.others(self.template, self.placed.sign_up, self.characters)

    @property
    def offers(self) -> Sequence[mine.Offer]:
        """What else the member could offer to play. Raises NothingToOffer."""
        return mine.check_offers(mine.offers(self.template, self.placed.sign_up, self.characters))


class Mine:
    """The use cases behind `My sign-up`. Every one raises SheetUnknown and NotSignedUp; what is written, besides,
    SheetClosed, NotForYou and HostPicks.
    """

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def look(self, actor: Actor, event_id: EventId) -> Own:
        """The member's own sign-up."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(event_id)
            if event is None or event.guild_id != actor.guild_id:
                raise SheetUnknown
            return await self._read(tx, actor, event)

    async def at(self, actor: Actor, message_id: MessageId) -> Own:
        """The member's own sign-up to the sheet that is this message. Raises NoSheet."""
        async with self._db.transaction() as tx:
            event = await tx.events.with_message(actor.guild_id, message_id)
            if event is None:
                raise NoSheet
            return await self._read(tx, actor, event)

    async def may_change(self, actor: Actor, event_id: EventId) -> Own:
        """The same, if note, arrival and offers may still be changed."""
        own = await self.look(actor, event_id)
        mine.check_mine(own.event, own.template, own.placed.sign_up, actor.role_ids, self._clock.now())
        return own

    async def may_respec(self, actor: Actor, event_id: EventId) -> Own:
        """The same, if class, spec and character may still be changed. Raises SpecStands."""
        own = await self.look(actor, event_id)
        mine.check_spec_mine(own.event, own.template, own.placed.sign_up, actor.role_ids, self._clock.now())
        return own

    async def note(self, actor: Actor, event_id: EventId, typed: str) -> Own:
        """Write a note for the officers; an empty one takes it away. Raises BadNote."""
        return await self._change(actor, event_id, lambda own: mine.with_note(own.placed.sign_up, typed))

    async def arrive(self, actor: Actor, event_id: EventId, after: timedelta | None) -> Own:
        """Say how long after the start one arrives; None: unknown. Raises NotLate, BadArrival."""
        return await self._change(
            actor,
            event_id,
            lambda own: mine.arriving(
                own.placed.sign_up, own.event, None if after is None else own.event.starts_at + after
            ),
        )

    async def arrive_at(self, actor: Actor, event_id: EventId, typed: str) -> Own:
        """Say it in words: "20:30" on the clocks they type by, or "15m" after the start. Raises NotLate, BadArrival."""
        async with self._db.transaction() as tx:
            zone = await zone_of(tx, actor)
        return await self._change(
            actor,
            event_id,
            lambda own: mine.arriving(
                own.placed.sign_up, own.event, own.event.starts_at + _delay(typed, own.event, zone)
            ),
        )

    async def offer(self, actor: Actor, event_id: EventId, chosen: Sequence[str]) -> Own:
        """Write down what else one would play, and remember it for the next raid. Raises NothingToOffer."""
        return await self._change(
            actor, event_id, lambda own: mine.offering(own.placed.sign_up, own.offers, chosen), self._remember_offers
        )

    async def play(self, actor: Actor, event_id: EventId, character_id: int) -> Own:
        """Come with another character; the place stays. Raises SpecStands, NoOtherCharacter, UnknownCharacter."""

        def switched(own: Own) -> SignUp:
            sign_up = own.placed.sign_up
            mine.check_spec_mine(own.event, own.template, sign_up, actor.role_ids, self._clock.now())
            return _as(sign_up, own.others, character_id)

        return await self._change(actor, event_id, switched)

    async def _change(
        self,
        actor: Actor,
        event_id: EventId,
        change: Callable[[Own], SignUp],
        afterwards: Callable[[Session, SignUp], Awaitable[None]] | None = None,
    ) -> Own:
        """Lock the raid, let `change` say what the sign-up becomes, write it, and have the sheet drawn anew."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await tx.events.lock(actor.guild_id, event_id)
            if event is None:
                raise SheetUnknown
            template = await self._templates.of(tx, event)
            desk = Desk(event, template, await tx.sign_ups.of(event_id))
            own = await _own(tx, desk, actor)
            mine.check_mine(event, template, own.placed.sign_up, actor.role_ids, now)
            becomes = change(own)
            if becomes != own.placed.sign_up:
                desk.amend(becomes)
                await tx.clicks.amend(event_id, becomes)
                await tx.actions.enqueue(*sheets.moved_up_and_down(desk, now))
            if afterwards:
                await afterwards(tx, becomes)
            return await _own(tx, desk, actor)

    async def _read(self, tx: Session, actor: Actor, event: Event) -> Own:
        desk = Desk(event, await self._templates.of(tx, event), await tx.sign_ups.of(event.id))
        return await _own(tx, desk, actor)

    async def _remember_offers(self, tx: Session, own: SignUp) -> None:
        if own.character_id is not None:
            await tx.characters.remember_offers(own.character_id, own.offers)


async def _own(tx: Session, desk: Desk, actor: Actor) -> Own:
    """The member's sign-up on the desk, as it stands. Raises NotSignedUp."""
    placed = desk.of_user(actor.user_id)
    if placed is None:
        raise NotSignedUp
    characters = await tx.characters.of(placed.sign_up.player_id, desk.template.game)
    return Own(desk.event, desk.template, placed, characters)


def _as(own: SignUp, others: Sequence[Character], character_id: int) -> SignUp:
    """`own` with another character, its spec and its offers. Raises UnknownCharacter."""
    found = next((one for one in others if one.id == character_id), None)
    if found is None or found.pick is None:
        raise UnknownCharacter
    return replace(
        own,
        character_id=found.id,
        class_name=found.pick.class_name,
        spec_name=found.pick.spec_name,
        offers=found.offers,
    )


_BARE = re.compile(r"\s*([0-9]{1,2}?)([0-5][0-9])?\s*")
_AROUND = re.compile(r"^\s*\+|\s+(after the start|later?)\s*$", re.IGNORECASE)
"""What people type around how late they are: the form's own hint says "20m after the start"."""


def _delay(typed: str, event: Event, zone: ZoneInfo) -> timedelta:
    """How long after the start is meant: a time of day within the raid, else a length.

    Raises BadArrival, for "22" as well where it may be either.
    """
    bare = _BARE.fullmatch(typed)
    clock = f"{bare[1]}:{bare[2] or '00'}" if bare else typed
    found = [_until(clock, event, zone), _length(typed)]
    within = [one for one in found if one and timedelta(0) < one < event.ends_at - event.starts_at]
    if not within:
        raise mine.BadArrival
    if bare and not bare[2] and len(set(within)) > 1:
        raise mine.BadArrival(f"Type `{clock}`, or `{bare[1]}m` for {bare[1]} minutes after the start.")
    return within[0]


def _until(typed: str, event: Event, zone: ZoneInfo) -> timedelta | None:
    try:
        return parse_when(typed, zone=zone, now=event.starts_at) - event.starts_at
    except MusterError:
        return None


def _length(typed: str) -> timedelta | None:
    try:
        return parse_duration(_AROUND.sub("", typed), at_most=LONGEST_RAID)
    except BadDuration:
        return None
