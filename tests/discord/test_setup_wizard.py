"""`/raid setup` without options: from an invited bot to a test sheet, nothing typed."""

from datetime import UTC, datetime, timedelta

import discord
import pytest
from raid_stage import Stage, event_id, is_refusal

from bot.render import custom_ids, rights_texts, setup_texts
from sandbox.clock import ManualClock
from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.permissions import Permission
from sandbox.discord.words import walk
from sandbox.local import Local, running_bot
from sandbox.setup_page import BEGINNING, SETUP_PAGE, setup_page

CONFIG = "SELECT * FROM common.discord_config WHERE guild_discord_id = $1"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


async def opened(stage: Stage, hand: Hand | None = None) -> Answer:
    return await (hand or stage.owner).slash("raid setup")


async def chosen(stage: Stage, shown: Answer, do: str, *values: object) -> Answer:
    return await stage.owner.select(shown, list(values), custom_ids.set_up(do))


async def stepped_through(stage: Stage) -> Answer:
    """Every step but the test sheet."""
    shown = await opened(stage)
    shown = await chosen(stage, shown, "channel", stage.raids)
    shown = await chosen(stage, shown, "role", stage.officer_role)
    shown = await chosen(stage, shown, "officers", stage.officers)
    shown = await chosen(stage, shown, "zone", "Europe/Berlin")
    return await chosen(stage, shown, "game", "ffxiv")


def options(shown: Answer, do: str) -> list[str]:
    [select] = [one for one in walk(shown.components) if one.get("custom_id") == custom_ids.set_up(do)]
    return [one["value"] for one in select["options"]]


def dead(shown: Answer) -> set[str]:
    return {one["label"] for one in walk(shown.components) if one["type"] == 2 and one.get("disabled")}


async def test_fewer_than_ten_interactions_lead_from_the_invitation_to_a_test_sheet(new_server: Stage) -> None:
    discord_ = new_server.local.discord
    before = discord_.transcript.interactions
    shown = await stepped_through(new_server)
    shown = await new_server.owner.click(shown, setup_texts.TEST)
    assert discord_.transcript.interactions - before == 7
    await new_server.local.settle()
    [sheet] = discord_.messages(new_server.raids)
    assert "Test sheet" in sheet.embeds[0]["title"]
    assert "5 of 5" in shown.text
    stored = await new_server.row(CONFIG, new_server.guild.id)
    assert (stored["raid_channel_id"], stored["officer_channel_id"]) == (new_server.raids.id, new_server.officers.id)
    assert (stored["officer_role_ids"], stored["timezone"]) == ([new_server.officer_role.id], "Europe/Berlin")
    assert stored["default_template"] == "ffxiv"
    assert not new_server.rung()


async def test_each_step_shows_what_is_set_and_what_is_missing(new_server: Stage) -> None:
    shown = await opened(new_server)
    assert shown.ephemeral
    assert "1 of 5" in shown.text
    assert "Raid-Helper: not connected" in shown.text
    for step in ("1. Raid channel", "2. Officer role", "3. Officer channel", "4. Time zone"):
        assert f"⬜ **{step}**" in shown.text
    assert "✅ **5. Game**: World of Warcraft" in shown.text
    assert dead(shown) == {setup_texts.TEST}
    shown = await chosen(new_server, shown, "channel", new_server.raids)
    assert f"✅ **1. Raid channel**: <#{new_server.raids.id}>" in shown.text
    assert "2 of 5" in shown.text
    assert dead(shown) == set()
    shown = await chosen(new_server, shown, "zone", "Europe/Berlin")
    assert "✅ **4. Time zone**: Europe/Berlin, 13:00 there now" in shown.text


async def test_what_is_chosen_stands_in_its_select(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    selects = {one["custom_id"]: one for one in walk((await opened(stage)).components) if "default_values" in one}
    chosen = {
        custom_id.rpartition(":")[2]: [(int(value["id"]), value["type"]) for value in one["default_values"]]
        for custom_id, one in selects.items()
    }
    assert chosen == {
        "channel": [(stage.raids.id, "channel")],
        "role": [(stage.officer_role.id, "role")],
        "officers": [(stage.officers.id, "channel")],
    }


async def test_looking_writes_nothing(stage: Stage) -> None:
    before = await stage.rows()
    shown = await opened(stage)
    assert (await stage.owner.click(shown, setup_texts.LOOK)).kind == "update"
    assert await stage.rows() == before


async def test_the_next_four_nights_are_shown_on_the_servers_clocks_with_their_changes(stage: Stage) -> None:
    stage.local.clock.set(datetime(2027, 3, 15, 12, 0, tzinfo=UTC))
    said = (await opened(stage)).text
    nights = ["Wed 17 Mar 2027, 20:00 CET", "Wed 24 Mar 2027, 20:00 CET", "Wed 31 Mar 2027, 20:00 CEST"]
    assert all(f"- {night}" in said for night in nights)
    assert f"{nights[2]} · 🕒 clocks go forward an hour" in said
    assert "- Wed 7 Apr 2027, 20:00 CEST\n" in said
    assert said.count("🕒") == 1


@pytest.mark.parametrize(
    ("member", "server", "first"),
    [
        ("de", "en-US", ["Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "America/New_York"]),
        ("en-US", "pl", ["Europe/Warsaw", "America/New_York"]),
        ("en-US", "en-US", ["America/New_York", "America/Chicago"]),
    ],
)
async def test_likely_zones_come_first(new_server: Stage, member: str, server: str, first: list[str]) -> None:
    new_server.guild.locale = server
    new_server.owner.actor.user.locale = member  # type: ignore[union-attr] - a member
    offered = options(await opened(new_server), "zone")
    assert offered[: len(first)] == first
    assert len(offered) == 25


async def test_a_zone_from_somewhere_else_is_typed_with_a_guess_when_misspelt(new_server: Stage) -> None:
    shown = await opened(new_server)
    form = await new_server.owner.click(shown, setup_texts.ELSEWHERE)
    refused = await new_server.owner.submit(form, {"zone": "Europe/Helsinky"})
    assert is_refusal(refused)
    assert "Did you mean `Europe/Helsinki`" in refused.text
    form = await new_server.owner.click(shown, setup_texts.ELSEWHERE)
    shown = await new_server.owner.submit(form, {"zone": "kathmandu"})
    assert "✅ **4. Time zone**: Asia/Kathmandu" in shown.text
    assert options(shown, "zone")[0] == "Asia/Kathmandu"


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        (Permission.SEND_MESSAGES, "Send Messages"),
        (Permission.EMBED_LINKS, "Embed Links"),
        (Permission.READ_MESSAGE_HISTORY, "Read Message History"),
    ],
)
async def test_each_missing_permission_is_named_with_where_to_give_it(
    stage: Stage, lost: Permission, named: str
) -> None:
    discord_ = stage.local.discord
    discord_.overwrite(stage.raids, {discord_.bot_member(stage.guild): (0, lost)})
    here = stage.owner.in_channel(stage.officers)
    shown = await opened(stage, here)
    # Without Send Messages Discord grants nothing that needs it, either.
    assert f"In <#{stage.raids.id}> I lack **{named}**" in shown.text
    assert f"{rights_texts.IN_CHANNEL}\n{setup_texts.THEN_LOOK}" in shown.text
    assert setup_texts.TEST in dead(shown)
    discord_.overwrite(stage.raids, {discord_.bot_member(stage.guild): (0, 0)})
    assert "I lack" not in (await here.click(shown, setup_texts.LOOK)).text


async def test_a_channel_the_bot_does_not_see_or_that_was_deleted_says_so(stage: Stage) -> None:
    discord_ = stage.local.discord
    discord_.overwrite(stage.raids, {discord_.bot_member(stage.guild): (0, Permission.VIEW_CHANNEL)})
    here = stage.owner.in_channel(stage.officers)
    assert "I lack **View Channel**" in (await opened(stage, here)).text
    discord_.delete_channel(stage.raids)
    shown = await opened(stage, here)
    assert "was deleted, or I do not see it: choose another channel" in shown.text
    assert dead(shown) == {setup_texts.TEST}


async def test_what_the_officer_channel_lacks_keeps_no_test_sheet_away(stage: Stage) -> None:
    discord_ = stage.local.discord
    discord_.overwrite(stage.officers, {discord_.bot_member(stage.guild): (0, Permission.SEND_MESSAGES)})
    shown = await chosen(stage, await opened(stage), "officers", stage.officers)
    assert "⚠️ **3. Officer channel**" in shown.text
    assert "I lack **Send Messages**" in shown.text
    assert dead(shown) == set()


async def test_officers_who_do_not_see_commands_are_told_of(stage: Stage) -> None:
    assert "Manage Events" not in (await opened(stage)).text
    plain = stage.local.discord.add_role(stage.guild, "Raid lead")
    shown = await chosen(stage, await opened(stage), "role", plain)
    assert f"<@&{plain.id}> lacks **Manage Events**, so its members do not see " in shown.text
    for hidden in ("`/settings`", "`/template`", "`/player`"):
        assert hidden in shown.text
    assert "Server Settings, Integrations, Muster" in shown.text
    lead = stage.joins("Lena", roles=[plain])
    with pytest.raises(Exception, match="settings"):
        await lead.slash("settings show")
    stage.local.discord.change_role(stage.guild, plain, permissions=Permission.MANAGE_EVENTS)
    assert "Manage Events" not in (await stage.owner.click(shown, setup_texts.LOOK)).text


async def test_several_roles_none_and_one_that_was_deleted(stage: Stage) -> None:
    second = stage.local.discord.add_role(stage.guild, "Second", permissions=Permission.MANAGE_EVENTS)
    shown = await chosen(stage, await opened(stage), "role", stage.officer_role, second)
    assert f"<@&{stage.officer_role.id}> <@&{second.id}>" in shown.text
    stage.local.discord.delete_role(stage.guild, second)
    shown = await stage.owner.click(shown, setup_texts.LOOK)
    assert f"✅ **2. Officer role**: <@&{stage.officer_role.id}>\n" in shown.text
    assert "A role was deleted: choose another." in shown.text
    assert f"<@&{second.id}>" not in shown.text
    assert "⬜ **2. Officer role**" in (await chosen(stage, shown, "role")).text


async def test_an_officer_role_that_was_deleted_is_no_step_done(stage: Stage) -> None:
    before = (await opened(stage)).text
    stage.local.discord.delete_role(stage.guild, stage.officer_role)
    shown = await opened(stage)
    assert "⚠️ **2. Officer role**: it was deleted: choose another. Until then Manage Server decides." in shown.text
    assert f"<@&{stage.officer_role.id}>" not in shown.text
    assert "4 of 5 are set" in before
    assert "3 of 5 are set" in shown.text
    shown = await chosen(stage, shown, "role", stage.local.discord.add_role(stage.guild, "Lead"))
    assert "4 of 5 are set" in shown.text


@pytest.mark.parametrize("who", ["member", "officer"])
async def test_it_is_for_those_who_manage_the_server(stage: Stage, who: str) -> None:
    answer = await opened(stage, getattr(stage, who))
    assert is_refusal(answer)
    assert "Manage Server" in answer.text


async def test_it_goes_on_after_a_restart(new_server: Stage) -> None:
    shown = await opened(new_server)
    shown = await chosen(new_server, shown, "channel", new_server.raids)
    local = new_server.local
    await local.bot.close()
    async with running_bot(local.discord, local.settings, local.clock):
        shown = await chosen(new_server, shown, "officers", new_server.officers)
        assert f"✅ **3. Officer channel**: <#{new_server.officers.id}>" in shown.text
        shown = await new_server.owner.click(shown, setup_texts.TEST)
        await local.settle()
    assert len(local.discord.messages(new_server.raids)) == 1


# ---------------------------------------------------------------- the test sheet


async def tested(stage: Stage) -> Answer:
    shown = await stage.owner.click(await opened(stage), setup_texts.TEST)
    await stage.local.settle()
    return shown


async def test_a_test_sheet_works_and_deletes_itself_within_the_hour(stage: Stage) -> None:
    shown = await tested(stage)
    [sheet] = stage.local.discord.messages(stage.raids)
    assert "#1" in (await stage.sign_up(stage.member, sheet)).text
    await stage.local.pass_time(HOUR - MINUTE)
    assert len(stage.local.discord.messages(stage.raids)) == 1
    await stage.local.pass_time(MINUTE)
    assert stage.local.discord.messages(stage.raids) == []
    shown = await stage.owner.click(shown, setup_texts.LOOK)
    assert setup_texts.DROP not in shown.labels
    assert "Test sheet" not in (await stage.officer.slash("raid list")).text
    assert not stage.rung()


async def test_a_test_sheet_is_deleted_at_a_press_and_another_can_follow(stage: Stage) -> None:
    shown = await tested(stage)
    shown = await stage.owner.click(shown, setup_texts.DROP)
    assert setup_texts.DROPPED in shown.text
    await stage.local.settle()
    assert stage.local.discord.messages(stage.raids) == []
    await stage.owner.click(shown, setup_texts.TEST)
    await stage.local.settle()
    [second] = stage.local.discord.messages(stage.raids)
    await stage.local.pass_time(HOUR)
    assert stage.local.discord.messages(stage.raids) == []
    assert event_id(second)


async def test_a_test_sheet_that_was_thrown_away_is_in_no_list_and_nobody_hears_of_it(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    shown = await tested(stage)
    [sheet] = stage.local.discord.messages(stage.raids)
    await stage.sign_up(stage.member, sheet)
    await stage.owner.click(shown, setup_texts.DROP)
    await stage.local.settle()
    await stage.raid(title="Heroic")
    for hand, command in ((stage.officer, "raid list"), (stage.member, "raids"), (stage.member, "me signups")):
        said = await hand.slash(command)
        assert "Test sheet" not in f"{said.text} {said.embeds} {said.components}", command
    for command in ("raid show", "raid copy", "raid announce"):
        offered = await stage.officer.autocomplete(command, "event", "")
        assert [one.name.partition(" · ")[0] for one in offered] == ["Heroic"], command
    assert is_refusal(await stage.officer.slash("raid copy", event="Test sheet", when="sat 20:00"))
    posts = len(stage.posts(stage.officers)) + len(stage.posts())
    await stage.officer.slash("raid cancel", event="Heroic", delete=True)
    await stage.local.settle()
    await stage.local.pass_time(48 * HOUR)
    assert len(stage.posts(stage.officers)) + len(stage.posts()) == posts
    assert stage.local.discord.dms(stage.member.actor) == []
    attended = "SELECT count(*) FROM patt.raid_attendance WHERE attended IS NOT NULL OR minutes IS NOT NULL"
    assert await stage.value(attended) == 0


async def test_one_test_sheet_a_server_however_often_it_is_asked_for(stage: Stage) -> None:
    shown = await opened(stage)
    other = await opened(stage)
    await stage.owner.click(shown, setup_texts.TEST)
    said = await stage.owner.click(other, setup_texts.TEST)
    await stage.local.settle()
    assert len(stage.local.discord.messages(stage.raids)) == 1
    assert setup_texts.DROP in said.labels
    assert f"/{stage.raids.id}/" in (await stage.owner.click(said, setup_texts.LOOK)).text


async def test_a_test_sheet_somebody_cancelled_makes_room_for_another(stage: Stage) -> None:
    shown = await tested(stage)
    [sheet] = stage.local.discord.messages(stage.raids)
    await stage.owner.slash("raid cancel", event=str(event_id(sheet)), delete=True)
    await stage.local.settle()
    shown = await stage.owner.click(shown, setup_texts.LOOK)
    await stage.owner.click(shown, setup_texts.TEST)
    await stage.local.settle()
    assert len(stage.local.discord.messages(stage.raids)) == 1


async def test_a_test_sheet_pings_nobody_whatever_is_set(stage: Stage) -> None:
    await stage.owner.slash("settings server", setting="mention_roles", value=stage.officer_role.mention)
    await tested(stage)
    assert len(stage.local.discord.messages(stage.raids)) == 1
    assert not stage.rung()


async def test_a_channel_that_closed_meanwhile_takes_no_test_sheet(stage: Stage) -> None:
    shown = await opened(stage)
    discord_ = stage.local.discord
    discord_.overwrite(stage.raids, {discord_.bot_member(stage.guild): (0, Permission.EMBED_LINKS)})
    before = await stage.rows()
    answer = await stage.owner.click(shown, setup_texts.TEST)
    assert is_refusal(answer)
    assert "**Embed Links**" in answer.text
    assert await stage.rows() == before


# ---------------------------------------------------------------- the invitation


async def invited(stage: Stage, **permissions: bool) -> list[str]:
    """What a server's system channel shows after the bot was invited there."""
    discord_ = stage.local.discord
    guild = discord_.add_guild("Dawn Patrol", bot_permissions=None)
    hall = discord_.add_text_channel(guild, "hall")
    guild.system_channel_id = hall.id
    denied = discord.Permissions(**{name: True for name, held in permissions.items() if not held})
    discord_.overwrite(hall, {guild.everyone: (0, denied)})
    discord_.invite_bot(guild, 0)
    asked = discord_.add_text_channel(stage.guild, "elsewhere")  # told after the invitation, so heard after it
    while stage.local.bot.get_channel(asked.id) is None:
        await stage.local.settle()
    await stage.local.settle()
    return [one.content for one in discord_.messages(hall)]


async def test_it_says_how_to_begin_where_it_may(stage: Stage) -> None:
    assert await invited(stage) == [setup_texts.BEGIN]


@pytest.mark.parametrize("denied", ["send_messages", "view_channel"])
async def test_it_says_nothing_where_it_may_not(stage: Stage, denied: str) -> None:
    assert await invited(stage, **{denied: False}) == []
    assert stage.calls("POST", "/messages") == []


async def test_it_says_nothing_in_a_server_without_a_system_channel(new_server: Stage) -> None:
    await new_server.local.settle()
    assert new_server.calls("POST", "/messages") == []


# ---------------------------------------------------------------- the document


async def test_the_setup_page_is_what_the_bot_answers(local: Local, clock: ManualClock) -> None:
    clock.set(BEGINNING)
    assert await setup_page(local) == SETUP_PAGE.read_text(encoding="utf-8"), "run: python -m sandbox.gallery setup"
