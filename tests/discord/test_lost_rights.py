"""Permissions that were taken away are said the day before a raid, with Discord's own arithmetic."""

from datetime import timedelta

import pytest
from raid_stage import FRIDAY, Stage

from bot.render import rights_texts
from sandbox.discord.permissions import BOT_BY_DEFAULT, EVERYONE_BY_DEFAULT, Permission
from sandbox.discord.world import Channel, Message

EVE = FRIDAY - timedelta(days=1)


async def eve(stage: Stage) -> list[str]:
    """What the officers read on the day before."""
    stage.local.clock.set(EVE)
    await stage.local.settle()
    return [one.content for one in stage.local.discord.messages(stage.officers)]


def deny(stage: Stage, channel: Channel, permission: Permission) -> None:
    discord = stage.local.discord
    discord.overwrite(channel, {discord.bot_member(stage.guild): (0, permission)})


async def with_officers(stage: Stage) -> Message:
    await stage.set_up(officer_channel=stage.officers)
    return await stage.raid(template="plain")


@pytest.mark.parametrize(
    ("permission", "named"),
    [
        (Permission.VIEW_CHANNEL, "View Channel"),
        (Permission.SEND_MESSAGES, "Send Messages"),
        (Permission.EMBED_LINKS, "Embed Links"),
        (Permission.READ_MESSAGE_HISTORY, "Read Message History"),
    ],
)
async def test_a_permission_the_channel_takes_away(stage: Stage, permission: Permission, named: str) -> None:
    await with_officers(stage)
    deny(stage, stage.raids, permission)
    [said] = await eve(stage)
    assert said.startswith(f"⚠️ **Heroic** starts <t:{int(FRIDAY.timestamp())}:R>, and I cannot do all it needs:")
    assert f"in <#{stage.raids.id}> I lack **{named}**" in said
    assert rights_texts.IN_CHANNEL in said
    assert not stage.rung()


async def test_all_there_is_no_word(stage: Stage) -> None:
    await with_officers(stage)
    assert await eve(stage) == []


async def test_what_a_setting_needs_in_the_server(stage: Stage) -> None:
    await stage.owner.slash("settings server", setting="temp_role", value="on")
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT | Permission.MANAGE_ROLES)
    await with_officers(stage)
    stage.local.discord.allow_bot(stage.guild, EVERYONE_BY_DEFAULT)
    said = (await eve(stage))[-1]
    assert "- in the server I lack **Manage Roles**" in said
    assert rights_texts.IN_SERVER in said
    assert rights_texts.IN_CHANNEL not in said


async def test_a_deleted_channel(stage: Stage) -> None:
    await with_officers(stage)
    stage.local.discord.delete_channel(stage.raids)
    said = (await eve(stage))[-1]
    assert f"<#{stage.raids.id}> was deleted, or I do not see it: `/raid edit channel:`" in said
    [looked] = stage.local.discord.take_violations()  # it looks: a thread that is asleep is in nobody's cache
    assert looked.code == 10003


async def test_without_an_officer_channel_the_leader_reads_it(stage: Stage) -> None:
    await stage.raid()
    deny(stage, stage.raids, Permission.SEND_MESSAGES)
    assert await eve(stage) == []
    direct = stage.local.discord.dm_channel(stage.officer.actor.user)  # type: ignore[union-attr] - a member
    assert "I lack **Send Messages**" in list(direct.messages.values())[-1].content
