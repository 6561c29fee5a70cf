"""Sign-ups: what a click on the sheet does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from bot.clock import Clock
from bot.domain.action import Kind, NewAction
from bot.domain.event import Event, UnknownEvent, check_open
from bot.domain.ids import EventId, PlayerId
from bot.domain.permissions import Actor
from bot.domain.roster import Placed, Roster, SignUp, place, promoted
from bot.domain.sign_up import Answer, AskSpec, Decision, NotOffered, NotSignedUp, decide
from bot.domain.template import Choice, GameClass, Template
from bot.services import sheets
from bot.services.templates import Templates
from db import Database, Session
from db.players import Known


@dataclass(frozen=True)
class SignedUp:
    """The answer stands; `placed` says where."""

    event: Event
    template: Template
    placed: Placed


@dataclass(frozen=True)
class ClassWanted:
    """The member must choose a class; `choice` is the button they came from."""

    event: Event
    template: Template
    choice: Choice


@dataclass(frozen=True)
class SpecWanted:
    """The member must choose a spec of `game_class`."""

    event: Event
    template: Template
    choice: Choice
    game_class: GameClass


@dataclass(frozen=True)
class Withdrawn:
    """The member's answer is gone."""

    event: Event


Outcome = SignedUp | ClassWanted | SpecWanted
Picked = tuple[str | int, str | None]


class SignUps:
    """The use cases behind the sheet's buttons and selects."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def answer(self, actor: Actor, event_id: EventId, choice: Choice, pick: Picked | None = None) -> Outcome:
        """Write the member's answer down, or say what must be chosen first.

        `pick` is the class just chosen (its name or its place in the template), with its spec once that is chosen too.
        Raises UnknownEvent, SheetClosed, NotOffered.
        """
        async with self._db.transaction() as tx:
            event = await _locked(tx, actor, event_id)
            template = await self._templates.of(tx, event)
            player = await tx.players.register(actor, template.game)
            before = await tx.sign_ups.of(event_id)
            own = _own(before, player.id)
            decision = decide(event, template, own, player.main, choice, self._clock.now(), _by_name(template, pick))
            if not isinstance(decision, Answer):
                return _wanted(event, template, choice, decision)
            await self._write(tx, event, template, player, decision)
            after = await self._settle(tx, event, template, before)
        return SignedUp(event, template, _placed(after, player.id))

    async def withdraw(self, actor: Actor, event_id: EventId) -> Withdrawn:
        """Take the member's answer back. Raises UnknownEvent, SheetClosed, NotSignedUp."""
        async with self._db.transaction() as tx:
            event = await _locked(tx, actor, event_id)
            check_open(event, Choice.ABSENCE, self._clock.now())
            template = await self._templates.of(tx, event)
            before = await tx.sign_ups.of(event_id)
            own = next((one for one in before if one.user_id == actor.user_id), None)
            if own is None:
                raise NotSignedUp
            await tx.sign_ups.withdraw(event_id, own.player_id)
            await self._settle(tx, event, template, before)
        return Withdrawn(event)

    async def own(self, actor: Actor, event_id: EventId) -> SignedUp | ClassWanted:
        """The member's own sign-up; ClassWanted when there is none yet. Raises UnknownEvent."""
        async with self._db.transaction() as tx:
            event = await _locked(tx, actor, event_id)
            template = await self._templates.of(tx, event)
            sign_ups = await tx.sign_ups.of(event_id)
        roster = place(sign_ups, template, event.total_limit)
        own = next((one for one in sign_ups if one.user_id == actor.user_id), None)
        placed = roster.of(own.player_id) if own else None
        return SignedUp(event, template, placed) if placed else ClassWanted(event, template, Choice.ACCEPTED)

    async def _write(self, tx: Session, event: Event, template: Template, player: Known, answer: Answer) -> None:
        character_id = player.character_id
        if answer.remember and answer.pick:
            character_id = await tx.players.remember_main(player.id, template.game, answer.pick)
        await tx.sign_ups.answer(event.id, player.id, character_id, answer, self._clock.now())

    async def _settle(self, tx: Session, event: Event, template: Template, before: Sequence[SignUp]) -> Roster:
        """After a change: redraw the sheet and tell whoever moved up."""
        now = self._clock.now()
        after = place(await tx.sign_ups.of(event.id), template, event.total_limit)
        for one in promoted(place(before, template, event.total_limit), after):
            if one.user_id is not None:
                await tx.actions.enqueue(_promotion(event, one, now))
        await sheets.refresh(tx, event, now)
        return after


async def _locked(tx: Session, actor: Actor, event_id: EventId) -> Event:
    event = await tx.events.lock(actor.guild_id, event_id)
    if event is None:
        raise UnknownEvent("This raid is not here any more. Ask an officer for the current sheet.")
    return event


def _by_name(template: Template, pick: Picked | None) -> tuple[str, str | None] | None:
    if pick is None or isinstance(pick[0], str):
        return cast("tuple[str, str | None] | None", pick)
    if pick[0] >= len(template.classes):
        raise NotOffered
    return template.classes[pick[0]].name, pick[1]


def _own(sign_ups: Sequence[SignUp], player_id: PlayerId) -> SignUp | None:
    return next((one for one in sign_ups if one.player_id == player_id), None)


def _placed(roster: Roster, player_id: PlayerId) -> Placed:
    placed = roster.of(player_id)
    assert placed is not None  # noqa: S101 - the row was written in this transaction
    return placed


def _wanted(event: Event, template: Template, choice: Choice, decision: Decision) -> ClassWanted | SpecWanted:
    if isinstance(decision, AskSpec):
        return SpecWanted(event, template, choice, decision.game_class)
    return ClassWanted(event, template, choice)


def _promotion(event: Event, member: SignUp, now: datetime) -> NewAction:
    lane = f"member:{member.user_id}"
    return NewAction(event.guild_id, Kind.TELL_PROMOTED, lane, now, event.id, {"player_id": member.player_id})
