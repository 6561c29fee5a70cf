"""Roles that settings, templates or ranks name are deleted: nobody is let in, kept out or rung by accident.

A list of which nothing is left stays the list it was, and whoever runs raids is told which one names a deleted role.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from raid_stage import FRIDAY, Stage, fields, is_refusal, messages

from bot.client import MusterBot
from bot.render import rights_texts
from bot.services import naming
from sandbox.discord.hand import Hand
from sandbox.discord.world import Role
from sandbox.local import running_bot

DAY = timedelta(days=1)
RANK = """
    SELECT rank.name FROM guild_identity.players player
    LEFT JOIN common.guild_ranks rank ON rank.id = player.guild_rank_id WHERE player.display_name = $1
"""
SETTINGS = (
    "allowed_roles",
    "banned_roles",
    "priority_roles",
    "host_roles",
    "officer_roles",
    "mention_roles",
    "raider_roles",
)


@pytest.fixture
def raider(stage: Stage) -> Role:
    return stage.local.discord.add_role(stage.guild, "Raider")


@pytest.fixture
def ragnar(stage: Stage, raider: Role) -> Hand:
    """Somebody who has the role."""
    return stage.joins("Ragnar", roles=[raider])


async def names(stage: Stage, setting: str, *roles: Role) -> None:
    await stage.owner.slash("settings server", setting=setting, value=" ".join(one.mention for one in roles))
    await stage.local.settle()


def delete(stage: Stage, role: Role) -> None:
    stage.local.discord.delete_role(stage.guild, role)


async def gets_on(stage: Stage, hand: Hand) -> bool:
    """Whether they get onto a sheet posted now."""
    sheet = await stage.raid(template="plain")
    await hand.click(sheet, "Yes")
    await stage.redraw()
    return bool(fields(sheet))


# What comes of it


@pytest.mark.parametrize("before", [True, False], ids=["deleted before the raid", "deleted while it stands"])
async def test_an_allow_list_of_which_nothing_is_left_lets_nobody_in(
    stage: Stage, raider: Role, ragnar: Hand, before: bool
) -> None:
    await names(stage, "allowed_roles", raider)
    if before:
        delete(stage, raider)
    sheet = await stage.raid(template="plain")
    if not before:
        delete(stage, raider)
    for hand in (ragnar, stage.member):
        answer = await hand.click(sheet, "Yes")
        assert is_refusal(answer)
        assert "not open to your roles" in answer.text
    await stage.redraw()
    assert fields(sheet) == {}


async def test_an_allow_list_goes_on_with_what_is_left_of_it(stage: Stage, raider: Role, ragnar: Hand) -> None:
    trial = stage.local.discord.add_role(stage.guild, "Trial")
    await names(stage, "allowed_roles", raider, trial)
    delete(stage, raider)
    assert await gets_on(stage, stage.joins("Tora", roles=[trial]))
    assert not await gets_on(stage, ragnar)


async def test_a_ban_list_keeps_nobody_out_by_a_deleted_role(stage: Stage, raider: Role, ragnar: Hand) -> None:
    await names(stage, "banned_roles", raider)
    assert not await gets_on(stage, ragnar)
    delete(stage, raider)
    assert await gets_on(stage, ragnar)


async def test_who_goes_first_goes_on_with_what_is_left_of_the_list(stage: Stage, raider: Role, ragnar: Hand) -> None:
    veteran = stage.local.discord.add_role(stage.guild, "Veteran")
    await stage.owner.slash("settings server", setting="method", value="priority")
    await names(stage, "priority_roles", raider, veteran)
    delete(stage, raider)
    sheet = await stage.raid(template="plain", limit=1)
    for hand in (ragnar, stage.joins("Vera", roles=[veteran])):
        await hand.click(sheet, "Yes")
    await stage.redraw()
    [queue] = [value for name, value in fields(sheet).items() if "Queue" in name]
    assert "Ragnar" in queue


async def test_nobody_hosts_by_a_deleted_role(stage: Stage, raider: Role, ragnar: Hand) -> None:
    await names(stage, "host_roles", raider)
    delete(stage, raider)
    answer = await ragnar.slash("raid create", title="Heroic", when="fri 20:00")
    assert is_refusal(answer)
    assert "for officers" in answer.text


@pytest.mark.parametrize("left", [True, False], ids=["another is left", "none is left"])
async def test_a_sheet_rings_only_roles_that_are_there(stage: Stage, raider: Role, left: bool) -> None:
    trial = stage.local.discord.add_role(stage.guild, "Trial", mentionable=True)
    await names(stage, "mention_roles", raider, *([trial] if left else []))
    delete(stage, raider)
    sheet = await stage.raid()
    assert sheet.content == (trial.mention if left else "")
    assert sheet.pings.roles == ({trial.id} if left else set())


async def test_a_worker_that_has_not_the_server_at_hand_asks_discord(
    stage: Stage, raider: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = stage.local.discord.add_role(stage.guild, "Trial", mentionable=True)
    await names(stage, "mention_roles", raider, trial)
    delete(stage, raider)
    # As for a server of another worker's shards.
    monkeypatch.setattr(stage.local.bot, "get_guild", lambda _: None)
    assert (await stage.raid()).content == trial.mention
    assert stage.calls("GET", f"/guilds/{stage.guild.id}")


@asynccontextmanager
async def seeing_members(stage: Stage) -> AsyncIterator[MusterBot]:
    await stage.local.bot.close()
    settings = stage.local.settings.model_copy(update={"members_intent": True})
    async with running_bot(stage.local.discord, settings, stage.local.clock) as bot:
        yield bot


async def test_nobody_is_expected_by_a_deleted_role(stage: Stage, raider: Role, ragnar: Hand) -> None:
    await names(stage, "raider_roles", raider)
    await stage.raid()
    async with seeing_members(stage):
        assert "Ragnar" in (await stage.officer.slash("raid unsigned", event="Heroic")).text
        delete(stage, raider)
        await ragnar.slash("raids")  # by now the bot has heard of it
        said = (await stage.officer.slash("raid unsigned", event="Heroic")).text
    assert "Ragnar" not in said
    assert "Expected is whoever holds ⚠️ a deleted role" in said


async def test_a_rank_goes_with_its_role_and_the_list_says_so(stage: Stage, raider: Role, ragnar: Hand) -> None:
    await stage.officer.slash("player rank set", name="Core", level=2, role=raider)
    assert await gets_on(stage, ragnar)
    assert await stage.value(RANK, "Ragnar") == "Core"
    delete(stage, raider)
    assert await gets_on(stage, ragnar)
    assert await stage.value(RANK, "Ragnar") is None
    assert "**Core** · ⚠️ a deleted role" in (await stage.officer.slash("player rank list")).text
    health = (await stage.officer.slash("raid health")).text
    assert "the rank **Core** is of a role that was deleted, so nobody gets it: `/player rank set`" in health


# Who is told


async def test_the_texts_know_every_setting_of_roles() -> None:
    assert sorted(one.name for one in naming.OF_ROLES) == sorted(rights_texts.WITHOUT) == sorted(SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS)
async def test_the_settings_and_the_health_name_it(stage: Stage, raider: Role, setting: str) -> None:
    await stage.set_up(officer_channel=stage.officers)
    await names(stage, setting, raider)
    health = await stage.owner.slash("raid health")
    assert "deleted" not in health.text
    delete(stage, raider)
    shown = str((await stage.owner.slash("settings show")).embeds)
    assert f"{setting}: **⚠️ a deleted role** (server)" in shown
    assert f"<@&{raider.id}>" not in shown
    said = f"⚠️ Roles: `{setting}` names a role that was deleted: {rights_texts.WITHOUT[setting]}."
    assert said in (await stage.owner.slash("raid health")).text


async def test_the_health_names_channels_raids_and_templates(stage: Stage, raider: Role) -> None:
    await stage.set_up(officer_channel=stage.officers)
    await names(stage, "allowed_roles", raider)
    await stage.raid()
    await stage.owner.slash("settings reset", setting="allowed_roles")
    await stage.owner.slash("settings channel", channel=stage.raids, setting="host_roles", value=raider.mention)
    await stage.owner.slash("template copy", template="plain", name="ours")
    await stage.owner.slash("template edit", template="ours", banned_roles=raider.mention)
    delete(stage, raider)
    said = (await stage.owner.slash("raid health")).text
    assert f"`host_roles` of <#{stage.raids.id}> names a role that was deleted" in said
    assert "`allowed_roles` of a raid names a role that was deleted" in said
    assert "`banned_roles` of a template names a role that was deleted" in said
    assert "Not for: ⚠️ a deleted role" in (await stage.officer.slash("template show", template="ours")).text


async def test_the_officers_hear_of_it_the_day_before_a_raid(stage: Stage, raider: Role) -> None:
    await stage.set_up(officer_channel=stage.officers)
    await names(stage, "allowed_roles", raider)
    await stage.raid(title="Heroic", template="plain")
    delete(stage, raider)
    stage.local.clock.set(FRIDAY - DAY)
    await stage.local.settle()
    [told] = messages(stage.officers)
    assert told.content.startswith("⚠️ **Heroic** starts")
    assert "- `allowed_roles` of a raid names a role that was deleted: it lets nobody in by that role" in told.content
    assert not stage.rung()
