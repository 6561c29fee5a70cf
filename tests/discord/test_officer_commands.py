"""Officers put people on sheets, take them off, edit, move and close raids, and take it back, as Discord shows it."""

from datetime import timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, Stage, event_id, fields, is_refusal, messages

from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.permissions import Permission
from sandbox.discord.words import walk
from sandbox.discord.world import Member, Message
from sandbox.local import running_bot

TEN_MINUTES = timedelta(minutes=10)
COMMANDS: dict[str, dict[str, Any]] = {
    "raid add": {"name": "Gunther"},
    "raid remove": {"member": "Mira"},
    "raid edit": {"title": "Mythic"},
    "raid move": {"when": "sat 20:00"},
    "raid close": {},
    "raid reopen": {},
}


def people(sheet: Message) -> str:
    """Every name on the sheet."""
    return "\n".join(fields(sheet).values())


def direct(stage: Stage, hand: Hand) -> list[str]:
    """What the bot told the member by direct message."""
    user = hand.actor.user if isinstance(hand.actor, Member) else hand.actor
    return [one.content for one in messages(stage.local.discord.dm_channel(user))]


async def officer(stage: Stage, command: str, sheet: Message, **options: Any) -> Answer:
    answer = await stage.officer.slash(command, event=str(event_id(sheet)), **options)
    await stage.redraw()
    return answer


def buttons(answer: Answer) -> list[str]:
    return [one["label"] for one in walk(answer.message.components) if one["type"] == 2]


# ---------------------------------------------------------------- to another channel


async def test_what_the_bot_may_not_do_there_is_said_before_anything_is_done(stage: Stage) -> None:
    sheet = await stage.raid()
    bot = stage.guild.members[stage.local.discord.bot_user.id]
    shut = {bot: (0, Permission.EMBED_LINKS)}
    elsewhere = stage.local.discord.add_text_channel(stage.guild, "elsewhere", overwrites=shut)
    before = await stage.contents()
    refused = await officer(stage, "raid edit", sheet, title="Mythic", channel=elsewhere)
    assert is_refusal(refused)
    assert "Embed Links" in refused.text
    assert await stage.contents() == before
    stranger = await stage.member.slash("raid edit", force=True, event=str(event_id(sheet)), channel=elsewhere)
    assert "Embed Links" not in stranger.text
    assert (len(messages(stage.raids)), messages(elsewhere)) == (1, [])


async def test_the_sheet_goes_to_another_channel_and_back(stage: Stage) -> None:
    sheet = await stage.raid()
    elsewhere = stage.local.discord.add_text_channel(stage.guild, "elsewhere")
    answer = await officer(stage, "raid edit", sheet, channel=elsewhere)
    assert (
        f"The sheet is posted there, then it goes from <#{stage.raids.id}>; nothing is announced again." in answer.text
    )
    posted, deleted = (stage.calls(method, "/messages") for method in ("POST", "DELETE"))
    assert stage.local.discord.calls.index(posted[-1]) < stage.local.discord.calls.index(deleted[-1])
    assert (len(messages(stage.raids)), len(messages(elsewhere))) == (0, 1)
    await stage.officer.click(answer, "Undo")
    await stage.redraw()
    assert (len(messages(stage.raids)), len(messages(elsewhere))) == (1, 0)


# ---------------------------------------------------------------- adding and removing


async def test_a_member_is_put_on_the_sheet_and_told_by_direct_message(stage: Stage) -> None:
    sheet = await stage.raid()
    answer = await officer(stage, "raid add", sheet, member=stage.member.actor, spec="Paladin/Holy")
    assert answer.ephemeral
    assert "**Mira** is on the sheet of **Heroic**: #1, Sign up as Holy Paladin." in answer.text
    assert "Mira" in people(sheet)
    [told] = direct(stage, stage.member)
    assert told.startswith("📍 **Night Watch**\nAn officer put you on the sheet of **Heroic**")
    assert f"/{sheet.id}" in told


async def test_a_worker_of_other_shards_names_the_server_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = await stage.raid()
    monkeypatch.setattr(stage.local.bot, "get_guild", lambda _: None)  # one bot cannot be on two shards of this stage
    await officer(stage, "raid add", sheet, member=stage.member.actor)
    assert stage.calls("GET", f"/guilds/{stage.guild.id}")
    [told] = direct(stage, stage.member)
    assert told.startswith("📍 **Night Watch**\n")


async def test_somebody_without_discord_holds_a_seat(stage: Stage) -> None:
    sheet = await stage.raid(limit=1)
    answer = await officer(stage, "raid add", sheet, name="Gunther *the* Great")
    assert "nobody is told" in answer.text
    assert "with `spec`" in answer.text
    assert "Gunther" in people(sheet)
    assert "queue" in (await stage.sign_up(stage.member, sheet)).text


async def test_whoever_is_there_is_moved(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    answer = await officer(stage, "raid add", sheet, member=stage.member.actor, status="bench")
    assert "**Mira** was on the sheet of **Heroic**; now they are #1, Bench as Holy Paladin." in answer.text
    [told] = direct(stage, stage.member)
    assert "An officer changed your answer" in told
    again = await officer(stage, "raid add", sheet, member=stage.member.actor, status="bench")
    assert "like that already" in again.text
    assert buttons(again) == []


async def test_removing_tells_the_member_and_promotes_the_next(stage: Stage) -> None:
    sheet, next_one = await stage.raid(limit=1), stage.joins("Nils")
    await stage.sign_up(stage.member, sheet)
    await stage.sign_up(next_one, sheet)
    offered = await stage.officer.autocomplete("raid remove", "member", event=str(event_id(sheet)))
    assert [one.name for one in offered] == ["#1 Mira", "#2 Nils"]
    answer = await officer(stage, "raid remove", sheet, member=offered[0].value)
    assert "**Mira** is off the sheet of **Heroic**. They are told." in answer.text
    assert "Mira" not in people(sheet)
    assert ["took you off" in one for one in direct(stage, stage.member)] == [True]
    assert ["you are now in" in one for one in direct(stage, next_one)] == [True]


async def test_a_slip_of_the_pen_is_guessed(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    answer = await officer(stage, "raid remove", sheet, member="Mria")
    assert is_refusal(answer)
    assert "Did you mean `Mira`?" in answer.text
    answer = await officer(stage, "raid add", sheet, name="Bo", spec="Hloy Paladin")
    assert "Did you mean `Holy Paladin`" in answer.text


async def test_what_is_offered_while_typing(stage: Stage) -> None:
    sheet = await stage.raid()
    chosen = {"event": str(event_id(sheet))}
    offered = await stage.officer.autocomplete("raid add", "spec", typed="holy pal", **chosen)
    assert [(one.name, one.value) for one in offered] == [("Holy Paladin", "Paladin/Holy")]
    offered = await stage.officer.autocomplete("raid add", "status", **chosen)
    assert [one.value for one in offered] == ["accepted", "late", "tentative", "bench", "absence"]
    await officer(stage, "raid add", sheet, name="Gunther")
    offered = await stage.officer.autocomplete("raid add", "name", typed="gun")
    assert [one.value for one in offered] == ["Gunther"]
    offered = await stage.officer.autocomplete("raid add", "spec", typed="holy")  # no raid chosen yet
    assert "no such raid" in offered[0].name


async def test_bots_and_nobody_are_refused(stage: Stage) -> None:
    sheet = await stage.raid()
    bot = stage.guild.members[stage.local.discord.bot_user.id]
    tries: list[dict[str, Any]] = [{}, {"member": bot}, {"member": stage.member.actor, "name": "Bo"}]
    for options in tries:
        answer = await officer(stage, "raid add", sheet, **options)
        assert is_refusal(answer)
        assert ("bot" in answer.text) == (options == {"member": bot})
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 0


# ---------------------------------------------------------------- editing, moving, closing


async def test_an_edit_shows_on_the_sheet(stage: Stage) -> None:
    sheet = await stage.raid(limit=20)
    answer = await officer(stage, "raid edit", sheet, title="Mythic", limit="none", leader=stage.member.actor)
    assert "**Mythic** is changed." in answer.text
    assert "Limit: none" in answer.text
    [embed] = sheet.embeds
    assert "Mythic" in embed["title"]
    assert f"<@{stage.member.actor.id}>" in embed["description"]
    assert "/20" not in embed["description"]
    assert not stage.rung()


@pytest.mark.parametrize(
    ("option", "typed", "says"),
    [
        ("limit", "0", "`limit` is a number from 1 to 1000, or `none` to have none."),
        ("limit", "1001", "`limit` is a number from 1 to 1000"),
        ("minimum", "0", "`minimum` is a number from 1 to 1000"),
        ("minimum", "21", "The `minimum` is more than the `limit`"),
        ("duration", "0", "`duration` takes `1 min` to `1 d`"),
        ("duration", "25h", "`duration` takes `1 min` to `1 d`"),
        ("deadline", "61d", "`deadline` takes `1 min` to `60 d`"),
        ("deadline", "3d", "`deadline` has already passed: it takes less than `2 d 7 h`"),
        ("reminders", "29d", "`reminders`: they take `1 min` to `28 d`"),
    ],
)
async def test_what_is_out_of_bounds_names_its_option_and_the_bounds(
    stage: Stage, option: str, typed: str, says: str
) -> None:
    sheet = await stage.raid(limit=20)
    before = await stage.contents()
    answer = await officer(stage, "raid edit", sheet, **{option: typed})
    assert is_refusal(answer)
    assert says in answer.text
    assert await stage.contents() == before


async def test_a_raised_limit_promotes_and_tells(stage: Stage) -> None:
    sheet = await stage.raid(limit=1)
    await officer(stage, "raid add", sheet, name="Gunther")
    await stage.sign_up(stage.member, sheet)
    answer = await officer(stage, "raid edit", sheet, limit="2")
    assert "1 person moved up from the queue." in answer.text
    assert ["you are now in" in one for one in direct(stage, stage.member)] == [True]


async def test_a_moved_raid_says_from_when_to_when(stage: Stage) -> None:
    sheet = await stage.raid(deadline="24h")
    answer = await officer(stage, "raid move", sheet, when="sat 20:00")
    later = FRIDAY + timedelta(days=1)
    assert f"<t:{int(FRIDAY.timestamp())}:F> to <t:{int(later.timestamp())}:F>" in answer.text
    assert f"<t:{int(later.timestamp())}:F>" in sheet.embeds[0]["description"]
    assert f"Sign up until <t:{int((later - timedelta(days=1)).timestamp())}:f>" in sheet.embeds[0]["description"]


async def test_a_closed_sheet_keeps_its_list_and_its_buttons_are_dead(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    assert "takes no more answers" in (await officer(stage, "raid close", sheet)).text
    assert "Mira" in people(sheet)
    assert all(one["disabled"] for one in walk(sheet.components) if one["type"] == 2 and "mine" not in one["custom_id"])
    assert "takes answers again" in (await officer(stage, "raid reopen", sheet)).text
    assert "You are" in (await stage.member.click(sheet, "Late")).text


# ---------------------------------------------------------------- undo


async def test_undo_puts_somebody_back_and_goes(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    removed = await officer(stage, "raid remove", sheet, member="Mira")
    assert buttons(removed) == ["Undo"]
    undone = await stage.officer.click(removed, "Undo")
    await stage.redraw()
    assert "Undone: **Mira** is back on the sheet of **Heroic**." in undone.text
    assert buttons(removed) == []
    assert "Mira" in people(sheet)


async def test_undo_after_a_restart(stage: Stage) -> None:
    sheet = await stage.raid()
    moved = await officer(stage, "raid move", sheet, when="sat 20:00")
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        assert "again" in (await stage.officer.click(moved, "Undo")).text
        await stage.redraw()
    assert f"<t:{int(FRIDAY.timestamp())}:F>" in sheet.embeds[0]["description"]


async def test_undo_brings_a_deleted_sheet_back(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    cancelled = await officer(stage, "raid cancel", sheet, delete=True)
    assert stage.local.discord.messages(stage.raids) == []
    assert "takes place after all" in (await stage.officer.click(cancelled, "Undo")).text
    await stage.redraw()
    [posted] = stage.local.discord.messages(stage.raids)
    assert "Mira" in people(posted)
    assert "You are" in (await stage.member.click(posted, "Late")).text


async def test_undo_is_refused_later_and_by_then_changes_nothing(stage: Stage) -> None:
    sheet = await stage.raid()
    closed = await officer(stage, "raid close", sheet)
    await stage.local.pass_time(TEN_MINUTES)
    answer = await stage.officer.click(closed, "Undo")
    assert is_refusal(answer)
    assert "ten minutes" in answer.text
    assert await stage.value("SELECT closed FROM patt.raid_events")


async def test_an_officer_no_more_undoes_nothing(stage: Stage) -> None:
    sheet = await stage.raid()
    closed = await officer(stage, "raid close", sheet)
    await stage.owner.slash("raid setup", officer_role=stage.local.discord.add_role(stage.guild, "Other"))
    answer = await stage.officer.click(closed, "Undo")
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await stage.value("SELECT closed FROM patt.raid_events")


# ---------------------------------------------------------------- who may not


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_member_may_not(stage: Stage, command: str) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    before = await stage.rows()
    answer = await stage.member.slash(command, event=str(event_id(sheet)), **COMMANDS[command])
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await stage.rows() == before


@pytest.mark.parametrize("command", COMMANDS)
async def test_another_servers_raid_is_not_found(stage: Stage, night_off: Stage, command: str) -> None:
    theirs = await night_off.raid(title="Theirs")
    before = await stage.rows()
    for typed in (str(event_id(theirs)), "Theirs"):
        answer = await stage.officer.slash(command, event=typed, **COMMANDS[command])
        assert is_refusal(answer)
        assert "no such raid in this server" in answer.text
    assert await stage.rows() == before
