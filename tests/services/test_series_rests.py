"""Nights skipped and moved, series paused, resumed and ended, and when the next raid is booked then."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.event import EventStatus, SheetKind
from bot.domain.ids import SeriesId
from bot.domain.ledger import Fate
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import FOREVER, UnknownSeries
from bot.services.series import SeriesWish
from bot.services.series_rests import (
    NightHasBegun,
    NightIsBooked,
    NightLeftOut,
    NoNextNight,
    NoSuchNight,
    NotPaused,
    NotSkipped,
    OnABreak,
    PausedTooLong,
    TooFarForItsNight,
)
from bot.services.series_wishes import DayIsPast, UnreadableDay
from bot.services.when import TimeInPast, UnreadableTime
from tests.factories import GUILD, OTHER_GUILD, START, days, member, new_series, officer, wednesday
from tests.services.world import World

MINUTE = timedelta(minutes=1)
WEEK = days(7)
BOOKING = 10 * MINUTE


async def heroic(guild: World, **typed: Any) -> SeriesId:
    """A weekly series with this week's raid, its sheet posted."""
    wish = SeriesWish(**({"title": "Heroic", "weekday": "Wednesday", "time": "20:00"} | typed))
    started = await guild.first.desk.add(officer(), wish)
    await guild.run()
    return started.series.id


async def book_at(guild: World, series_id: SeriesId) -> datetime | None:
    return await guild.pool.fetchval("SELECT book_at FROM patt.recurring_events WHERE id = $1", series_id)


async def booked_days(guild: World) -> list[date]:
    """The days that have a raid that was not cancelled."""
    rows = await guild.pool.fetch(
        "SELECT occurrence_date FROM patt.raid_events WHERE status <> 'CANCELLED' ORDER BY start_time_utc"
    )
    return [row[0] for row in rows]


async def ledger(guild: World, series_id: SeriesId) -> dict[date, Fate]:
    found = await guild.first.ledger.one(officer(), str(series_id))
    return {night.day: night.fate for night in found.nights}


async def actions(guild: World) -> list[str]:
    return [row[0] for row in await guild.pool.fetch("SELECT action FROM patt.audit ORDER BY id")]


# ---------------------------------------------------------------- skip


async def test_a_skipped_night_is_left_out_and_the_next_one_booked_instead(guild: World) -> None:
    series_id = await heroic(guild)
    done = await guild.first.rests.skip(officer(), "heroic", wednesday(1).isoformat(), "holidays")
    assert (done.done, done.night.day, done.cancelled) == (True, wednesday(1), None)
    assert [one.day for one in done.outcome.coming] == [wednesday(week) for week in (0, 2, 3, 4)]
    assert (await ledger(guild, series_id))[wednesday(1)] is Fate.SKIPPED
    assert await book_at(guild, series_id) is None  # the raid of this week books it
    await guild.look(START + 12 * MINUTE)
    assert await booked_days(guild) == [wednesday(0), wednesday(2)]
    [note] = await guild.pool.fetch("SELECT * FROM patt.audit WHERE action = 'series.skip'")
    assert note["actor_discord_id"] == officer().user_id
    assert note["details"] == {"series": series_id, "day": wednesday(1).isoformat(), "reason": "holidays"}


async def test_a_booked_night_is_asked_about_and_then_cancelled(guild: World) -> None:
    series_id = await heroic(guild)
    before = await guild.counts()
    asked = await guild.first.rests.skip(officer(), "Heroic", None, "ill")
    assert (asked.done, asked.night.day, asked.night.fate) == (False, wednesday(0), Fate.BOOKED)
    assert await guild.counts() == before
    done = await guild.first.rests.skip(officer(), "Heroic", None, "ill", cancel=True)
    await guild.pass_time(timedelta(seconds=2))
    assert (done.done, done.cancelled and done.cancelled.cancel_reason) == (True, "ill")
    assert guild.discord.edits[-1].event.status is EventStatus.CANCELLED
    assert (await ledger(guild, series_id))[wednesday(0)] is Fate.SKIPPED
    # the raid that was to book the next one is gone: it is booked when it would have been
    assert await book_at(guild, series_id) == START + BOOKING


async def test_a_skip_in_the_middle_of_the_chain_does_not_end_it(guild: World) -> None:
    await heroic(guild)
    await guild.look(START + 12 * MINUTE)
    await guild.first.rests.skip(officer(), "Heroic", wednesday(1).isoformat(), None, cancel=True)
    assert await guild.look(START + WEEK - MINUTE) == 0
    assert await guild.look(START + WEEK + 12 * MINUTE) == 1
    assert await guild.look(START + 2 * WEEK + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in (0, 2, 3)]


async def test_a_cancelled_night_that_is_skipped_lets_the_series_go_on(guild: World) -> None:
    series_id = await heroic(guild)
    [first] = await guild.pool.fetch("SELECT id FROM patt.raid_events")
    await guild.first.raids.cancel(officer(), str(first["id"]), None, delete=False)
    assert await book_at(guild, series_id) is None  # a cancelled raid books nothing
    done = await guild.first.rests.skip(officer(), "Heroic", wednesday(0).isoformat(), None)
    assert done.done
    assert await guild.look(START + 12 * MINUTE) == 1


async def test_a_night_that_is_left_out_already_offers_the_way_back(guild: World) -> None:
    await heroic(guild)
    await guild.first.rests.skip(officer(), "Heroic", wednesday(1).isoformat(), "first")
    before = await guild.counts()
    again = await guild.first.rests.skip(officer(), "Heroic", wednesday(1).isoformat(), "second")
    assert (again.done, again.night.fate, again.night.why) == (False, Fate.SKIPPED, "first")
    assert await guild.counts() == before


@pytest.mark.parametrize(
    ("day", "error"),
    [
        ("2026-12-03", NoSuchNight),
        ("2026-11-24", DayIsPast),
        ("someday", UnreadableDay),
        ("2026-12-09", OnABreak),
    ],
)
async def test_what_is_no_night_to_skip_is_refused(guild: World, day: str, error: type[Exception]) -> None:
    await heroic(guild)
    await guild.insert("patt.breaks", guild_discord_id=GUILD, first_day=wednesday(2), last_day=wednesday(2))
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.rests.skip(officer(), "Heroic", day, None)
    assert await guild.counts() == before


async def test_a_raid_that_runs_is_not_skipped(guild: World) -> None:
    await heroic(guild)
    guild.clock.set(START + 30 * MINUTE)
    with pytest.raises(NightHasBegun):
        await guild.first.rests.skip(officer(), "Heroic", wednesday(0).isoformat(), None, cancel=True)


async def test_the_next_night_of_a_paused_series_is_none(guild: World) -> None:
    await guild.series(new_series(), paused_until=FOREVER)
    with pytest.raises(NoNextNight):
        await guild.first.rests.skip(officer(), "Weekly Heroic", None, None)


# ---------------------------------------------------------------- and back


async def test_a_skip_is_taken_back_before_anything_was_booked_instead(guild: World) -> None:
    series_id = await heroic(guild)
    await guild.first.rests.skip(officer(), "Heroic", wednesday(1).isoformat(), None)
    done = await guild.first.rests.unskip(officer(), series_id, wednesday(1))
    assert (done.night and done.night.fate, done.event) == (Fate.PLANNED, None)
    await guild.look(START + 12 * MINUTE)
    assert await booked_days(guild) == [wednesday(0), wednesday(1)]
    with pytest.raises(NotSkipped):
        await guild.first.rests.unskip(officer(), series_id, wednesday(1))


async def test_a_skip_is_taken_back_when_the_week_after_is_booked_already(guild: World) -> None:
    series_id = await heroic(guild)
    await guild.first.rests.skip(officer(), "Heroic", wednesday(1).isoformat(), None)
    await guild.look(START + 12 * MINUTE)
    await guild.first.rests.unskip(officer(), series_id, wednesday(1))
    assert await guild.look(START + 17 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in range(3)]
    between = (await guild.event(await guild.pool.fetchval("SELECT max(id) FROM patt.raid_events")))["id"]
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_events WHERE successor_id = $1", between) == 0
    assert await guild.look(START + WEEK + 12 * MINUTE) == 0  # the week after stands already
    assert await guild.look(START + 2 * WEEK + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in range(4)]


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_a_raid_cancelled_with_the_skip_takes_place_again_with_its_people(guild: World, kind: SheetKind) -> None:
    await guild.connect_raid_helper()
    series_id = await heroic(guild, sheet=kind)
    await guild.first.rests.skip(officer(), "Heroic", None, None, cancel=True)
    await guild.pass_time(timedelta(seconds=2))
    done = await guild.first.rests.unskip(officer(), series_id, wednesday(0))
    await guild.pass_time(timedelta(seconds=2))
    assert done.event is not None
    assert done.event.status is EventStatus.SCHEDULED
    assert await booked_days(guild) == [wednesday(0)]
    assert await book_at(guild, series_id) is None
    if kind is SheetKind.NATIVE:
        assert guild.discord.edits[-1].event.status is EventStatus.SCHEDULED
    else:
        assert len(guild.raid_helper.events) == 1
    assert await guild.look(START + 12 * MINUTE) == 1


async def test_a_skip_is_not_taken_back_once_the_night_has_begun(guild: World) -> None:
    series_id = await heroic(guild)
    await guild.first.rests.skip(officer(), "Heroic", None, None, cancel=True)
    guild.clock.set(START + MINUTE)
    before = await guild.counts()
    with pytest.raises(NightHasBegun):
        await guild.first.rests.unskip(officer(), series_id, wednesday(0))
    assert await guild.counts() == before


# ---------------------------------------------------------------- move


async def test_a_night_is_booked_at_its_new_time_and_keeps_its_week(guild: World) -> None:
    series_id = await heroic(guild)
    done = await guild.first.rests.move(officer(), "Heroic", wednesday(1).isoformat(), "2026-12-03 19:30")
    moved = START + WEEK + days(1) - 30 * MINUTE
    assert (done.before.start, done.night.start) == (START + WEEK, moved)
    assert [one.start for one in done.outcome.coming[:3]] == [START, moved, START + 2 * WEEK]
    assert await guild.look(START + 12 * MINUTE) == 1
    [_, raid] = await guild.pool.fetch("SELECT * FROM patt.raid_events ORDER BY id")
    assert (raid["start_time_utc"], raid["event_date"], raid["occurrence_date"]) == (
        moved,
        wednesday(1) + days(1),
        wednesday(1),
    )
    assert await guild.look(moved + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in range(3)]
    assert (await guild.event((await guild.successors())[-1]["id"]))["start_time_utc"] == START + 2 * WEEK
    assert await book_at(guild, series_id) is None


async def test_a_night_moved_to_before_its_booking_is_booked_earlier(guild: World) -> None:
    series_id = await heroic(guild)
    done = await guild.first.rests.move(officer(), "Heroic", wednesday(1).isoformat(), "2026-11-27 20:00")
    assert done.night.start == START + days(2)
    # five days earlier, so its sheet is due at once
    assert await book_at(guild, series_id) == guild.clock.now()
    assert await guild.look(guild.clock.now() + MINUTE) == 1
    assert await booked_days(guild) == [wednesday(0), wednesday(1)]
    assert await guild.look(START + 12 * MINUTE) == 0
    assert await guild.look(START + days(2) + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in range(3)]


@pytest.mark.parametrize(
    ("own", "typed", "start", "says"),
    [
        (None, "2026-12-03 20:00", datetime(2026, 12, 3, 19, tzinfo=UTC), False),
        ("Pacific/Auckland", "2026-12-03 20:00", datetime(2026, 12, 3, 7, tzinfo=UTC), True),
        ("Pacific/Auckland", "2026-12-03 20:00 UTC", datetime(2026, 12, 3, 20, tzinfo=UTC), False),
        ("Europe/Paris", "2026-12-03 20:00", datetime(2026, 12, 3, 19, tzinfo=UTC), False),
    ],
)
async def test_the_time_of_a_night_is_read_on_the_typists_own_clocks(
    guild: World, own: str | None, typed: str, start: datetime, says: bool
) -> None:
    series_id = await heroic(guild, timezone="Europe/Berlin")
    if own:
        await guild.first.own_zone.change(officer(), own)
    offered, moment = await guild.first.rests.read_when(officer(), str(series_id), typed)
    done = await guild.first.rests.move(officer(), "Heroic", wednesday(1).isoformat(), typed)
    assert (done.night.start, moment, done.read_on and done.read_on.key) == (start, start, own if says else None)
    assert offered.startswith("Thu 3 Dec 2026" if not typed.endswith("UTC") else "Fri 4 Dec 2026, 09:00 NZDT")
    with pytest.raises(UnknownSeries):
        await guild.first.rests.read_when(officer(guild_id=OTHER_GUILD), str(series_id), typed)


async def test_a_series_without_own_zones_reads_its_nights_on_its_own_clocks(guild: World) -> None:
    series_id = await heroic(guild, timezone="America/New_York", weekday="Thursday")
    done = await guild.first.rests.move(officer(), str(series_id), "2026-12-03", "2026-12-04 20:00")
    assert done.night.start == datetime(2026, 12, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "when", "error"),
    [
        ("2026-11-25", "2026-11-26 20:00", NightIsBooked),
        ("2026-12-03", "2026-12-04 20:00", NoSuchNight),
        ("2026-12-02", "2026-12-09 20:00", TooFarForItsNight),
        ("2026-12-02", "2026-11-25 20:00", TooFarForItsNight),
        ("2026-12-02", "2026-11-20 20:00", TimeInPast),
        ("2026-12-02", "soonish", UnreadableTime),
        ("2026-12-09", "2026-12-10 20:00", NightLeftOut),
    ],
)
async def test_what_cannot_be_moved_is_refused(guild: World, day: str, when: str, error: type[Exception]) -> None:
    await heroic(guild)
    await guild.first.rests.skip(officer(), "Heroic", wednesday(2).isoformat(), None)
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.rests.move(officer(), "Heroic", day, when)
    assert await guild.counts() == before


# ---------------------------------------------------------------- pause, resume, end


async def test_a_pause_that_passes_leads_to_a_booking_again(guild: World) -> None:
    series_id = await heroic(guild)
    done = await guild.first.rests.pause(officer(), "Heroic", "2026-12-23")
    assert [one.day for one in done.coming] == [wednesday(week) for week in (0, 4, 5, 6)]
    assert [one.occurrence for one in done.standing] == [wednesday(0)]
    # as without the pause: ten minutes into the night before
    assert await book_at(guild, series_id) == START + 3 * WEEK + BOOKING
    for moment in (START + 12 * MINUTE, START + WEEK, START + 3 * WEEK):
        assert await guild.look(moment) == 0
    assert await guild.look(START + 3 * WEEK + 12 * MINUTE) == 1
    assert await guild.look(START + 4 * WEEK + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in (0, 4, 5)]


async def test_a_resumed_series_books_though_its_last_raid_is_long_ago(guild: World) -> None:
    series_id = await heroic(guild)
    await guild.first.rests.pause(officer(), "Heroic", None)
    assert await book_at(guild, series_id) is None
    assert await guild.look(START + 12 * MINUTE) == 0
    guild.clock.set(START + 9 * WEEK + days(2))
    done = await guild.first.rests.resume(officer(), "Heroic")
    assert [one.day for one in done.coming] == [wednesday(week) for week in (10, 11, 12, 13)]
    assert await guild.look(guild.clock.now() + 5 * MINUTE) == 1
    assert await guild.look(guild.clock.now() + 5 * MINUTE) == 0
    assert await guild.look(START + 10 * WEEK + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in (0, 10, 11)]


async def test_a_raid_booked_after_its_own_deadline_takes_answers(guild: World) -> None:
    await heroic(guild, deadline="4h")
    await guild.first.rests.pause(officer(), "Heroic", None)
    guild.clock.set(START + 9 * WEEK - timedelta(hours=3))
    await guild.first.rests.resume(officer(), "Heroic")
    assert await guild.look(guild.clock.now() + 5 * MINUTE) == 1
    late, usual = (await guild.successors())[-1], (await guild.successors())[0]
    assert (late["occurrence_date"], late["deadline_utc"]) == (wednesday(9), None)
    assert usual["deadline_utc"] == START - timedelta(hours=4)


async def test_a_series_resumed_while_its_raid_is_ahead_books_as_usual(guild: World) -> None:
    series_id = await heroic(guild)
    await guild.first.rests.pause(officer(), "Heroic", None)
    await guild.first.rests.resume(officer(), "Heroic")
    assert await book_at(guild, series_id) is None
    assert await guild.look(START + 12 * MINUTE) == 1


async def test_an_ended_series_books_nothing_until_it_is_taken_up_again(guild: World) -> None:
    series_id = await heroic(guild)
    done = await guild.first.rests.end(officer(), "Heroic")
    assert (done.series.is_active, done.coming[0].day, len(done.coming)) == (False, wednesday(0), 1)
    assert await guild.look(START + 12 * MINUTE) == 0
    with pytest.raises(UnknownSeries):
        await guild.first.rests.end(officer(), "Heroic")
    await guild.first.rests.resume(officer(), str(series_id))
    assert await guild.look(START + 20 * MINUTE) == 1
    assert await actions(guild) == ["series.add", "series.end", "series.resume"]


@pytest.mark.parametrize("rest", ["pause", "end"])
async def test_what_stands_is_cancelled_when_asked(guild: World, rest: str) -> None:
    series_id = await heroic(guild)
    if rest == "pause":
        await guild.first.rests.pause(officer(), "Heroic", "2026-12-01")
    else:
        await guild.first.rests.end(officer(), "Heroic")
    [cancelled] = await guild.first.rests.cancel_standing(officer(), series_id)
    assert (cancelled.occurrence, cancelled.status) == (wednesday(0), EventStatus.CANCELLED)
    assert await guild.look(START + 12 * MINUTE) == (rest == "pause")  # the pause ends before the next one


async def test_a_raid_after_the_pause_is_not_cancelled_with_it(guild: World) -> None:
    await heroic(guild)
    series_id = (await guild.event(await guild.pool.fetchval("SELECT id FROM patt.raid_events")))["recurring_event_id"]
    await guild.raid(series_id, day=wednesday(1), starts_at=START + WEEK)
    await guild.first.rests.pause(officer(), "Heroic", wednesday(1).isoformat())
    cancelled = await guild.first.rests.cancel_standing(officer(), series_id)
    assert [one.occurrence for one in cancelled] == [wednesday(0)]


@pytest.mark.parametrize(
    ("until", "error"),
    [("2026-11-25", DayIsPast), ("2026-11-20", DayIsPast), ("2029-11-25", PausedTooLong), ("soonish", UnreadableDay)],
)
async def test_a_pause_ends_on_a_day_ahead(guild: World, until: str, error: type[Exception]) -> None:
    await heroic(guild)
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.rests.pause(officer(), "Heroic", until)
    assert await guild.counts() == before


async def test_a_running_series_is_not_resumed(guild: World) -> None:
    await heroic(guild)
    with pytest.raises(NotPaused):
        await guild.first.rests.resume(officer(), "Heroic")


# ---------------------------------------------------------------- who may


COMMANDS = ["skip", "move", "pause", "resume", "end", "unskip", "cancel_standing"]


async def do(guild: World, command: str, actor: Any, series_id: SeriesId) -> None:
    rests, typed = guild.first.rests, str(series_id)
    await {
        "skip": lambda: rests.skip(actor, typed, None, None),
        "move": lambda: rests.move(actor, typed, "2026-12-02", "2026-12-03 20:00"),
        "pause": lambda: rests.pause(actor, typed, None),
        "resume": lambda: rests.resume(actor, typed),
        "end": lambda: rests.end(actor, typed),
        "unskip": lambda: rests.unskip(actor, series_id, wednesday(0)),
        "cancel_standing": lambda: rests.cancel_standing(actor, series_id),
    }[command]()


@pytest.mark.parametrize("command", COMMANDS)
async def test_members_may_not(guild: World, command: str) -> None:
    series_id = await heroic(guild)
    before = await guild.counts()
    with pytest.raises(NotAnOfficer):
        await do(guild, command, member(), series_id)
    assert await guild.counts() == before


@pytest.mark.parametrize("command", COMMANDS)
async def test_another_servers_series_is_not_found(guild: World, command: str) -> None:
    series_id = await heroic(guild)
    before = await guild.counts()
    with pytest.raises(UnknownSeries):
        await do(guild, command, officer(guild_id=OTHER_GUILD), series_id)
    assert await guild.counts() == before
