"""`/player` and `/me away`, typed by hand; and what Discord says of members, with its intent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from raid_stage import Stage, fields, is_refusal

from bot.client import MusterBot
from sandbox.local import running_bot

RANK = """
    SELECT rank.name FROM guild_identity.players player
    LEFT JOIN common.guild_ranks rank ON rank.id = player.guild_rank_id WHERE player.display_name = $1
"""


async def test_ranks_are_mapped_to_roles_and_say_what_is_missing(stage: Stage) -> None:
    raider = stage.local.discord.add_role(stage.guild, "Raider")
    assert "No ranks yet" in (await stage.officer.slash("player rank list")).text
    said = await stage.officer.slash("player rank set", name="Raider", level=2, role=raider)
    assert f"level 2, <@&{raider.id}>" in said.text
    assert "`MEMBERS_INTENT=true`" in said.text
    hand = stage.joins("Arila", roles=[raider])
    await stage.sign_up(hand, await stage.raid())
    assert await stage.value(RANK, "Arila") == "Raider"
    listed = await stage.officer.slash("player rank list")
    assert "`2` **Raider**" in listed.text
    assert "1 active" in listed.text
    assert not stage.rung()
    gone = await stage.officer.slash("player rank remove", name="raider")
    assert "1 people had it" in gone.text
    assert await stage.value(RANK, "Arila") is None


async def test_somebody_is_shown_invited_and_given_a_rank(stage: Stage) -> None:
    await stage.sign_up(stage.member, await stage.raid())
    await stage.officer.slash("player rank set", name="Core", level=3)
    [found] = await stage.officer.autocomplete("player show", "player", "mir")
    assert found.name == "Mira"
    shown = await stage.officer.slash("player show", player=found.value)
    assert shown.ephemeral
    assert "No rank" in shown.text
    assert "Holy Paladin" in shown.text
    given = await stage.officer.slash("player rank give", player="Mira", name="Core")
    assert "tentative, until `/player invite`" in given.text
    assert "coming" in (await stage.officer.slash("player invite", player="mira", on=True)).text
    assert "Not active" in (await stage.officer.slash("player active", player="mira", on=False)).text
    refused = await stage.officer.slash("player show", player="Mirra")
    assert is_refusal(refused)
    assert "Did you mean `Mira`" in refused.text


async def test_a_placeholder_is_linked_and_the_sheet_follows(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.officer.slash("raid add", event="Heroic", name="Gunther", spec="Holy Paladin")
    [name] = await stage.officer.autocomplete("player link", "name", "gun")
    linked = await stage.officer.slash("player link", member=stage.member.actor, name=name.value)
    assert "sign-ups, characters and history" in linked.text
    await stage.redraw()
    assert "**Mira**" in "".join(fields(sheet).values())
    assert "Gunther" not in "".join(fields(sheet).values())
    again = await stage.officer.slash("player link", member=stage.member.actor, name="Mira")
    assert is_refusal(again)


async def test_an_absence_is_said_listed_and_taken_back(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    said = await stage.member.slash("me away add", **{"from": "fri", "to": "sun", "note": "*skiing*"})
    assert said.ephemeral
    assert "from Fri 27 Nov to Sun 29 Nov 2026" in said.text
    assert f"[Heroic](https://discord.com/channels/{stage.guild.id}/{stage.raids.id}/{sheet.id})" in said.text
    await stage.redraw()
    assert list(fields(sheet)) == ["🚫 Absence (1)"]
    assert "skiing" in (await stage.officer.slash("player show", player="Mira")).text
    [found] = await stage.member.autocomplete("me away remove", "absence")
    assert found.name == "Fri 27 Nov to Sun 29 Nov 2026 · *skiing*"
    back = await stage.member.slash("me away remove", absence=found.value)
    assert "sign up again" in back.text
    assert "Heroic" in back.text
    assert "You are not away" in (await stage.member.slash("me away list")).text
    await stage.redraw()
    assert list(fields(sheet)) == ["🚫 Absence (1)"]


async def test_a_hiatus_begins_and_ends(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    said = await stage.officer.slash("player hiatus", player="Mira", on=True)
    assert "on hiatus until further notice" in said.text
    assert "Heroic" in said.text
    back = await stage.officer.slash("player hiatus", player="Mira", on=False)
    assert "still have them as absent" in back.text
    refused = await stage.officer.slash("player hiatus", player="Mira", on=True, until="soon")
    assert is_refusal(refused)


async def test_members_see_none_of_it(stage: Stage) -> None:
    refused = await stage.member.slash("player rank list", force=True)
    assert is_refusal(refused)
    assert "for officers" in refused.text


# ---------------------------------------------------------------- with the members intent


@asynccontextmanager
async def seeing_members(stage: Stage) -> AsyncIterator[MusterBot]:
    await stage.local.bot.close()
    settings = stage.local.settings.model_copy(update={"members_intent": True})
    async with running_bot(stage.local.discord, settings, stage.local.clock) as bot:
        yield bot


async def test_with_the_members_intent_ranks_and_names_follow_at_once(stage: Stage) -> None:
    raider = stage.local.discord.add_role(stage.guild, "Raider")
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.officer.slash("player rank set", name="Raider", level=2, role=raider)
    stage.local.discord.change_member(stage.member.actor, roles=[raider])
    assert await stage.value(RANK, "Mira") is None  # the bot is not told
    async with seeing_members(stage):
        await stage.until(f"SELECT ({RANK}) = 'Raider'", "Mira")  # caught up with at the start
        said = await stage.officer.slash("player rank set", name="Raider", level=3, role=raider)
        assert "follow the roles and nicknames as they change" in said.text
        stage.local.discord.change_member(stage.member.actor, roles=[], nick="Mira the Bold")
        await stage.until("SELECT EXISTS (SELECT FROM guild_identity.players WHERE display_name = 'Mira the Bold')")
        assert await stage.value(RANK, "Mira the Bold") is None
        await stage.redraw()
        assert "**Mira the Bold**" in "".join(fields(sheet).values())


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["*Mira*", "@everyone", "🐉" * 16, "ﷺ" * 32, "<@1>"])
async def test_a_name_is_shown_as_it_is_and_stays_when_they_leave(stage: Stage, name: str) -> None:
    hand = stage.joins(name)
    sheet = await stage.raid()
    await stage.sign_up(hand, sheet)
    stage.local.discord.remove_member(hand.actor)
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    shown = "".join(fields(sheet).values())
    assert "`1`" in shown
    assert "`2`" in shown
    assert not stage.rung()
    assert await stage.value("SELECT display_name FROM guild_identity.players ORDER BY id LIMIT 1") == name
