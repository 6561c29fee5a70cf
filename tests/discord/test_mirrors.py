"""What stands beside a raid in Discord, with Discord's own refusals: threads, scheduled events, roles."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, SECOND, Stage, event_id, messages

from bot.domain.setting import SERVER, Setting
from bot.domain.settings import DISCORD_EVENT, TEMP_ROLE, THREAD, VOICE_CHANNEL
from cogs.needs import warning_for
from sandbox.discord.permissions import BOT_BY_DEFAULT, Permission
from sandbox.discord.world import JSON, Channel, Kind, Message, Role

NIGHT = timedelta(hours=3)
MADE_AT = {THREAD: "**/threads", DISCORD_EVENT: "**/scheduled-events", TEMP_ROLE: "**/roles"}
NEEDED = {
    THREAD: (Permission.CREATE_PUBLIC_THREADS, "Create Public Threads"),
    DISCORD_EVENT: (Permission.CREATE_EVENTS | Permission.MANAGE_EVENTS, "Manage Events"),
    TEMP_ROLE: (Permission.MANAGE_ROLES, "Manage Roles"),
}
EACH = pytest.mark.parametrize("setting", MADE_AT, ids=lambda setting: setting.name)


async def switch(stage: Stage, setting: Setting[Any], value: Any = True) -> None:
    """Set a setting for the whole server."""
    async with stage.local.bot.db.transaction() as tx:
        await tx.settings.put(stage.guild.id, SERVER, {setting.name: setting.kind.dump(value)})


async def edit(stage: Stage, sheet: Message, **changes: Any) -> None:
    """`/raid edit`, and what follows."""
    await stage.officer.slash("raid edit", event=str(event_id(sheet)), **changes)
    await stage.redraw()


async def until(stage: Stage, moment: Any) -> None:
    """Turn the clock to `moment`, and do what follows."""
    await stage.local.pass_time(moment - stage.local.clock.now())
    await stage.redraw()


def thread(stage: Stage) -> Channel:
    """The one thread."""
    [found] = [each for each in stage.guild.channels.values() if each.is_thread]
    return found


def events(stage: Stage) -> list[JSON]:
    """The server's scheduled events."""
    return list(stage.guild.events.values())


def role(stage: Stage) -> Role:
    """The raid's role."""
    [found] = [each for each in stage.guild.roles.values() if "#" in each.name]
    return found


def standing(stage: Stage) -> int:
    """How many threads, events and roles there are beside raids."""
    threads = [each for each in stage.guild.channels.values() if each.is_thread]
    return len(threads) + len(events(stage)) + len([each for each in stage.guild.roles.values() if "#" in each.name])


def told(stage: Stage) -> list[str]:
    """What the officers read."""
    return [one.content for one in messages(stage.officers)]


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The server with an officer channel."""
    await stage.set_up(officer_channel=stage.officers)
    return stage


# ---------------------------------------------------------------- threads


async def test_a_thread_is_opened_renamed_and_closed_with_the_raid(stage: Stage) -> None:
    await switch(stage, THREAD)
    sheet = await stage.raid()
    opened = thread(stage)
    assert (opened.id, opened.name, opened.parent_id) == (sheet.id, "Heroic · Fri 27 Nov", stage.raids.id)
    await edit(stage, sheet, title="Mythic")
    assert opened.name == "Mythic · Fri 27 Nov"
    await stage.officer.slash("raid move", event=str(event_id(sheet)), when="sat 20:00")
    await stage.redraw()
    assert opened.name == "Mythic · Sat 28 Nov"
    await until(stage, FRIDAY + timedelta(days=1) + NIGHT)
    assert (opened.archived, opened.locked) == (True, True)


async def test_a_raid_that_goes_to_another_channel_keeps_its_thread_with_a_link(stage: Stage) -> None:
    await switch(stage, THREAD)
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    opened, elsewhere = thread(stage), stage.local.discord.add_text_channel(stage.guild, "elsewhere")
    said = await stage.officer.slash("raid edit", event=str(event_id(sheet)), channel=elsewhere)
    assert f"Channel: <#{elsewhere.id}>" in said.text
    assert f"Discord moves no thread: <#{opened.id}> stays" in said.text
    await stage.redraw()
    assert messages(stage.raids) == []
    [moved] = messages(elsewhere)
    assert f"🧵 <#{opened.id}>" in moved.embeds[0]["description"]
    assert "Mira" in str(moved.embeds)
    assert not stage.rung()
    assert "You are in" in (await stage.member.in_channel(elsewhere).click(moved, "Sign up")).text
    await edit(stage, sheet, title="Mythic")
    await until(stage, FRIDAY + NIGHT)
    assert (opened.name, opened.archived) == ("Mythic · Fri 27 Nov", True)
    assert thread(stage) is opened


async def test_a_raid_brought_to_its_series_new_channel_keeps_its_thread_and_all_else_follows(stage: Stage) -> None:
    for setting in (THREAD, DISCORD_EVENT, TEMP_ROLE):
        await switch(stage, setting)
    elsewhere = stage.local.discord.add_text_channel(stage.guild, "elsewhere")
    weekly = {"title": "Heroic", "weekday": "friday", "time": "20:00"}
    await stage.officer.slash("raid series add", **weekly)
    await stage.redraw()
    [sheet] = messages(stage.raids)
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    opened, given, [before] = thread(stage), role(stage), [dict(one) for one in events(stage)]
    edited = await stage.officer.slash("raid series edit", series="Heroic", channel=elsewhere)
    said = await stage.officer.click(edited, "Bring Fri 27 Nov, 20:00 to this")
    assert f"Discord moves no thread: <#{opened.id}> stays, and the sheet has a link to it." in said.text
    await stage.redraw()
    await stage.redraw()
    [moved] = messages(elsewhere)
    assert f"🧵 <#{opened.id}>" in moved.embeds[0]["description"]
    assert (thread(stage) is opened, opened.archived, role(stage) is given) == (True, False, True)
    [after] = events(stage)
    assert after["id"] == before["id"]
    place = f"https://discord.com/channels/{stage.guild.id}/{elsewhere.id}/{moved.id}"
    assert after["entity_metadata"] == {"location": place}
    assert given.id in stage.guild.members[stage.member.actor.id].roles
    await until(stage, FRIDAY + NIGHT)
    assert (standing(stage) - len(events(stage)), opened.archived) == (1, True)


async def test_a_thread_is_closed_without_a_lock_where_the_bot_may_not_lock(stage: Stage) -> None:
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT & ~Permission.MANAGE_THREADS)
    await switch(stage, THREAD)
    sheet = await stage.raid()
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)))
    await stage.redraw()
    assert (thread(stage).archived, thread(stage).locked) == (True, False)


async def test_a_closed_thread_is_opened_again_with_the_raid(stage: Stage) -> None:
    await switch(stage, THREAD)
    sheet = await stage.raid()
    cancelled = await stage.officer.slash("raid cancel", event=str(event_id(sheet)))
    await stage.redraw()
    await stage.officer.click(cancelled, "Undo")
    await stage.redraw()
    assert (thread(stage).archived, thread(stage).locked) == (False, False)


async def test_a_thread_that_somebody_opened_below_the_sheet_is_taken(stage: Stage) -> None:
    sheet = await stage.raid()
    opened = Channel(sheet.id, Kind.THREAD, "talk", stage.guild, parent_id=stage.raids.id)
    opened.owner_id, sheet.thread_id = stage.member.actor.id, sheet.id
    stage.local.discord.place_thread(opened)
    await switch(stage, THREAD)
    with stage.local.discord.expect_refusal(160004):
        await edit(stage, sheet, title="Mythic")
    await edit(stage, sheet, title="Heroic")
    assert thread(stage).name == "Heroic · Fri 27 Nov"


# ---------------------------------------------------------------- scheduled events


async def test_an_event_stands_in_discords_list_and_follows_the_raid(stage: Stage) -> None:
    await switch(stage, DISCORD_EVENT)
    sheet = await stage.raid(description="Bring flasks.")
    link = f"https://discord.com/channels/{stage.guild.id}/{stage.raids.id}/{sheet.id}"
    [event] = events(stage)
    assert (event["name"], event["entity_metadata"]) == ("Heroic", {"location": link})
    assert event["description"] == f"Bring flasks.\n\n{link}\nMuster #{event_id(sheet)}"
    assert event["scheduled_start_time"] == FRIDAY.isoformat()
    await edit(stage, sheet, title="Mythic", duration="2h")
    await stage.officer.slash("raid move", event=str(event_id(sheet)), when="sat 20:00")
    await stage.redraw()
    [event] = events(stage)
    saturday = FRIDAY + timedelta(days=1)
    times = (event["scheduled_start_time"], event["scheduled_end_time"])
    assert (event["name"], *times) == ("Mythic", saturday.isoformat(), (saturday + timedelta(hours=2)).isoformat())
    await until(stage, saturday)
    assert [each["status"] for each in events(stage)] == [2]
    await until(stage, saturday + timedelta(hours=2))
    assert events(stage) == []
    assert [call.body["status"] for call in stage.calls("PATCH", "/scheduled-events/") if "status" in call.body] == [
        2,
        3,
    ]


async def test_an_event_is_cancelled_with_its_raid(stage: Stage) -> None:
    await switch(stage, DISCORD_EVENT)
    sheet = await stage.raid()
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)), delete=True)
    await stage.redraw()
    assert events(stage) == []
    assert stage.calls("PATCH", "/scheduled-events/")[-1].body == {"status": 4}


async def test_the_voice_channel_is_on_the_sheet_and_the_events_place(stage: Stage) -> None:
    voice = stage.local.discord.add_voice_channel(stage.guild, "Raid")
    await switch(stage, DISCORD_EVENT)
    await switch(stage, VOICE_CHANNEL, voice.id)
    sheet = await stage.raid()
    assert f"🔊 {voice.mention}" in sheet.embeds[0]["description"]
    [event] = events(stage)
    assert (event["entity_type"], event["channel_id"]) == (2, str(voice.id))
    stage.local.discord.delete_channel(voice)
    await switch(stage, VOICE_CHANNEL, None)
    await edit(stage, sheet, title="Mythic")
    [event] = events(stage)
    assert (event["entity_type"], event["channel_id"], event["name"]) == (3, None, "Mythic")


async def test_a_voice_channel_that_is_none_makes_no_trouble(stage: Stage) -> None:
    await switch(stage, DISCORD_EVENT)
    await switch(stage, VOICE_CHANNEL, stage.raids.id)
    await stage.raid()
    assert [each["entity_type"] for each in events(stage)] == [3]


async def test_the_hundred_and_first_event_waits_for_room(stage: Stage) -> None:
    await switch(stage, DISCORD_EVENT)
    for number in range(100):
        stage.guild.events[number] = {"id": str(number), "status": 1, "name": "Karaoke", "creator_id": "1"}
    with stage.local.discord.expect_refusal(30038):
        await stage.raid(title="Later", when="sat 20:00")
        await stage.raid(title="Sooner")
        for number in range(2):
            [text] = told(stage)
            assert "100 scheduled events" in text
            mine = [each["name"] for each in events(stage) if each["name"] != "Karaoke"]
            assert mine == ["Sooner", "Later"][:number]
            del stage.guild.events[number]
            await stage.local.pass_time(timedelta(hours=1))
    assert {each["name"] for each in events(stage)} == {"Karaoke", "Sooner", "Later"}


# ---------------------------------------------------------------- roles


async def test_whoever_has_a_seat_has_the_role_until_the_raid_is_over(stage: Stage) -> None:
    await switch(stage, TEMP_ROLE)
    sheet = await stage.raid(limit=1)
    late = stage.joins("Late")
    for hand in (stage.member, late):
        await stage.sign_up(hand, sheet)
    await stage.redraw()
    mira, queued = stage.member.actor, late.actor
    assert (role(stage).name, role(stage).permissions) == (f"Heroic #{event_id(sheet)}", 0)
    assert (role(stage).id in mira.roles, role(stage).id in queued.roles) == (True, False)
    await stage.member.click(sheet, "Absence")
    await stage.redraw()
    assert (role(stage).id in mira.roles, role(stage).id in queued.roles) == (False, True)
    await until(stage, FRIDAY + NIGHT)
    assert standing(stage) == 0


async def test_whoever_left_the_server_is_no_trouble(stage: Stage) -> None:
    await switch(stage, TEMP_ROLE)
    sheet = await stage.raid()
    for hand in (stage.member, stage.joins("Bo")):
        await stage.sign_up(hand, sheet)
    stage.local.discord.remove_member(stage.member.actor)
    with stage.local.discord.expect_refusal(10007):
        await stage.redraw()
    [bo] = [each for each in stage.guild.members.values() if each.display_name == "Bo"]
    assert (role(stage).id in bo.roles, told(stage)) == (True, [])


async def test_a_role_above_the_bots_is_told_once_with_its_mend(stage: Stage) -> None:
    await switch(stage, TEMP_ROLE)
    sheet = await stage.raid()
    made = role(stage)
    place, made.position = made.position, 1000
    with stage.local.discord.expect_refusal(50013):
        for hand in (stage.member, stage.joins("Bo")):
            await stage.sign_up(hand, sheet)
            await stage.redraw()
    [text] = told(stage)
    assert f"My own role must stand above **{made.name}**" in text.replace("\\", "")
    made.position = place
    await stage.member.click(sheet, "Late")
    await stage.redraw()
    assert made.id in stage.member.actor.roles


async def test_a_role_of_that_name_that_grants_something_is_never_taken_for_ours(stage: Stage) -> None:
    await switch(stage, TEMP_ROLE)
    next_id = await stage.value("SELECT coalesce(max(id), 0) + 1 FROM patt.raid_events")
    powerful = stage.local.discord.add_role(stage.guild, f"Heroic #{next_id}", permissions=Permission.ADMINISTRATOR)
    stage.local.discord.lose_answer("POST", "**/roles")
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.local.pass_time(timedelta(seconds=10))
    assert event_id(sheet) == next_id
    assert powerful.id not in stage.member.actor.roles
    assert len(stage.member.actor.roles) == 1


# ---------------------------------------------------------------- all of them


@EACH
async def test_a_lost_answer_makes_no_second_one(stage: Stage, setting: Setting[bool]) -> None:
    await switch(stage, setting)
    stage.local.discord.lose_answer("POST", MADE_AT[setting])
    await stage.raid()
    for _ in range(3):
        await stage.local.pass_time(timedelta(seconds=10))
    assert standing(stage) == 1
    assert [row["state"] for row in await stage.local.db.fetch("SELECT state FROM patt.mirrors")] == ["stands"]
    stage.local.discord.take_violations()  # a thread that is there already is refused, as expected


@EACH
async def test_a_missing_permission_is_told_once_by_name_and_mended_by_giving_it(
    stage: Stage, setting: Setting[bool]
) -> None:
    permission, name = NEEDED[setting]
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT & ~permission)
    everyone = stage.guild.everyone
    stage.local.discord.change_role(stage.guild, everyone, permissions=everyone.permissions & ~permission)
    await switch(stage, setting)
    with stage.local.discord.expect_refusal(50013):
        sheet = await stage.raid()
        await edit(stage, sheet, title="Mythic")
    [text] = told(stage)
    assert f"**{name}**" in text
    assert standing(stage) == 0
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT)
    await edit(stage, sheet, title="Heroic")
    assert standing(stage) == 1


async def test_without_an_officer_channel_the_leader_reads_it_under_the_servers_name(stage: Stage) -> None:
    await stage.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    permission, name = NEEDED[TEMP_ROLE]
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT & ~permission)
    await switch(stage, TEMP_ROLE)
    with stage.local.discord.expect_refusal(50013):
        await stage.raid()
    [text] = [one.content for one in stage.local.discord.dms(stage.officer.actor) if f"**{name}**" in one.content]
    assert text.startswith("📍 **Night Watch**\n")


@pytest.mark.parametrize("setting", [THREAD, TEMP_ROLE], ids=lambda setting: setting.name)
async def test_what_is_deleted_by_hand_is_noticed_at_once_and_not_made_again(
    stage: Stage, setting: Setting[bool]
) -> None:
    await switch(stage, setting)
    sheet = await stage.raid()
    if setting is THREAD:
        stage.local.discord.delete_channel(thread(stage))
    else:
        stage.local.discord.delete_role(stage.guild, role(stage))
    await stage.until("SELECT state = 'lost' FROM patt.mirrors")
    await edit(stage, sheet, title="Mythic")
    assert (standing(stage), len(told(stage))) == (0, 1)
    assert "was deleted" in told(stage)[0]


async def test_an_event_deleted_by_hand_is_noticed_with_the_next_change(stage: Stage) -> None:
    await switch(stage, DISCORD_EVENT)
    sheet = await stage.raid()
    stage.guild.events.clear()
    with stage.local.discord.expect_refusal(10070):
        await edit(stage, sheet, title="Mythic")
    await edit(stage, sheet, title="Heroic")
    assert (standing(stage), len(told(stage))) == (0, 1)


async def test_nothing_beside_a_raid_pings_anybody(stage: Stage) -> None:
    for setting in MADE_AT:
        await switch(stage, setting)
    sheet = await stage.raid(title="Everyone", description="@everyone")
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    await stage.local.pass_time(SECOND)
    assert (standing(stage), stage.rung()) == (3, False)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        (THREAD, ["Create Public Threads", "Manage Threads"]),
        (DISCORD_EVENT, ["Create Events", "Manage Events"]),
        (TEMP_ROLE, ["Manage Roles"]),
        (VOICE_CHANNEL, []),
    ],
)
async def test_what_a_setting_needs_is_named(stage: Stage, setting: Setting[Any], named: list[str]) -> None:
    everyone = stage.guild.everyone
    lacking = Permission.CREATE_PUBLIC_THREADS | Permission.MANAGE_THREADS | Permission.CREATE_EVENTS
    lacking |= Permission.MANAGE_EVENTS | Permission.MANAGE_ROLES
    seen = stage.local.bot.get_guild(stage.guild.id)
    assert seen is not None
    assert warning_for(seen, setting.name) == ""
    stage.local.discord.change_role(stage.guild, everyone, permissions=everyone.permissions & ~lacking)
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT & ~lacking)
    async with asyncio.timeout(5):
        while seen.me.guild_permissions.manage_roles:  # noqa: ASYNC110 - the library has no event to wait for
            await asyncio.sleep(0.01)
    text = warning_for(seen, setting.name)
    assert [name for name in named if f"**{name}**" not in text] == []
    assert bool(text) is bool(named)


async def test_what_is_missing_is_said_when_it_is_switched_on(stage: Stage) -> None:
    said = await stage.officer.slash("settings server", setting="temp_role", value="on")
    assert "⚠️" not in said.text
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT & ~Permission.MANAGE_ROLES)
    said = await stage.officer.slash("settings server", setting="temp_role", value="on")
    assert "**Manage Roles**" in said.text
    said = await stage.officer.slash("settings server", setting="temp_role", value="off")
    assert "⚠️" not in said.text


@EACH
async def test_a_raid_that_stands_gets_what_is_switched_on_for_it(stage: Stage, setting: Setting[Any]) -> None:
    sheet = await stage.raid()
    await stage.officer.slash("settings raid", event=str(event_id(sheet)), setting=setting.name, value="on")
    await stage.redraw()
    assert standing(stage) == 1
    await stage.officer.slash("settings raid", event=str(event_id(sheet)), setting=setting.name, value="off")
    await stage.redraw()
    assert standing(stage) == int(setting is THREAD and thread(stage).archived)
