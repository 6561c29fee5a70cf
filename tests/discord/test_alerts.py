"""The sheet at its deadline; what the officers are asked about too few people and warned of in roles that are short."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, Stage, counts, event_id, is_refusal, messages

from sandbox.discord.hand import Hand
from sandbox.discord.touching import Impossible
from sandbox.discord.world import Message
from sandbox.local import running_bot

CLOSED_DM = 50007
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CANCEL, KEEP, ASK = "Cancel the raid", "Keep it", "Ask bench and substitutes"
TEN = {
    "name": "ten", "title": "Ten", "game": "ten", "minimum": 10,
    "roles": [{"name": "Tank", "plural": "Tanks", "emoji": "🛡️"}, {"name": "Healer", "emoji": "💚"}],
    "classes": [{"name": "Hero", "emoji": "🔨", "specs": [
        {"name": "Guard", "role": "Tank"}, {"name": "Holy", "role": "Healer"}]}],
}  # fmt: skip


@pytest.fixture
async def guild(stage: Stage) -> Stage:
    """A server with an officer channel, and a game of its own that needs ten people."""
    await stage.set_up(officer_channel=stage.officers)
    await stage.local.db.execute(
        "INSERT INTO patt.templates (guild_discord_id, name, definition, digest) VALUES ($1, 'ten', $2, 'x')",
        stage.guild.id,
        TEN,
    )
    return stage


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[None]:
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        yield


async def at(stage: Stage, moment: Any) -> None:
    stage.local.clock.set(moment)
    await stage.local.settle()


async def asked(stage: Stage) -> Message:
    """The one message in the officer channel."""
    (question,) = messages(stage.officers)
    return question


def buttons(message: Message) -> dict[str, bool]:
    """Each button's label and whether it is live."""
    return {one["label"]: not one.get("disabled") for row in message.components for one in row["components"]}


def of_officers(stage: Stage) -> Hand:
    return stage.officer.in_channel(stage.officers)


# ---------------------------------------------------------------- the deadline


async def test_at_the_deadline_only_late_and_absence_stay_live(stage: Stage) -> None:
    sheet = await stage.raid(deadline="3h")
    await at(stage, FRIDAY - 3 * HOUR - timedelta(minutes=1))
    assert all(buttons(sheet).values())
    await at(stage, FRIDAY - 3 * HOUR)
    live = {label for label, is_live in buttons(sheet).items() if is_live}
    assert live == {"Late", "Absence", "My sign-up"}
    assert "🔒 Sign-ups closed" in sheet.embeds[0]["description"]
    assert "Absence" in (await stage.member.click(sheet, "Absence")).text
    with pytest.raises(Impossible):
        await stage.member.click(sheet, "Tentative")


async def test_a_deadline_that_passed_while_the_bot_was_away_is_seen_at_the_start(stage: Stage) -> None:
    sheet = await stage.raid(deadline="3h")
    await stage.local.bot.close()
    stage.local.clock.set(FRIDAY - HOUR)
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        await stage.local.settle()
    assert not buttons(sheet)["Sign up"]


# ---------------------------------------------------------------- the minimum


async def test_a_raid_below_its_minimum_is_cancelled_by_an_officer(guild: Stage) -> None:
    sheet = await guild.raid(template="ten", limit=20)
    await guild.sign_up(guild.member, sheet, "Hero", "Holy")
    await guild.redraw()
    assert counts(sheet).startswith("👥 **1/20**, at least 10 ·")
    await at(guild, FRIDAY - 2 * HOUR)
    question = await asked(guild)
    assert "**1 of 10**" in question.content
    assert not guild.rung()
    answer = await of_officers(guild).click(question, CANCEL)
    assert answer.kind == "update"
    assert f"cancelled by <@{guild.officer.actor.id}>" in question.content
    assert buttons(question) == {}
    await guild.redraw()
    assert "CANCELLED" in sheet.embeds[0]["title"]
    assert "Not enough people signed up." in sheet.embeds[0]["description"]


async def test_who_presses_second_hears_who_decided(guild: Stage) -> None:
    await guild.raid(template="ten", deadline="5h")
    await at(guild, FRIDAY - 5 * HOUR)
    question = await asked(guild)
    first, second = of_officers(guild), guild.owner.in_channel(guild.officers)
    kept = await first.click(question, KEEP, wait=False)
    late = await second.click(question, CANCEL, wait=False)
    both = [await first.answer_to(kept), await second.answer_to(late)]
    refused = [one for one in both if one.ephemeral]
    assert len(refused) == 1
    assert "decided already: <@" in refused[0].text
    standing = await guild.value("SELECT status FROM patt.raid_events")
    assert standing == ("SCHEDULED" if refused[0] is both[1] else "CANCELLED")


async def test_keeping_it_leaves_the_raid_alone_also_after_a_restart(guild: Stage) -> None:
    sheet = await guild.raid(template="ten")
    await at(guild, FRIDAY - 2 * HOUR)
    question = await asked(guild)
    async with restarted(guild):
        await of_officers(guild).click(question, KEEP)
    assert f"<@{guild.officer.actor.id}> keeps it" in question.content
    assert buttons(question) == {}
    assert "CANCELLED" not in sheet.embeds[0]["title"]
    assert await guild.value("SELECT status FROM patt.raid_events") == "SCHEDULED"


@pytest.mark.parametrize("button", [CANCEL, KEEP])
async def test_a_member_decides_nothing(guild: Stage, button: str) -> None:
    await guild.raid(template="ten")
    await at(guild, FRIDAY - 2 * HOUR)
    question = await asked(guild)
    before, said = await guild.rows(), question.content
    answer = await guild.member.in_channel(guild.officers).click(question, button)
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert (await guild.rows(), question.content) == (before, said)


async def test_another_servers_raid_is_not_there(guild: Stage, night_off: Stage) -> None:
    sheet = await guild.raid(template="ten")
    await at(guild, FRIDAY - 2 * HOUR)
    stray = guild.local.discord.say(night_off.guild.members[guild.local.discord.bot_user.id], night_off.raids, "?")
    stray.components = (await asked(guild)).components
    before = await guild.rows()
    answer = await night_off.owner.click(stray, CANCEL)
    assert is_refusal(answer)
    assert "no such raid" in answer.text
    assert await guild.rows() == before
    assert event_id(sheet)


async def test_without_an_officer_channel_the_leader_decides_by_direct_message(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    await guild.raid(template="ten")
    await at(guild, FRIDAY - 2 * HOUR)
    direct = guild.local.discord.dm_channel(guild.officer.actor.user)
    (question,) = messages(direct)
    assert "**0 of 10**" in question.content
    assert question.content.startswith("📍 **Night Watch**\n")
    answer = await guild.local.discord.hand(guild.officer.actor.user, direct).click(question, CANCEL)
    assert answer.kind == "update"
    assert answer.text.startswith("📍 **Night Watch**\n**Heroic**")
    assert await guild.value("SELECT status FROM patt.raid_events") == "CANCELLED"


async def test_a_leader_without_any_role_decides_what_they_are_asked_while_they_lead(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    await guild.raid(template="ten")
    leader, lead = guild.member.actor.user, "UPDATE patt.raid_events SET leader_discord_id = $1"
    await guild.local.db.execute(lead, leader.id)
    await at(guild, FRIDAY - 2 * HOUR)
    direct = guild.local.discord.dm_channel(leader)
    (question,) = messages(direct)
    await guild.local.db.execute(lead, guild.owner.actor.id)
    answer = await guild.local.discord.hand(leader, direct).click(question, CANCEL)
    assert "for officers" in answer.text
    assert await guild.value("SELECT status FROM patt.raid_events") == "SCHEDULED"
    await guild.local.db.execute(lead, leader.id)
    await guild.local.discord.hand(leader, direct).click(question, CANCEL)
    assert await guild.value("SELECT status FROM patt.raid_events") == "CANCELLED"


async def test_a_leader_with_closed_messages_is_asked_in_the_raids_channel_without_a_ping(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    lead = guild.joins("Lea", roles=[guild.officer_role], dms_open=False)
    await lead.slash("raid create", title="Heroic", when="fri 20:00", template="ten")
    await guild.local.settle()
    with guild.local.discord.expect_refusal(CLOSED_DM):
        await at(guild, FRIDAY - 2 * HOUR)
    question = messages(guild.raids)[-1]
    assert buttons(question) == {CANCEL: True, KEEP: True}
    assert not guild.rung()


# ---------------------------------------------------------------- roles that are short


async def short_of_healers(guild: Stage) -> tuple[Message, Hand, Hand, Hand]:
    """A raid without healers: a mage who offers to heal, a mage who does not, and somebody on the bench."""
    sheet = await guild.raid()
    able, unable, bench = guild.joins("Able"), guild.joins("Unable"), guild.joins("Ben")
    for hand in (able, unable):
        await guild.sign_up(hand, sheet, "Mage", "Fire")
    await bench.click(sheet, "Bench")
    await guild.local.db.execute(
        """
        UPDATE patt.raid_attendance SET offers = '{Priest/Holy}'
        WHERE player_id = (SELECT id FROM guild_identity.players WHERE display_name = 'Able')
        """
    )
    await at(guild, FRIDAY - DAY)
    return sheet, able, unable, bench


async def test_the_officers_are_warned_and_have_exactly_those_asked_who_can_help(guild: Stage) -> None:
    sheet, able, unable, bench = await short_of_healers(guild)
    warning = await asked(guild)
    assert "Tanks **0 of 2**, Healers **0 of 2**" in warning.content
    assert buttons(warning) == {ASK: True}
    await of_officers(guild).click(warning, ASK)
    await guild.local.settle()
    call = messages(guild.raids)[-1]
    assert call.pings.users == {able.actor.id, bench.actor.id}
    assert f"<@{unable.actor.id}>" not in call.content
    assert "Healers **0 of 2**" in call.content
    assert str(sheet.id) in call.content
    assert (f"<@{guild.officer.actor.id}> has 2 members" in warning.content, buttons(warning)) == (True, {})


async def test_a_leader_warned_by_direct_message_has_them_asked_from_there(guild: Stage) -> None:
    await guild.local.db.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    _, able, _, bench = await short_of_healers(guild)
    direct = guild.local.discord.dm_channel(guild.officer.actor.user)
    (warning,) = messages(direct)
    assert warning.content.startswith("📍 **Night Watch**\n")
    answer = await guild.local.discord.hand(guild.officer.actor.user, direct).click(warning, ASK)
    assert answer.text.startswith(f"📍 **Night Watch**\n<@{guild.officer.actor.id}> has 2 members")
    await guild.local.settle()
    assert messages(guild.raids)[-1].pings.users == {able.actor.id, bench.actor.id}


async def test_substitutes_are_asked_once_also_after_a_restart(guild: Stage) -> None:
    await short_of_healers(guild)
    warning = await asked(guild)
    first, second = of_officers(guild), guild.owner.in_channel(guild.officers)
    before = len(messages(guild.raids))
    async with restarted(guild):
        pressed = [await hand.click(warning, ASK, wait=False) for hand in (first, second)]
        answers = [await first.answer_to(pressed[0]), await second.answer_to(pressed[1])]
        await guild.local.settle()
    refused = [one for one in answers if one.ephemeral]
    assert len(refused) == 1
    assert "asked them already" in refused[0].text
    assert len(messages(guild.raids)) == before + 1


async def test_a_member_asks_nobody(guild: Stage) -> None:
    await short_of_healers(guild)
    before = await guild.rows()
    answer = await guild.member.in_channel(guild.officers).click(await asked(guild), ASK)
    assert is_refusal(answer)
    assert await guild.rows() == before


async def test_with_nobody_to_ask_the_officer_hears_so(guild: Stage) -> None:
    await guild.raid()
    await at(guild, FRIDAY - DAY)
    warning = await asked(guild)
    answer = await of_officers(guild).click(warning, ASK)
    assert is_refusal(answer)
    assert "bench is empty" in answer.text
    assert buttons(warning) == {ASK: True}
