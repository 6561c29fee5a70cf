"""Changing a series that runs: what is booked stands, and the next raid is brought along when asked."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.durations import BadDuration
from bot.domain.event import BadLimit, BadTitle, SheetKind
from bot.domain.gates import Gates, Method
from bot.domain.ids import EventId, RoleId, SeriesId
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import PostTime, UnknownSeries
from bot.domain.series_change import AsDefined, NewTimeIsPast, StandsAsItIs
from bot.domain.setting import SERVER
from bot.domain.template import Choice
from bot.domain.template_edit import ServerRoles
from bot.render import mine_texts, panel_texts
from bot.render.sheet import sheet_embed
from bot.services.raid_edits import EditWish, NothingToChange
from bot.services.secrets import NoRaidHelperKey
from bot.services.series import SeriesWish
from bot.services.series_edits import SeriesEdit, SeriesEdited
from bot.services.series_wishes import BadRepeat, PostedTooLate, UnreadablePostTime
from bot.services.templates import UnknownTemplate
from bot.services.when import UnknownWeekday, UnknownZone, UnreadableWallTime
from tests.factories import (
    GUILD,
    OFFICER_ROLE,
    OFFICERS,
    OTHER_GUILD,
    RAIDER_ROLE,
    RAIDS,
    START,
    days,
    member,
    new_series,
    officer,
    wednesday,
)
from tests.services.world import World

MINUTE = timedelta(minutes=1)
WEEK = days(7)
FRIDAY = wednesday(0) + days(2)


async def heroic(guild: World, **typed: Any) -> tuple[SeriesId, EventId]:
    """A weekly native series with this week's raid, its sheet posted."""
    wish = SeriesWish(
        **({"title": "Heroic", "weekday": "Wednesday", "time": "20:00", "sheet": SheetKind.NATIVE} | typed)
    )
    started = await guild.first.desk.add(officer(), wish)
    await guild.run()
    return started.series.id, started.first.id


async def edit(guild: World, **typed: Any) -> SeriesEdited:
    return await guild.first.series_edits.edit(officer(), "Heroic", SeriesEdit(**typed))


async def bring(guild: World, series_id: SeriesId, event_id: EventId) -> None:
    await guild.first.bringing.bring(officer(), series_id, event_id)
    await guild.pass_time(timedelta(seconds=2))


async def week_days(guild: World) -> list[date]:
    rows = await guild.pool.fetch("SELECT event_date FROM patt.raid_events ORDER BY start_time_utc")
    return [row[0] for row in rows]


# ---------------------------------------------------------------- the definition


async def test_everything_about_a_series_can_be_changed(guild: World) -> None:
    await heroic(guild)
    done = await edit(
        guild,
        title="Mythic",
        weekday="Fri",
        time="19:30",
        timezone="new york",
        every="every 2 weeks",
        duration="2h",
        template="plain",
        channel_id=OFFICERS,
        limit="20",
        deadline="24h",
        description="Bring flasks",
        leader_id=member(5).user_id,
        post="Sunday 18:00",
        confirm=True,
    )
    series = done.outcome.series
    assert (series.label, series.day_of_week, series.start_time) == ("Mythic", 4, time(19, 30))
    assert (series.timezone, series.every_weeks, series.duration) == ("America/New_York", 2, timedelta(hours=2))
    assert (series.template_name, series.channel_id, series.total_limit) == ("plain", OFFICERS, 20)
    assert (series.deadline, series.description) == (timedelta(hours=24), "Bring flasks")
    assert (series.leader_id, series.post, series.confirm) == (member(5).user_id, PostTime(6, time(18)), True)
    async with guild.first.db.transaction() as tx:
        assert await tx.series.get(series.id) == series
    [note] = await guild.pool.fetch("SELECT * FROM patt.audit WHERE action = 'series.edit'")
    assert note["details"]["before"]["label"] == "Heroic"
    assert note["details"]["after"]["label"] == "Mythic"


async def test_none_clears_what_can_be_cleared(guild: World) -> None:
    await heroic(guild, limit=20, deadline="24h", description="Bring flasks", post="Sunday 18:00")
    series = (await edit(guild, limit="none", deadline="none", description="none", post="none")).outcome.series
    assert (series.total_limit, series.deadline, series.description, series.post) == (None, None, "", None)


async def test_a_booked_raid_stands_as_it_is(guild: World) -> None:
    _, event_id = await heroic(guild)
    before = await guild.event(event_id)
    done = await edit(guild, title="Mythic", weekday="Fri", time="19:00", duration="1h")
    assert await guild.event(event_id) == before
    assert ([one.id for one in done.outcome.standing], done.by_hand) == ([event_id], [])
    assert done.bring is not None
    assert done.bring.id == event_id


async def test_the_raids_booked_from_then_on_follow_the_new_definition(guild: World) -> None:
    await heroic(guild)
    await edit(guild, title="Mythic", time="19:00", duration="1h", description="Bring flasks")
    await guild.look(START + 12 * MINUTE)
    [_, booked] = await guild.successors()
    assert (booked["title"], booked["description"]) == ("Mythic", "Bring flasks")
    assert booked["start_time_utc"] == START + WEEK - timedelta(hours=1)
    assert booked["end_time_utc"] == START + WEEK


@pytest.mark.parametrize(
    ("typed", "coming"),
    [
        # the week that stands keeps its Wednesday; the next one is the other day of the next week
        ({"weekday": "Fri"}, [wednesday(0), FRIDAY + WEEK, FRIDAY + 2 * WEEK]),
        ({"weekday": "Mon"}, [wednesday(0), wednesday(1) - days(2), wednesday(2) - days(2)]),
        ({"every": "every 2 weeks"}, [wednesday(0), wednesday(2), wednesday(4)]),
        ({"every": "every 3 days"}, [wednesday(0), wednesday(0) + days(3), wednesday(0) + days(6)]),
        ({"every": "every 5 days", "weekday": "Fri"}, [wednesday(0), FRIDAY, FRIDAY + days(5)]),
    ],
)
async def test_another_rhythm_goes_on_from_what_is_booked(
    guild: World, typed: dict[str, Any], coming: list[date]
) -> None:
    await heroic(guild)
    done = await edit(guild, **typed)
    assert [night.day for night in done.outcome.coming[:3]] == coming
    for day in coming[1:]:
        start = (await guild.pool.fetchval("SELECT max(start_time_utc) FROM patt.raid_events")) + 12 * MINUTE
        assert await guild.look(start) == 1, day
    assert await week_days(guild) == coming


async def test_another_zone_keeps_the_wall_time(guild: World) -> None:
    _, event_id = await heroic(guild)
    done = await edit(guild, timezone="new york")
    assert done.outcome.series.start_time == time(20)
    assert done.outcome.coming[1].start == datetime(2026, 12, 3, 1, tzinfo=UTC)
    assert (await guild.event(event_id))["start_time_utc"] == START


async def test_a_series_without_a_zone_gets_one_with_its_first_change_of_time(guild: World) -> None:
    series_id = await guild.series(new_series(label="Heroic", timezone=None))
    await guild.raid(series_id)
    series = (await edit(guild, time="19:00")).outcome.series
    assert (series.timezone, series.start_time) == ("Europe/Berlin", time(19))
    await guild.look(START + 12 * MINUTE)
    assert (await guild.successors())[0]["start_time_utc"] == START + WEEK - timedelta(hours=1)


async def test_a_change_of_rhythm_forgets_nights_that_were_moved(guild: World) -> None:
    await heroic(guild)
    await guild.first.rests.move(officer(), "Heroic", wednesday(1).isoformat(), "2026-12-03 20:00")
    assert (await edit(guild, title="Heroic!")).outcome.coming[1].start == START + WEEK + days(1)
    done = await guild.first.series_edits.edit(officer(), "Heroic!", SeriesEdit(timezone="London"))
    assert done.outcome.coming[1].start == START + WEEK + timedelta(hours=1)


async def test_with_a_post_time_the_sheet_is_due_then(guild: World) -> None:
    await heroic(guild)
    series = (await edit(guild, post="Sunday 18:00")).outcome.series
    assert series.book_at == datetime(2026, 11, 29, 17, tzinfo=UTC)
    assert (await edit(guild, post="none")).outcome.series.book_at is None


# ---------------------------------------------------------------- brought along


async def test_the_booked_raid_is_brought_to_the_definition_with_its_people(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    await sign_up(guild, event_id)
    await edit(guild, title="Mythic", time="19:00", limit="20", deadline="24h", duration="2h")
    posted, said = len(guild.discord.sheets), list(guild.discord.said)
    await bring(guild, series_id, event_id)
    row = await guild.event(event_id)
    assert (row["title"], row["total_limit"]) == ("Mythic", 20)
    assert (row["start_time_utc"], row["end_time_utc"]) == (START - timedelta(hours=1), START + timedelta(hours=1))
    assert (row["event_date"], row["occurrence_date"]) == (wednesday(0), wednesday(0))
    # drawn anew where it stands; whoever comes hears once that it was moved
    assert guild.discord.edits[-1].event.title == "Mythic"
    assert len(guild.discord.edits[-1].roster.seated) == 1
    assert (len(guild.discord.sheets), guild.discord.said) == (posted, said)
    assert guild.discord.told == [member(1).user_id]
    with pytest.raises(AsDefined):
        await bring(guild, series_id, event_id)
    assert await guild.look(START - timedelta(hours=1) + 12 * MINUTE) == 1


async def test_brought_to_another_day_it_is_that_weeks_raid(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    await edit(guild, weekday="Fri")
    await bring(guild, series_id, event_id)
    row = await guild.event(event_id)
    assert (row["start_time_utc"], row["event_date"], row["occurrence_date"]) == (START + days(2), FRIDAY, FRIDAY)
    assert await guild.look(START + 12 * MINUTE) == 0
    assert await guild.look(START + days(2) + 12 * MINUTE) == 1
    assert await week_days(guild) == [FRIDAY, FRIDAY + WEEK]


async def test_brought_to_a_day_that_has_passed_it_is_the_next_one(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    await edit(guild, weekday="Tue")
    await bring(guild, series_id, event_id)
    assert await week_days(guild) == [wednesday(1) - days(1)]
    assert await guild.look(START + 6 * days(1) + 12 * MINUTE) == 1
    assert await week_days(guild) == [wednesday(1) - days(1), wednesday(2) - days(1)]


async def test_another_channel_takes_the_sheet_along(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    message_id = (await guild.event(event_id))["discord_message_id"]
    await edit(guild, channel_id=OFFICERS)
    await bring(guild, series_id, event_id)
    assert guild.discord.deleted == [(RAIDS, message_id)]
    assert [sheet.event.channel_id for sheet in guild.discord.sheets] == [RAIDS, OFFICERS]
    assert (await guild.event(event_id))["discord_message_id"] not in (None, message_id)


async def test_another_templates_rules_hold_and_whoever_waits_now_is_told(guild: World) -> None:
    """The server's word gives way to an own template's."""
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"banned_roles": [str(RAIDER_ROLE)]})
    series_id, event_id = await heroic(guild, template="plain")
    for number in (1, 2):
        await guild.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED)
    rules = {"sign_ups": {"method": "waiting-list", "banned_roles": [str(OFFICER_ROLE)]}}
    file = json.dumps({"name": "chosen", "title": "Chosen", **rules}).encode()
    here = ServerRoles(RoleId(GUILD), {OFFICER_ROLE: "Officer"})
    await guild.first.template_desk.import_file(officer(), file, here, None, replacing=False)
    await edit(guild, template="chosen")
    await bring(guild, series_id, event_id)
    shown = (await guild.first.panel.show(officer(), str(event_id))).sheet
    assert shown.template.gates == Gates(Method.WAITING, banned=frozenset({OFFICER_ROLE}))
    assert [one.position for one in shown.roster.queued] == [1, 2]
    assert guild.discord.told == [member(1).user_id, member(2).user_id]
    with pytest.raises(AsDefined):
        await bring(guild, series_id, event_id)


async def test_who_has_no_class_of_another_template_is_counted_and_shown_as_the_sheet_shows_them(guild: World) -> None:
    series_id, event_id = await heroic(guild, template="wow-retail")
    await guild.first.sign_ups.answer(member(1), event_id, Choice.ACCEPTED, ("Paladin", "Protection"))
    await guild.first.sign_ups.answer(member(2), event_id, Choice.ABSENCE)
    await edit(guild, template="ffxiv")
    brought = await guild.first.bringing.bring(officer(), series_id, event_id)
    assert brought.lost == 1
    shown = await guild.first.panel.show(officer(), str(event_id))
    placed = shown.sheet.roster.seated[0]
    assert "Paladin" not in mine_texts.card(shown.sheet.event, shown.sheet.template, placed)
    assert "❔ No role yet" in mine_texts.card(shown.sheet.event, shown.sheet.template, placed)
    assert "Paladin" not in panel_texts.person(shown, placed)
    assert "No role yet (1)" in str(sheet_embed(shown.sheet).to_dict())


async def test_to_raid_helper_and_back_with_the_sign_ups(guild: World) -> None:
    await guild.connect_raid_helper()
    series_id, event_id = await heroic(guild)
    await edit(guild, leader_id=member(5).user_id)  # somebody Raid-Helper knows
    await sign_up(guild, event_id)
    await edit(guild, sheet=SheetKind.RAID_HELPER)
    await bring(guild, series_id, event_id)
    await guild.recover()
    [event] = guild.raid_helper.events.values()
    assert [one["userId"] for one in event["signUps"]] == [str(member(1).user_id)]
    assert len(guild.discord.deleted) == 1
    await guild.raid_helper.sign_up_in_discord(event["id"], member(2).user_id, "Tank", "Protection")
    await edit(guild, sheet=SheetKind.NATIVE)
    await bring(guild, series_id, event_id)
    await guild.recover()
    assert not guild.raid_helper.events
    assert [len(sheet.roster.seated) for sheet in guild.discord.sheets] == [0, 2]
    row = await guild.event(event_id)
    assert (row["sheet"], row["raid_helper_event_id"], row["booking_state"]) == ("native", None, "announced")
    assert guild.discord.said == []  # the sheet of a raid that was announced is not announced again


async def sign_up(guild: World, event_id: EventId) -> None:
    """Somebody of a class comes."""
    player = await guild.insert("guild_identity.players", guild_discord_id=GUILD, display_name="Somebody")
    user = await guild.insert("guild_identity.discord_users", discord_id=member(1).user_id)
    await guild.pool.execute("UPDATE guild_identity.players SET discord_user_id = $2 WHERE id = $1", player, user)
    await guild.insert(
        "patt.raid_attendance",
        event_id=event_id,
        player_id=player,
        status="accepted",
        class_name="Paladin",
        spec_name="Holy",
    )


async def test_what_an_officer_changed_by_hand_stands(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(description="Bring cake"))
    done = await edit(guild, time="19:00")
    assert ([one.id for one in done.by_hand], done.bring) == ([event_id], None)
    with pytest.raises(StandsAsItIs):
        await bring(guild, series_id, event_id)


async def test_what_was_undone_was_not_changed(guild: World) -> None:
    _, event_id = await heroic(guild)
    changed = await guild.first.edits.move(officer(), str(event_id), "2026-11-26 20:00")
    await guild.first.undo.undo(officer(), changed.entry_id)
    done = await edit(guild, time="19:00")
    assert (done.by_hand, done.bring and done.bring.id) == ([], event_id)


@pytest.mark.parametrize("moment", [START, START + MINUTE])
async def test_a_raid_that_has_begun_stands(guild: World, moment: datetime) -> None:
    series_id, event_id = await heroic(guild)
    await edit(guild, title="Mythic")
    guild.clock.set(moment)
    with pytest.raises(StandsAsItIs):
        await bring(guild, series_id, event_id)


async def test_a_raid_is_not_brought_to_a_time_that_has_passed(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    guild.clock.set(START - timedelta(hours=1))
    done = await edit(guild, time="18:00")
    assert done.bring is None
    with pytest.raises(NewTimeIsPast):
        await bring(guild, series_id, event_id)


# ---------------------------------------------------------------- refused, and nothing written


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({}, NothingToChange),
        ({"title": "Heroic"}, NothingToChange),
        ({"title": ""}, BadTitle),
        ({"weekday": "someday"}, UnknownWeekday),
        ({"time": "25:00"}, UnreadableWallTime),
        ({"timezone": "Mars"}, UnknownZone),
        ({"every": "every 0 days"}, BadRepeat),
        ({"duration": "48h"}, BadDuration),
        ({"template": "chess"}, UnknownTemplate),
        ({"limit": "0"}, BadLimit),
        ({"deadline": "8d"}, BadDuration),
        ({"sheet": SheetKind.RAID_HELPER}, NoRaidHelperKey),
        ({"post": "sometimes"}, UnreadablePostTime),
        ({"post": "Wednesday 12:00", "deadline": "24h"}, PostedTooLate),
    ],
)
async def test_what_was_mistyped_is_refused(guild: World, typed: dict[str, Any], error: type[Exception]) -> None:
    series_id, _ = await heroic(guild)
    async with guild.first.db.transaction() as tx:
        before = await tx.series.get(series_id)
    counts = await guild.counts()
    with pytest.raises(error):
        await edit(guild, **typed)
    async with guild.first.db.transaction() as tx:
        assert await tx.series.get(series_id) == before
    assert await guild.counts() == counts


async def test_members_may_not_and_another_servers_series_is_not_found(guild: World) -> None:
    series_id, event_id = await heroic(guild)
    edits, bringing = guild.first.series_edits, guild.first.bringing
    wish = SeriesEdit(title="Mythic")
    for actor, error in ((member(), NotAnOfficer), (officer(guild_id=OTHER_GUILD), UnknownSeries)):
        with pytest.raises(error):
            await edits.edit(actor, str(series_id), wish)
        with pytest.raises(error):
            await bringing.bring(actor, series_id, event_id)
    assert (await guild.event(event_id))["title"] == "Heroic"
