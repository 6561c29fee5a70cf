"""Officers put people on Raid-Helper's sheets and take them off; what they say is written there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action import Kind
from bot.domain.event import Event
from bot.domain.notice import Notice
from bot.domain.officer_rules import SpecNeeded
from bot.domain.people import NotOnSheet
from bot.services.officers import Whom
from sandbox.raid_helper import faults
from tests.factories import START, member, officer
from tests.services.test_pre_fill import known_player
from tests.services.test_raid_helper_mirror import look, posted, presses, rows
from tests.services.world import World


async def put(world: World, raid: Event, whom: Whom, status: str | None = None, spec: str | None = None) -> int | None:
    """`/raid add`, and what follows; the entry that undoes it."""
    done = await world.first.officers.add(officer(), str(raid.id), whom, status, spec)
    await world.run()
    return done.entry_id


async def take_off(world: World, raid: Event, who: str) -> int:
    done = await world.first.officers.remove(officer(), str(raid.id), who)
    await world.run()
    return done.entry_id


def there(world: World, raid: Event) -> list[tuple[str, str, str | None]]:
    """Who stands on the sheet there, as what."""
    event = world.raid_helper.events[raid.raid_helper_event_id or ""]
    return [(row["name"], row["className"], row.get("specName")) for row in event["signUps"]]


async def test_whom_an_officer_puts_on_stands_there(guild: World) -> None:
    raid = await posted(guild)
    await put(guild, raid, Whom(member(1)), spec="Holy Paladin")
    await put(guild, raid, Whom(member(2)), status="bench")
    assert there(guild, raid) == [("Member 1", "Healer", "Holy1"), ("Member 2", "Bench", None)]
    assert (member(1).user_id, Notice.ADDED) in guild.discord.notices
    await look(guild)
    assert [(who, status, source) for who, status, *_, source in await rows(guild, raid)] == [
        ("Member 1", "accepted", "officer"),
        ("Member 2", "bench", "officer"),
    ]


async def test_a_known_main_needs_no_spec(guild: World) -> None:
    await known_player(guild, 1, None)
    raid = await posted(guild)
    await put(guild, raid, Whom(member(1)))
    assert there(guild, raid) == [("Member 1", "Healer", "Holy1")]


async def test_somebody_unknown_needs_one(guild: World) -> None:
    raid = await posted(guild)
    before = await guild.counts()
    with pytest.raises(SpecNeeded, match="give a `spec`"):
        await put(guild, raid, Whom(member(1)))
    assert await guild.counts() == before
    assert there(guild, raid) == []


async def test_an_officers_word_moves_whoever_stands_there(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    await put(guild, raid, Whom(member(1)), status="bench")
    assert there(guild, raid) == [("Member 1", "Bench", None)]
    await put(guild, raid, Whom(member(1)), status="accepted", spec="Frost Mage")
    assert there(guild, raid) == [("Member 1", "Ranged", "Frost")]
    assert len(guild.raid_helper.asked("add_signup")) == 0
    assert len(guild.raid_helper.asked("edit_signup")) == 2


async def test_whoever_is_taken_off_is_off_there(guild: World) -> None:
    raid = await posted(guild)
    for number in (1, 2):
        await presses(guild, raid, number, "Tank", "Blood")
    await look(guild)
    await take_off(guild, raid, "Member 1")
    assert there(guild, raid) == [("Member 2", "Tank", "Blood")]
    await look(guild)
    assert [row[0] for row in await rows(guild, raid)] == ["Member 2"]
    with pytest.raises(NotOnSheet):
        await take_off(guild, raid, "Member 1")


async def test_people_without_discord_have_their_name_there(guild: World) -> None:
    raid = await posted(guild)
    await put(guild, raid, Whom(name="Gunther"), spec="Blood Death Knight")
    assert there(guild, raid) == [("Gunther", "Tank", "Blood")]
    await put(guild, raid, Whom(name="Gunther"), status="late")
    assert there(guild, raid) == [("Gunther", "Late", None)]
    await look(guild)
    assert [row[0] for row in await rows(guild, raid)] == ["Gunther"]
    await take_off(guild, raid, "Gunther")
    assert there(guild, raid) == []


@pytest.mark.parametrize("status", ["absence", "bench"])
async def test_a_sheet_without_such_a_button_has_nobody_absent_and_for_the_rest_the_officers_hear_of_it(
    guild: World, status: str
) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Healer", "Holy")
    event = guild.raid_helper.events[raid.raid_helper_event_id or ""]
    event["classes"] = [one for one in event["classes"] if one["name"].casefold() != status]
    await put(guild, raid, Whom(member(1)), status=status)
    await guild.pass_time(timedelta(minutes=1))
    absent = status == "absence"
    assert [name for name, *_ in there(guild, raid)] == ([] if absent else ["Member 1"])
    assert [what for *_, what in guild.discord.warned] == ([] if absent else [Kind.PUT_ON_RAID_HELPER])


async def test_undo_takes_it_back_there(guild: World) -> None:
    raid = await posted(guild)
    added = await put(guild, raid, Whom(member(1)), spec="Holy Paladin")
    assert added is not None
    await guild.first.undo.undo(officer(), added)
    await guild.run()
    assert there(guild, raid) == []
    await put(guild, raid, Whom(member(2)), spec="Frost Mage")
    await guild.first.undo.undo(officer(), await take_off(guild, raid, "Member 2"))
    await guild.run()
    assert there(guild, raid) == [("Member 2", "Ranged", "Frost")]


async def test_a_look_between_word_and_deed_takes_nothing_back(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 2, "Tank", "Blood")
    await look(guild)
    guild.raid_helper.fail("add_signup", faults.server_error(), times=6)
    guild.raid_helper.fail("remove_signup", faults.server_error(), times=6)
    await put(guild, raid, Whom(member(1)), spec="Holy Paladin")
    await take_off(guild, raid, "Member 2")
    raid_event = guild.raid_helper.events[raid.raid_helper_event_id or ""]
    assert [row["name"] for row in raid_event["signUps"]] == ["Member 2"]
    assert await guild.first.mirror.pull(raid) == 0
    assert [row[0] for row in await rows(guild, raid)] == ["Member 1"]
    for _ in range(10):
        await guild.pass_time(timedelta(minutes=3))
    assert there(guild, raid) == [("Member 1", "Healer", "Holy1")]
    assert [row[0] for row in await rows(guild, raid)] == ["Member 1"]


@pytest.mark.parametrize(
    "fault",
    [
        faults.drop_before_commit,
        faults.commit_then_drop,
        faults.server_error,
        lambda: faults.rate_limit("text", "3 minutes"),
    ],
)
async def test_trouble_doubles_nobody(guild: World, fault: Callable[[], faults.Fault]) -> None:
    raid = await posted(guild)
    guild.raid_helper.fail("add_signup", fault())
    await put(guild, raid, Whom(member(1)), spec="Holy Paladin")
    await guild.recover()
    assert there(guild, raid) == [("Member 1", "Healer", "Holy1")]


@pytest.mark.parametrize("ended", ["cancelled", "over", "disconnected"])
async def test_what_is_too_late_is_written_nowhere(guild: World, ended: str) -> None:
    raid = await posted(guild)
    await guild.first.officers.add(officer(), str(raid.id), Whom(member(1)), None, "Holy Paladin")
    if ended == "cancelled":
        await guild.first.raids.cancel(officer(), str(raid.id), None, delete=False)
    if ended == "disconnected":
        await guild.first.servers.disconnect_raid_helper(officer())
    if ended == "over":
        guild.clock.set(START + timedelta(hours=30))
    await guild.run()
    assert guild.raid_helper.asked("add_signup") == []
    still: dict[str, Any] = {"disconnected": ["raid_helper.put"]}
    assert [one for one in await guild.open_actions() if one == "raid_helper.put"] == still.get(ended, [])


async def test_a_sheet_that_is_being_made_gets_everybody_when_it_stands(guild: World) -> None:
    await guild.connect_raid_helper()
    guild.raid_helper.fail("create", faults.server_error(), times=1)
    raid = await posted(guild)
    assert raid.raid_helper_event_id is None
    await put(guild, raid, Whom(member(1)), spec="Holy Paladin")
    await guild.recover()
    [event] = guild.raid_helper.events.values()
    assert [row["name"] for row in event["signUps"]] == ["Member 1"]
