"""When the archive is switched on, off or moved after a raid's end; and the comp, which goes where its sheet goes."""

from datetime import timedelta

import pytest

from bot.domain.ids import ChannelId, EventId, MessageId
from bot.domain.setting import Scope
from bot.domain.setting_rules import Here
from bot.services.settings_desk import Target
from tests.factories import RAIDS, START, officer
from tests.services.news import at, come, planned, setting
from tests.services.recorder import Killed
from tests.services.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
END = START + 2 * HOUR
ARCHIVE = ChannelId(300_000_000_000_000_009)
COMP = MessageId(700_000_000_000_000_001)


async def over(world: World) -> EventId:
    """A raid that ended just now, its sheet standing."""
    event_id = await planned(world, duration="2h", reminders="none")
    await at(world, END)
    assert await status(world, event_id) == "COMPLETED"
    return event_id


async def status(world: World, event_id: EventId) -> str:
    return (await world.event(event_id))["status"]


async def change(world: World, name: str, value: str, target: Target | None = None) -> None:
    """`/settings`, and what follows from it at once."""
    here = Here(channels=frozenset({ARCHIVE, RAIDS}))
    await world.first.settings.put(officer(), target or Target(Scope.SERVER), name, value, here)
    await world.run()


async def reaches(world: World, event_id: EventId, moment: timedelta) -> bool:
    """Whether the raid is archived then, and not an hour before."""
    await at(world, END + moment - HOUR)
    assert await status(world, event_id) == "COMPLETED"
    await at(world, END + moment)
    return await status(world, event_id) == "ARCHIVED"


# ---------------------------------------------------------------- switched on, off, moved


@pytest.mark.parametrize("scope", [Scope.SERVER, Scope.CHANNEL, Scope.EVENT])
async def test_switched_on_it_takes_raids_along_whose_time_is_still_to_come(guild: World, scope: Scope) -> None:
    event_id = await over(guild)
    guild.clock.advance(20 * HOUR)
    target = Target(scope, RAIDS if scope is Scope.CHANNEL else None, str(event_id) if scope is Scope.EVENT else "")
    await change(guild, "archive", "delete", target)
    assert await reaches(guild, event_id, DAY)
    assert len(guild.discord.deleted) == 1


async def test_switched_on_by_a_file_it_does_the_same(guild: World) -> None:
    event_id = await over(guild)
    await guild.first.settings.take_in(officer(), b'{"server": {"archive": "delete", "archive_after": 180}}', Here())
    await guild.run()
    assert await reaches(guild, event_id, 3 * HOUR)


@pytest.mark.parametrize(("name", "value"), [("reminders", "30"), ("archive", "delete")])
async def test_only_the_archives_settings_look_at_what_is_over(guild: World, name: str, value: str) -> None:
    await over(guild)
    await change(guild, name, value)
    assert await guild.done("raids.archive") == (name == "archive")


async def test_switched_on_it_leaves_raids_that_ended_longer_ago(guild: World) -> None:
    event_id = await over(guild)
    await at(guild, END + DAY + HOUR)
    await change(guild, "archive", "delete")
    await at(guild, END + 3 * DAY)
    assert (await status(guild, event_id), guild.discord.deleted) == ("COMPLETED", [])


async def test_switched_off_in_time_the_sheet_stays(guild: World) -> None:
    await setting(guild, "archive", "delete")
    event_id = await over(guild)
    await change(guild, "archive", "never")
    await at(guild, END + 3 * DAY)
    assert (await status(guild, event_id), guild.discord.deleted) == ("COMPLETED", [])


@pytest.mark.parametrize(("after", "then"), [("2d", 2 * DAY), ("6h", 6 * HOUR), ("2h", DAY)])
async def test_another_delay_holds_for_raids_that_ended_already(guild: World, after: str, then: timedelta) -> None:
    await setting(guild, "archive", "delete")
    event_id = await over(guild)
    await at(guild, END + 3 * HOUR)
    await change(guild, "archive_after", after)  # one that is over already changes nothing
    assert await reaches(guild, event_id, then)
    await at(guild, END + 3 * DAY)
    assert len(guild.discord.deleted) == 1


async def test_another_servers_raids_are_none_of_its_business(guild: World) -> None:
    event_id = await over(guild)
    await guild.pool.execute("UPDATE patt.raid_events SET guild_discord_id = guild_discord_id + 1")
    await change(guild, "archive", "delete")
    await at(guild, END + 2 * DAY)
    assert await status(guild, event_id) == "COMPLETED"


# ---------------------------------------------------------------- the comp


async def with_comp(world: World) -> EventId:
    event_id = await planned(world, duration="2h", reminders="none")
    await come(world, event_id, 1, 2)
    async with world.first.db.transaction() as tx:
        await tx.comps.put(event_id, [])
        await tx.comps.publish(event_id, world.clock.now())
        await tx.comps.stands(event_id, COMP)
    await at(world, END)
    return event_id


async def stands(world: World) -> int | None:
    return await world.pool.fetchval("SELECT discord_message_id FROM patt.comps")


@pytest.mark.parametrize("how", ["never", "delete", "repost"])
async def test_the_comp_goes_where_the_sheet_goes(guild: World, how: str) -> None:
    await setting(guild, "archive_channel", str(ARCHIVE))
    await setting(guild, "archive", how)
    await with_comp(guild)
    await at(guild, END + DAY)
    gone = how != "never"
    assert [one for one in guild.discord.deleted if one[1] == COMP] == ([(RAIDS, COMP)] if gone else [])
    assert await stands(guild) == (None if gone else COMP)
    there = [(one.event.channel_id, one.event.status) for one in guild.discord.comps]
    assert there == ([(ARCHIVE, "ARCHIVED")] if how == "repost" else [])
    await at(guild, END + 2 * DAY)
    assert len(guild.discord.comps) == len(there)


async def test_a_comp_that_stands_in_the_archive_channel_stays(guild: World) -> None:
    await setting(guild, "archive_channel", str(RAIDS))
    await setting(guild, "archive", "repost")
    await with_comp(guild)
    await at(guild, END + DAY)
    assert (await stands(guild), guild.discord.comps, guild.discord.deleted) == (COMP, [], [])


async def test_a_worker_that_dies_between_them_posts_the_comp_once(guild: World) -> None:
    await setting(guild, "archive_channel", str(ARCHIVE))
    await setting(guild, "archive", "repost")
    event_id = await with_comp(guild)
    guild.clock.set(END + DAY)
    guild.discord.fail("post_comp", Killed(), after=True)
    with pytest.raises(Killed):
        await guild.run()
    await guild.pass_time(2 * MINUTE)
    assert await status(guild, event_id) == "ARCHIVED"
    assert (len(guild.discord.comps), await stands(guild)) == (1, None)
