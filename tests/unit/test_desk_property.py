"""No sequence of joins, leaves, new limits and officers' moves oversells a seat, loses a person or tells one twice."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from makers import ARMS, HOLY, LIGHT, PLAIN, PROTECTION, START, event, game, sign_up

from bot.domain.desk import Desk
from bot.domain.gates import Gates, Method, Tier
from bot.domain.ids import PlayerId, SignUpId
from bot.domain.roster import SignUp
from bot.domain.sign_up import Answer, NotSignedUp, Pick
from bot.domain.template import Choice, Template

BEGINNING = START - timedelta(days=2)
PEOPLE = range(1, 9)
TEMPLATES = [
    PLAIN,
    game(),
    game(tanks=1),
    game(tanks=2, healers=1),
    game(paladins=1, tanks=2),
    game(holy=1),
    game(gates=Gates(Method.WAITING)),
]
SPECS = [PROTECTION, HOLY, ARMS, LIGHT]
STANDINGS = [(Tier.SELF, None), (Tier.PRIORITY, 1), (Tier.PRIORITY, 0)]

people = st.sampled_from(PEOPLE)
choices = st.sampled_from(list(Choice))
click = st.tuples(st.just("click"), people, choices, st.sampled_from(SPECS), st.sampled_from(STANDINGS))
withdraw = st.tuples(st.just("withdraw"), people)
put = st.tuples(st.just("put"), people, choices, st.sampled_from(SPECS))
take_off = st.tuples(st.just("take off"), people)
limit = st.tuples(st.just("limit"), st.sampled_from([None, 1, 2, 3, 5]))
batches = st.lists(st.lists(st.one_of(click, withdraw, put, take_off, limit), min_size=1, max_size=6), max_size=12)


@dataclass
class Night:
    """One raid, batch after batch, and where each person last was as far as they know."""

    template: Template
    limit: int | None = 3
    sign_ups: dict[PlayerId, SignUp] = field(default_factory=dict)
    now: datetime = BEGINNING
    next_id: int = 1

    def play(self, batch: list[tuple]) -> None:
        self.now += timedelta(minutes=1)
        desk = Desk(event(total_limit=self.limit), self.template, self.sign_ups.values())
        acted = {self.step(desk, *step) for step in batch}
        self.check_notices(desk, {one for one in acted if one})
        self.check_seats(desk)
        self.write(desk)

    def step(self, desk: Desk, what: str, *given: object) -> PlayerId | None:
        if what == "limit":
            self.limit = given[0]  # type: ignore[assignment]
            desk.becomes(replace(desk.event, total_limit=self.limit))
            return None
        tier, slot = given[3] if what == "click" else (Tier.SELF, None)  # type: ignore[misc]
        person = sign_up(given[0], signed_at=self.now, tier=tier, slot=slot)  # type: ignore[arg-type]
        own = desk.own(person.player_id)
        if what == "click":
            keeps = own is not None and own.choice.holds_seat == given[1].holds_seat  # type: ignore[attr-defined]
            pick = Pick(**given[2])  # type: ignore[arg-type]
            desk.answer(person, Answer(given[1], pick, keeps_place=keeps, remember=False), self.now)  # type: ignore[arg-type]
        elif what == "withdraw":
            try:
                desk.withdraw(own, self.now)
            except NotSignedUp:
                assert own is None
        elif what == "put":
            desk.put(replace(own or person, choice=given[1], tier=Tier.HOST_ADDED, **given[2]))  # type: ignore[arg-type]
        else:
            desk.take_off(person.player_id)
        return person.player_id

    def check_notices(self, desk: Desk, acted: set[PlayerId]) -> None:
        """Exactly those who went from queue to seat (or back) without acting are told, once each."""
        before, after = desk.before, desk.roster()
        for told, was, became in (
            (desk.promoted, {one.sign_up.player_id for one in before.queued}, after.seated_players),
            (desk.demoted, before.seated_players, {one.sign_up.player_id for one in after.queued}),
        ):
            names = [one.player_id for one in told]
            assert len(names) == len(set(names))
            assert set(names) == (was & became) - acted

    def check_seats(self, desk: Desk) -> None:
        roster = desk.roster()
        assert self.limit is None or len(roster.seated) <= self.limit
        seated = [(one.sign_up.class_name, one.sign_up.spec_name) for one in roster.seated]
        for role in self.template.roles:
            count = sum((spec := self.template.spec(*one)) is not None and spec.role == role.name for one in seated)
            assert role.limit is None or count <= role.limit
        for one in self.template.classes:
            assert one.limit is None or [name for name, _ in seated].count(one.name) <= one.limit
            assert all(spec.limit is None or seated.count((one.name, spec.name)) <= spec.limit for spec in one.specs)
        if self.template.gates.seats_only_the_chosen():
            assert {one.sign_up.tier for one in roster.seated} <= {Tier.HOST_ADDED}
        placed = [*roster.seated, *roster.queued, *(one for group in roster.others.values() for one in group)]
        assert sorted(one.number for one in placed) == list(range(1, len(placed) + 1))
        assert [one.position for one in roster.queued] == list(range(1, len(roster.queued) + 1))
        unplaced = Desk(desk.event, desk.template, desk.sign_ups)
        assert all(unplaced.placed(one.sign_up.player_id) == one for one in placed)

    def write(self, desk: Desk) -> None:
        """What the database holds afterwards; nobody is lost but who left."""
        left = set(desk.removed)
        changed = {one.player_id: one for one in desk.changed}
        kept = {key: one for key, one in self.sign_ups.items() if key not in left}
        self.sign_ups = {key: self.stored(one) for key, one in {**kept, **changed}.items()}
        placed = desk.roster()
        assert all(placed.of(key) is not None for key in self.sign_ups)
        assert all(placed.of(key) is None for key in left)

    def stored(self, one: SignUp) -> SignUp:
        if one.player_id in self.sign_ups:
            return replace(one, id=self.sign_ups[one.player_id].id)
        self.next_id += 1
        return replace(one, id=SignUpId(self.next_id))


@settings(max_examples=500)
@given(template=st.sampled_from(TEMPLATES), batches=batches)
def test_no_sequence_oversells_a_seat_loses_a_person_or_tells_one_twice(template: Template, batches: list[list[tuple]]):
    night = Night(template)
    for batch in batches:
        night.play(batch)
