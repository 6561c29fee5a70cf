"""Officers put people on sheets and take them off: what is written, who is told, and that a refusal writes nothing."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import UnknownEvent
from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.officer_rules import RaidIsCancelled, RaidIsOver
from bot.domain.people import BadName, NotOnSheet
from bot.domain.permissions import Actor, NotAnOfficer
from bot.domain.sign_up import NotOffered
from bot.domain.spec_names import UnknownSpec
from bot.domain.template import Choice
from bot.services.officers import OnSheet, WhoIsMeant, Whom
from tests.factories import GUILD, NOW, OTHER_GUILD, START, member, officer
from tests.services.world import World

HOLY = ("Paladin", "Holy")
SEATED = "SELECT player_id FROM patt.raid_attendance WHERE event_id = $1 ORDER BY tier, slot, signed_at, id"


async def sits(world: World, number: int, event_id: EventId) -> None:
    """The member of that number signs up; a second later it is somebody else's turn."""
    await world.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)
    world.clock.advance(timedelta(seconds=1))


async def puts(world: World, event_id: EventId, whom: Whom, **typed: Any) -> OnSheet:
    return await world.first.officers.add(officer(), str(event_id), whom, **typed)


async def told(world: World) -> list[tuple[int, Notice]]:
    """Who was told what by now."""
    await world.pass_time(timedelta(seconds=2))
    return [(user_id - member(0).user_id, notice) for user_id, notice in world.discord.notices]


async def names(world: World, event_id: EventId) -> list[str]:
    """The names on the sheet in their order."""
    return [one.split(" ", 1)[1] for one, _ in await world.first.officers.on_sheet(GUILD, str(event_id), "")]


# ---------------------------------------------------------------- what is told


async def test_of_a_raid_cancelled_meanwhile_nobody_hears_of_a_seat_first(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    await sits(guild, 1, event_id)
    await sits(guild, 2, event_id)
    await guild.first.officers.remove(officer(), str(event_id), "Member 1")
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    assert await told(guild) == [(1, Notice.REMOVED), (2, Notice.CANCELLED)]


# ---------------------------------------------------------------- adding


async def test_a_member_is_put_on_the_sheet_and_told_once(guild: World) -> None:
    event_id = await guild.raid()
    done = await puts(guild, event_id, Whom(member(1)), spec="Paladin/Holy")
    assert (done.was_there, done.placed.number, done.placed.position) == (False, 1, None)
    assert (done.placed.sign_up.class_name, done.placed.sign_up.spec_name) == HOLY
    assert await told(guild) == [(1, Notice.ADDED)]
    row = await guild.pool.fetchrow("SELECT * FROM patt.raid_attendance")
    assert row is not None
    assert (row["source"], row["tier"], row["status"], row["signed_up"]) == ("officer", 0, "accepted", True)


async def test_somebody_without_discord_is_written_down_once_and_never_told(guild: World) -> None:
    first, second = await guild.raid(), await guild.raid()
    await puts(guild, first, Whom(name=" Gunther  Groß "), spec="Holy Paladin")
    again = await puts(guild, second, Whom(name="gunther groß"))
    assert again.placed.sign_up.name == "Gunther Groß"
    assert again.placed.sign_up.spec_name == "Holy"  # remembered, for they cannot do it themselves
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.players") == 1
    assert await told(guild) == []


async def test_a_placeholder_holds_a_seat(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    await sits(guild, 1, event_id)
    await puts(guild, event_id, Whom(name="Gunther"))
    own = await guild.first.mine.look(member(1), event_id)
    assert own.placed.position == 1
    assert await told(guild) == [(1, Notice.DEMOTED)]


async def test_a_placeholder_of_another_server_is_not_ours(guild: World) -> None:
    await guild.insert("guild_identity.players", guild_discord_id=OTHER_GUILD, display_name="Gunther")
    await puts(guild, await guild.raid(), Whom(name="Gunther"))
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.players WHERE guild_discord_id = $1", GUILD)


async def test_without_a_spec_it_is_their_main(guild: World) -> None:
    known, event_id = await guild.raid(), await guild.raid()
    await guild.first.sign_ups.answer(member(1), known, Choice.ACCEPTED, ("Warlock", "Demonology"))
    done = await puts(guild, event_id, Whom(member(1)))
    assert done.placed.sign_up.class_name == "Warlock"


@pytest.mark.parametrize("status", ["bench", "Bench", "BENCH "])
async def test_whoever_is_there_is_moved_and_told_once(guild: World, status: str) -> None:
    event_id = await guild.raid(total_limit=1)
    await sits(guild, 1, event_id)
    await sits(guild, 2, event_id)
    done = await puts(guild, event_id, Whom(member(1)), status=status)
    assert (done.was_there, done.placed.sign_up.choice) == (True, Choice.BENCH)
    assert sorted(await told(guild)) == [(1, Notice.MOVED), (2, Notice.PROMOTED)]


async def test_an_officer_seats_somebody_from_the_queue(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    await sits(guild, 1, event_id)
    await sits(guild, 2, event_id)
    done = await puts(guild, event_id, Whom(member(2)))
    assert done.placed.position is None
    assert sorted(await told(guild)) == [(1, Notice.DEMOTED), (2, Notice.MOVED)]


async def test_a_change_of_spec_alone_changes_no_order(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    await sits(guild, 1, event_id)
    await sits(guild, 2, event_id)
    before = await guild.pool.fetch(SEATED, event_id)
    done = await puts(guild, event_id, Whom(member(2)), spec="Demonology")
    assert (done.placed.position, done.placed.sign_up.class_name) == (1, "Warlock")
    assert await guild.pool.fetch(SEATED, event_id) == before
    assert await told(guild) == [(2, Notice.MOVED)]


async def test_putting_somebody_where_they_are_changes_and_tells_nothing(guild: World) -> None:
    event_id = await guild.raid()
    await puts(guild, event_id, Whom(member(1)), spec="Holy Paladin")
    await told(guild)
    before = await guild.counts()
    done = await puts(guild, event_id, Whom(member(1)), spec="Holy Paladin")
    assert done.entry_id is None
    assert await guild.counts() == before


async def test_officers_are_not_told_what_they_did_themselves(guild: World) -> None:
    await puts(guild, await guild.raid(), Whom(officer()))
    assert await told(guild) == []


async def test_an_officer_may_after_the_deadline_and_on_a_closed_sheet(guild: World) -> None:
    event_id = await guild.raid(deadline=NOW - timedelta(hours=1))
    await guild.pool.execute("UPDATE patt.raid_events SET closed = TRUE")
    assert (await puts(guild, event_id, Whom(member(1)))).placed.number == 1


async def test_adding_redraws_the_sheet_and_is_in_the_trail(guild: World) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET discord_message_id = 5")
    done = await puts(guild, event_id, Whom(member(1)))
    await told(guild)
    assert [len(sheet.roster.seated) for sheet in guild.discord.edits] == [1]
    note = await guild.pool.fetchrow("SELECT * FROM patt.audit")
    assert note is not None
    assert (note["id"], note["action"], note["actor_discord_id"]) == (done.entry_id, "add", officer().user_id)


REFUSED: list[tuple[str, Actor, dict[str, Any], type[Exception]]] = [
    ("a member", member(), {"whom": Whom(member(2))}, NotAnOfficer),
    ("nobody named", officer(), {"whom": Whom()}, WhoIsMeant),
    ("both named", officer(), {"whom": Whom(member(2), "Bo")}, WhoIsMeant),
    ("no name", officer(), {"whom": Whom(name="  ")}, BadName),
    ("a long name", officer(), {"whom": Whom(name="x" * 33)}, BadName),
    ("a mention", officer(), {"whom": Whom(name="<@123>")}, BadName),
    ("everyone", officer(), {"whom": Whom(name="@everyone")}, BadName),
    ("no such answer", officer(), {"whom": Whom(name="Bo"), "status": "perhaps"}, NotOffered),
    ("no such spec", officer(), {"whom": Whom(name="Bo"), "spec": "Baking"}, UnknownSpec),
    ("several specs", officer(), {"whom": Whom(name="Bo"), "spec": "Holy"}, UnknownSpec),
]


@pytest.mark.parametrize(("actor", "typed", "error"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
async def test_what_is_refused_writes_nothing(
    guild: World, actor: Actor, typed: dict[str, Any], error: type[Exception]
) -> None:
    event_id = await guild.raid()
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.officers.add(actor, str(event_id), **typed)
    assert await guild.counts() == before


async def test_a_registered_member_is_found_by_name(guild: World) -> None:
    await sits(guild, 1, await guild.raid())
    done = await puts(guild, await guild.raid(), Whom(name="MEMBER 1"))
    assert done.placed.sign_up.user_id == member(1).user_id
    assert await told(guild) == [(1, Notice.ADDED)]


async def test_a_placeholder_goes_before_a_member_of_the_same_name(guild: World) -> None:
    event_id = await guild.raid()
    await puts(guild, event_id, Whom(name="Member 1"))
    await sits(guild, 1, event_id)
    done = await puts(guild, event_id, Whom(name="Member 1"), status="bench")
    assert done.placed.sign_up.user_id is None
    with pytest.raises(NotOnSheet, match="2 people"):
        await guild.first.officers.remove(officer(), str(event_id), "Member 1")


async def test_clicks_and_officers_at_once_leave_the_limit_alone(guild: World) -> None:
    event_id = await guild.raid(total_limit=3)
    clicks = [guild.first.sign_ups.answer(member(n), event_id, Choice.ACCEPTED, HOLY) for n in range(1, 6)]
    puts_on = [puts(guild, event_id, Whom(member(n))) for n in range(4, 9)]
    await asyncio.gather(*clicks, *puts_on)
    rows = await guild.pool.fetch("SELECT player_id FROM patt.raid_attendance WHERE event_id = $1", event_id)
    assert len(rows) == 8
    done = await puts(guild, event_id, Whom(member(1)), status="absence")
    assert done.was_there
    await told(guild)
    notices = [(user, notice) for user, notice in guild.discord.notices if notice is Notice.ADDED]
    assert len(notices) == len(set(notices))


# ---------------------------------------------------------------- removing


@pytest.mark.parametrize("typed", ["{id}", "Member 1", " member 1", "<@{user}>", "@Member 1"])
async def test_whoever_is_taken_off_is_told_and_the_next_moves_up(guild: World, typed: str) -> None:
    event_id = await guild.raid(total_limit=1)
    await sits(guild, 1, event_id)
    await sits(guild, 2, event_id)
    player_id = await guild.pool.fetchval("SELECT player_id FROM patt.raid_attendance ORDER BY id LIMIT 1")
    typed = typed.format(id=player_id, user=member(1).user_id)
    done = await guild.first.officers.remove(officer(), str(event_id), typed)
    assert done.sign_up.name == "Member 1"
    assert await names(guild, event_id) == ["Member 2"]
    assert sorted(await told(guild)) == [(1, Notice.REMOVED), (2, Notice.PROMOTED)]


async def test_a_placeholder_is_taken_off_in_silence(guild: World) -> None:
    event_id = await guild.raid()
    await puts(guild, event_id, Whom(name="Gunther"))
    await guild.first.officers.remove(officer(), str(event_id), "Gunther")
    assert (await names(guild, event_id), await told(guild)) == ([], [])


async def test_a_name_with_a_slip_is_guessed(guild: World) -> None:
    event_id = await guild.raid()
    await puts(guild, event_id, Whom(name="Gunther"))
    with pytest.raises(NotOnSheet, match="Did you mean `Gunther`"):
        await guild.first.officers.remove(officer(), str(event_id), "Gnther")


async def test_a_member_takes_nobody_off(guild: World) -> None:
    event_id = await guild.raid()
    await sits(guild, 1, event_id)
    with pytest.raises(NotAnOfficer):
        await guild.first.officers.remove(member(2), str(event_id), "Member 1")
    assert await names(guild, event_id) == ["Member 1"]


# ---------------------------------------------------------------- which raids


async def both(world: World, event_id: EventId, error: type[Exception]) -> None:
    """Neither `add` nor `remove` works on the raid."""
    before = await world.counts()
    with pytest.raises(error):
        await puts(world, event_id, Whom(member(1)))
    with pytest.raises(error):
        await world.first.officers.remove(officer(), str(event_id), "Bo")
    assert await world.counts() == before


async def test_another_servers_raid_is_unknown(guild: World) -> None:
    await both(guild, await guild.raid(guild_id=OTHER_GUILD), UnknownEvent)


async def test_a_cancelled_raid_stays_as_it_is(guild: World) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED'")
    await both(guild, event_id, RaidIsCancelled)


async def test_a_raid_that_is_over_stays_as_it_is(guild: World) -> None:
    event_id = await guild.raid()
    guild.clock.set(START + timedelta(hours=3))
    await both(guild, event_id, RaidIsOver)


async def test_what_is_offered_while_typing(guild: World) -> None:
    event_id, desk = str(await guild.raid()), guild.first.officers
    assert ("Holy Paladin", "Paladin/Holy") in await desk.specs(GUILD, event_id, "holy")
    assert ("Bench", "bench") in await desk.statuses(GUILD, event_id, "")
    await puts(guild, EventId(int(event_id)), Whom(name="Gunther"))
    assert await desk.names(GUILD, "gun") == ["Gunther"]
    assert await desk.names(OTHER_GUILD, "gun") == []
    with pytest.raises(UnknownEvent):
        await desk.on_sheet(OTHER_GUILD, event_id, "")
