"""A raid night from the officer's first word to next week's sheets: one series native, one on Raid-Helper."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, Stage, event_id, fields

from sandbox.discord.world import Message
from sandbox.local import running_bot
from sandbox.raid_helper import faults

KEY = "made-up-key-of-the-night-watch-0123456789"
WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
TWELVE_PAST = FRIDAY + 12 * MINUTE
BOOKED = "📅 Next week's raid has been posted! Sign up here:\n"


@pytest.fixture
async def guild(stage: Stage) -> Stage:
    """The server, connected to Raid-Helper, which knows its people."""
    local = stage.local
    local.raid_helper.servers[stage.guild.id] = KEY
    for who in (local.discord.bot_user, stage.officer.actor, stage.member.actor):
        local.raid_helper.meet(who.id, who.display_name if who is not local.discord.bot_user else "Muster")
    told = await stage.owner.submit(await stage.owner.slash("raidhelper connect"), {"key": KEY})
    assert "is connected" in told.text
    return stage


async def weekly(stage: Stage, sheet: str, title: str = "Heroic") -> None:
    """A series on Fridays at 20:00, its first sheet posted."""
    await stage.officer.slash("raid series add", title=title, weekday="fri", time="20:00", sheet=sheet)
    await stage.local.settle()


async def be_core(stage: Stage) -> None:
    """Whoever clicked so far is of the core and wants to be signed up every week."""
    await stage.local.db.execute(
        """
        WITH rank AS (INSERT INTO common.guild_ranks (guild_discord_id, name, level) VALUES ($1, 'Raider', 2)
                      RETURNING id)
        UPDATE guild_identity.players SET guild_rank_id = rank.id, auto_invite_events = TRUE FROM rank
        WHERE guild_discord_id = $1
        """,
        stage.guild.id,
    )


async def twelve_minutes_in(stage: Stage, weeks: int = 0) -> None:
    """The raid started twelve minutes ago, and the auto-booker looks."""
    stage.local.clock.set(TWELVE_PAST + weeks * WEEK)
    await stage.local.settle()
    await stage.local.book()


def sheets(stage: Stage) -> list[Message]:
    """The bot's own sheets in the raid channel."""
    me = stage.local.discord.bot_user
    return [one for one in stage.local.discord.messages(stage.raids) if one.embeds and one.author is me]


def announced(stage: Stage) -> list[str]:
    """The links of the announcements in the raid channel."""
    texts = [one.content for one in stage.local.discord.messages(stage.raids)]
    return [text.removeprefix(BOOKED) for text in texts if text.startswith(BOOKED)]


async def raids(stage: Stage, sheet: str) -> Sequence[dict[str, Any]]:
    found = await stage.local.db.fetch("SELECT * FROM patt.raid_events WHERE sheet = $1 ORDER BY start_time_utc", sheet)
    return [dict(one) for one in found]


async def test_a_night(guild: Stage) -> None:
    await weekly(guild, "native", "Native night")
    await weekly(guild, "raid-helper", "Helper night")
    [sheet] = sheets(guild)
    [first] = guild.local.raid_helper.events.values()
    assert (first["title"], first["startTime"]) == ("Helper night", int(FRIDAY.timestamp()))
    await guild.sign_up(guild.member, sheet)
    await be_core(guild)

    await twelve_minutes_in(guild)

    _, following = sheets(guild)
    _, second = guild.local.raid_helper.events.values()
    assert second["startTime"] == int((FRIDAY + WEEK).timestamp())
    assert f"<t:{int((FRIDAY + WEEK).timestamp())}:F>" in following.embeds[0]["description"]
    place = f"https://discord.com/channels/{guild.guild.id}/{guild.raids.id}"
    assert sorted(announced(guild)) == sorted([f"{place}/{following.id}", f"{place}/{second['id']}"])
    assert "**Mira** Holy" in fields(following)["💚 Healers (1)"]
    assert [(one["name"], one["className"], one["specName"]) for one in second["signUps"]] == [
        ("Mira", "Healer", "Holy1")  # Raid-Helper's name for it
    ]
    assert not guild.rung()


async def test_the_booked_sheets_buttons_work(guild: Stage) -> None:
    await weekly(guild, "native")
    await twelve_minutes_in(guild)
    _, following = sheets(guild)
    told = await guild.sign_up(guild.member, following)
    assert "#1" in told.text
    await guild.redraw()
    assert list(fields(following)) == ["💚 Healers (1)"]


@pytest.mark.parametrize("sheet", ["native", "raid-helper"])
async def test_five_weeks_in_a_row(guild: Stage, sheet: str) -> None:
    await weekly(guild, sheet)
    for week in range(5):
        await twelve_minutes_in(guild, week)
    found = await raids(guild, sheet)
    assert [one["start_time_utc"] for one in found] == [FRIDAY + week * WEEK for week in range(6)]
    assert len(set(announced(guild))) == len(announced(guild)) == 5
    assert all(one["booking_state"] == "announced" for one in found)


@pytest.mark.parametrize("minutes", [9, 10, 360, 361])
async def test_from_ten_minutes_in_for_six_hours(guild: Stage, minutes: int) -> None:
    await weekly(guild, "native")
    guild.local.clock.set(FRIDAY + minutes * MINUTE)
    await guild.local.book()
    assert len(sheets(guild)) == (2 if 10 <= minutes <= 360 else 1)


@pytest.mark.parametrize("sheet", ["native", "raid-helper"])
async def test_two_bots_book_once(guild: Stage, sheet: str) -> None:
    await weekly(guild, sheet)
    async with running_bot(guild.local.discord, guild.local.settings, guild.local.clock) as other:
        guild.local.clock.set(TWELVE_PAST)
        planned = [await bot.services.booker.run_once() for bot in (guild.local.bot, other)]
        await guild.local.settle()
    assert sorted(planned) == [0, 1]
    assert len(await raids(guild, sheet)) == 2
    assert len(announced(guild)) == 1
    assert len(guild.local.raid_helper.events) == (2 if sheet == "raid-helper" else 0)


async def test_a_bot_that_was_down_books_at_its_start(guild: Stage) -> None:
    await weekly(guild, "native")
    await guild.local.bot.close()
    guild.local.clock.set(FRIDAY + 90 * MINUTE)
    async with running_bot(guild.local.discord, guild.local.settings, guild.local.clock):
        while len(announced(guild)) < 1:
            await guild.local.settle()
    assert len(sheets(guild)) == 2


@pytest.mark.parametrize(
    "fault", [faults.server_error(), faults.drop_before_commit(), faults.commit_then_drop(), faults.soft_fail()]
)
async def test_an_ailing_raid_helper_delays_and_doubles_nothing(guild: Stage, fault: faults.Fault) -> None:
    await weekly(guild, "raid-helper")
    guild.local.raid_helper.fail("create", fault)
    await twelve_minutes_in(guild)
    for _ in range(5):
        await guild.local.pass_time(2 * MINUTE)
    if fault.name == "soft_fail":
        assert announced(guild) == []
    else:
        assert len(guild.local.raid_helper.events) == 2
        assert len(announced(guild)) == 1


async def test_a_sheet_discord_refused_comes_later_and_is_announced_once(guild: Stage) -> None:
    await weekly(guild, "native")
    guild.local.clock.set(TWELVE_PAST)
    with guild.local.discord.hold("POST", f"/channels/{guild.raids.id}/messages") as hold:
        await guild.local.bot.services.booker.run_once()
        await hold.waiting()
        guild.local.discord.fail("POST", f"/channels/{guild.raids.id}/messages", 503, times=2)
    await guild.local.settle()
    for _ in range(3):
        await guild.local.pass_time(MINUTE)
    assert len(sheets(guild)) == 2
    assert len(announced(guild)) == 1


async def test_the_limit_template_and_zone_are_the_series_own(guild: Stage) -> None:
    await guild.officer.slash(
        "raid series add", title="Quiz", weekday="fri", time="20:00", sheet="native", template="plain", limit=1
    )
    await guild.local.settle()
    await guild.set_up(timezone="America/New_York")
    await twelve_minutes_in(guild)
    first, second = sheets(guild)
    assert "0/1" in second.embeds[0]["description"]
    assert [button["label"] for button in second.components[0]["components"]] == ["Yes", "Tentative", "No"]
    starts = [await guild.value("SELECT start_time_utc FROM patt.raid_events WHERE id = $1", event_id(second))]
    assert starts == [FRIDAY + WEEK]
    assert event_id(first) != event_id(second)


# ---------------------------------------------------------------- Discord refuses the announcement alone


@pytest.fixture(params=["native", "raid-helper"])
async def apart(guild: Stage, request: pytest.FixtureRequest) -> Stage:
    """A series whose sheets stand in another channel than its announcements; its officers have one, too."""
    await guild.set_up(officer_channel=guild.officers)
    sheets_in = guild.local.discord.add_channel(guild.guild, "sheets")
    await guild.officer.slash(
        "raid series add", title="Heroic", weekday="fri", time="20:00", sheet=request.param, channel=sheets_in
    )
    await guild.local.settle()
    return guild


async def states(stage: Stage) -> list[tuple[str, bool]]:
    rows = await stage.local.db.fetch("SELECT booking_state, auto_booked FROM patt.raid_events ORDER BY id")
    return [(row["booking_state"], row["auto_booked"]) for row in rows]


@pytest.mark.parametrize(
    ("status", "code", "times"), [(500, 0, 1), (503, 0, 3), (429, 0, 1), (403, 50013, 1), (404, 10003, 1)]
)
async def test_an_announcement_that_is_refused_comes_once_or_the_officers_hear_why(
    apart: Stage, status: int, code: int, times: int
) -> None:
    path = f"/channels/{apart.raids.id}/messages"
    apart.local.discord.fail("POST", path, status, code=code, times=times)
    await twelve_minutes_in(apart)
    assert announced(apart) == [] or times == 1
    for _ in range(4):
        await apart.local.pass_time(10 * MINUTE)
    told = [one.content for one in apart.local.discord.messages(apart.officers)]
    [_, (state, flagged)] = await states(apart)
    assert (len(await apart.local.db.fetch("SELECT FROM patt.raid_events")), flagged) == (2, True)
    if status in (403, 404):
        assert (announced(apart), state) == ([], "created")
        [word] = told
        assert ("Missing Permissions" if status == 403 else "Not Found") in word
    else:
        assert (len(announced(apart)), state, told) == (1, "announced", [])


async def test_an_announcement_whose_answer_was_lost_is_not_made_again(apart: Stage) -> None:
    apart.local.discord.lose_answer("POST", f"/channels/{apart.raids.id}/messages")
    await twelve_minutes_in(apart)
    for _ in range(4):
        await apart.local.pass_time(10 * MINUTE)
    assert len(announced(apart)) == 1
    assert (await states(apart))[-1] == ("announced", True)
