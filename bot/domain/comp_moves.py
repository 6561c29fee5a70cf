"""Who stands in which group: the proposal, and what moving people by hand makes of it. Nobody is lost or doubled."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from bot.domain.comp import MOST_GROUPS, Comp, CompChanged, LineUp, NobodySeated, NoSeat, Slot, role_of
from bot.domain.ids import PlayerId
from bot.domain.roster import Roster, SignUp
from bot.domain.template import Template


def propose(roster: Roster, template: Template, group_size: int) -> Sequence[Sequence[SignUp]]:
    """The seated people in groups of at most `group_size` (larger only beyond 20 groups), the same every time.

    They are dealt like cards, role by role, so no two groups differ by more than one in size or in any role; a group
    is dealt, of the role whose turn it is, the first whose class it has least of.
    """
    people = [one.sign_up for one in roster.seated]
    groups: list[list[SignUp]] = [[] for _ in range(min(MOST_GROUPS, -(-len(people) // group_size)))]
    turn = count()
    for role in (*(role.name for role in template.roles), None):
        waiting = [one for one in people if role_of(template, one) == role]
        while waiting:
            group = groups[next(turn) % len(groups)]
            group.append(waiting.pop(_rarest(group, waiting)))
    return groups


def proposed(line_up: LineUp) -> tuple[Slot, ...]:
    """The places of a fresh proposal; whoever had one keeps what they said. Raises NobodySeated."""
    groups = propose(line_up.roster, line_up.template, line_up.template.group_size)
    if not groups:
        raise NobodySeated
    return tuple(
        _at(line_up, sign_up, group, number)
        for group, people in enumerate(groups, start=1)
        for number, sign_up in enumerate(people, start=1)
    )


def moved(line_up: LineUp, player_id: PlayerId, group: int) -> tuple[Slot, ...] | None:
    """The places with that player in `group`, in a gap if it has one; None when it is full.

    Raises NoSeat, CompChanged.
    """
    sign_up = _seated(line_up, player_id)
    if group not in line_up.targets:
        raise CompChanged
    there = [one for one in line_up.groups.get(group, ()) if one.player_id != player_id]
    gap = next((one for one in there if one.player_id not in line_up.seated), None)
    if gap is None and len(there) >= line_up.capacity:
        return None
    number = gap.number if gap else max((one.number for one in there), default=0) + 1
    leaving = {player_id, gap.player_id if gap else player_id}
    return (*_without(line_up.comp, leaving), _at(line_up, sign_up, group, number))


def swapped(line_up: LineUp, player_id: PlayerId, other_id: PlayerId) -> tuple[Slot, ...]:
    """The places with the player where the other was, and the other where the player was: nowhere, perhaps.

    Raises NoSeat, CompChanged.
    """
    sign_up, own, other = _seated(line_up, player_id), line_up.comp.of(player_id), line_up.comp.of(other_id)
    if other is None or other == own:
        raise CompChanged
    places = [*_without(line_up.comp, {player_id, other_id}), _at(line_up, sign_up, other.group, other.number)]
    return (*places, *([replace(other, group=own.group, number=own.number)] if own else []))


def taken_out(line_up: LineUp, player_id: PlayerId) -> tuple[Slot, ...]:
    """The places without that player's. Raises CompChanged when they have none."""
    if line_up.comp.of(player_id) is None:
        raise CompChanged
    return tuple(_without(line_up.comp, {player_id}))


def _rarest(group: Sequence[SignUp], waiting: Sequence[SignUp]) -> int:
    """The index of the first who waits with a class the group has least of."""
    classes = Counter(one.class_name for one in group)
    return min(range(len(waiting)), key=lambda index: classes[waiting[index].class_name])


def _at(line_up: LineUp, sign_up: SignUp, group: int, number: int) -> Slot:
    own = line_up.comp.of(sign_up.player_id) or Slot(sign_up.player_id, sign_up.name, sign_up.user_id, group, number)
    return replace(own, group=group, number=number)


def _seated(line_up: LineUp, player_id: PlayerId) -> SignUp:
    if player_id not in line_up.seated:
        raise NoSeat
    return line_up.seated[player_id]


def _without(comp: Comp, leaving: set[PlayerId]) -> Sequence[Slot]:
    return [one for one in comp.slots if one.player_id not in leaving]
