"""A batch of clicks: what each comes to, decided one after the other on what is known of its sheet and person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import cast

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.errors import MusterError
from bot.domain.event import Event, UnknownEvent
from bot.domain.gates import standing
from bot.domain.ids import EventId, PlayerId, SignUpId
from bot.domain.mine import of_these, played
from bot.domain.permissions import Actor
from bot.domain.roster import Placed, SignUp
from bot.domain.sign_up import Answer, AskSpec, Decision, NotOffered, NotSignedUp, decide
from bot.domain.template import Choice, GameClass, Template
from bot.services.characters import classes_of, drop_offers, remember
from bot.services.sheet_memory import Remembered
from db import Session
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
    """The member must choose a class; `choice` is the button they came from.

    `several`: they have more than one character of the game, so that none of them may be of what they choose.
    """

    event: Event
    template: Template
    choice: Choice
    several: bool = False


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


class SheetUnknown(UnknownEvent):
    """This raid is not here any more. Ask an officer for the current sheet."""


@dataclass(frozen=True)
class Click:
    """A press of a button: an answer (with what was chosen just now), or `choice` None for `Withdraw`.

    `draw` makes of an answer's outcome what the member is shown, never None; without one it is told as it is.
    """

    actor: Actor
    event_id: EventId
    choice: Choice | None
    pick: Picked | None = None
    draw: Callable[[Outcome], object] | None = None

    def told(self, outcome: Outcome | Withdrawn | MusterError) -> object:
        """What the member is told of the outcome; what fails at drawing it is theirs alone."""
        if self.draw is None or isinstance(outcome, Withdrawn | MusterError):
            return outcome
        try:
            return self.draw(outcome)
        except Exception as error:  # noqa: BLE001 - raised for whoever clicked
            return error


class Footing(Enum):
    """How well a batch knows what it decides on.

    REMEMBERED: by heart, so only what the database confirms by taking it counts. READ: refusals and questions count,
    too, as they are true of what was read. LOCKED: nobody else writes, so people may be written down as well.
    """

    REMEMBERED = auto()
    READ = auto()
    LOCKED = auto()


@dataclass(frozen=True)
class Batch:
    """Clicks, what is known of each, and their sheets. `decide` leaves in the desks what must be written."""

    footing: Footing
    clicks: Sequence[Click]
    found: Sequence[Clicked | None]
    desks: Mapping[EventId, Desk]

    async def decide(self, tx: Session, clock: Clock) -> "Sequence[Decided]":
        """What each click comes to; None where a better footing is needed."""
        told: list[Decided] = []
        passed: set[EventId] = set()  # whoever clicks after one that has to wait waits, too: they come in their order
        for click, found in zip(self.clicks, self.found, strict=True):
            one = None if click.event_id in passed else await self._decide(tx, click, found, clock.now())
            if one is None:
                passed.add(click.event_id)
            told.append(one)
        return told

    def tell(self, decided: "Sequence[Decided]") -> Sequence[object]:
        """What the clicks are answered with, errors among it; None where a better footing is needed."""
        outcomes = [one.placed() if isinstance(one, Stands) else one for one in decided]
        return [one and click.told(one) for click, one in zip(self.clicks, outcomes, strict=True)]

    async def _decide(self, tx: Session, click: Click, found: Clicked | None, now: datetime) -> "Decided":
        by_heart = self.footing is Footing.REMEMBERED
        if found is None:
            return None if by_heart else SheetUnknown()
        try:
            told = await self._apply(tx, self.desks[click.event_id], click, found, now)
        except MusterError as refusal:  # that click's own, which stops nobody else's
            told = refusal
        return told if not by_heart or isinstance(told, Stands | Withdrawn) else None

    async def _apply(
        self, tx: Session, desk: Desk, click: Click, found: Clicked, now: datetime
    ) -> "ClassWanted | SpecWanted | Withdrawn | Stands | None":
        player, locked = found.player, self.footing is Footing.LOCKED
        # Without a template, as raids written by hand are, only the server's default says which game's main counts.
        # Whoever was gone, or is of another rank since, is written down, and that takes a lock.
        if player and (desk.event.template_id is None or found.stale):
            if not locked:
                return None
            player = await tx.players.register(click.actor, desk.template.game)
        own = desk.own(player.id) if player else None
        if click.choice is None:
            desk.withdraw(own, now)
            return Withdrawn(desk.event)
        pick = _by_name(desk.template, click.pick)
        main = player.main if player else None
        decision = decide(desk.event, desk.template, own, main, click.choice, now, pick, click.actor.role_ids)
        if not isinstance(decision, Answer):
            return await _wanted(tx, desk, player, click.choice, decision)
        stale = player is None or found.name != click.actor.name
        if not locked and (decision.remember or stale):
            return None
        if player is None or stale:
            player = await tx.players.register(click.actor, desk.template.game)
        character_id = await _character(tx, desk.template, player, own, decision)
        offers = await _offers(tx, desk.template, player, own, character_id, decision)
        desk.answer(_person(click.actor, desk.template, player.id, character_id, offers, now), decision, now)
        return Stands(desk, player.id)


@dataclass(frozen=True)
class Stands:
    """An answer that was taken; where it stands is known when the whole batch is."""

    desk: Desk
    player_id: PlayerId

    def placed(self) -> SignedUp | NotSignedUp:
        """Where."""
        placed = self.desk.placed(self.player_id)
        if placed is None:
            return NotSignedUp()  # the same person withdrew within the same batch
        return SignedUp(self.desk.event, self.desk.template, placed)


Decided = Outcome | Withdrawn | MusterError | Stands | None


def recalled(sheet: Remembered | None, click: Click) -> Clicked | None:
    """What is remembered about a click, if it is enough: the sheet, and who is on it with what they play."""
    if sheet is None or sheet.event.guild_id != click.actor.guild_id:
        return None
    own = next((one for one in sheet.sign_ups if one.user_id == click.actor.user_id), None)
    if own is None or own.left:  # they are new, or back: that is written down
        return None
    if sheet.template.classes and not played(own):  # their main counts, which may change
        return None
    return Clicked(sheet.event, sheet.version, Known(own.player_id, own.character_id, played(own)), own.name)


async def _character(tx: Session, template: Template, player: Known, own: SignUp | None, answer: Answer) -> int | None:
    """Which character comes: the one the new choice is of, the one that came so far, or the main."""
    if answer.remember and answer.pick:
        comes = await remember(tx, player.id, template.game, answer.pick, own.character_id if own else None)
        if player.character_id is not None:
            await drop_offers(tx, player.id, template)
        return comes
    return own.character_id if own and answer.pick and played(own) == answer.pick else player.character_id


async def _offers(
    tx: Session, template: Template, player: Known, own: SignUp | None, character_id: int | None, answer: Answer
) -> tuple[str, ...]:
    """What else they would play: what they said here, else what their main does; nothing of a class they gave up."""
    main = player.offers if character_id == player.character_id else ()
    said = own.offers if own else main
    if not said or not answer.remember or answer.pick is None:
        return said
    known = await tx.characters.of(player.id, template.game)
    return of_these(template, said, [answer.pick.class_name, *classes_of(known)])


def _person(
    actor: Actor,
    template: Template,
    player_id: PlayerId,
    character_id: int | None,
    offers: tuple[str, ...],
    now: datetime,
) -> SignUp:
    tier, slot = standing(template.gates, actor.role_ids)
    return SignUp(
        id=SignUpId(0),
        player_id=player_id,
        name=actor.name,
        user_id=actor.user_id,
        choice=Choice.ABSENCE,
        signed_at=now,
        tier=tier,
        slot=slot,
        character_id=character_id,
        offers=offers,
    )


def _by_name(template: Template, pick: Picked | None) -> tuple[str, str | None] | None:
    if pick is None or isinstance(pick[0], str):
        return cast("tuple[str, str | None] | None", pick)
    # A list of specs may stand open while another template, with other classes, becomes the raid's.
    found = next((one for one in template.classes if one.mark == pick[0]), None)
    if found is None:
        raise NotOffered
    return found.name, pick[1]


async def _wanted(
    tx: Session, desk: Desk, player: Known | None, choice: Choice, decision: Decision
) -> ClassWanted | SpecWanted:
    if isinstance(decision, AskSpec):
        return SpecWanted(desk.event, desk.template, choice, decision.game_class)
    known = await tx.characters.of(player.id, desk.template.game) if player else ()
    return ClassWanted(desk.event, desk.template, choice, several=len(known) > 1)
