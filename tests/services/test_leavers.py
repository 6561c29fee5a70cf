"""Who left the server holds no seat on sheets booked later; nobody else loses theirs, and who is back has it again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain.event import SheetKind
from bot.domain.ids import EventId
from bot.domain.template import Choice
from bot.services.copying import Copied
from bot.services.messenger import Undeliverable
from tests.factories import GUILD, OFFICERS, OTHER_GUILD, START, days, member, new_series, officer
from tests.services.news import LEADER, come, planned, users
from tests.services.test_pre_fill import known_player
from tests.services.world import World, blocked

BOOKING_TIME, WEEK = START + timedelta(minutes=12), days(7)
NAMES = """
    SELECT player.display_name FROM patt.raid_attendance JOIN guild_identity.players player ON player.id = player_id
    WHERE event_id = $1 ORDER BY player.id
"""
LEFT = "SELECT display_name FROM guild_identity.players WHERE left_at IS NOT NULL ORDER BY id"


async def core(world: World, *numbers: int) -> None:
    """Players whom bookings have as coming."""
    for number in numbers:
        await known_player(world, number, 2, auto_invite_events=True)


async def booked(world: World, weeks: int = 0) -> list[str]:
    """Let next week's raid be booked; who is on it."""
    assert await world.look(BOOKING_TIME + weeks * WEEK) == 1
    await world.recover()
    return await column(world, NAMES, (await world.successors())[-1]["id"])


async def column(world: World, statement: str, *arguments: object) -> list[str]:
    return [row[0] for row in await world.pool.fetch(statement, *arguments)]


async def look_for(world: World, *numbers: int) -> None:
    """What any message to them, or list with them, begins with."""
    await world.first.leavers.among(GUILD, users(*numbers))


def there(world: World) -> Sequence[int]:
    """Who is signed up on Raid-Helper's only sheet."""
    [event] = world.raid_helper.events.values()
    return sorted(int(row["userId"]) for row in event["signUps"])


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_whoever_has_left_is_off_the_sheet_before_it_stands(guild: World, kind: SheetKind) -> None:
    await core(guild, 1, 2, 3)
    await guild.weekly(kind)
    guild.discord.left = set(users(2))
    assert await booked(guild) == ["Player 1", "Player 3"]
    assert await column(guild, LEFT) == ["Player 2"]
    if kind is SheetKind.RAID_HELPER:
        assert there(guild) == users(1, 3)
    else:
        seated = guild.discord.sheets[-1].roster.seated
        assert [one.sign_up.name for one in seated] == ["Player 1", "Player 3"]


async def test_known_to_have_left_they_are_not_booked_while_discord_says_nothing(guild: World) -> None:
    await core(guild, 1, 2)
    await guild.weekly()
    guild.discord.left = set(users(2))
    await look_for(guild, 1, 2)
    guild.discord.left = None
    assert await booked(guild) == ["Player 1"]
    guild.discord.left = set()
    await look_for(guild, 1, 2)
    guild.discord.left = None
    assert await booked(guild, 1) == ["Player 1", "Player 2"]


async def test_back_without_a_word_they_are_on_the_next_sheet(guild: World) -> None:
    await core(guild, 1, 2)
    await guild.weekly()
    guild.discord.left = set(users(2))
    assert await booked(guild) == ["Player 1"]
    guild.discord.left = set()
    assert await booked(guild, 1) == ["Player 1", "Player 2"]
    assert [one.sign_up.name for one in guild.discord.sheets[-1].roster.seated] == ["Player 1", "Player 2"]
    assert await column(guild, LEFT) == []


async def test_people_without_discord_and_those_of_another_server_have_not_left(guild: World) -> None:
    await core(guild, 1)
    await known_player(guild, 2, 2, discord=False)
    user = await guild.pool.fetchval(
        "SELECT discord_user_id FROM guild_identity.players WHERE display_name = 'Player 1'"
    )
    columns = {"guild_discord_id": OTHER_GUILD, "display_name": "Elsewhere", "discord_user_id": user}
    await guild.insert("guild_identity.players", **columns)
    await guild.weekly()
    guild.discord.left = set(users(1))
    assert await booked(guild) == ["Player 2"]
    assert await column(guild, LEFT) == ["Player 1"]


async def test_on_a_sheet_that_stands_their_name_stays_though_it_is_posted_anew(guild: World) -> None:
    await core(guild, 1, 2)
    await guild.weekly()
    assert await booked(guild) == ["Player 1", "Player 2"]
    event = (await guild.successors())[-1]
    guild.discord.left = set(users(2))
    await guild.first.lost_sheets.noticed(GUILD, [event["discord_message_id"]])
    await guild.first.lost_sheets.repost(officer(), EventId(event["id"]))
    await guild.run()
    assert len(guild.discord.sheets) == 2
    assert await column(guild, NAMES, event["id"]) == ["Player 1", "Player 2"]


async def test_what_an_officer_wrote_down_stays_on_the_sheet(guild: World) -> None:
    await core(guild, 1, 2)
    await guild.weekly()
    guild.discord.left = set(users(1, 2))
    guild.discord.fail("post_sheet", Undeliverable("no rights"))
    await guild.look(BOOKING_TIME)
    event = (await guild.successors())[-1]["id"]
    assert await column(guild, NAMES, event) == []
    await core(guild, 3)
    player = await guild.pool.fetchval("SELECT id FROM guild_identity.players WHERE display_name = 'Player 3'")
    await guild.insert("patt.raid_attendance", event_id=event, player_id=player, status="accepted", source="officer")
    guild.discord.left = set(users(1, 2, 3))
    await guild.first.booker.book_now(officer(), "Weekly Heroic")
    await guild.run()
    assert len(guild.discord.sheets) == 1
    assert await column(guild, NAMES, event) == ["Player 3"]


@pytest.mark.parametrize("on_it_before", [True, False], ids=["on the sheet", "new to the sheet"])
async def test_their_next_click_brings_them_back(guild: World, on_it_before: bool) -> None:
    event_id = await planned(guild)
    await come(guild, event_id if on_it_before else await planned(guild), 1, 2)
    guild.discord.left = set(users(1, 2))
    await look_for(guild, 1, 2)
    assert await column(guild, LEFT) == ["Member 1", "Member 2"]
    await come(guild, event_id, 1, choice=Choice.TENTATIVE)
    assert await column(guild, LEFT) == ["Member 2"]


@pytest.mark.parametrize("meanwhile", [(2,), (2, 3)], ids=["one", "two"])
async def test_so_it_does_whoever_else_has_clicked_meanwhile(guild: World, meanwhile: Sequence[int]) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2, 3)
    guild.discord.left = set(users(1))
    await look_for(guild, 1)
    for number in meanwhile:
        await come(guild, event_id, number, choice=Choice.TENTATIVE)
    assert await column(guild, LEFT) == ["Member 1"]
    await come(guild, event_id, 1, choice=Choice.TENTATIVE)
    assert await column(guild, LEFT) == []


async def test_so_it_does_on_a_sheet_that_was_held_when_they_left(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    guild.discord.left = set(users(1))
    async with guild.first.db.transaction() as tx:
        await tx.events.lock(GUILD, event_id)
        leaving = asyncio.create_task(look_for(guild, 1))
        await blocked(guild.pool, leaving)
    await leaving
    assert await column(guild, LEFT) == ["Member 1"]
    await come(guild, event_id, 1, choice=Choice.TENTATIVE)
    assert await column(guild, LEFT) == []


async def test_so_does_taking_an_answer_back_and_whatever_writes_them_down(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    guild.discord.left = set(users(1, 2))
    await look_for(guild, 1, 2)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await guild.first.own_zone.change(member(2), "Europe/Berlin")
    assert await column(guild, LEFT) == []


async def test_a_copy_leaves_them_behind(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    guild.discord.left = set(users(2))
    await look_for(guild, 1, 2)
    done: Copied = await guild.first.copies.copy(officer(), event_id, "thu 21:00", OFFICERS, with_sign_ups=True)
    assert (done.people, await column(guild, NAMES, done.event.id)) == (1, ["Member 1"])
    assert await column(guild, NAMES, event_id) == ["Member 1", "Member 2"]


async def test_nobody_is_expected_who_was_gone_when_discord_last_said_so(guild: World) -> None:
    await come(guild, await planned(guild), 1, 2)
    event_id = await planned(guild, "thu 20:00")
    guild.discord.left = set(users(2))
    await look_for(guild, 1, 2)
    guild.discord.left = None
    assert list((await guild.first.unsigned.look(officer(), str(event_id), ping=False)).people) == users(1)


async def test_only_bookings_that_do_not_stand_yet_look(guild: World) -> None:
    await core(guild, 1)
    guild.discord.left = {*users(1), LEADER}
    await guild.raid(await guild.series(new_series()))
    await planned(guild)
    await guild.run()
    assert await column(guild, LEFT) == []
