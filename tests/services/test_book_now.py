"""`/raid series book`: the next raid at an officer's word, and only the next."""

from datetime import timedelta

import pytest

from bot.domain.ids import SeriesId
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import NothingToBook, SeriesRests, SeriesWaits, UnknownSeries
from bot.services.messenger import Undeliverable
from tests.factories import OTHER_GUILD, START, days, member, new_series, officer, wednesday
from tests.services.world import World


async def series_with_raid(guild: World) -> SeriesId:
    await guild.weekly()
    return SeriesId(await guild.pool.fetchval("SELECT max(id) FROM patt.recurring_events"))


async def test_after_a_cancelled_week_the_series_goes_on(guild: World) -> None:
    series_id = await series_with_raid(guild)
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED'")
    guild.clock.set(START - timedelta(days=1))
    booked = await guild.first.booker.book_now(officer(), str(series_id))
    assert (booked.occurrence, booked.auto_booked) == (wednesday(1), True)
    await guild.run()
    assert len(guild.discord.sheets) == 1
    assert await guild.look(START + days(7) + timedelta(minutes=12)) == 1


async def test_it_may_be_typed_by_its_title_and_weeks_gone_by_are_left_out(guild: World) -> None:
    await series_with_raid(guild)
    guild.clock.set(START + days(15))
    booked = await guild.first.booker.book_now(officer(), new_series().label.upper())
    assert booked.occurrence == wednesday(3)


async def test_a_raid_that_stands_is_not_booked_again(guild: World) -> None:
    series_id = await series_with_raid(guild)
    await guild.pool.execute("UPDATE patt.raid_events SET discord_channel_id = 71, discord_message_id = 900")
    guild.clock.set(START - timedelta(hours=1))
    with pytest.raises(NothingToBook):
        await guild.first.booker.book_now(officer(), str(series_id))
    guild.clock.set(START + timedelta(minutes=1))
    await guild.first.booker.book_now(officer(), str(series_id))
    await guild.run()
    with pytest.raises(NothingToBook):
        await guild.first.booker.book_now(officer(), str(series_id))
    assert await guild.look(START + timedelta(minutes=12)) == 0


async def test_a_raid_whose_sheet_could_not_be_posted_is_posted_at_an_officer_s_word(guild: World) -> None:
    series_id = await series_with_raid(guild)
    guild.clock.set(START + timedelta(minutes=1))
    guild.discord.fail("post_sheet", Undeliverable("Missing Permissions"))
    booked = await guild.first.booker.book_now(officer(), str(series_id))
    await guild.run()
    assert guild.discord.sheets == []
    assert (await guild.first.booker.book_now(officer(), str(series_id))).id == booked.id
    await guild.run()
    assert [one.event.id for one in guild.discord.sheets] == [booked.id]


async def test_a_series_without_any_raid_begins_with_the_next_day_of_its_own(guild: World) -> None:
    series_id = await guild.series()
    booked = await guild.first.booker.book_now(officer(), str(series_id))
    assert booked.occurrence == wednesday(0)


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"is_active": False}, UnknownSeries),
        ({"paused_until": wednesday(9)}, SeriesRests),
        ({"sheet": "raid-helper"}, SeriesWaits),
    ],
)
async def test_what_cannot_be_booked_says_why(guild: World, columns: dict[str, object], error: type[Exception]) -> None:
    series_id = await series_with_raid(guild)
    for name, value in columns.items():
        await guild.pool.execute(f"UPDATE patt.recurring_events SET {name} = $1", value)  # noqa: S608 - a column's name
    guild.clock.set(START + timedelta(minutes=1))
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.booker.book_now(officer(), str(series_id))
    assert await guild.counts() == before


async def test_only_officers_and_only_their_own_servers_series(guild: World) -> None:
    series_id = await series_with_raid(guild)
    with pytest.raises(NotAnOfficer):
        await guild.first.booker.book_now(member(), str(series_id))
    with pytest.raises(UnknownSeries):
        await guild.first.booker.book_now(officer(guild_id=OTHER_GUILD), str(series_id))
