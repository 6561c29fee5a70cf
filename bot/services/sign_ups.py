"""Sign-ups: what a click on the sheet does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.errors import MusterError
from bot.domain.event import Event, UnknownEvent
from bot.domain.gates import standing
from bot.domain.ids import EventId, PlayerId, SignUpId
from bot.domain.mine import played
from bot.domain.permissions import Actor
from bot.domain.roster import Placed, Roster, SignUp
from bot.domain.sign_up import Answer, AskSpec, Decision, NotOffered, NotSignedUp, decide
from bot.domain.template import Choice, GameClass, Template
from bot.services import sheets
from bot.services.characters import remember
from bot.services.templates import Templates
from bot.services.together import Together
from db import Database, Session
from db.clicks import Clicked
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


@dataclass(frozen=True)
class Click:
    """A press of a button: an answer (with what was chosen just now), or `choice` None for `Withdraw`."""

    actor: Actor
    event_id: EventId
    choice: Choice | None
    pick: Picked | None = None


STREAMS = 2
"""Batches under way at once: while one waits for its commit, the other decides and answers."""


class SignUps:
    """The use cases behind the sheet's buttons and selects.

    Clicks are written together: one transaction carries every click that waited for the one before, over all sheets.
    It waits for no row: a click on a sheet that somebody holds (an officer, another worker) goes on in a lane of that
    sheet's own, so that one raid's row never keeps every server from signing up.
    """

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock
        self._clicks = Together(self._work_off_free, lambda click: click.event_id % STREAMS)
        self._held = Together(self._work_off_held, lambda click: click.event_id)

    async def answer(self, actor: Actor, event_id: EventId, choice: Choice, pick: Picked | None = None) -> Outcome:
        """Write the member's answer down, or say what must be chosen first.

        `pick` is the class just chosen (its name or its place in the template), with its spec once that is chosen too.
        Raises UnknownEvent, SheetClosed, NotOffered.
        """
        outcome = await self._come_to(Click(actor, event_id, choice, pick))
        assert not isinstance(outcome, Withdrawn)  # noqa: S101 - an answer is no withdrawal
        return outcome

    async def withdraw(self, actor: Actor, event_id: EventId) -> Withdrawn:
        """Take the member's answer back. Raises UnknownEvent, SheetClosed, NotSignedUp."""
        outcome = await self._come_to(Click(actor, event_id, None))
        assert isinstance(outcome, Withdrawn)  # noqa: S101 - a withdrawal is no answer
        return outcome

    async def _come_to(self, click: Click) -> Outcome | Withdrawn:
        outcome = await self._clicks.do(click)
        return outcome if outcome is not None else await self._held.do(click)

    async def _work_off_free(self, clicks: Sequence[Click]) -> "Sequence[Outcome | Withdrawn | Exception | None]":
        """Work off the clicks on sheets whose row is free; None for the others."""
        told = await self._work_off(clicks, wait=False)
        return [None if isinstance(one, SheetUnknown) else one for one in told]

    async def _work_off_held(self, clicks: Sequence[Click]) -> Sequence[Outcome | Withdrawn | Exception]:
        """Work off clicks on one sheet, waiting for its row."""
        return await self._work_off(clicks, wait=True)

    async def _work_off(self, clicks: Sequence[Click], *, wait: bool) -> Sequence[Outcome | Withdrawn | Exception]:
        """Lock every event concerned, decide click by click, write once."""
        async with self._db.transaction() as tx:
            found = await tx.clicks.lock([(click.actor, click.event_id) for click in clicks], wait=wait)
            desks = await self._desks(tx, {one.event.id: one.event for one in found if one})
            told = [await self._decide(tx, desks, click, one) for click, one in zip(clicks, found, strict=True)]
            await self._write(tx, [desk for desk in desks.values() if desk.changed or desk.removed])
        rosters = {event_id: desk.roster() for event_id, desk in desks.items()}
        return [_placed(rosters, one) if isinstance(one, _Stands) else one for one in told]

    async def _desks(self, tx: Session, events: Mapping[EventId, Event]) -> Mapping[EventId, Desk]:
        sign_ups = await tx.sign_ups.of_all(events)
        return {
            event_id: Desk(event, await self._templates.of(tx, event), sign_ups[event_id])
            for event_id, event in events.items()
        }

    async def _decide(
        self, tx: Session, desks: Mapping[EventId, Desk], click: Click, found: Clicked | None
    ) -> "Outcome | Withdrawn | _Stands | Exception":
        """What one click comes to; a refusal is that click's own and stops nobody else's."""
        try:
            if found is None:
                raise SheetUnknown
            return await self._apply(tx, desks[click.event_id], click, found)
        except MusterError as refusal:
            return refusal

    async def _apply(
        self, tx: Session, desk: Desk, click: Click, found: Clicked
    ) -> "ClassWanted | SpecWanted | Withdrawn | _Stands":
        now = self._clock.now()
        player = found.player
        if player and desk.event.template_id is None:
            # Written by hand, without a template: only its server's default says which game's main counts.
            player = await tx.players.register(click.actor, desk.template.game)
        own = desk.own(player.id) if player else None
        if click.choice is None:
            desk.withdraw(own, now)
            return Withdrawn(desk.event)
        pick = _by_name(desk.template, click.pick)
        decision = decide(
            desk.event,
            desk.template,
            own,
            player.main if player else None,
            click.choice,
            now,
            pick,
            click.actor.role_ids,
        )
        if not isinstance(decision, Answer):
            return _wanted(desk.event, desk.template, click.choice, decision)
        if player is None or found.name != click.actor.name:
            player = await tx.players.register(click.actor, desk.template.game)
        character_id = await _character(tx, desk.template, player, own, decision)
        tier, slot = standing(desk.template.gates, click.actor.role_ids)
        person = _person(click.actor, player, character_id, now)
        desk.answer(replace(person, tier=tier, slot=slot), decision, now)
        return _Stands(desk, player.id)

    async def _write(self, tx: Session, desks: Sequence[Desk]) -> None:
        """Write what changed, have the sheets drawn anew, and tell whoever moved up."""
        if not desks:
            return
        now = self._clock.now()
        await tx.clicks.write(
            {desk.event.id: desk.changed for desk in desks},
            {desk.event.id: desk.removed for desk in desks},
            [one for desk in desks for one in sheets.moved_up_and_down(desk, now)],
        )


@dataclass(frozen=True)
class _Stands:
    """An answer that was taken; where it stands is known when the whole batch is."""

    desk: Desk
    player_id: PlayerId


class SheetUnknown(UnknownEvent):
    """This raid is not here any more. Ask an officer for the current sheet."""


async def _character(tx: Session, template: Template, player: Known, own: SignUp | None, answer: Answer) -> int | None:
    """Which character comes: the one the new choice is of, the one that came so far, or the main."""
    if answer.remember and answer.pick:
        return await remember(tx, player.id, template.game, answer.pick)
    return own.character_id if own and answer.pick and played(own) == answer.pick else player.character_id


def _person(actor: Actor, player: Known, character_id: int | None, now: datetime) -> SignUp:
    return SignUp(
        id=SignUpId(0),
        player_id=player.id,
        name=actor.name,
        user_id=actor.user_id,
        choice=Choice.ABSENCE,
        signed_at=now,
        character_id=character_id,
        offers=player.offers if character_id == player.character_id else (),
    )


def _by_name(template: Template, pick: Picked | None) -> tuple[str, str | None] | None:
    if pick is None or isinstance(pick[0], str):
        return cast("tuple[str, str | None] | None", pick)
    if pick[0] >= len(template.classes):
        raise NotOffered
    return template.classes[pick[0]].name, pick[1]


def _placed(rosters: Mapping[EventId, Roster], stands: _Stands) -> Outcome | Exception:
    placed = rosters[stands.desk.event.id].of(stands.player_id)
    if placed is None:
        return NotSignedUp()  # the same person withdrew within the same batch
    return SignedUp(stands.desk.event, stands.desk.template, placed)


def _wanted(event: Event, template: Template, choice: Choice, decision: Decision) -> ClassWanted | SpecWanted:
    if isinstance(decision, AskSpec):
        return SpecWanted(event, template, choice, decision.game_class)
    return ClassWanted(event, template, choice)
