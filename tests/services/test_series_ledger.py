"""What officers see of series: all of them, the nights of one, and what is offered while they type."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import SheetKind
from bot.domain.ledger import Fate
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import FOREVER, UnknownSeries
from bot.services.series import SeriesWish
from bot.services.series_ledger import Waits
from tests.factories import GUILD, OTHER_GUILD, START, days, member, new_series, officer, wednesday
from tests.services.world import World

MINUTE = timedelta(minutes=1)


async def test_the_next_eight_nights_and_what_becomes_of_each(guild: World) -> None:
    wish = SeriesWish(title="Heroic", weekday="Wednesday", time="20:00")
    series_id = (await guild.first.desk.add(officer(), wish)).series.id
    await guild.run()
    await guild.look(START + 12 * MINUTE)
    await guild.first.rests.skip(officer(), "Heroic", wednesday(2).isoformat(), "holidays")
    await guild.first.breaks.add(officer(), wednesday(3).isoformat(), None, "Easter")
    await guild.first.rests.move(officer(), "Heroic", wednesday(5).isoformat(), "2026-12-31 20:00")
    found = await guild.first.ledger.one(officer(), str(series_id))
    assert [(night.day, night.fate) for night in found.nights] == [
        (wednesday(0), Fate.BOOKED),
        (wednesday(1), Fate.BOOKED),
        (wednesday(2), Fate.SKIPPED),
        (wednesday(3), Fate.BREAK),
        (wednesday(4), Fate.PLANNED),
        (wednesday(5), Fate.PLANNED),
        (wednesday(6), Fate.PLANNED),
        (wednesday(7), Fate.PLANNED),
    ]
    assert (found.nights[2].by, found.nights[2].why, found.nights[3].why) == (officer().user_id, "holidays", "Easter")
    assert (found.nights[5].moved, found.nights[5].start) == (True, START + 5 * days(7) + days(1))
    assert found.next_raid == found.nights[0]


@pytest.mark.parametrize("post", [None, "Sunday 18:00"])
async def test_a_night_that_was_missed_is_not_called_planned(guild: World, post: str | None) -> None:
    wish = SeriesWish(title="Heroic", weekday="Wednesday", time="20:00", post=post)
    series_id = (await guild.first.desk.add(officer(), wish)).series.id
    await guild.run()

    async def fates() -> list[Fate]:
        return [night.fate for night in (await guild.first.ledger.one(officer(), str(series_id))).nights][:2]

    due = START + (days(3) + timedelta(hours=22) if post else 10 * MINUTE)
    guild.clock.set(due + timedelta(hours=5))
    assert Fate.MISSED not in await fates()  # it is still caught up
    await guild.look(due + timedelta(hours=7))
    assert await fates() == [Fate.MISSED, Fate.PLANNED]
    await guild.first.booker.book_now(officer(), "Heroic")
    await guild.run()
    assert await fates() == [Fate.BOOKED, Fate.PLANNED]


async def test_a_booking_that_failed_says_why(guild: World) -> None:
    wish = SeriesWish(title="Heroic", weekday="Wednesday", time="20:00")
    series_id = (await guild.first.desk.add(officer(), wish)).series.id
    await guild.pool.execute("UPDATE patt.raid_events SET booking_error = 'no permission'")
    found = await guild.first.ledger.one(officer(), str(series_id))
    assert (found.nights[0].fate, found.nights[0].why) == (Fate.FAILED, "no permission")


@pytest.mark.parametrize(
    ("columns", "waits", "first"),
    [
        ({}, None, Fate.PLANNED),
        ({"sheet": "raid-helper"}, Waits.RAID_HELPER, Fate.PLANNED),
        ({"paused_until": wednesday(2)}, None, Fate.PAUSED),
        ({"paused_until": FOREVER}, None, Fate.PAUSED),
        ({"is_active": False}, None, None),
    ],
)
async def test_how_a_series_stands(guild: World, columns: dict[str, Any], waits: Waits | None, first: Fate) -> None:
    await guild.series(new_series(), **columns)
    [found] = (await guild.first.ledger.page(officer(), 0)).standings
    assert found.waits is waits
    assert (found.nights[0].fate if found.nights else None) is first


async def test_a_series_without_any_channel_waits_for_one(world: World) -> None:
    await world.series(new_series())
    await world.series(new_series(sheet=SheetKind.RAID_HELPER))
    page = await world.first.ledger.page(officer(), 0)
    assert {one.waits for one in page.standings} == {Waits.CHANNEL, Waits.RAID_HELPER}


async def test_all_series_page_by_page(guild: World) -> None:
    for number in range(20):
        await guild.series(new_series(label=f"Raid {number:02}"), is_active=number != 3)
    await guild.series(new_series(guild_id=OTHER_GUILD, label="Elsewhere"))
    pages = [await guild.first.ledger.page(officer(), number) for number in range(4)]
    assert [(page.number, page.pages, len(page.standings)) for page in pages] == [
        (0, 3, 8),
        (1, 3, 8),
        (2, 3, 4),
        (2, 3, 4),  # one that is not there is the last
    ]
    labels = [one.series.label for page in pages[:3] for one in page.standings]
    assert labels == [*(f"Raid {number:02}" for number in range(20) if number != 3), "Raid 03"]


async def test_members_and_other_servers_see_nothing(guild: World) -> None:
    series_id = await guild.series(new_series())
    for refused in (guild.first.ledger.page(member(), 0), guild.first.ledger.one(member(), str(series_id))):
        with pytest.raises(NotAnOfficer):
            await refused
    with pytest.raises(UnknownSeries):
        await guild.first.ledger.one(officer(guild_id=OTHER_GUILD), str(series_id))
    assert (await guild.first.ledger.page(officer(guild_id=OTHER_GUILD), 0)).standings == []


async def test_nights_and_resting_series_are_offered(guild: World) -> None:
    await guild.series(new_series(label="Running"))
    await guild.series(new_series(label="Paused"), paused_until=FOREVER)
    await guild.series(new_series(label="Ended"), is_active=False)
    assert [one.label for one in await guild.first.ledger.resumable(GUILD)] == ["Paused", "Ended"]
    assert [one.label for one in await guild.first.ledger.known(GUILD)] == ["Paused", "Running", "Ended"]
    series, nights = await guild.first.ledger.nights(GUILD, "running")
    assert (series.label, [night.day for night in nights[:2]]) == ("Running", [wednesday(0), wednesday(1)])
    assert len(nights) == 8
    with pytest.raises(UnknownSeries):
        await guild.first.ledger.nights(OTHER_GUILD, "running")
