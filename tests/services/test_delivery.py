"""What the queue does in Discord: once each, whoever dies on the way."""

import asyncio
import contextlib
from datetime import timedelta

import asyncpg
import pytest

from bot.domain.action import Kind, NewAction
from bot.domain.event import EventStatus
from bot.domain.mirrors import MirrorKind
from bot.domain.setting import SERVER
from bot.domain.settings import ANNOUNCE
from bot.domain.template import Choice
from bot.services.messenger import SheetGone, Undeliverable
from bot.services.raids import RaidWish
from bot.services.sheets import SPACING
from tests.factories import GUILD, OFFICERS, RAIDS, START, member, officer
from tests.services.recorder import Killed
from tests.services.world import World

BOOKING_TIME = START + timedelta(minutes=12)
HOLY = ("Paladin", "Holy")
DEATH = Killed()
TROUBLES = {
    "refused for now": RuntimeError("503"),
    "timed out": TimeoutError(),
    "connection lost": OSError("reset by peer"),
}
METHODS = ["post_sheet", "announce_booking"]
BEFORE_OR_AFTER = pytest.mark.parametrize("after", [False, True], ids=["before it is shown", "after it is shown"])


async def booked_once(world: World) -> None:
    """The end of every story: one row, one sheet, one announcement, both flags, nothing left to do."""
    [row] = await world.successors()
    assert (row["booking_state"], row["auto_booked"]) == ("announced", True)
    assert [sheet.event.id for sheet in world.discord.sheets] == [row["id"]]
    link = f"https://discord.com/channels/{GUILD}/{RAIDS}/{row['discord_message_id']}"
    assert world.discord.said == [(RAIDS, f"📅 Next week's raid has been posted! Sign up here:\n{link}")]
    assert await world.pool.fetchval("SELECT auto_booked FROM patt.raid_events WHERE successor_id = $1", row["id"])
    assert await world.open_actions() == []


# ---------------------------------------------------------------- a booking, whatever happens


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("error", TROUBLES.values(), ids=TROUBLES)
@BEFORE_OR_AFTER
async def test_a_booking_survives_trouble_with_discord(
    guild: World, method: str, error: Exception, after: bool
) -> None:
    await guild.weekly()
    guild.discord.fail(method, error, after=after, times=3)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    await booked_once(guild)


@pytest.mark.parametrize("method", METHODS)
@BEFORE_OR_AFTER
async def test_a_booking_survives_the_death_of_its_worker(guild: World, method: str, after: bool) -> None:
    await guild.weekly()
    guild.discord.fail(method, DEATH, after=after)
    with pytest.raises(Killed):
        await guild.look(BOOKING_TIME)
    async with guild.worker() as next_one:
        assert await next_one.booker.run_once() == 0
        await next_one.queue.run_due()
        guild.clock.advance(timedelta(seconds=90))
        await next_one.queue.run_due()
    await guild.pass_time(SPACING)  # a sheet that was found is drawn anew
    await booked_once(guild)


async def test_a_death_between_planning_and_posting_loses_nothing(guild: World) -> None:
    await guild.weekly()
    guild.clock.set(BOOKING_TIME)
    assert await guild.first.booker.run_once() == 1
    async with guild.worker() as next_one:
        assert await next_one.booker.run_once() == 0
        await next_one.queue.run_due()
    await booked_once(guild)


async def test_a_planning_that_fails_at_its_last_statement_leaves_nothing_and_is_made_later(guild: World) -> None:
    await guild.weekly()
    await guild.pool.execute("ALTER TABLE patt.scheduled_actions RENAME TO elsewhere")
    before = await guild.counts()
    guild.clock.set(BOOKING_TIME)
    assert await guild.first.booker.run_once() == 0
    assert await guild.counts() == before
    await guild.pool.execute("ALTER TABLE patt.elsewhere RENAME TO scheduled_actions")
    assert await guild.look(BOOKING_TIME + timedelta(minutes=5)) == 1
    await booked_once(guild)


async def test_two_workers_on_one_queue_post_and_announce_once(guild: World) -> None:
    await guild.weekly()
    guild.clock.set(BOOKING_TIME)
    await guild.first.booker.run_once()
    async with guild.worker() as second:
        await asyncio.gather(*(one.queue.run_due() for one in (guild.first, second, guild.first, second)))
    await guild.run()
    await booked_once(guild)


async def test_an_evening_without_discord_only_delays_the_booking(guild: World) -> None:
    await guild.weekly()
    guild.discord.fail("post_sheet", TROUBLES["refused for now"], times=30)
    await guild.look(BOOKING_TIME)
    for _ in range(36):
        await guild.pass_time(timedelta(minutes=10))
    await booked_once(guild)


async def test_a_channel_the_bot_may_not_write_in_is_given_up_and_said_why(guild: World) -> None:
    await guild.weekly()
    guild.discord.fail("post_sheet", Undeliverable("Missing Access"))
    await guild.look(BOOKING_TIME)
    [letter] = await guild.pool.fetch("SELECT * FROM patt.scheduled_actions WHERE dead")
    assert (letter["kind"], letter["last_error"]) == ("sheet.post", "Missing Access")
    assert guild.discord.said == []


async def test_a_booking_cancelled_before_it_was_posted_is_not_posted(guild: World) -> None:
    await guild.weekly()
    guild.clock.set(BOOKING_TIME)
    await guild.first.booker.run_once()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED' WHERE booking_state IS NOT NULL")
    await guild.run()
    assert (guild.discord.sheets, guild.discord.said, await guild.open_actions()) == ([], [], [])


async def test_a_booking_that_was_announced_is_not_announced_by_another_action(guild: World) -> None:
    await guild.weekly()
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    async with guild.first.db.transaction() as tx:
        await tx.actions.enqueue(NewAction(GUILD, Kind.ANNOUNCE, "lane", BOOKING_TIME, row["id"]))
    await guild.run()
    await booked_once(guild)


async def test_the_officers_warning_is_given_once(world: World) -> None:
    await world.set_up(officer_channel_id=OFFICERS)
    await world.weekly(discord_channel_id=RAIDS)
    world.discord.fail("warn_unannounced", OSError("reset by peer"), after=True)
    await world.look(BOOKING_TIME)
    await world.recover()
    assert [channel for channel, _ in world.discord.said] == [OFFICERS]


# ---------------------------------------------------------------- the sheet follows


async def posted(world: World, **changes: object) -> asyncpg.Record:
    """A raid whose sheet stands."""
    event_id = await world.raid(**changes)
    await world.pool.execute("UPDATE patt.raid_events SET discord_message_id = 77 WHERE id = $1", event_id)
    return await world.event(event_id)


async def test_a_hundred_clicks_in_a_second_are_one_edit_that_shows_them_all(guild: World) -> None:
    raid = await posted(guild)
    for number in range(1, 101):
        await guild.first.sign_ups.answer(member(number), raid["id"], Choice.ACCEPTED, HOLY)
    await guild.run()
    assert guild.discord.edits == []  # not before the spacing has passed
    await guild.pass_time(SPACING)
    [sheet] = guild.discord.edits
    assert len(sheet.roster.seated) == 100


async def test_a_click_during_the_edit_is_shown_by_the_next_one(guild: World) -> None:
    raid = await posted(guild)
    await guild.first.sign_ups.answer(member(1), raid["id"], Choice.ACCEPTED, HOLY)
    show = guild.discord.edit_sheet

    async def click_meanwhile(sheet: object) -> None:
        guild.discord.edit_sheet = show
        await guild.first.sign_ups.answer(member(2), raid["id"], Choice.ACCEPTED, HOLY)
        await show(sheet)

    guild.discord.edit_sheet = click_meanwhile
    await guild.pass_time(SPACING)
    await guild.pass_time(SPACING)
    assert [len(sheet.roster.seated) for sheet in guild.discord.edits] == [1, 2]


async def test_an_edit_that_failed_is_made_up_for(guild: World) -> None:
    raid = await posted(guild)
    await guild.first.sign_ups.answer(member(), raid["id"], Choice.TENTATIVE)
    guild.discord.fail("edit_sheet", TROUBLES["refused for now"])
    await guild.pass_time(SPACING)
    await guild.pass_time(timedelta(seconds=2))
    assert len(guild.discord.edits) == 1


@pytest.mark.parametrize(("minutes", "asked"), [(-1, 1), (1, 0)])
async def test_a_sheet_that_was_deleted_by_hand_is_asked_about_once_before_the_start(
    guild: World, minutes: int, asked: int
) -> None:
    raid = await posted(guild)
    guild.clock.set(raid["start_time_utc"] + timedelta(minutes=minutes))
    for number in (1, 2):
        await guild.first.sign_ups.answer(member(number), raid["id"], Choice.TENTATIVE)
        guild.discord.fail("edit_sheet", SheetGone("Unknown Message"))
        await guild.pass_time(SPACING)
        await guild.run()
    assert (guild.discord.sheets, guild.beside.lost) == ([], [(RAIDS, raid["id"])] * asked)
    assert await guild.open_actions() == []
    assert not await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE dead")


async def test_six_sheets_of_one_channel_are_edited_as_fast_as_discord_takes_it(guild: World) -> None:
    raids = [await posted(guild) for _ in range(12)]
    for raid in raids:
        await guild.first.sign_ups.answer(member(), raid["id"], Choice.TENTATIVE)
    shown: list[int] = []
    for _ in range(12):
        await guild.pass_time(SPACING)
        shown.append(len(guild.discord.edits))
    assert shown[0] == 5
    assert all(later - earlier <= 5 for earlier, later in zip(shown, shown[5:], strict=False))
    assert {sheet.event.id for sheet in guild.discord.edits} == {raid["id"] for raid in raids}


async def test_a_sheet_that_cannot_be_drawn_is_told_to_the_officers_once_and_drawn_when_it_can(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", OFFICERS)
    raid = await posted(guild)
    guild.discord.fail("edit_sheet", Undeliverable("Missing Access"), times=3)
    for number in range(1, 5):
        await guild.first.sign_ups.answer(member(number), raid["id"], Choice.TENTATIVE)
        await guild.pass_time(SPACING)
    assert guild.beside.warned == [(OFFICERS, raid["id"], MirrorKind.SHEET, "Missing Access")]
    assert [len(sheet.roster.others[Choice.TENTATIVE]) for sheet in guild.discord.edits] == [4]
    guild.discord.fail("edit_sheet", Undeliverable("Missing Access"))
    await guild.first.sign_ups.answer(member(5), raid["id"], Choice.TENTATIVE)
    await guild.pass_time(SPACING)
    assert len(guild.beside.warned) == 2  # it had been well in between
    assert not await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE dead")


async def test_before_the_sheet_stands_there_is_nothing_to_redraw(guild: World) -> None:
    await guild.first.sign_ups.answer(member(), await guild.raid(), Choice.TENTATIVE)
    await guild.pass_time(SPACING)
    assert (guild.discord.edits, await guild.done("sheet.refresh")) == ([], 1)


async def test_a_sheet_of_a_series_names_it(guild: World) -> None:
    await guild.weekly()
    await guild.look(BOOKING_TIME)
    assert [sheet.series_label for sheet in guild.discord.sheets] == ["Weekly Heroic"]


@BEFORE_OR_AFTER
async def test_a_promotion_is_told_once_whatever_happens(guild: World, after: bool) -> None:
    raid = await posted(guild, total_limit=1)
    for number in (1, 2):
        await guild.first.sign_ups.answer(member(number), raid["id"], Choice.ACCEPTED, HOLY)
    await guild.first.sign_ups.withdraw(member(1), raid["id"])
    guild.discord.fail("tell_member", OSError("reset by peer"), after=after, times=2)
    await guild.run()
    await guild.recover()
    assert guild.discord.told == [member(2).user_id]


@pytest.mark.parametrize("delete", [False, True])
@pytest.mark.parametrize("crash", [DEATH, OSError("reset by peer")], ids=["killed", "answer lost"])
async def test_a_sheet_posted_but_never_written_down_of_a_raid_cancelled_since_is_no_orphan(
    guild: World, crash: BaseException, delete: bool
) -> None:
    event = await guild.first.raids.create(officer(), RaidWish(title="Heroic", when="wed 20:00", channel_id=RAIDS))
    guild.discord.fail("post_sheet", crash, after=True)
    with contextlib.suppress(Killed):
        await guild.run()
    await guild.first.raids.cancel(officer(), str(event.id), None, delete=delete)
    await guild.recover()
    [shown] = guild.discord.sheets
    assert shown.event.id == event.id  # it was posted once, and
    if delete:
        assert len(guild.discord.deleted) == 1
    else:
        assert [sheet.event.status for sheet in guild.discord.edits][-1:] == [EventStatus.CANCELLED]
    assert ((await guild.event(event.id))["discord_message_id"] is None) is delete


async def test_a_server_that_wants_no_announcement_gets_the_sheet_alone(guild: World) -> None:
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {ANNOUNCE.name: False})
    await guild.weekly()
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    assert (row["booking_state"], len(guild.discord.sheets), guild.discord.said) == ("announced", 1, [])
