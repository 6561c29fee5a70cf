"""The clicks on one sheet, worked off one after the other in memory: what each comes to, and what must be written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from bot.domain.event import Event, check_open_here
from bot.domain.ids import PlayerId, SignUpId, UserId
from bot.domain.roster import NOT_WRITTEN_YET, Placed, Roster, SignUp, demoted, place, promoted
from bot.domain.sign_up import Answer, NotSignedUp
from bot.domain.template import Choice, Template


class Desk:
    """One event's sign-ups while a batch of clicks is worked off.

    `before` is the roster the batch found, `roster()` the one it leaves; `changed` and `removed` are the difference to
    write. The last word of a person is the one that stands. Everybody is placed only where somebody wants to know.
    """

    def __init__(
        self, event: Event, template: Template, sign_ups: Iterable[SignUp], before: Roster | None = None
    ) -> None:
        """`before` is the sign-ups' roster, where somebody has placed them already."""
        self.event = event
        self.template = template
        self._limit_found = event.total_limit
        self._found = {one.player_id: one for one in sign_ups}
        self._now = dict(self._found)
        self._fresh = count(NOT_WRITTEN_YET)
        self._acted: dict[PlayerId, None] = {}  # a set in the order of the clicks
        self._before = self.known_roster = before

    @property
    def before(self) -> Roster:
        """Everybody placed, as the batch found them."""
        if self._before is None:
            self._before = place(self._found.values(), self.template, self._limit_found)
        return self._before

    def roster(self) -> Roster:
        """Everybody placed, as things stand; it is the `known_roster` from then on."""
        if self.known_roster is None:
            self.known_roster = place(self._now.values(), self.template, self.event.total_limit)
        return self.known_roster

    def placed(self, player_id: PlayerId) -> Placed | None:
        """Where this player stands, or None."""
        own = self._now.get(player_id)
        if own is None or self.known_roster or self._may_wait(self.event.total_limit):
            return self.roster().of(player_id)
        number = 1 + sum(one.order < own.order for one in self._now.values())  # nobody waits: there is no more to it
        return Placed(number, own)

    @property
    def sign_ups(self) -> Collection[SignUp]:
        """Everybody's sign-up, as things stand."""
        return self._now.values()

    def own(self, player_id: PlayerId) -> SignUp | None:
        """This player's sign-up, or None."""
        return self._now.get(player_id)

    def of_user(self, user_id: UserId) -> Placed | None:
        """Where this Discord user stands, or None."""
        own = self.own_of_user(user_id)
        return self.placed(own.player_id) if own else None

    def own_of_user(self, user_id: UserId) -> SignUp | None:
        """This Discord user's sign-up, or None."""
        return next((one for one in self._now.values() if one.user_id == user_id), None)

    def answer(self, known: SignUp, answer: Answer, now: datetime) -> None:
        """Write `answer` down for the person of `known`: a sign-up that names them, with the character that comes, what
        they offer, and the standing they have now.

        Whoever keeps their place keeps the standing it was taken with.
        """
        own = self._now.get(known.player_id)
        stays = own is not None and answer.keeps_place
        standing = replace(
            own or replace(known, id=SignUpId(next(self._fresh))),
            name=known.name,
            left=known.left,
            character_id=known.character_id,
            offers=known.offers,
            choice=answer.choice,
            class_name=answer.pick.class_name if answer.pick else None,
            spec_name=answer.pick.spec_name if answer.pick else None,
            signed_at=own.signed_at if own and stays else now,
            tier=own.tier if own and stays else known.tier,
            slot=own.slot if own and stays else known.slot,
            arrives_at=own.arrives_at if own and answer.choice is Choice.LATE else None,
        )
        self._stands(standing)

    def amend(self, own: SignUp) -> None:
        """Write down what a member changed on their own answer; their place stays."""
        self._stands(own)

    def withdraw(self, own: SignUp | None, now: datetime) -> None:
        """Take the person's answer back. Raises SheetClosed, NotSignedUp."""
        check_open_here(self.event, Choice.ABSENCE, now)
        if own is None:
            raise NotSignedUp
        self._goes(own.player_id)

    def put(self, sign_up: SignUp) -> None:
        """Write down somebody's sign-up as an officer wants it."""
        own = self._now.get(sign_up.player_id)
        self._stands(replace(sign_up, id=own.id if own else SignUpId(next(self._fresh))))

    def take_off(self, player_id: PlayerId) -> None:
        """Take somebody's sign-up away, as an officer wants it."""
        self._goes(player_id)

    def becomes(self, event: Event) -> None:
        """The raid is `event` from now on, with another limit perhaps; `before` stays what it was."""
        self.event, self.known_roster = event, None

    def _stands(self, sign_up: SignUp) -> None:
        self._acted[sign_up.player_id] = None
        self._now[sign_up.player_id], self.known_roster = sign_up, None

    def _goes(self, player_id: PlayerId) -> None:
        self._acted[player_id] = None
        self._now.pop(player_id, None)
        self.known_roster = None

    def _may_wait(self, total_limit: int | None) -> bool:
        """Whether anybody may be queued, which is seen before everybody is placed."""
        return total_limit is not None or self.template.limits_seats

    @property
    def changed(self) -> Sequence[SignUp]:
        """What must be written, in the order of their ids: new ones have theirs in the order of the clicks."""
        stand = (self._now[one] for one in self._acted if one in self._now)
        return sorted((one for one in stand if one != self._found.get(one.player_id)), key=lambda one: one.id)

    @property
    def removed(self) -> Sequence[PlayerId]:
        """Whose sign-up must go."""
        return [one.player_id for one in self.gone]

    @property
    def gone(self) -> Sequence[SignUp]:
        """The sign-ups that must go, as they were found."""
        return [self._found[one] for one in self._acted if one in self._found and one not in self._now]

    @property
    def demoted(self) -> Sequence[SignUp]:
        """Who had a seat before and waits now, not by their own answer."""
        if not self._may_wait(self.event.total_limit):
            return []
        return [one for one in demoted(self.before, self.roster()) if one.player_id not in self._acted]

    @property
    def promoted(self) -> Sequence[SignUp]:
        """Who waited before and has a seat now, not by their own answer."""
        waited = self._before or self._may_wait(self._limit_found)
        if not waited or not self.before.queued:
            return []
        return [one for one in promoted(self.before, self.roster()) if one.player_id not in self._acted]
