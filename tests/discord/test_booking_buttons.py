"""What officers press about bookings, and that no sheet is posted twice although Discord forgets nonces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import discord
import pytest
from raid_stage import FRIDAY, Stage, event_id, is_refusal, messages

from sandbox.discord.hand import Hand
from sandbox.discord.world import Message
from sandbox.local import running_bot

MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
BOOKED = "📅 Next week's raid has been posted! Sign up here:\n"


@pytest.fixture
async def guild(stage: Stage) -> Stage:
    """A server with an officer channel and a series on Fridays at 20:00, its first sheet posted."""
    await stage.set_up(officer_channel=stage.officers)
    await stage.officer.slash("raid series add", title="Heroic", weekday="fri", time="20:00", sheet="native")
    await stage.local.settle()
    return stage


async def look(stage: Stage, after_start: timedelta) -> None:
    """The auto-booker looks so long after Friday's start."""
    stage.local.clock.set(FRIDAY + after_start)
    await stage.local.settle()
    await stage.local.book()


def sheets(stage: Stage) -> list[Message]:
    me = stage.local.discord.bot_user
    return [one for one in messages(stage.raids) if one.embeds and one.author is me]


def announced(stage: Stage) -> list[Message]:
    return [one for one in messages(stage.raids) if one.content.startswith(BOOKED)]


def at_the_officers(stage: Stage, hand: Hand) -> Hand:
    return hand.in_channel(stage.officers)


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[None]:
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        yield


# ---------------------------------------------------------------- Book now


async def test_a_missed_week_is_said_once_and_booked_at_a_press(guild: Stage) -> None:
    await look(guild, 7 * HOUR)
    await look(guild, 8 * HOUR)
    [alert] = messages(guild.officers)
    assert "not booked in time" in alert.content
    assert len(sheets(guild)) == 1
    answer = await at_the_officers(guild, guild.officer).click(alert, "Book now")
    await guild.local.settle()
    assert answer.kind == "update"
    assert "has booked it" in answer.text
    assert (len(sheets(guild)), len(announced(guild))) == (2, 1)
    assert not guild.rung()


async def test_book_now_works_after_a_restart(guild: Stage) -> None:
    await look(guild, 7 * HOUR)
    [alert] = messages(guild.officers)
    async with restarted(guild):
        await at_the_officers(guild, guild.officer).click(alert, "Book now")
        await guild.local.settle()
        assert len(sheets(guild)) == 2


async def test_a_member_books_nothing(guild: Stage) -> None:
    await look(guild, 7 * HOUR)
    [alert] = messages(guild.officers)
    before = await guild.rows()
    answer = await at_the_officers(guild, guild.member).click(alert, "Book now")
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await guild.rows() == before


async def test_who_presses_second_hears_that_it_stands(guild: Stage) -> None:
    await look(guild, 7 * HOUR)
    [alert] = messages(guild.officers)
    hand = at_the_officers(guild, guild.officer)
    stale = await guild.local.db.fetchval("SELECT max(id) FROM patt.recurring_events")
    await hand.click(alert, "Book now")
    await guild.local.settle()
    answer = await guild.officer.slash("raid series book", series=str(stale))
    assert "already stands" in answer.text
    assert len(sheets(guild)) == 2


async def test_without_an_officer_channel_the_leader_books_by_direct_message(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    await look(guild, 7 * HOUR)
    direct = guild.local.discord.dm_channel(guild.officer.actor.user)
    [alert] = messages(direct)
    assert alert.content.startswith("📍 **Night Watch**\n")
    answer = await guild.local.discord.hand(guild.officer.actor.user, direct).click(alert, "Book now")
    await guild.local.settle()
    assert answer.text.startswith("📍 **Night Watch**\n")
    assert len(sheets(guild)) == 2


async def test_a_sheet_that_could_not_be_posted_is_posted_at_a_press(guild: Stage) -> None:
    guild.local.discord.fail("POST", f"/channels/{guild.raids.id}/messages", 403, code=50013)
    await look(guild, 12 * MINUTE)
    [alert] = messages(guild.officers)
    assert "could not be posted" in alert.content
    await at_the_officers(guild, guild.officer).click(alert, "Book now")
    await guild.local.settle()
    assert (len(sheets(guild)), len(announced(guild))) == (2, 1)


# ---------------------------------------------------------------- asked before


@pytest.fixture
async def asking(guild: Stage) -> Stage:
    """The same series; its officers are asked before each booking."""
    await guild.local.db.execute("UPDATE patt.recurring_events SET confirm = TRUE")
    await look(guild, 12 * MINUTE)
    return guild


async def test_book_it_books_that_night(asking: Stage) -> None:
    [question] = messages(asking.officers)
    assert f"<t:{int((FRIDAY + WEEK).timestamp())}:F>" in question.content
    assert len(sheets(asking)) == 1
    answer = await at_the_officers(asking, asking.officer).click(question, "Book it")
    await asking.local.settle()
    assert "has booked it" in answer.text
    assert (len(sheets(asking)), len(announced(asking))) == (2, 1)


async def test_skip_that_night_leaves_it_out_also_after_a_restart(asking: Stage) -> None:
    [question] = messages(asking.officers)
    async with restarted(asking):
        answer = await at_the_officers(asking, asking.officer).click(question, "Skip that night")
        assert "leaves that night out" in answer.text
    assert await asking.value("SELECT by_discord_id FROM patt.series_skips") == asking.officer.actor.id
    assert len(sheets(asking)) == 1


@pytest.mark.parametrize("button", ["Book it", "Skip that night"])
async def test_a_member_answers_nothing(asking: Stage, button: str) -> None:
    [question] = messages(asking.officers)
    before = await asking.rows()
    assert is_refusal(await at_the_officers(asking, asking.member).click(question, button))
    assert await asking.rows() == before


@pytest.mark.parametrize(("button", "says", "stand"), [("Book it", "booked it", 2), ("Skip that night", "leaves", 1)])
async def test_a_leader_without_any_role_answers_what_they_are_asked(
    guild: Stage, button: str, says: str, stand: int
) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    leader = guild.member.actor.user
    led = "UPDATE patt.recurring_events SET confirm = TRUE, leader_discord_id = $1"
    await guild.local.db.execute(led, leader.id)
    await look(guild, 12 * MINUTE)
    direct = guild.local.discord.dm_channel(leader)
    [question] = messages(direct)
    answer = await guild.local.discord.hand(leader, direct).click(question, button)
    await guild.local.settle()
    assert says in answer.text
    assert len(sheets(guild)) == stand
    # What nobody asks them stays the officers'.
    assert is_refusal(await guild.member.slash("raid series book", series="Heroic"))


async def test_a_leader_without_any_role_books_what_was_missed_until_somebody_else_leads(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    leader, lead = guild.member.actor.user, "UPDATE patt.recurring_events SET leader_discord_id = $1"
    await guild.local.db.execute(lead, leader.id)
    await look(guild, 7 * HOUR)
    direct = guild.local.discord.dm_channel(leader)
    [alert] = messages(direct)
    await guild.local.db.execute(lead, guild.owner.actor.id)
    assert is_refusal(await guild.local.discord.hand(leader, direct).click(alert, "Book now"))
    await guild.local.db.execute(lead, leader.id)
    assert "booked it" in (await guild.local.discord.hand(leader, direct).click(alert, "Book now")).text
    await guild.local.settle()
    assert len(sheets(guild)) == 2


@pytest.mark.parametrize("series_leader", ["nobody", "the owner"])
async def test_the_leader_of_a_raid_whose_sheet_was_given_up_has_it_posted(guild: Stage, series_leader: str) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    leader = guild.member.actor.user
    own = guild.owner.actor.id if series_leader == "the owner" else None
    await guild.local.db.execute("UPDATE patt.recurring_events SET leader_discord_id = $1", leader.id)
    guild.local.discord.fail("POST", f"/channels/{guild.raids.id}/messages", 403, code=50013)
    await look(guild, 12 * MINUTE)
    await guild.local.db.execute("UPDATE patt.recurring_events SET leader_discord_id = $1", own)
    direct = guild.local.discord.dm_channel(leader)
    [alert] = messages(direct)
    answer = await guild.local.discord.hand(leader, direct).click(alert, "Book now")
    await guild.local.settle()
    assert "booked it" in answer.text
    assert len(sheets(guild)) == 2


async def test_of_a_series_nobody_leads_the_raids_leader_is_asked_and_books(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    leader = guild.member.actor.user
    await guild.local.db.execute("UPDATE patt.recurring_events SET leader_discord_id = NULL")
    await guild.local.db.execute("UPDATE patt.raid_events SET leader_discord_id = $1", leader.id)
    await look(guild, 7 * HOUR)
    direct = guild.local.discord.dm_channel(leader)
    [alert] = messages(direct)
    assert is_refusal(await guild.member.slash("raid series book", series="Heroic"))
    await guild.local.db.execute("UPDATE patt.raid_events SET leader_discord_id = NULL")
    assert is_refusal(await guild.local.discord.hand(leader, direct).click(alert, "Book now"))
    await guild.local.db.execute("UPDATE patt.raid_events SET leader_discord_id = $1", leader.id)
    assert "booked it" in (await guild.local.discord.hand(leader, direct).click(alert, "Book now")).text
    await guild.local.settle()
    assert len(sheets(guild)) == 2


async def test_without_an_answer_nothing_is_booked_and_the_officers_hear_so(asking: Stage) -> None:
    asking.local.clock.set(FRIDAY + WEEK)
    await asking.local.settle()
    _, word = messages(asking.officers)
    assert "nobody answered" in word.content
    assert len(sheets(asking)) == 1


# ---------------------------------------------------------------- exactly once, long after the nonce


async def lost_for_an_hour(stage: Stage) -> None:
    """The answer to the booked sheet's post is lost, and the bot comes back to it an hour later."""
    path = f"/channels/{stage.raids.id}/messages"
    stage.local.clock.set(FRIDAY + 12 * MINUTE)
    await stage.local.settle()
    stage.local.discord.lose_answer("POST", path)
    await stage.local.bot.services.booker.run_once()
    await stage.local.discord.until(lambda: stage.posts()[-1].status == 0)
    await stage.local.pass_time(HOUR)
    await stage.local.pass_time(MINUTE)


async def test_a_sheet_whose_answer_was_lost_is_found_and_not_posted_again(guild: Stage) -> None:
    await lost_for_an_hour(guild)
    first, second = sheets(guild)
    assert event_id(first) != event_id(second)
    stored = await guild.value("SELECT discord_message_id FROM patt.raid_events WHERE id = $1", event_id(second))
    assert (stored, len(announced(guild))) == (second.id, 1)
    answer = await guild.sign_up(guild.member, second)
    assert "#1" in answer.text


async def test_without_read_message_history_it_asks_instead_of_posting_again(guild: Stage) -> None:
    me = guild.guild.members[guild.local.discord.bot_user.id]
    everything = discord.Permissions(read_message_history=True)
    guild.local.discord.overwrite(
        guild.raids, {me: (0, everything), guild.guild.roles[guild.guild.id]: (0, everything)}
    )
    await lost_for_an_hour(guild)
    assert len(sheets(guild)) == 2
    assert announced(guild) == []
    [word] = messages(guild.officers)
    assert "Read Message History" in word.content
    assert await guild.value("SELECT booking_state FROM patt.raid_events ORDER BY id DESC LIMIT 1") == "creating"
