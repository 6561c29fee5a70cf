"""Comps: a raid's seated people in groups, with what is missing, who waits, and who must be told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bot.domain.errors import MusterError
from bot.domain.event import Event, SheetKind
from bot.domain.ids import MessageId, PlayerId, UserId
from bot.domain.roster import Placed, Roster, SignUp
from bot.domain.template import Buff, Choice, Role, Template

MOST_GROUPS = 20
"""Groups of one comp; of more people than fit the groups are larger."""


class NotInComp(MusterError):
    """You have no place in this comp. Ask an officer if you should have one."""


class NotPublished(MusterError):
    """This comp is not published any more, so there is nothing to answer."""


class NoSeat(MusterError):
    """They hold no seat in this raid any more. The comp above is as it is now: choose again."""


class CompChanged(MusterError):
    """The comp has changed meanwhile: `/raid comp` shows it as it is now."""


class NobodySeated(MusterError):
    """Nobody holds a seat in this raid yet, so there is nobody to make groups of."""


class NoComp(MusterError):
    """This raid has no comp yet: `/raid comp` proposes one."""


class CompOver(MusterError):
    """This raid is over or was cancelled, so its comp takes no answers any more."""


class CompNowhere(MusterError):
    """This raid has no channel, so its comp cannot stand anywhere. Plan the raid anew with `/raid create`."""


class CompElsewhere(MusterError):
    """Raid-Helper keeps this raid's sheet, and its comp as well: arrange the groups there."""


@dataclass(frozen=True)
class Slot:
    """One person's place; `group` and `number` count from 1, `confirmed` is None until they say.

    `decline_told` is whether the officers have heard that they declined.
    """

    player_id: PlayerId
    name: str
    user_id: UserId | None
    group: int
    number: int
    confirmed: bool | None = None
    decline_told: bool = False


@dataclass(frozen=True)
class Comp:
    """The groups as stored. `told` is what was last said to whom: Discord user → group."""

    slots: tuple[Slot, ...] = ()
    published: bool = False
    message_id: MessageId | None = None
    told: Mapping[UserId, int] = field(default_factory=dict[UserId, int])

    @cached_property
    def _by_player(self) -> Mapping[PlayerId, Slot]:
        return {one.player_id: one for one in self.slots}

    def of(self, player_id: PlayerId) -> Slot | None:
        """This player's place, or None."""
        return self._by_player.get(player_id)


class Option(NamedTuple):
    """Somebody who could bring something, as a spec of a class when they offered it (else with what they play)."""

    sign_up: SignUp
    class_name: str
    spec_name: str | None


@dataclass(frozen=True)
class Missing:
    """A buff nobody in the comp brings; `waiting` play such a class outside it, `offers` said they could."""

    buff: Buff
    waiting: tuple[SignUp, ...]
    offers: tuple[Option, ...]


@dataclass(frozen=True)
class LineUp:
    """A comp with everything that is shown beside it."""

    event: Event
    template: Template
    roster: Roster
    comp: Comp

    @cached_property
    def seated(self) -> Mapping[PlayerId, SignUp]:
        """Who holds a seat, in the sheet's order."""
        return {one.sign_up.player_id: one.sign_up for one in self.roster.seated}

    @cached_property
    def groups(self) -> Mapping[int, Sequence[Slot]]:
        """Every group that has a place, in order: number → places, gaps included."""
        found: dict[int, list[Slot]] = {}
        for slot in sorted(self.comp.slots, key=lambda one: (one.group, one.number)):
            found.setdefault(slot.group, []).append(slot)
        return found

    @property
    def capacity(self) -> int:
        """People of a full group."""
        return max(self.template.group_size, -(-len(self.seated) // MOST_GROUPS))

    @property
    def gaps(self) -> Sequence[Slot]:
        """The places of those who hold no seat any more."""
        return [one for one in self.comp.slots if one.player_id not in self.seated]

    @property
    def unplaced(self) -> Sequence[SignUp]:
        """Those who hold a seat and have no place."""
        return [one for player_id, one in self.seated.items() if self.comp.of(player_id) is None]

    @property
    def members(self) -> Sequence[SignUp]:
        """Those who hold both a seat and a place."""
        return [one for player_id, one in self.seated.items() if self.comp.of(player_id)]

    @property
    def movable(self) -> Sequence[PlayerId]:
        """Everybody who can be moved or removed, those without a group first."""
        return [*(one.player_id for one in self.unplaced), *(one.player_id for one in self.comp.slots)]

    @property
    def targets(self) -> Sequence[int]:
        """The groups somebody can be moved to: those there are, and a new one."""
        return range(1, min(MOST_GROUPS, max(self.groups, default=0) + 1) + 1)

    @property
    def role_counts(self) -> Sequence[tuple[Role, int]]:
        """How many of each role are in the comp, in the template's order."""
        counted = Counter(role_of(self.template, one) for one in self.members)
        return [(role, counted[role.name]) for role in self.template.roles]

    @property
    def missing_buffs(self) -> Sequence[Missing]:
        """What nobody in the comp brings."""
        brought = {one.class_name for one in self.members}
        return [self._missing(buff) for buff in self.template.buffs if brought.isdisjoint(buff.classes)]

    @property
    def news(self) -> Sequence[UserId]:
        """Whose place is another than they were told, those first who have one now."""
        now = {slot.user_id: slot.group for slot in self.comp.slots if slot.player_id in self.seated}
        moved = [user for user, group in now.items() if user is not None and self.comp.told.get(user) != group]
        here = {one.user_id for one in self.seated.values()}
        return [*moved, *(user for user in self.comp.told if user not in now and user in here)]

    def substitutes(self, player_id: PlayerId) -> Sequence[SignUp]:
        """Who waits on the bench or in the queue and plays, or offers, the player's role."""
        gone = self.roster.of(player_id)
        role = role_of(self.template, gone.sign_up) if gone else None
        waiting = (*self.roster.others.get(Choice.BENCH, ()), *self.roster.queued)
        return [one.sign_up for one in waiting if role in _roles(self.template, one.sign_up)]

    def _missing(self, buff: Buff) -> Missing:
        waiting = [*self.unplaced, *_sign_ups(_waiting(self.roster))]
        everyone = (*self.members, *waiting)
        offers = [option for one in everyone for option in _options(one) if option.class_name in buff.classes]
        plays = tuple(one for one in waiting if one.class_name in buff.classes)
        return Missing(buff, plays, tuple(one for one in offers if one.sign_up not in plays))


def role_of(template: Template, sign_up: SignUp) -> str | None:
    """The name of the role somebody plays, or None without classes."""
    spec = template.spec(sign_up.class_name, sign_up.spec_name)
    return spec.role if spec else None


def check_comp_here(event: Event) -> None:
    """Raise CompElsewhere for a raid whose answers Raid-Helper has."""
    if event.sheet is SheetKind.RAID_HELPER:
        raise CompElsewhere


def _waiting(roster: Roster) -> Sequence[Placed]:
    others = (roster.others.get(choice, ()) for choice in (Choice.BENCH, Choice.TENTATIVE))
    return [*roster.queued, *(one for group in others for one in group)]


def _sign_ups(placed: Sequence[Placed]) -> Sequence[SignUp]:
    return [one.sign_up for one in placed]


def _options(sign_up: SignUp) -> Sequence[Option]:
    parted = (offer.partition("/") for offer in sign_up.offers)
    return [Option(sign_up, class_name, spec or None) for class_name, _, spec in parted]


def _roles(template: Template, sign_up: SignUp) -> set[str | None]:
    """What they play and what they offer to; None (no role) counts where the template has no classes."""
    offered = (template.spec(one.class_name, one.spec_name) for one in _options(sign_up))
    return {role_of(template, sign_up), *(spec.role for spec in offered if spec)}
