"""Members who leave hold no seat on the sheets that are booked after it, and who comes back has theirs again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from raid_stage import FRIDAY, Stage, fields, messages

from bot.client import MusterBot
from sandbox.discord.hand import Hand
from sandbox.discord.world import Message
from sandbox.local import running_bot

UNKNOWN_MEMBER = 10007
MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)
GONE = "SELECT left_at IS NOT NULL FROM guild_identity.players WHERE display_name = 'Bo'"


@pytest.fixture
async def bo(stage: Stage) -> Hand:
    """Of the core, as Mira: this week's sheet of the series has both, and every week's to come."""
    bo = stage.joins("Bo")
    await stage.officer.slash("raid series add", title="Heroic", weekday="fri", time="20:00", sheet="native")
    await stage.local.settle()
    for hand in (stage.member, bo):
        await stage.sign_up(hand, sheets(stage)[0])
    await stage.local.db.execute(
        """
        WITH rank AS (INSERT INTO common.guild_ranks (guild_discord_id, name, level) VALUES ($1, 'Raider', 2)
                      RETURNING id)
        UPDATE guild_identity.players SET guild_rank_id = rank.id, auto_invite_events = TRUE FROM rank
        WHERE guild_discord_id = $1
        """,
        stage.guild.id,
    )
    return bo


def sheets(stage: Stage) -> list[Message]:
    return [one for one in messages(stage.raids) if one.embeds and one.author is stage.local.discord.bot_user]


async def booked(stage: Stage, weeks: int = 0) -> str:
    """Let next week's raid be booked; the names on its sheet."""
    before = len(sheets(stage))
    stage.local.clock.set(FRIDAY + weeks * WEEK + 12 * MINUTE)
    await stage.local.settle()
    await stage.local.book()
    assert len(sheets(stage)) == before + 1
    return "".join(fields(sheets(stage)[-1]).values())


def leaves(stage: Stage, who: Hand) -> None:
    stage.local.discord.remove_member(stage.guild.members[who.actor.id])


async def test_a_sheet_booked_after_they_left_goes_without_them_until_they_are_back(stage: Stage, bo: Hand) -> None:
    this_week = sheets(stage)[0]
    member = stage.guild.members[bo.actor.id]
    leaves(stage, bo)
    shown = await booked(stage)
    assert "Mira" in shown
    assert "Bo" not in shown
    assert "Bo" in "".join(fields(this_week).values())
    stage.local.discord.add_member(stage.guild, member.user)
    assert "Bo" in await booked(stage, 1)


async def test_a_worker_that_has_not_the_server_at_hand_asks_for_each(
    stage: Stage, bo: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves(stage, bo)
    # As for a server of another worker's shards.
    monkeypatch.setattr(stage.local.bot, "get_guild", lambda _: None)
    with stage.local.discord.expect_refusal(UNKNOWN_MEMBER):
        shown = await booked(stage)
    assert "Mira" in shown
    assert "Bo" not in shown
    assert stage.calls("GET", f"/guilds/{stage.guild.id}/members/{bo.actor.id}")


async def test_whose_answer_does_not_come_in_time_is_taken_for_what_they_were(
    stage: Stage, bo: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves(stage, bo)
    monkeypatch.setattr(stage.local.bot, "get_guild", lambda _: None)
    monkeypatch.setattr("cogs.presence.PATIENCE", 0.3)
    with stage.local.discord.hold("GET", f"/guilds/{stage.guild.id}/members/{bo.actor.id}"):
        assert "Bo" in await booked(stage)
    with stage.local.discord.expect_refusal(UNKNOWN_MEMBER):
        assert "Bo" not in await booked(stage, 1)


@asynccontextmanager
async def seeing_members(stage: Stage) -> AsyncIterator[MusterBot]:
    await stage.local.bot.close()
    settings = stage.local.settings.model_copy(update={"members_intent": True})
    async with running_bot(stage.local.discord, settings, stage.local.clock) as bot:
        yield bot


async def test_with_the_members_intent_it_is_known_at_once(stage: Stage, bo: Hand) -> None:
    member = stage.guild.members[bo.actor.id]
    async with seeing_members(stage):
        leaves(stage, bo)
        await stage.until(GONE)
        stage.local.discord.add_member(stage.guild, member.user)
        await stage.until(f"SELECT NOT ({GONE})")
