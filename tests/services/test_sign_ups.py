"""What a click on the sheet does: one person, one seat, in the order of the clicks."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import ANY
from zlib import crc32

import pytest

from bot.domain.event import SheetClosed, UnknownEvent
from bot.domain.ids import EventId
from bot.domain.permissions import Actor
from bot.domain.sign_up import NotOffered, NotSignedUp
from bot.domain.template import Choice
from bot.services.clicking import ClassWanted, SignedUp, SpecWanted
from tests.factories import GUILD, NOW, OTHER_GUILD, START, member
from tests.services.world import World, blocked

HOLY = ("Paladin", "Holy")
ACCEPTED, LATE, TENTATIVE, BENCH, ABSENCE = Choice


@pytest.fixture(params=["made", "by hand"])
async def guild(guild: World, request: pytest.FixtureRequest) -> World:
    """The server, and how its raids came to be: with a template, whose clicks hold no row, or without."""
    if request.param == "made":
        async with guild.first.db.transaction() as tx:
            guild.template_id = await tx.templates.current_id(GUILD, "wow-retail")
    return guild


async def sit(world: World, actor: Actor, event_id: EventId, choice: Choice = ACCEPTED, pick: Any = HOLY) -> SignedUp:
    """Sign somebody up as a Holy Paladin; a second later it is somebody else's turn."""
    outcome = await world.first.sign_ups.answer(actor, event_id, choice, pick)
    assert isinstance(outcome, SignedUp)
    world.clock.advance(timedelta(seconds=1))
    return outcome


async def placed(world: World, event_id: EventId, count: int) -> list[int | None]:
    """The places in the queue of the first members; None is a seat (or an answer without one), -1 no answer."""
    return [await place_of(world, event_id, number) for number in range(1, count + 1)]


async def place_of(world: World, event_id: EventId, number: int) -> int | None:
    try:
        return (await world.first.mine.look(member(number), event_id)).placed.position
    except NotSignedUp:
        return -1


# ---------------------------------------------------------------- the first click and the later ones


async def test_the_first_click_asks_class_then_spec_and_the_next_raid_asks_nothing(guild: World) -> None:
    desk, first, second = guild.first.sign_ups, await guild.raid(), await guild.raid()
    assert isinstance(await desk.answer(member(), first, ACCEPTED), ClassWanted)
    asked = await desk.answer(member(), first, ACCEPTED, ("Paladin", None))
    assert isinstance(asked, SpecWanted)
    assert asked.game_class.name == "Paladin"
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 0
    outcomes = [await desk.answer(member(), first, ACCEPTED, HOLY), await desk.answer(member(), second, ACCEPTED)]
    for outcome in outcomes:
        assert isinstance(outcome, SignedUp)
        assert (outcome.placed.sign_up.class_name, outcome.placed.sign_up.spec_name) == HOLY
        assert (outcome.placed.number, outcome.placed.position) == (1, None)


@pytest.mark.parametrize("name", ["Paladin", "Priest"])
async def test_a_class_may_be_named_by_its_mark(guild: World, name: str) -> None:
    outcome = await sit(guild, member(), await guild.raid(), pick=(crc32(name.encode()), "Holy"))
    assert outcome.placed.sign_up.class_name == name


@pytest.mark.parametrize("pick", [(99, None), ("Jester", None), ("Paladin", "Baking")])
async def test_what_the_template_does_not_have_is_refused(guild: World, pick: Any) -> None:
    event_id = await guild.raid()
    with pytest.raises(NotOffered):
        await guild.first.sign_ups.answer(member(), event_id, ACCEPTED, pick)
    assert (await guild.counts())["patt.raid_attendance"] == 0


async def test_a_new_main_is_remembered_for_the_next_raid(guild: World) -> None:
    first, second = await guild.raid(), await guild.raid()
    await sit(guild, member(), first)
    await sit(guild, member(), first, pick=("Warlock", "Demonology"))
    outcome = await guild.first.sign_ups.answer(member(), second, ACCEPTED)
    assert isinstance(outcome, SignedUp)
    assert outcome.placed.sign_up.class_name == "Warlock"


@pytest.mark.parametrize("choice", [TENTATIVE, BENCH, ABSENCE])
async def test_answers_without_a_seat_need_no_class(guild: World, choice: Choice) -> None:
    outcome = await guild.first.sign_ups.answer(member(), await guild.raid(), choice)
    assert isinstance(outcome, SignedUp)
    assert outcome.placed.sign_up.choice is choice


async def test_coming_late_needs_a_class_the_first_time(guild: World) -> None:
    desk, event_id = guild.first.sign_ups, await guild.raid()
    assert await desk.answer(member(), event_id, LATE) == ClassWanted(ANY, ANY, LATE)
    assert isinstance(await desk.answer(member(), event_id, LATE, HOLY), SignedUp)
    again = await desk.answer(member(), await guild.raid(), LATE)
    assert isinstance(again, SignedUp)
    assert again.placed.sign_up.spec_name == "Holy"


async def test_a_template_without_classes_asks_nothing(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET default_template = 'plain'")
    event_id = await guild.raid(template_id=None)
    assert isinstance(await guild.first.sign_ups.answer(member(), event_id, ACCEPTED), SignedUp)
    with pytest.raises(NotOffered):
        await guild.first.sign_ups.answer(member(2), event_id, BENCH)


async def test_one_person_has_one_seat_however_often_they_click(guild: World) -> None:
    event_id = await guild.raid()
    for choice in (ACCEPTED, LATE, ACCEPTED, TENTATIVE, ABSENCE, ACCEPTED):
        await sit(guild, member(), event_id, choice)
    rows = await guild.pool.fetch("SELECT status, source, signed_up FROM patt.raid_attendance")
    assert [tuple(row) for row in rows] == [("accepted", "self", True)]


async def test_late_keeps_the_place_and_whoever_gives_it_up_goes_to_the_end(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    for number in (1, 2, 3):
        await sit(guild, member(number), event_id)
    await sit(guild, member(1), event_id, LATE)
    assert await placed(guild, event_id, 3) == [None, 1, 2]
    await sit(guild, member(1), event_id, ABSENCE)
    await sit(guild, member(1), event_id, ACCEPTED)
    assert await placed(guild, event_id, 3) == [2, None, 1]


async def test_a_changed_answer_asks_for_one_redraw(guild: World) -> None:
    event_id = await guild.raid()
    for choice in (ACCEPTED, LATE, ACCEPTED):
        await sit(guild, member(), event_id, choice)
    assert await guild.open_actions() == ["sheet.refresh"]


# ---------------------------------------------------------------- the crowd


async def test_two_hundred_clicks_on_the_last_seat_seat_exactly_one(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    outcomes = await asyncio.gather(
        *(guild.first.sign_ups.answer(member(number), event_id, ACCEPTED, HOLY) for number in range(1, 201))
    )
    places = [one.placed for one in outcomes if isinstance(one, SignedUp)]
    assert [one.position for one in places].count(None) == 1
    assert sorted(one.position for one in places if one.position) == list(range(1, 200))
    assert sorted(one.number for one in places) == list(range(1, 201))
    assert (await guild.counts())["patt.raid_attendance"] == 200


async def test_one_person_clicking_ten_times_at_once_is_one_sign_up(guild: World) -> None:
    event_id = await guild.raid()
    await asyncio.gather(*(guild.first.sign_ups.answer(member(), event_id, ACCEPTED, HOLY) for _ in range(10)))
    counts = await guild.counts()
    names = ("patt.raid_attendance", "guild_identity.players", "guild_identity.discord_users")
    assert {counts[name] for name in (*names, "guild_identity.wow_characters")} == {1}


async def test_strangers_clicking_on_many_raids_at_once_all_get_in(guild: World) -> None:
    raids = [await guild.raid() for _ in range(5)]
    clicks = [(member(number), event_id) for event_id in raids for number in range(1, 11)]
    await asyncio.gather(*(guild.first.sign_ups.answer(who, event_id, ACCEPTED, HOLY) for who, event_id in clicks))
    counts = await guild.counts()
    assert (counts["patt.raid_attendance"], counts["guild_identity.players"]) == (50, 10)


async def test_two_workers_seat_one_crowd_together(guild: World) -> None:
    event_id = await guild.raid(total_limit=10)
    async with guild.worker() as second:
        desks = (guild.first.sign_ups, second.sign_ups)
        clicks = (desks[number % 2].answer(member(number), event_id, ACCEPTED, HOLY) for number in range(1, 101))
        outcomes = await asyncio.gather(*clicks)
    places = [one.placed.position for one in outcomes if isinstance(one, SignedUp)]
    assert places.count(None) == 10
    assert sorted(one for one in places if one) == list(range(1, 91))


async def test_two_workers_meeting_the_same_strangers_in_another_order_all_get_in(guild: World) -> None:
    one, other = await guild.raid(), await guild.raid()
    async with guild.worker() as second:
        forth = (guild.first.sign_ups.answer(member(number), one, BENCH) for number in range(1, 41))
        back = (second.sign_ups.answer(member(number), other, BENCH) for number in range(40, 0, -1))
        await asyncio.gather(*forth, *back)
    counts = await guild.counts()
    assert (counts["patt.raid_attendance"], counts["guild_identity.players"]) == (80, 40)


async def test_a_click_that_waited_for_the_cancelling_is_refused(guild: World) -> None:
    event_id = await guild.raid()
    async with guild.first.db.transaction() as tx:
        await tx.events.lock(GUILD, event_id)
        await tx.events.cancel(event_id, None)
        clicking = asyncio.create_task(guild.first.sign_ups.answer(member(), event_id, ACCEPTED, HOLY))
        await blocked(guild.pool, clicking)
    with pytest.raises(SheetClosed):
        await clicking
    assert (await guild.counts())["patt.raid_attendance"] == 0


# ---------------------------------------------------------------- leaving


async def test_leaving_promotes_exactly_the_next_and_tells_them_once(guild: World) -> None:
    event_id = await guild.raid(total_limit=2)
    for number in range(1, 6):
        await sit(guild, member(number), event_id)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    assert (await guild.open_actions()).count("member.tell") == 1
    assert await placed(guild, event_id, 5) == [-1, None, None, 1, 2]
    await guild.run()
    assert guild.discord.told == [member(3).user_id]


@pytest.mark.parametrize("choice", [ABSENCE, TENTATIVE, BENCH])
async def test_an_answer_that_gives_the_seat_up_promotes_too(guild: World, choice: Choice) -> None:
    event_id = await guild.raid(total_limit=1)
    await sit(guild, member(1), event_id)
    await sit(guild, member(2), event_id)
    await guild.first.sign_ups.answer(member(1), event_id, choice)
    await guild.run()
    assert guild.discord.told == [member(2).user_id]


async def test_two_leaving_at_once_promote_two_and_tell_each_once(guild: World) -> None:
    event_id = await guild.raid(total_limit=2)
    for number in range(1, 7):
        await sit(guild, member(number), event_id)
    await asyncio.gather(*(guild.first.sign_ups.withdraw(member(number), event_id) for number in (1, 2)))
    assert await placed(guild, event_id, 6) == [-1, -1, None, None, 1, 2]
    await guild.run()
    assert sorted(one for one in guild.discord.told if one) == [member(3).user_id, member(4).user_id]


async def test_leaving_the_queue_promotes_nobody(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    for number in (1, 2, 3):
        await sit(guild, member(number), event_id)
    await guild.first.sign_ups.withdraw(member(2), event_id)
    assert await placed(guild, event_id, 3) == [None, -1, 1]
    await guild.run()
    assert guild.discord.told == []


async def test_somebody_who_left_again_before_the_notice_is_not_told(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    for number in (1, 2):
        await sit(guild, member(number), event_id)
    for number in (1, 2):
        await guild.first.sign_ups.withdraw(member(number), event_id)
    await guild.run()
    assert guild.discord.told == []
    assert await guild.done("member.tell") == 1


async def test_withdrawing_without_an_answer_is_refused(guild: World) -> None:
    event_id = await guild.raid()
    with pytest.raises(NotSignedUp):
        await guild.first.sign_ups.withdraw(member(), event_id)


# ---------------------------------------------------------------- refused, and nothing stored


CLOSED = {
    "cancelled": "status = 'CANCELLED'",
    "completed": "status = 'COMPLETED'",
    "closed": "closed = TRUE",
    "over": "start_time_utc = '2026-11-25 08:00Z', end_time_utc = '2026-11-25 12:00Z'",
    "past the deadline": "deadline_utc = '2026-11-25 12:00Z'",
}


@pytest.mark.parametrize("change", CLOSED.values(), ids=CLOSED)
async def test_a_sheet_that_takes_no_answers_stores_nothing(guild: World, change: str) -> None:
    event_id = await guild.raid()
    await guild.pool.execute(f"UPDATE patt.raid_events SET {change}")  # noqa: S608 - the table above
    before = await guild.counts()
    with pytest.raises(SheetClosed):
        await guild.first.sign_ups.answer(member(), event_id, ACCEPTED, HOLY)
    assert await guild.counts() == before


@pytest.mark.parametrize("change", [CLOSED["cancelled"], CLOSED["closed"], CLOSED["over"]])
async def test_nor_can_an_answer_be_taken_back(guild: World, change: str) -> None:
    event_id = await guild.raid()
    await sit(guild, member(), event_id)
    await guild.pool.execute(f"UPDATE patt.raid_events SET {change}")  # noqa: S608 - the table above
    with pytest.raises(SheetClosed):
        await guild.first.sign_ups.withdraw(member(), event_id)
    assert (await guild.counts())["patt.raid_attendance"] == 1


@pytest.mark.parametrize("choice", [LATE, ABSENCE])
async def test_after_the_deadline_late_and_absence_are_still_taken(guild: World, choice: Choice) -> None:
    event_id = await guild.raid(deadline=NOW)
    assert isinstance(await guild.first.sign_ups.answer(member(), event_id, choice, HOLY), SignedUp)


async def test_until_the_raid_is_over_its_sheet_takes_answers(guild: World) -> None:
    event_id = await guild.raid(starts_at=START, duration=timedelta(hours=3))
    guild.clock.set(START + timedelta(hours=3) - timedelta(seconds=1))
    await sit(guild, member(), event_id)


@pytest.mark.parametrize("wrong", ["other server", "no such id"])
async def test_an_id_of_another_server_is_unknown(guild: World, wrong: str) -> None:
    event_id = await guild.raid()
    await sit(guild, member(), event_id)
    before = await guild.counts()
    who = member(guild_id=OTHER_GUILD if wrong == "other server" else GUILD)
    event_id = event_id if wrong == "other server" else EventId(999)
    for ask in (
        guild.first.sign_ups.answer(who, event_id, ACCEPTED, HOLY),
        guild.first.sign_ups.withdraw(who, event_id),
    ):
        with pytest.raises(UnknownEvent):
            await ask
    assert await guild.counts() == before


async def test_a_click_whose_last_statement_fails_leaves_nothing(guild: World) -> None:
    event_id = await guild.raid()
    before = await guild.counts()
    # The redraw is the last thing a click writes: without the queue's table it cannot be promised.
    await guild.pool.execute("ALTER TABLE patt.scheduled_actions RENAME TO elsewhere")
    with pytest.raises(Exception, match="scheduled_actions"):
        await guild.first.sign_ups.answer(member(), event_id, ACCEPTED, HOLY)
    await guild.pool.execute("ALTER TABLE patt.elsewhere RENAME TO scheduled_actions")
    assert await guild.counts() == before
    assert not guild.first.db.work.is_set()
