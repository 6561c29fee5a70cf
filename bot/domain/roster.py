"""Who sits where: placement is a pure function of the ordered sign-ups and the limits, and is never stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot.domain.gates import Gates, Tier
from bot.domain.ids import PlayerId, SignUpId, UserId
from bot.domain.template import Choice, Template


@dataclass(frozen=True)
class SignUp:
    """One person's answer to one sheet. `user_id` is None for somebody without Discord."""

    id: SignUpId
    player_id: PlayerId
    name: str
    user_id: UserId | None
    choice: Choice
    signed_at: datetime
    class_name: str | None = None
    spec_name: str | None = None
    note: str = ""
    arrives_at: datetime | None = None
    tier: Tier = Tier.SELF
    slot: int | None = None
    character_id: int | None = None
    offers: tuple[str, ...] = ()
    """What else they would play, as "Class/Spec"."""
    left: bool = False
    """Whether they count as somebody who has left the server."""

    @property
    def written(self) -> bool:
        """Whether the database knows it, by this id; 0 is none."""
        return 0 < self.id < NOT_WRITTEN_YET

    @cached_property
    def order(self) -> tuple[int, int, datetime, int]:
        """The key that decides who is first: tier, then slot, then time, then id."""
        return (self.tier, self.slot if self.slot is not None else _NO_SLOT, self.signed_at, self.id)


NOT_WRITTEN_YET = 1 << 62
"""Ids of new sign-ups until the database gives them theirs: larger than any, in the order of the clicks."""
_NO_SLOT = 1 << 30


@dataclass(frozen=True)
class Placed:
    """A sign-up with its number on the sheet (1-based over all sign-ups of the event)."""

    number: int
    sign_up: SignUp
    position: int | None = None
    """Place in the queue, 1-based; None when not queued."""


@dataclass(frozen=True)
class Roster:
    """Every sign-up exactly once: seated, queued (in order), or under the answer that holds no seat."""

    seated: tuple[Placed, ...] = ()
    queued: tuple[Placed, ...] = ()
    others: Mapping[Choice, tuple[Placed, ...]] = field(default_factory=dict[Choice, tuple[Placed, ...]])

    @property
    def everyone(self) -> Sequence[Placed]:
        """Whoever has answered."""
        return (*self.seated, *self.queued, *(one for group in self.others.values() for one in group))

    def of(self, player_id: PlayerId) -> Placed | None:
        """Where this player stands, or None."""
        return next((one for one in self.everyone if one.sign_up.player_id == player_id), None)

    @property
    def seated_players(self) -> frozenset[PlayerId]:
        """Who holds a seat."""
        return frozenset(one.sign_up.player_id for one in self.seated)


def place(sign_ups: Iterable[SignUp], template: Template, total_limit: int | None) -> Roster:
    """Seat the sign-ups in order while total, role, class and spec have room; the rest queue in the same order.

    Where officers choose (template's gates), nobody is seated but whom they put in.
    """
    ordered = sorted(sign_ups, key=lambda one: one.order)
    seats = _Seats(template, total_limit, template.gates)
    seated: list[Placed] = []
    queued: list[Placed] = []
    others: dict[Choice, list[Placed]] = {}
    for number, sign_up in enumerate(ordered, start=1):
        if not sign_up.choice.holds_seat:
            others.setdefault(sign_up.choice, []).append(Placed(number, sign_up))
        elif seats.take(sign_up):
            seated.append(Placed(number, sign_up))
        else:
            queued.append(Placed(number, sign_up, position=len(queued) + 1))
    return Roster(tuple(seated), tuple(queued), {choice: tuple(group) for choice, group in others.items()})


def classless(template: Template, sign_up: SignUp) -> bool:
    """Whether somebody takes a seat without a class of this template: none was chosen, or another template had it."""
    shown = template.shown(sign_up.class_name, sign_up.spec_name)
    return bool(template.classes) and sign_up.choice.holds_seat and not shown


def promoted(before: Roster, after: Roster) -> Sequence[SignUp]:
    """Those who were queued before and are seated after, in the order of their seats."""
    waiting = {one.sign_up.player_id for one in before.queued}
    return [one.sign_up for one in after.seated if one.sign_up.player_id in waiting]


def demoted(before: Roster, after: Roster) -> Sequence[SignUp]:
    """Those who had a seat before and are queued after, in the order of the queue."""
    seated = before.seated_players
    return [one.sign_up for one in after.queued if one.sign_up.player_id in seated]


class _Seats:
    """Counts the seats taken against every limit that applies."""

    def __init__(self, template: Template, total_limit: int | None, gates: Gates) -> None:
        self._template = template
        self._only_chosen = gates.seats_only_the_chosen()
        self._total = total_limit
        self._taken: Counter[tuple[str, ...]] = Counter()
        self._limits: dict[tuple[str | None, str | None], Sequence[tuple[tuple[str, ...], int]]] = {}

    def take(self, sign_up: SignUp) -> bool:
        if self._only_chosen and sign_up.tier is not Tier.HOST_ADDED:
            return False
        what = (sign_up.class_name, sign_up.spec_name)
        claims = self._limits.get(what)
        if claims is None:  # looked up once a spec, because everybody is placed at every click
            claims = self._limits[what] = [(key, limit) for key, limit in self._claims(sign_up) if limit is not None]
        if not claims:
            return True
        if any(self._taken[key] >= limit for key, limit in claims):
            return False
        for key, _ in claims:  # not `update`: everybody is placed at every click
            self._taken[key] += 1
        return True

    def _claims(self, sign_up: SignUp) -> Iterable[tuple[tuple[str, ...], int | None]]:
        yield ("total",), self._total
        game_class = self._template.game_class(sign_up.class_name)
        if game_class is None:
            return
        yield ("class", game_class.name), game_class.limit
        spec = game_class.spec(sign_up.spec_name or "")
        if spec is None:
            return
        yield ("spec", game_class.name, spec.name), spec.limit
        role = self._template.role(spec.role)
        yield ("role", spec.role), role.limit if role else None
