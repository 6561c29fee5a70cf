"""What the control panel reads, and what taking an offer up or giving another answer writes."""

from datetime import timedelta

import pytest

from bot.domain.event import UnknownEvent
from bot.domain.ids import EventId, MessageId, PlayerId
from bot.domain.notice import Notice
from bot.domain.officer_rules import KeptElsewhere, RaidIsOver
from bot.domain.people import NotOnSheet
from bot.domain.permissions import Actor, NotAnOfficer
from bot.domain.roster import SignUp
from bot.domain.sign_up import NotOffered, Pick
from bot.domain.template import Choice
from bot.services.characters import CharacterWish
from bot.services.officers import OfferGone
from bot.services.panel import MOST_ENTRIES, NotASheet
from tests.factories import OTHER_GUILD, START, member, officer
from tests.services.world import World

HOLY, RETRIBUTION, FROST = Pick("Paladin", "Holy"), Pick("Paladin", "Retribution"), Pick("Mage", "Frost")


async def offering(world: World, event_id: EventId, number: int = 1, *picks: Pick) -> SignUp:
    """The sign-up of the member of that number, a holy paladin who offers `picks`."""
    await world.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, (HOLY.class_name, HOLY.spec_name))
    world.clock.advance(timedelta(seconds=1))
    values = [f"{one.class_name}/{one.spec_name}" for one in picks]
    own = await world.first.mine.offer(member(number), event_id, values)
    assert own.placed.sign_up.offers == tuple(values)
    return own.placed.sign_up


async def told(world: World) -> list[Notice]:
    await world.pass_time(timedelta(seconds=2))
    return [notice for _, notice in world.discord.notices]


# ---------------------------------------------------------------- offers and answers


async def test_an_offer_is_taken_up_without_losing_the_place(guild: World) -> None:
    event_id = await guild.raid()
    before = await offering(guild, event_id, 1, RETRIBUTION)
    await offering(guild, event_id, 2)
    done = await guild.first.officers.take_offer(officer(), str(event_id), before.player_id, RETRIBUTION)
    own = done.placed.sign_up
    assert (own.class_name, own.spec_name, done.placed.number) == ("Paladin", "Retribution", 1)
    assert (own.order, own.character_id, own.offers) == (before.order, before.character_id, before.offers)
    assert await told(guild) == [Notice.SWITCHED]
    assert await guild.pool.fetchval("SELECT action FROM patt.audit WHERE id = $1", done.entry_id) == "switch"


async def test_an_alts_offer_brings_the_alt(guild: World) -> None:
    event_id = await guild.raid()
    before = await offering(guild, event_id, 1)
    alt, _ = await guild.first.characters.add(member(1), None, CharacterWish("Frostina", "Frost Mage"))
    await guild.first.mine.offer(member(1), event_id, ["Mage/Frost"])
    done = await guild.first.officers.take_offer(officer(), str(event_id), before.player_id, FROST)
    assert done.placed.sign_up.character_id == alt.id
    undone = await guild.first.undo.undo(officer(), done.entry_id or 0)
    assert undone.action == "switch"
    own = await guild.first.mine.look(member(1), event_id)
    assert own.placed.sign_up.character_id == before.character_id
    assert (own.placed.sign_up.class_name, own.placed.sign_up.offers) == ("Paladin", ("Mage/Frost",))


async def test_what_is_not_offered_is_refused_and_writes_nothing(guild: World) -> None:
    event_id = await guild.raid()
    own = await offering(guild, event_id, 1, RETRIBUTION)
    before = await guild.counts()
    for pick in (HOLY, FROST):
        with pytest.raises(OfferGone):
            await guild.first.officers.take_offer(officer(), str(event_id), own.player_id, pick)
    with pytest.raises(NotOnSheet):
        await guild.first.officers.take_offer(officer(), str(event_id), PlayerId(10**9), RETRIBUTION)
    assert await guild.counts() == before


async def test_another_answer_keeps_spec_and_note(guild: World) -> None:
    event_id = await guild.raid()
    own = await offering(guild, event_id, 1, RETRIBUTION)
    await guild.first.mine.note(member(1), event_id, "ten minutes late")
    done = await guild.first.officers.answer_for(officer(), str(event_id), own.player_id, Choice.BENCH)
    after = done.placed.sign_up
    assert (after.choice, after.spec_name, after.note, after.offers) == (
        Choice.BENCH,
        "Holy",
        "ten minutes late",
        own.offers,
    )
    again = await guild.first.officers.answer_for(officer(), str(event_id), own.player_id, Choice.BENCH)
    assert again.entry_id is None
    assert await told(guild) == [Notice.MOVED]


@pytest.mark.parametrize(
    ("by", "changes", "refusal"),
    [
        (member(2), {}, NotAnOfficer),
        (officer(guild_id=OTHER_GUILD), {}, UnknownEvent),
        (officer(), {"sheet": "raid-helper"}, KeptElsewhere),
        (officer(), {"status": "COMPLETED"}, RaidIsOver),
    ],
)
async def test_whoever_may_not_changes_nothing(
    guild: World, by: Actor, changes: dict[str, str], refusal: type[Exception]
) -> None:
    event_id = await guild.raid()
    own = await offering(guild, event_id, 1, RETRIBUTION)
    for name, value in changes.items():
        await guild.pool.execute(f"UPDATE patt.raid_events SET {name} = $1", value)  # noqa: S608 - the test's own names
    before = await guild.counts()
    with pytest.raises(refusal):
        await guild.first.officers.take_offer(by, str(event_id), own.player_id, RETRIBUTION)
    with pytest.raises(refusal):
        await guild.first.officers.answer_for(by, str(event_id), own.player_id, Choice.LATE)
    assert await guild.counts() == before


async def test_an_answer_the_sheet_has_not_is_refused(guild: World) -> None:
    event_id = await guild.raid()
    own = await offering(guild, event_id)
    plain = "UPDATE patt.raid_events SET template_id = (SELECT id FROM patt.templates WHERE name = 'plain')"
    await guild.pool.execute(plain)
    with pytest.raises(NotOffered):
        await guild.first.officers.answer_for(officer(), str(event_id), own.player_id, Choice.BENCH)


# ---------------------------------------------------------------- reading


async def test_the_overview_says_who_looks_and_where_they_stand(guild: World) -> None:
    event_id = await guild.raid()
    own = await offering(guild, event_id)
    found = await guild.first.panel.show(member(1), str(event_id))
    assert (found.officer, found.changeable) == (False, True)
    assert found.own is not None
    assert found.own.sign_up.player_id == own.player_id
    found = await guild.first.panel.show(officer(), "heroic")
    assert (found.officer, found.own, len(found.people)) == (True, None, 1)
    guild.clock.set(START + timedelta(hours=3))
    assert not (await guild.first.panel.look(officer(), event_id)).changeable


async def test_nothing_of_another_server_is_read(guild: World) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET discord_message_id = 5")
    assert (await guild.first.panel.at(officer(), MessageId(5))).sheet.event.id == event_id
    await guild.pool.execute("UPDATE patt.raid_events SET sheet = 'raid-helper', raid_helper_event_id = '7'")
    assert (await guild.first.panel.at(officer(), MessageId(7))).sheet.event.id == event_id
    stranger = officer(guild_id=OTHER_GUILD)
    with pytest.raises(UnknownEvent):
        await guild.first.panel.look(stranger, event_id)
    with pytest.raises(UnknownEvent):
        await guild.first.panel.show(stranger, str(event_id))
    with pytest.raises(UnknownEvent):
        await guild.first.panel.history(stranger, event_id)
    with pytest.raises(NotASheet):
        await guild.first.panel.at(stranger, MessageId(5))
    with pytest.raises(NotASheet):
        await guild.first.panel.at(stranger, MessageId(7))


async def test_members_read_no_panel(guild: World) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET discord_message_id = 5")
    for read in (guild.first.panel.look, guild.first.panel.history):
        with pytest.raises(NotAnOfficer):
            await read(member(1), event_id)
    with pytest.raises(NotAnOfficer):
        await guild.first.panel.at(member(1), MessageId(5))


async def test_the_history_is_the_raids_own_and_names_people(guild: World) -> None:
    event_id, other = await guild.raid(), await guild.raid(title="Another")
    own = await offering(guild, event_id)
    await guild.first.edits.close(officer(), str(other))
    await guild.first.officers.answer_for(officer(), str(event_id), own.player_id, Choice.BENCH)
    await guild.first.officers.remove(officer(), str(event_id), f"id:{own.player_id}")
    found = await guild.first.panel.history(officer(), event_id)
    assert [(one.action, one.name, one.undoable) for one in found.actions] == [
        ("remove", "Member 1", True),
        ("add", "Member 1", True),
    ]
    assert found.actions[0].actor_id == officer().user_id
    await guild.first.undo.undo(officer(), found.actions[0].entry_id)
    guild.clock.advance(timedelta(minutes=11))
    found = await guild.first.panel.history(officer(), event_id)
    assert [(one.action, one.undone, one.undoable) for one in found.actions] == [
        ("undo", False, False),
        ("remove", True, False),
        ("add", False, False),
    ]


async def test_the_history_has_an_end(guild: World) -> None:
    event_id = await guild.raid()
    for _ in range(MOST_ENTRIES):
        await guild.first.edits.close(officer(), str(event_id))
        await guild.first.edits.reopen(officer(), str(event_id))
    found = await guild.first.panel.history(officer(), event_id)
    assert len(found.actions) == MOST_ENTRIES
    assert found.actions[0].action == "reopen"
