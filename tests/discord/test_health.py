"""`/raid health`: what officers see of how the bot is doing, and what they do about what was given up."""

from datetime import timedelta

import pytest
from panel_hand import restarted
from raid_stage import FRIDAY, SECOND, Stage, is_refusal, messages

from bot.render import custom_ids, health_texts, rights_texts
from bot.services.dead_letters import LetterGone
from sandbox.discord.answer import Answer
from sandbox.discord.permissions import EVERYONE_BY_DEFAULT, Permission
from sandbox.discord.words import walk

MINUTE = timedelta(minutes=1)
KEY = "made-up-key-of-the-night-watch-0123456789"


async def opened(stage: Stage) -> Answer:
    return await stage.officer.in_channel(stage.officers).slash("raid health")


async def give_up(stage: Stage, *titles: str) -> None:
    """Raids whose sheets could not be posted: the channel closed just then."""
    discord = stage.local.discord
    me = discord.bot_member(stage.guild)
    for title in titles:
        with discord.hold("POST", f"/channels/{stage.raids.id}/messages") as held:
            await stage.officer.slash("raid create", title=title, when="fri 20:00", template="plain")
            await held.waiting()
            discord.overwrite(stage.raids, {me: (0, Permission.SEND_MESSAGES)})
        await stage.local.settle()
        discord.overwrite(stage.raids, {me: (0, 0)})
        discord.take_violations()


def buttons(shown: Answer, label: str) -> list[str]:
    return [one["custom_id"] for one in walk(shown.components) if one.get("label") == label]


async def dead(stage: Stage) -> int:
    return await stage.value("SELECT count(*) FROM patt.scheduled_actions WHERE dead")


# ---------------------------------------------------------------- what is looked at


async def test_a_line_for_everything_when_all_is_well(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    shown = await opened(stage)
    assert shown.ephemeral
    now = int(stage.local.clock.now().timestamp())
    for said in (
        "✅ Discord: answers in ",
        f"✅ Queue's worker: last came through <t:{now}:R>",
        f"✅ Auto-booker: last came through <t:{now}:R>",
        f"✅ Raids written by hand: last came through <t:{now}:R>",
        f"✅ Notes for `python -m bot check`: last came through <t:{now}:R>",
        "✅ Queue: nothing is waiting",
        "✅ Given up: nothing",
        "✅ Permissions: everything I need, in every channel I write in",
        "✅ Intents: without the members of the server",
        "✅ Database: 00",
    ):
        assert said in shown.text
    assert "⚠️" not in shown.text
    assert "Raid-Helper" not in shown.text


async def test_a_loop_that_is_late_and_work_that_is_stuck_are_marked(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    shown = await opened(stage)
    with stage.local.discord.hold("POST", f"/channels/{stage.raids.id}/messages") as held:
        await stage.officer.slash("raid create", title="Heroic", when="fri 20:00", template="plain")
        await held.waiting()
        stage.local.clock.advance(20 * MINUTE)
        shown = await stage.officer.in_channel(stage.officers).click(shown, health_texts.LOOK)
    began = int((stage.local.clock.now() - 20 * MINUTE).timestamp())
    assert "⚠️ Auto-booker: last came through" in shown.text
    assert "every 5 min it should: whoever hosts me finds why in the log" in shown.text
    assert f"⚠️ Queue: 1 due, the oldest <t:{began}:R>" in shown.text
    await stage.local.settle()


async def test_a_loop_that_never_came_through_is_late_by_and_by(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.set_up(officer_channel=stage.officers)
    monkeypatch.setattr(stage.local.bot.services.pulse, "_last", {})
    assert "⬜ Auto-booker: has not come through yet\n" in (await opened(stage)).text
    stage.local.clock.advance(16 * MINUTE)
    assert "⚠️ Auto-booker: has not come through yet, every 5 min it should" in (await opened(stage)).text


async def test_each_channel_with_what_it_lacks_and_the_server(stage: Stage) -> None:
    discord = stage.local.discord
    await stage.set_up(officer_channel=stage.officers)
    me = discord.bot_member(stage.guild)
    alts = discord.add_text_channel(stage.guild, "alts")
    await stage.raid(channel=alts)
    await stage.owner.slash("settings server", setting="temp_role", value="on")
    discord.allow_bot(stage.guild, EVERYONE_BY_DEFAULT)
    discord.overwrite(stage.raids, {me: (0, Permission.EMBED_LINKS)})
    discord.overwrite(alts, {me: (0, Permission.READ_MESSAGE_HISTORY)})
    said = (await opened(stage)).text
    assert f"⚠️ Permissions: in <#{stage.raids.id}> I lack **Embed Links**." in said
    assert f"⚠️ Permissions: in <#{alts.id}> I lack **Read Message History**." in said
    assert "⚠️ Permissions: in the server I lack **Manage Roles**." in said
    assert rights_texts.IN_CHANNEL in said
    assert rights_texts.IN_SERVER in said


THREADS = Permission.CREATE_PUBLIC_THREADS
THREADS_MISSING, ROLES_MISSING = "in <#{}> I lack **Create Public Threads**.", "in the server I lack **Manage Roles**."


@pytest.mark.parametrize("level", ["channel", "template", "series", "raid"])
async def test_what_a_setting_further_in_needs_is_looked_at_too(stage: Stage, level: str) -> None:
    """Switched on for one channel, template, series or raid, it is missed there as if the whole server had it."""
    discord, owner = stage.local.discord, stage.owner
    other, officers = discord.add_text_channel(stage.guild, "other"), discord.add_text_channel(stage.guild, "team")
    await owner.slash("template copy", template="plain", name="ours")
    await owner.slash("raid series add", title="Weekly", weekday="sun", time="20:00", template="ours", channel=other)
    await stage.local.settle()
    of = {
        "channel": {"channel": other},
        "template": {"template": "ours"},
        "series": {"series": str(await stage.value("SELECT id FROM patt.recurring_events"))},
        "raid": {"event": str(await stage.value("SELECT id FROM patt.raid_events"))},
    }
    for setting, value in {"thread": "on", "temp_role": "on", "officer_channel": officers.mention}.items():
        said = await owner.slash(f"settings {level}", **of[level], setting=setting, value=value)
        assert " for " in said.text
    discord.allow_bot(stage.guild, EVERYONE_BY_DEFAULT)
    denied = {other: THREADS, stage.raids: THREADS, officers: Permission.SEND_MESSAGES}
    for room, permission in denied.items():
        discord.overwrite(room, {discord.bot_member(stage.guild): (0, permission)})
    said = (await opened(stage)).text
    assert THREADS_MISSING.format(other.id) in said
    assert THREADS_MISSING.format(stage.raids.id) not in said
    assert ROLES_MISSING in said
    assert f"in <#{officers.id}> I lack **Send Messages**" in said


async def test_a_configured_channel_that_is_gone(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    stage.local.discord.delete_channel(stage.raids)
    assert f"⚠️ Permissions: <#{stage.raids.id}> was deleted" in (await opened(stage)).text


async def test_what_is_left_of_raid_helpers_day(stage: Stage) -> None:
    stage.local.raid_helper.servers[stage.guild.id] = KEY
    await stage.owner.submit(await stage.owner.slash("raidhelper connect"), {"key": KEY})
    await stage.owner.slash("raidhelper test")
    assert "✅ Raid-Helper: 999 of the day's requests left\n" in (await opened(stage)).text
    until = stage.local.clock.now() + MINUTE
    await stage.local.db.execute("INSERT INTO patt.raid_helper_pauses VALUES ($1, $2)", stage.guild.id, until)
    paused = f"⚠️ Raid-Helper: 999 of the day's requests left; it takes none before <t:{int(until.timestamp())}:t>"
    assert paused in (await opened(stage)).text


async def test_it_is_for_officers(stage: Stage) -> None:
    before = await stage.rows()
    assert is_refusal(await stage.member.slash("raid health"))
    assert await stage.rows() == before


async def test_another_server_sees_nothing_of_this_one(stage: Stage, night_off: Stage) -> None:
    await give_up(stage, "Heroic")
    said = (await night_off.owner.slash("raid health")).text
    assert "✅ Given up: nothing" in said
    assert "Heroic" not in said


# ---------------------------------------------------------------- what was given up


async def test_two_dead_letters_one_retried_one_discarded(stage: Stage) -> None:
    await give_up(stage, "Heroic", "Mythic")
    shown = await opened(stage)
    assert "⚠️ Given up: 2; see below" in shown.text
    assert "📭 **posting the sheet** · Mythic" in shown.text
    assert "📭 **posting the sheet** · Heroic" in shown.text
    assert "Missing Permissions" in shown.text
    mythic, heroic = buttons(shown, health_texts.RETRY)
    officer = stage.officer.in_channel(stage.officers)
    shown = await officer.click(shown, heroic)
    assert health_texts.RETRIED in shown.text
    await stage.local.settle()
    [sheet] = stage.local.discord.messages(stage.raids)
    assert "Heroic" in sheet.embeds[0]["title"]
    assert "⚠️ Given up: 1" in shown.text
    shown = await officer.click(shown, mythic.replace("retry", "discard"))
    assert health_texts.DISCARDED in shown.text
    assert "✅ Given up: nothing" in shown.text
    await stage.local.settle()
    assert await dead(stage) == 0
    assert len(stage.local.discord.messages(stage.raids)) == 1
    done = await stage.local.db.fetch("SELECT action FROM patt.audit WHERE action LIKE 'letter.%' ORDER BY id")
    assert [row["action"] for row in done] == ["letter.retry", "letter.discard"]


async def test_an_announcement_that_was_refused_is_made_once_when_it_is_retried(stage: Stage) -> None:
    discord, bot = stage.local.discord, stage.local.bot
    elsewhere = discord.add_text_channel(stage.guild, "elsewhere")
    await stage.set_up(officer_channel=stage.officers)
    weekly = {"title": "Heroic", "weekday": "friday", "time": "20:00", "template": "plain"}
    await stage.officer.slash("raid series add", **weekly, channel=elsewhere)
    await stage.local.settle()
    discord.overwrite(stage.raids, {discord.bot_member(stage.guild): (0, Permission.SEND_MESSAGES)})
    stage.local.clock.set(FRIDAY + 12 * MINUTE)
    assert await bot.services.booker.run_once() == 1
    await stage.local.settle()
    discord.overwrite(stage.raids, {discord.bot_member(stage.guild): (0, 0)})
    discord.take_violations()
    state = "SELECT booking_state FROM patt.raid_events WHERE booking_state IS NOT NULL AND start_time_utc > $1"
    assert (await stage.value(state, FRIDAY), messages(stage.raids)) == ("created", [])
    shown, as_well = await opened(stage), await opened(stage)
    assert "announcing next week's raid" in shown.text
    [again] = buttons(shown, health_texts.RETRY)
    officer = stage.officer.in_channel(stage.officers)
    await officer.click(shown, again)
    assert str(LetterGone()) in (await officer.click(as_well, again)).text
    await stage.local.settle()
    [said] = messages(stage.raids)
    assert said.content.startswith("📅 Next week's raid has been posted! Sign up here:\n")
    assert (await stage.value(state, FRIDAY), await dead(stage)) == ("announced", 0)


async def test_the_buttons_outlive_a_restart_and_answer_once(stage: Stage) -> None:
    await give_up(stage, "Heroic")
    shown = await opened(stage)
    [retry] = buttons(shown, health_texts.RETRY)
    async with restarted(stage):
        officer = stage.officer.in_channel(stage.officers)
        again = await officer.slash("raid health")
        assert health_texts.RETRIED in (await officer.click(shown, retry)).text
        await stage.local.settle()
        assert str(LetterGone()) in (await officer.click(again, retry)).text
    assert len(stage.local.discord.messages(stage.raids)) == 1


async def test_only_officers_settle_letters(stage: Stage) -> None:
    await give_up(stage, "Heroic")
    shown = await opened(stage)
    [retry] = buttons(shown, health_texts.RETRY)
    stage.local.discord.change_member(stage.officer.actor, roles=[])  # type: ignore[arg-type] - a member
    assert is_refusal(await stage.officer.in_channel(stage.officers).click(shown, retry))
    assert await dead(stage) == 1


async def test_a_letter_of_another_server_is_not_found(stage: Stage, night_off: Stage) -> None:
    await give_up(stage, "Heroic")
    await give_up(night_off, "Theirs")
    [ours] = buttons(await opened(stage), health_texts.RETRY)
    shown = await night_off.owner.in_channel(night_off.officers).slash("raid health")
    [theirs] = [one for one in walk(shown.message.components) if one.get("label") == health_texts.DISCARD]
    theirs["custom_id"] = ours.replace("retry", "discard")
    answer = await night_off.owner.in_channel(night_off.officers).click(shown, theirs["custom_id"])
    assert str(LetterGone()) in answer.text
    assert await dead(stage) == 2


async def test_the_latest_five_are_shown_and_the_others_follow(stage: Stage) -> None:
    for number in range(7):
        await stage.local.db.execute(
            """
            INSERT INTO patt.scheduled_actions
                (guild_discord_id, kind, lane, due_at, wake_at, dead, dead_since, last_error, attempts)
            VALUES ($1, 'of.another.version', 'l', $2, $2, TRUE, $2, $3, 45)
            """,
            stage.guild.id,
            stage.local.clock.now() + number * SECOND,
            f"**why {number}** @everyone " + "x" * 5000,
        )
    shown = await opened(stage)
    assert "⚠️ Given up: 7; the latest 5 stand below" in shown.text
    assert len(buttons(shown, health_texts.DISCARD)) == 5
    assert "**of.another.version**" in shown.text
    first = buttons(shown, health_texts.DISCARD)[0]
    shown = await stage.officer.in_channel(stage.officers).click(shown, first)
    assert "⚠️ Given up: 6" in shown.text
    assert custom_ids.letter(1, "discard") not in first  # type: ignore[arg-type] - the latest, not the first
