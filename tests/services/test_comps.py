"""Comps as use cases: arranged, published once, answered by each person for themselves, told to the officers once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.comp import (
    CompChanged,
    CompElsewhere,
    CompNowhere,
    CompOver,
    LineUp,
    NobodySeated,
    NoComp,
    NoSeat,
    NotInComp,
    NotPublished,
    Slot,
)
from bot.domain.event import SheetKind, UnknownEvent
from bot.domain.ids import ChannelId, EventId, MessageId, PlayerId, UserId
from bot.domain.officer_rules import RaidIsCancelled, RaidIsOver
from bot.domain.permissions import NotAnOfficer
from bot.domain.template import Choice
from bot.services import comp_delivery
from bot.services.comp_delivery import CompDelivery
from bot.services.comps import Comps, SwapWanted
from bot.services.delivery import Delivery
from bot.services.messenger import SheetGone
from bot.services.moving import Moving
from bot.services.presence import Leavers
from bot.services.queue import Queue
from bot.services.sheets import Sheets
from tests.factories import OFFICERS, OTHER_GUILD, RAIDS, START, member, new_series, officer
from tests.services.world import World

SECOND = timedelta(seconds=1)


@dataclass
class Poster:
    """What the channels would show of comps; a message of a known nonce is posted once, as Discord does it."""

    posts: list[tuple[LineUp, Sequence[UserId]]] = field(default_factory=list)
    edits: list[LineUp] = field(default_factory=list)
    rings: list[Sequence[UserId]] = field(default_factory=list)
    declined: list[tuple[ChannelId, str]] = field(default_factory=list)
    deleted: list[MessageId] = field(default_factory=list)
    gone: bool = False
    breaks_after: str | None = None
    known: dict[str, MessageId] = field(default_factory=dict)

    async def post_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> MessageId:
        if self._first(nonce):
            self.posts.append((line_up, rung))
        self._break("post_comp")
        return self.known[nonce]

    async def edit_comp(self, line_up: LineUp) -> None:
        if self.gone:
            raise SheetGone("deleted by hand")
        self.edits.append(line_up)

    async def ring_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> None:
        if self._first(nonce):
            self.rings.append(rung)
        self._break("ring_comp")

    async def tell_declined(self, channel_id: ChannelId, line_up: LineUp, slot: Slot, nonce: str) -> None:
        if self._first(nonce):
            self.declined.append((channel_id, slot.name))
        self._break("tell_declined")

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        assert channel_id == RAIDS
        self.deleted.append(message_id)

    def _first(self, nonce: str) -> bool:
        fresh = nonce not in self.known
        self.known.setdefault(nonce, MessageId(600_000_000_000_000_000 + len(self.known)))
        return fresh

    def _break(self, method: str) -> None:
        if self.breaks_after == method:
            self.breaks_after = None
            raise OSError("the answer never came")


@dataclass
class Night:
    """A raid of people 1 to 7 in two groups (the odd and the even), with the comps' use cases."""

    world: World
    comps: Comps
    poster: Poster
    queue: Queue
    event_id: EventId

    async def signs_up(self, *numbers: int, choice: Choice = Choice.ACCEPTED) -> None:
        for number in numbers:
            await self.world.first.sign_ups.answer(member(number), self.event_id, choice)
            self.world.clock.advance(SECOND)

    async def player(self, number: int) -> PlayerId:
        return PlayerId(
            await self.world.pool.fetchval(
                """
                SELECT p.id FROM guild_identity.players p JOIN guild_identity.discord_users u ON u.id = discord_user_id
                WHERE u.discord_id = $1
                """,
                member(number).user_id,
            )
        )

    async def open(self) -> LineUp:
        return await self.comps.open(officer(), str(self.event_id))

    async def published(self) -> LineUp:
        """The comp, opened, published and posted."""
        await self.open()
        await self.comps.publish(officer(), self.event_id)
        await self.run()
        return await self.open()

    async def say(self, number: int, *, confirmed: bool) -> None:
        await self.comps.say(member(number), self.event_id, confirmed=confirmed)

    async def run(self) -> None:
        await self.queue.run_due()

    async def pass_time(self, by: timedelta = SECOND) -> None:
        self.world.clock.advance(by)
        await self.run()

    async def groups(self) -> dict[int, list[str]]:
        found = (await self.open()).groups
        return {number: [slot.name.removeprefix("Member ") for slot in slots] for number, slots in found.items()}

    async def audited(self) -> list[str]:
        rows = await self.world.pool.fetch("SELECT action FROM patt.audit ORDER BY id")
        return [row["action"] for row in rows]


@pytest.fixture
async def night(world: World) -> Night:
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, default_template="plain")
    event_id = await world.raid()
    worker, poster = world.first, Poster()
    leavers = Leavers(worker.db, world.discord, world.clock)
    native = Delivery(worker.db, Sheets(worker.templates, world.clock), world.discord, leavers, world.clock)
    moving = Moving(worker.db, Sheets(worker.templates, world.clock), world.discord, world.clock)
    comp_delivery = CompDelivery(worker.db, worker.templates, poster, world.clock)
    handlers = {**native.handlers, **moving.handlers, **comp_delivery.handlers}
    comps = Comps(worker.db, worker.templates, worker.raids, world.clock)
    night = Night(world, comps, poster, Queue(worker.db, handlers, world.clock), event_id)
    await night.signs_up(*range(1, 8))
    return night


def rung(night: Night) -> list[set[UserId]]:
    return [set(one) for one in night.poster.rings]


def users(*numbers: int) -> set[UserId]:
    return {member(number).user_id for number in numbers}


# ---------------------------------------------------------------- arranging


async def test_the_first_opening_stores_a_proposal(night: Night) -> None:
    assert await night.groups() == {1: ["1", "3", "5", "7"], 2: ["2", "4", "6"]}
    assert await night.audited() == ["comp.propose"]


async def test_opening_again_changes_nothing(night: Night) -> None:
    await night.open()
    await night.signs_up(8)
    assert await night.groups() == {1: ["1", "3", "5", "7"], 2: ["2", "4", "6"]}
    assert [one.name for one in (await night.open()).unplaced] == ["Member 8"]


async def test_a_proposal_anew_has_everybody(night: Night) -> None:
    await night.open()
    await night.signs_up(8)
    await night.comps.propose(officer(), night.event_id)
    assert await night.groups() == {1: ["1", "3", "5", "7"], 2: ["2", "4", "6", "8"]}
    assert await night.audited() == ["comp.propose", "comp.propose"]


async def test_somebody_is_moved_swapped_and_taken_out(night: Night) -> None:
    await night.open()
    await night.comps.move(officer(), night.event_id, await night.player(1), 2)
    assert await night.groups() == {1: ["3", "5", "7"], 2: ["2", "4", "6", "1"]}
    await night.comps.swap(officer(), night.event_id, await night.player(3), await night.player(2))
    assert await night.groups() == {1: ["2", "5", "7"], 2: ["3", "4", "6", "1"]}
    await night.comps.take_out(officer(), night.event_id, await night.player(5))
    assert await night.groups() == {1: ["2", "7"], 2: ["3", "4", "6", "1"]}
    assert await night.audited() == ["comp.propose", "comp.move", "comp.swap", "comp.take_out"]


async def test_a_full_group_asks_for_an_exchange_and_writes_nothing(night: Night) -> None:
    await night.signs_up(8, 9, 10)
    before = await night.groups()
    wanted = await night.comps.move(officer(), night.event_id, await night.player(1), 2)
    assert isinstance(wanted, SwapWanted)
    assert (wanted.player_id, wanted.group) == (await night.player(1), 2)
    assert await night.groups() == before


async def test_a_raid_without_seats_taken_has_no_comp(night: Night) -> None:
    for number in range(1, 8):
        await night.world.first.sign_ups.withdraw(member(number), night.event_id)
    with pytest.raises(NobodySeated):
        await night.open()
    assert await night.audited() == []


Doing = Callable[[Night, Any], Awaitable[Any]]
DOINGS: dict[str, Doing] = {
    "look": lambda night, who: night.comps.look(who, night.event_id),
    "propose": lambda night, who: night.comps.propose(who, night.event_id),
    "move": lambda night, who: night.comps.move(who, night.event_id, PlayerId(1), 1),
    "swap": lambda night, who: night.comps.swap(who, night.event_id, PlayerId(1), PlayerId(2)),
    "take_out": lambda night, who: night.comps.take_out(who, night.event_id, PlayerId(1)),
    "publish": lambda night, who: night.comps.publish(who, night.event_id),
    "unpublish": lambda night, who: night.comps.unpublish(who, night.event_id),
}
OPEN: dict[str, Doing] = {"open": lambda night, who: night.comps.open(who, str(night.event_id))}
every_doing = pytest.mark.parametrize("doing", [*OPEN, *DOINGS])


@every_doing
async def test_only_officers_arrange(night: Night, doing: str) -> None:
    await night.open()
    with pytest.raises(NotAnOfficer):
        await (OPEN | DOINGS)[doing](night, member(1))


@every_doing
async def test_another_servers_raid_is_unknown(night: Night, doing: str) -> None:
    await night.published()
    with pytest.raises(UnknownEvent):
        await (OPEN | DOINGS)[doing](night, officer(guild_id=OTHER_GUILD))


@every_doing
async def test_a_cancelled_raid_is_arranged_no_more(night: Night, doing: str) -> None:
    await night.published()
    await night.world.first.raids.cancel(officer(), str(night.event_id), None, delete=False)
    with pytest.raises(RaidIsCancelled):
        await (OPEN | DOINGS)[doing](night, officer())


@every_doing
async def test_a_raid_that_is_over_is_arranged_no_more(night: Night, doing: str) -> None:
    await night.published()
    night.world.clock.set(START + timedelta(hours=3))
    with pytest.raises(RaidIsOver):
        await (OPEN | DOINGS)[doing](night, officer())


@pytest.mark.parametrize("doing", DOINGS)
async def test_without_a_comp_there_is_nothing_to_arrange(night: Night, doing: str) -> None:
    with pytest.raises(NoComp):
        await DOINGS[doing](night, officer())


async def test_raid_helper_keeps_its_own_comps(night: Night) -> None:
    elsewhere = await night.world.raid(sheet=SheetKind.RAID_HELPER)
    with pytest.raises(CompElsewhere):
        await night.comps.open(officer(), str(elsewhere))


async def test_stale_panels_are_refused(night: Night) -> None:
    await night.open()
    with pytest.raises(NoSeat):
        await night.comps.move(officer(), night.event_id, PlayerId(10**9), 1)
    with pytest.raises(CompChanged):
        await night.comps.take_out(officer(), night.event_id, PlayerId(10**9))
    with pytest.raises(NotPublished):
        await night.comps.unpublish(officer(), night.event_id)


# ---------------------------------------------------------------- publishing


async def test_a_comp_is_posted_once_and_rings_everybody_in_it(night: Night) -> None:
    await night.published()
    [(shown, everybody)] = night.poster.posts
    assert set(everybody) == users(*range(1, 8))
    assert len(shown.comp.slots) == 7
    await night.comps.publish(officer(), night.event_id)
    await night.run()
    assert (len(night.poster.posts), night.poster.rings) == (1, [])


async def test_published_by_two_at_once_it_stands_once(night: Night) -> None:
    await night.open()
    await asyncio.gather(*(night.comps.publish(officer(), night.event_id) for _ in range(2)))
    await night.run()
    assert (len(night.poster.posts), night.poster.rings) == (1, [])


async def test_a_raid_without_a_channel_publishes_nothing(night: Night) -> None:
    await night.open()
    await night.world.pool.execute("UPDATE patt.raid_events SET discord_channel_id = NULL")
    with pytest.raises(CompNowhere):
        await night.comps.publish(officer(), night.event_id)
    assert not (await night.open()).comp.published


async def test_an_update_rings_only_whose_place_changed(night: Night) -> None:
    await night.published()
    await night.comps.move(officer(), night.event_id, await night.player(1), 2)
    await night.pass_time()
    assert night.poster.rings == []
    assert night.poster.edits[-1].groups[2][-1].name == "Member 1"
    await night.comps.take_out(officer(), night.event_id, await night.player(5))
    await night.comps.publish(officer(), night.event_id)
    await night.run()
    assert rung(night) == [users(1, 5)]
    await night.comps.publish(officer(), night.event_id)
    await night.pass_time()
    assert rung(night) == [users(1, 5)]


async def test_there_and_back_again_rings_nobody(night: Night) -> None:
    await night.published()
    await night.comps.move(officer(), night.event_id, await night.player(1), 2)
    await night.comps.move(officer(), night.event_id, await night.player(1), 1)
    await night.comps.publish(officer(), night.event_id)
    await night.run()
    assert night.poster.rings == []


@pytest.mark.parametrize("method", ["post_comp", "ring_comp"])
async def test_an_answer_that_never_came_doubles_nothing(night: Night, method: str) -> None:
    night.poster.breaks_after = method
    await night.published()
    await night.pass_time(timedelta(minutes=1))
    await night.comps.move(officer(), night.event_id, await night.player(1), 2)
    await night.comps.publish(officer(), night.event_id)
    await night.run()
    await night.pass_time(timedelta(minutes=1))
    assert (len(night.poster.posts), rung(night)) == (1, [users(1)])


async def test_many_changes_are_one_edit(night: Night) -> None:
    await night.published()
    for number in range(1, 8):
        await night.say(number, confirmed=True)
    await night.pass_time()
    [drawn] = night.poster.edits
    assert [slot.confirmed for slot in drawn.comp.slots] == [True] * 7


async def test_a_withdrawal_shows_as_a_gap(night: Night) -> None:
    await night.published()
    await night.world.first.sign_ups.withdraw(member(3), night.event_id)
    await night.pass_time()
    await night.pass_time()
    assert [slot.name for slot in night.poster.edits[-1].gaps] == ["Member 3"]
    assert await night.groups() == {1: ["1", "3", "5", "7"], 2: ["2", "4", "6"]}
    assert night.poster.rings == []


@pytest.mark.parametrize("confirmed", [True, False])
async def test_whoever_gave_their_seat_up_and_is_back_says_anew_whether_they_come(
    night: Night, confirmed: bool
) -> None:
    await night.published()
    for number in (2, 3):
        await night.say(number, confirmed=confirmed)
    await night.pass_time()
    told = len(night.poster.declined)
    await night.world.first.sign_ups.withdraw(member(3), night.event_id)
    for _ in range(2):
        await night.pass_time()
    await night.signs_up(3)
    said = {slot.name: slot.confirmed for slot in (await night.open()).comp.slots}
    assert (said["Member 2"], said["Member 3"]) == (confirmed, None)
    await night.say(3, confirmed=False)
    await night.run()
    assert len(night.poster.declined) == told + 1


@pytest.mark.parametrize("delete", [False, True])
async def test_a_cancelled_raids_comp_is_drawn_as_such_or_goes_with_the_sheet(night: Night, delete: bool) -> None:
    await night.published()
    await night.pass_time()
    before = len(night.poster.edits)
    await night.world.first.raids.cancel(officer(), str(night.event_id), None, delete=delete)
    await night.pass_time()
    await night.pass_time()
    assert [one.event.status for one in night.poster.edits[before:]] == ([] if delete else ["CANCELLED"])
    assert len(night.poster.deleted) == delete


async def test_without_a_published_comp_a_sheets_change_draws_none(night: Night) -> None:
    await night.open()
    await night.signs_up(8)
    await night.pass_time()
    await night.pass_time()
    assert (night.poster.posts, night.poster.edits) == ([], [])
    assert await night.world.done("comp.refresh") == 0


async def test_a_comp_is_taken_down_and_its_groups_stay(night: Night) -> None:
    before = (await night.published()).groups
    message_id = (await night.open()).comp.message_id
    await night.comps.unpublish(officer(), night.event_id)
    await night.run()
    assert night.poster.deleted == [message_id]
    after = await night.open()
    assert (after.groups, after.comp.published, after.comp.message_id) == (before, False, None)
    await night.published()
    assert [set(everybody) for _, everybody in night.poster.posts] == [users(*range(1, 8))] * 2


async def test_taken_down_and_published_at_once_it_stays(night: Night) -> None:
    await night.published()
    await night.comps.unpublish(officer(), night.event_id)
    await night.comps.publish(officer(), night.event_id)
    await night.run()
    assert (night.poster.deleted, len(night.poster.posts)) == ([], 1)


async def test_a_publication_taken_back_in_time_posts_nothing(night: Night) -> None:
    await night.open()
    await night.comps.publish(officer(), night.event_id)
    await night.comps.unpublish(officer(), night.event_id)
    await night.run()
    assert (night.poster.posts, night.poster.deleted) == ([], [])


async def test_a_raid_cancelled_in_time_posts_no_comp(night: Night) -> None:
    await night.open()
    await night.comps.publish(officer(), night.event_id)
    await night.world.first.raids.cancel(officer(), str(night.event_id), None, delete=False)
    await night.run()
    assert night.poster.posts == []


async def test_a_message_deleted_by_hand_is_posted_anew_by_an_update(night: Night) -> None:
    await night.published()
    night.poster.gone = True
    await night.say(1, confirmed=True)
    await night.pass_time()
    assert (await night.open()).comp.message_id is None
    await night.comps.publish(officer(), night.event_id)
    await night.run()
    assert [set(everybody) for _, everybody in night.poster.posts] == [users(*range(1, 8)), set()]


# ---------------------------------------------------------------- confirming and declining


async def test_everybody_speaks_for_themselves(night: Night) -> None:
    await night.published()
    await night.say(1, confirmed=True)
    await night.say(2, confirmed=False)
    said = {slot.name: slot.confirmed for slot in (await night.open()).comp.slots}
    assert said == {f"Member {number}": {1: True, 2: False}.get(number) for number in range(1, 8)}


async def test_the_officers_hear_once_of_whoever_declines(night: Night) -> None:
    await night.published()
    for confirmed in (False, False, True, False):
        await night.say(2, confirmed=confirmed)
        await night.pass_time()
    await night.say(3, confirmed=True)
    await night.pass_time()
    assert night.poster.declined == [(OFFICERS, "Member 2")]


async def test_whom_the_officers_know_of_is_not_told_again(night: Night) -> None:
    await night.published()
    await night.say(2, confirmed=False)
    await night.run()
    async with night.world.first.db.transaction() as tx:
        event = await tx.events.get(night.event_id)
        assert event is not None
        fresh = replace((await night.open()).comp.slots[4], decline_told=False)
        await tx.actions.enqueue(*comp_delivery.said(event, fresh, night.world.clock.now(), confirmed=False))
    await night.pass_time()
    assert night.poster.declined == [(OFFICERS, "Member 2")]


async def test_saying_the_same_again_draws_nothing(night: Night) -> None:
    await night.published()
    await night.say(1, confirmed=True)
    await night.pass_time()
    await night.say(1, confirmed=True)
    assert await night.world.open_actions() == []


async def test_an_answer_that_never_came_tells_once(night: Night) -> None:
    await night.published()
    night.poster.breaks_after = "tell_declined"
    await night.say(2, confirmed=False)
    await night.run()
    await night.pass_time(timedelta(minutes=1))
    assert night.poster.declined == [(OFFICERS, "Member 2")]
    assert (await night.open()).comp.slots[4].decline_told


async def test_whoever_thinks_again_at_once_is_not_told_of(night: Night) -> None:
    await night.published()
    await night.say(2, confirmed=False)
    await night.say(2, confirmed=True)
    await night.pass_time()
    assert night.poster.declined == []


async def test_without_an_officer_channel_nobody_is_told(night: Night) -> None:
    await night.world.pool.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    await night.published()
    await night.say(2, confirmed=False)
    await night.pass_time()
    assert (night.poster.declined, await night.world.open_actions()) == ([], [])


@pytest.mark.parametrize("confirmed", [True, False])
async def test_only_whoever_has_a_place_can_answer(night: Night, confirmed: bool) -> None:
    await night.published()
    await night.signs_up(8)
    await night.world.first.sign_ups.withdraw(member(3), night.event_id)
    for number in (3, 8, 50):
        with pytest.raises(NotInComp):
            await night.say(number, confirmed=confirmed)


async def test_another_servers_member_cannot_answer(night: Night) -> None:
    await night.published()
    with pytest.raises(UnknownEvent):
        await night.comps.say(member(1, guild_id=OTHER_GUILD), night.event_id, confirmed=True)


async def test_an_unpublished_comp_takes_no_answers(night: Night) -> None:
    with pytest.raises(NotPublished):
        await night.say(1, confirmed=True)
    await night.open()
    with pytest.raises(NotPublished):
        await night.say(1, confirmed=True)


async def test_a_cancelled_raid_takes_no_answers(night: Night) -> None:
    await night.published()
    await night.world.first.raids.cancel(officer(), str(night.event_id), None, delete=False)
    with pytest.raises(CompOver):
        await night.say(1, confirmed=True)


async def test_a_raid_that_is_over_takes_no_answers(night: Night) -> None:
    await night.published()
    night.world.clock.set(START + timedelta(hours=3))
    with pytest.raises(CompOver):
        await night.say(1, confirmed=True)


async def test_a_raid_brought_to_another_channel_takes_its_comp_along_and_pings_nobody_anew(night: Night) -> None:
    world = night.world
    series_id = await world.series(new_series(label="Heroic", channel_id=OFFICERS))
    await world.pool.execute(
        "UPDATE patt.raid_events SET recurring_event_id = $1, occurrence_date = event_date", series_id
    )
    before = await night.published()
    await world.first.bringing.bring(officer(), series_id, night.event_id)
    await night.pass_time()
    [(_, first), (moved, again)] = night.poster.posts
    assert (set(first), again, night.poster.rings) == (users(*range(1, 8)), [], [])
    assert moved.event.channel_id == OFFICERS
    assert (RAIDS, before.comp.message_id) in world.discord.deleted
    after = (await night.open()).comp.message_id
    assert after not in (None, before.comp.message_id)
