"""Participants of a new raid: all of them on its sheet, or, when one is wrong, nothing at all."""

from datetime import timedelta

import pytest

from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.people import UnknownParticipants
from bot.services.participants import Participants
from bot.services.raids import RaidWish
from tests.factories import OTHER_GUILD, member, officer
from tests.services.test_officers import names, sits, told
from tests.services.world import World


async def creates(world: World, participants: Participants) -> EventId:
    new = RaidWish("Mythic", "thu 20:00", participants=participants)
    return (await world.first.raids.create(officer(), new)).id


async def test_members_known_names_and_new_people_stand_on_the_sheet_host_added(guild: World) -> None:
    await sits(guild, 3, await guild.raid())
    who = Participants((member(1), member(2)), ("member 3",), ("Gunther",))
    event_id = await creates(guild, who)
    await guild.run()
    assert [len(sheet.roster.seated) for sheet in guild.discord.sheets if sheet.event.id == event_id] == [4]
    assert await names(guild, event_id) == ["Member 1", "Member 2", "Member 3", "Gunther"]
    rows = await guild.pool.fetch(
        "SELECT source, tier, class_name FROM patt.raid_attendance WHERE event_id = $1", event_id
    )
    assert {(row["source"], row["tier"]) for row in rows} == {("officer", 0)}
    assert "Paladin" in {row["class_name"] for row in rows}  # the known one's main


async def test_everybody_is_told_once_and_after_the_sheet_stands(guild: World) -> None:
    await creates(guild, Participants((member(1), officer()), (), ("Gunther",)))
    await guild.run()
    assert (guild.discord.notices, len(guild.discord.sheets)) == ([], 1)
    await guild.pass_time(timedelta(seconds=2))
    assert await told(guild) == [(1, Notice.ADDED)]


async def test_somebody_named_twice_stands_there_once(guild: World) -> None:
    await sits(guild, 1, await guild.raid())
    event_id = await creates(guild, Participants((member(1),), ("Member 1",), ("member 1",)))
    assert await names(guild, event_id) == ["Member 1"]


async def test_all_who_are_wrong_are_named_at_once_and_nothing_is_written(guild: World) -> None:
    await sits(guild, 1, await guild.raid())
    await guild.insert("guild_identity.players", guild_discord_id=OTHER_GUILD, display_name="Cassia")
    who = Participants((member(2),), ("Membr 1", "Cassia"), ("x" * 33, "Gunther"), (member(9).user_id,))
    before = await guild.counts()
    with pytest.raises(UnknownParticipants) as refused:
        await creates(guild, who)
    lines = str(refused.value).splitlines()
    assert len(lines) == 5
    assert f"<@{member(9).user_id}>" in lines[1]
    assert "Did you mean `Member 1`" in lines[2]
    assert "`+Cassia`" in lines[3]
    assert "32 characters" in lines[4]
    assert await guild.counts() == before


async def test_however_many_are_wrong_the_answer_is_a_message(guild: World) -> None:
    who = Participants(names=tuple(f"{number} {'w' * 60}" for number in range(40)))
    with pytest.raises(UnknownParticipants) as refused:
        await creates(guild, who)
    assert len(str(refused.value)) < 2000
    assert str(refused.value).endswith("more")


async def test_a_series_takes_no_participants(guild: World) -> None:
    wish = RaidWish("Mythic", "thu 20:00", participants=Participants((member(1),)))
    before = await guild.counts()
    with pytest.raises(UnknownParticipants):
        await guild.first.desk.repeat(officer(), wish, "weekly")
    assert await guild.counts() == before
