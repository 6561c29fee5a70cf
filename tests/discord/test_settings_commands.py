"""`/settings` as officers type it."""

import json

import pytest

from bot.domain.settings import ALL
from bot.render import setting_texts, trail_texts
from sandbox.discord.resolving import Impossible
from sandbox.discord.world import Upload
from tests.discord.raid_stage import Stage, event_id, is_refusal


def test_every_setting_is_explained_and_stands_in_one_group():
    names = [one.name for one in ALL]
    assert sorted(setting_texts.ABOUT) == sorted(names)
    assert sorted(name for group in setting_texts.GROUPS.values() for name in group) == sorted(names)


async def test_a_setting_is_set_for_a_channel_and_shown_with_where_it_comes_from(stage: Stage):
    sheet = await stage.raid()
    said = await stage.officer.slash("settings server", setting="reminders", value="1d, 30")
    assert "**1 d, 30 min**" in said.text
    said = await stage.officer.slash("settings channel", channel=stage.raids, setting="thread", value="on")
    assert "**on** for the channel" in said.text
    shown = await stage.officer.slash("settings show", event=str(event_id(sheet)))
    text = "\n".join(field["value"] for field in shown.embeds[0]["fields"])
    assert "reminders: **1 d, 30 min** (server)" in text
    assert f"thread: **on** (<#{stage.raids.id}>)" in text
    assert "temp_role: off\n" in text
    said = await stage.officer.slash("settings reset", setting="thread", channel=stage.raids)
    assert "inherited for the channel again: **off**, from Muster's default" in said.text


async def test_what_is_mistyped_says_what_to_type(stage: Stage):
    for options in (
        {"setting": "remindres", "value": "60"},
        {"setting": "reminders", "value": "soon"},
        {"setting": "limit", "value": "0"},
    ):
        assert is_refusal(await stage.officer.slash("settings server", **options))


async def test_the_history_says_who_changed_what_beside_single_raids(stage: Stage):
    """The setup, settings at every level, series, templates, people and Raid-Helper; what raids have stands there."""
    owner, officer, raids = stage.owner, stage.officer, stage.raids
    said = await stage.raid()
    await stage.local.db.execute("DELETE FROM patt.audit")
    assert (await officer.slash("settings history")).text == trail_texts.NOTHING_DONE
    await owner.slash("raid setup", timezone="Europe/Paris")
    await officer.slash("settings server", setting="reminders", value="1d, 30")
    await officer.slash("settings channel", channel=raids, setting="mention_roles", value=stage.officer_role.mention)
    await officer.slash("settings reset", channel=raids, setting="mention_roles")
    await officer.slash("raid series add", title="*Weekly*", weekday="sun", time="20:00")
    series = str(await stage.value("SELECT id FROM patt.recurring_events"))
    await officer.slash("settings series", series=series, setting="thread", value="on")
    await officer.slash("raid series pause", series=series)
    await officer.slash("template copy", template="plain", name="ours")
    await officer.slash("settings raid", event=str(event_id(said)), setting="thread", value="on")
    await officer.slash("player rank set", name="Core", level=3)
    shown = await officer.slash("settings history")
    assert shown.ephemeral
    by, head = f"<@{officer.actor.id}>", "- <@{}> ".format
    assert [line.partition(" <t:")[0] for line in shown.text.splitlines()[1:]] == [
        f"- {by} set the rank **Core**",
        f"- {by} copied the template **plain** as **ours**",
        f"- {by} paused the series **\\*Weekly\\***",
        f"- {by} set `thread` to **on** for the series **\\*Weekly\\***",
        f"- {by} let `mention_roles` go for <#{raids.id}>",
        f"- {by} set `mention_roles` to **{stage.officer_role.mention}** for <#{raids.id}>",
        f"- {by} set `reminders` to **1 d, 30 min** for the server",
        f"{head(owner.actor.id)}set up time zone",
    ]
    history = await officer.click(await officer.slash("raid show", event=str(event_id(said))), "History")
    assert f"{by} set `thread` to **on** for the raid" in history.text
    stage.local.discord.delete_role(stage.guild, stage.officer_role)
    assert stage.officer_role.mention not in (await owner.slash("settings history")).text
    assert not stage.rung()


async def test_members_do_not_see_the_command(stage: Stage):
    with pytest.raises(Impossible):
        await stage.member.slash("settings show")


async def test_settings_and_their_values_are_offered_while_typing(stage: Stage):
    names = await stage.officer.autocomplete("settings server", "setting", "remind")
    assert {one.value for one in names} >= {"reminders", "remind_by"}
    values = await stage.officer.autocomplete("settings server", "value", "", setting="archive")
    assert [one.value for one in values] == ["never", "repost", "delete"]


async def exported(stage: Stage) -> Upload:
    sent = await stage.owner.slash("settings export")
    (shown,) = sent.message.attachments
    return Upload(shown["filename"], stage.local.discord.world.files[shown["url"].partition("/cdn/")[2]].content)


async def test_a_servers_own_file_comes_back_whatever_was_deleted_since(stage: Stage, night_off: Stage):
    """A list of which nothing is left stays the list it was; another server refuses it as ever."""
    discord, owner = stage.local.discord, stage.owner
    role, other = discord.add_role(stage.guild, "Raider"), discord.add_role(stage.guild, "Trial")
    room = discord.add_text_channel(stage.guild, "old")
    await owner.slash("settings server", setting="allowed_roles", value=role.mention)
    await owner.slash("settings server", setting="voice_channel", value=room.mention)
    both = f"{role.mention} {other.mention}"
    await owner.slash("settings channel", channel=stage.raids, setting="host_roles", value=both)
    discord.delete_channel(room)
    discord.delete_role(stage.guild, role)
    file = await exported(stage)
    stored = "SELECT count(*) FROM common.settings WHERE guild_discord_id = $1"
    await owner.slash("settings server", setting="limit", value="20")
    said = await owner.slash("settings import", file=file)
    assert "4 values are set as the file says" in said.text
    assert json.loads((await exported(stage)).content)["server"]["allowed_roles"] == [str(role.id)]
    strange = Upload("x.json", json.dumps({"server": {"host_roles": ["12345678"]}}).encode())
    assert is_refusal(await owner.slash("settings import", file=strange))
    assert is_refusal(await night_off.owner.slash("settings import", file=file))
    assert await stage.value(stored, night_off.guild.id) == 0


async def test_the_file_goes_out_and_comes_back(stage: Stage):
    await stage.officer.slash("settings server", setting="limit", value="20")
    exported = await stage.owner.slash("settings export")
    (shown,) = exported.message.attachments
    content = stage.local.discord.world.files[shown["url"].partition("/cdn/")[2]].content
    assert json.loads(content)["server"]["limit"] == 20
    await stage.officer.slash("settings reset", setting="limit")
    said = await stage.owner.slash("settings import", file=Upload(shown["filename"], content))
    assert "are set as the file says" in said.text
    shown = await stage.officer.slash("settings show")
    assert "limit: **20** (server)" in "\n".join(field["value"] for field in shown.embeds[0]["fields"])


async def test_a_raids_rules_say_who_moved_by_them(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    await stage.member.click(sheet, "Yes")
    rule = {"event": str(event_id(sheet)), "setting": "method"}
    told = await stage.officer.slash("settings raid", **rule, value="waiting-list")
    assert told.text.splitlines()[1:] == ["1 person went back to the queue."]
    told = await stage.officer.slash("settings reset", **rule)
    assert told.text.splitlines()[1:] == ["1 person moved up from the queue."]
