"""Ranks, invitations and placeholders who turn up: what officers write down about people."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import MusterError
from bot.domain.ids import EventId, RoleId
from bot.domain.people import NotAPlaceholder, UnknownPerson
from bot.domain.permissions import Actor, NotAnOfficer
from bot.domain.rank import BadRank, TooManyRanks, UnknownRank
from bot.domain.template import Choice
from bot.services.characters import CharacterWish
from bot.services.linking import Linked
from bot.services.officers import Whom
from tests.factories import GUILD, OFFICER_ROLE, OTHER_GUILD, RAIDER_ROLE, member, officer
from tests.services.world import World

HOLY, FIRE = ("Paladin", "Holy"), ("Mage", "Fire")
RANK = """
    SELECT rank.name FROM guild_identity.players player
    LEFT JOIN common.guild_ranks rank ON rank.id = player.guild_rank_id WHERE player.display_name = $1
"""


def holding(*roles: RoleId, number: int = 1) -> Actor:
    return member(number, role_ids=frozenset(roles))


async def ranked(world: World) -> None:
    await world.first.people.set_rank(officer(), "Raider", 2, RAIDER_ROLE)
    await world.first.people.set_rank(officer(), "Officer", 5, OFFICER_ROLE)
    await world.first.people.set_rank(officer(), "Guest", 1, None)


async def rank_of(world: World, name: str = "Member 1") -> str | None:
    return await world.pool.fetchval(RANK, name)


async def clicks(world: World, actor: Actor, event_id: EventId, choice: Choice = Choice.BENCH) -> None:
    await world.first.sign_ups.answer(actor, event_id, choice)


async def test_the_rank_is_what_the_roles_say_at_the_first_answer_to_a_sheet(guild: World) -> None:
    await ranked(guild)
    for roles, rank in (
        ((RAIDER_ROLE,), "Raider"),
        ((RAIDER_ROLE, OFFICER_ROLE), "Officer"),
        ((RAIDER_ROLE,), "Raider"),
        ((), None),
        ((RAIDER_ROLE, RoleId(5)), "Raider"),
    ):
        await clicks(guild, holding(*roles), await guild.raid())
        assert await rank_of(guild) == rank


async def test_a_rank_given_by_hand_stays_while_the_roles_say_nothing(guild: World) -> None:
    await ranked(guild)
    await clicks(guild, holding(), await guild.raid())
    assert (await guild.first.people.give_rank(officer(), "member 1", "guest")).level == 1
    await clicks(guild, holding(), await guild.raid())
    assert await rank_of(guild) == "Guest"
    await clicks(guild, holding(RAIDER_ROLE), await guild.raid())
    assert await rank_of(guild) == "Raider"
    await guild.first.people.give_rank(officer(), "Member 1", None)
    assert await rank_of(guild) is None


async def test_a_rank_is_changed_in_place_and_forgotten(guild: World) -> None:
    await ranked(guild)
    await clicks(guild, holding(RAIDER_ROLE), await guild.raid())
    changed = await guild.first.people.set_rank(officer(), "RAIDER", 3, None)
    assert (changed.name, changed.level, changed.role_id) == ("RAIDER", 3, RAIDER_ROLE)
    found = [(one.name, count) for one, count in await guild.first.people.ranks(officer())]
    assert found == [("Officer", 0), ("RAIDER", 1), ("Guest", 0)]
    assert (await guild.first.people.remove_rank(officer(), "raider"))[1] == 1
    assert await rank_of(guild) is None
    assert await guild.first.people.ranks(officer(guild_id=OTHER_GUILD)) == []


async def test_two_officers_who_write_one_rank_down_at_once_have_one(guild: World) -> None:
    both = (guild.first.people.set_rank(officer(), "Raider", level, RAIDER_ROLE) for level in (2, 3))
    assert {one.name for one in await asyncio.gather(*both)} == {"Raider"}
    assert len(await guild.first.people.ranks(officer())) == 1


@pytest.mark.parametrize(("name", "level"), [("", 1), ("x" * 33, 1), ("@everyone", 1), ("Raider", -1), ("Raider", 101)])
async def test_a_rank_that_is_none(guild: World, name: str, level: int) -> None:
    with pytest.raises(BadRank):
        await guild.first.people.set_rank(officer(), name, level, None)
    assert await guild.first.people.ranks(officer()) == []


async def test_one_list_shows_every_rank(guild: World) -> None:
    for number in range(25):
        await guild.first.people.set_rank(officer(), f"Rank {number}", number, None)
    with pytest.raises(TooManyRanks):
        await guild.first.people.set_rank(officer(), "One more", 1, None)
    await guild.first.people.set_rank(officer(), "rank 7", 77, None)


async def test_names_and_ranks_follow_discord_for_whoever_is_registered(guild: World) -> None:
    await ranked(guild)
    event_id = await guild.raid()
    for number in (1, 2):
        await clicks(guild, holding(number=number), event_id)
    await guild.run()
    edits = len(guild.discord.edits)
    now = [
        member(1, name="Arila", role_ids=frozenset({RAIDER_ROLE})),
        member(2, role_ids=frozenset({OFFICER_ROLE})),
        member(3, role_ids=frozenset({OFFICER_ROLE})),
    ]
    assert await guild.first.following.follow(GUILD, now) == 2
    assert (await rank_of(guild, "Arila"), await rank_of(guild, "Member 2")) == ("Raider", "Officer")
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.players") == 2
    assert await guild.first.following.follow(GUILD, now) == 0
    assert await guild.first.following.follow(OTHER_GUILD, now) == 0
    kinds = await guild.pool.fetch("SELECT kind FROM patt.scheduled_actions WHERE kind = 'sheet.refresh'")
    assert len(kinds) == 1 or len(guild.discord.edits) > edits


@pytest.mark.parametrize(
    ("work", "given"),
    [
        ("invite", {"invited": True}),
        ("activate", {"active": False}),
        ("hiatus", {"until": None}),
        ("back", {}),
        ("give_rank", {"rank": None}),
        ("show", {}),
    ],
)
async def test_all_of_it_is_for_officers_about_their_own_people(guild: World, work: str, given: dict[str, Any]) -> None:
    await clicks(guild, member(1), await guild.raid())
    do = getattr(guild.first.people, work)
    for actor, error in (
        (member(2), NotAnOfficer),
        (officer(guild_id=OTHER_GUILD), UnknownPerson),
    ):
        with pytest.raises(error):
            await do(actor, "Member 1", **given)
    mention = f"<@{member(1).user_id}>"
    assert await do(officer(), mention, **given)


async def test_a_name_is_guessed(guild: World) -> None:
    await clicks(guild, member(1), await guild.raid())
    with pytest.raises(UnknownPerson, match="Did you mean `Member 1`"):
        await guild.first.people.show(officer(), "Membr 1")
    with pytest.raises(UnknownRank):
        await guild.first.people.give_rank(officer(), "Member 1", "King")


async def test_who_is_not_active_is_found_still_but_on_no_list(guild: World) -> None:
    await clicks(guild, member(1), await guild.raid())
    assert (await guild.first.people.activate(officer(), "Member 1", active=False)).active is False
    async with guild.first.db.transaction() as tx:
        assert await tx.people.all(GUILD) == []
    assert (await guild.first.people.activate(officer(), "Member 1", active=True)).active is True


# ---------------------------------------------------------------- placeholders who turn up


async def link(world: World, name: str = "Gunther", number: int = 1) -> Linked:
    return await world.first.linking.link(officer(), member(number), name)


async def sheet(world: World, event_id: EventId) -> list[tuple[str, int | None, str, str | None]]:
    async with world.first.db.transaction() as tx:
        found = sorted(await tx.sign_ups.of(event_id), key=lambda one: one.order)
    base = member(0).user_id
    return [(one.name, one.user_id and one.user_id - base, one.choice.value, one.spec_name) for one in found]


async def test_a_placeholder_becomes_the_member_with_seat_characters_and_history(guild: World) -> None:
    ahead, past = await guild.raid(), await guild.raid()
    for event_id in (ahead, past):
        await guild.first.officers.add(officer(), str(event_id), Whom(name="Gunther"), spec="Holy Paladin")
        await guild.first.sign_ups.answer(member(2), event_id, Choice.ACCEPTED, FIRE)
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'COMPLETED' WHERE id = $1", past)
    await guild.pool.execute("UPDATE patt.raid_attendance SET attended = TRUE WHERE event_id = $1", past)
    done = await link(guild)
    assert (done.name, done.person.name, done.sheets) == ("Gunther", "Member 1", 1)
    for event_id in (ahead, past):
        assert await sheet(guild, event_id) == [
            ("Member 1", 1, "accepted", "Holy"),
            ("Member 2", 2, "accepted", "Fire"),
        ]
    found = await guild.first.people.show(officer(), "Member 1")
    assert (found.profile.attended, [one.pick and one.pick.spec_name for one in found.characters]) == (1, ["Holy"])
    with pytest.raises(UnknownPerson):
        await guild.first.people.show(officer(), "Gunther")
    # The main is theirs, too: one click signs up with it.
    await guild.first.sign_ups.answer(member(1), await guild.raid(), Choice.ACCEPTED)
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.players") == 2


async def test_both_on_one_sheet_are_one_person_with_one_seat_at_the_better_place(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    await guild.first.officers.add(officer(), str(event_id), Whom(name="Gunther"), spec="Holy Paladin")
    guild.clock.advance(timedelta(seconds=1))
    await guild.first.sign_ups.answer(member(2), event_id, Choice.ACCEPTED, FIRE)
    guild.clock.advance(timedelta(seconds=1))
    await guild.first.sign_ups.answer(member(1), event_id, Choice.ACCEPTED, FIRE)
    await link(guild)
    assert await sheet(guild, event_id) == [("Member 1", 1, "accepted", "Fire"), ("Member 2", 2, "accepted", "Fire")]


async def test_where_the_member_said_no_a_seat_opens(guild: World) -> None:
    event_id = await guild.raid(total_limit=1)
    await guild.first.officers.add(officer(), str(event_id), Whom(name="Gunther"), spec="Holy Paladin")
    await guild.first.sign_ups.answer(member(2), event_id, Choice.ACCEPTED, FIRE)
    await guild.first.sign_ups.answer(member(1), event_id, Choice.ABSENCE)
    await guild.run()
    guild.discord.notices.clear()
    await link(guild)
    await guild.pass_time(timedelta(seconds=2))
    assert [(one - member(0).user_id, str(what)) for one, what in guild.discord.notices] == [(2, "promoted")]
    assert ("Member 1", 1, "absence", "Fire") not in await sheet(guild, event_id)
    assert [one[:3] for one in await sheet(guild, event_id)][-1] == ("Member 1", 1, "absence")


async def test_mains_stay_ones_own(guild: World) -> None:
    await guild.first.officers.add(officer(), str(await guild.raid()), Whom(name="Gunther"), spec="Holy Paladin")
    await guild.first.characters.add(member(1), None, CharacterWish("Bruna", "Fire Mage"))
    await link(guild)
    found = (await guild.first.characters.of(member(1)))[0]
    assert [(one.name, one.is_main) for one in found] == [("Bruna", True), ("Gunther", False)]


async def test_whom_a_link_refuses(guild: World) -> None:
    event_id = await guild.raid()
    await clicks(guild, member(3), event_id)
    await guild.first.officers.add(officer(), str(event_id), Whom(name="Gunther"))
    before = await guild.counts()
    refusals: list[tuple[Actor, str, type[MusterError]]] = [
        (officer(), "Member 3", NotAPlaceholder),
        (officer(), "Nobody", UnknownPerson),
        (member(3), "Gunther", NotAnOfficer),
        (officer(guild_id=OTHER_GUILD), "Gunther", UnknownPerson),
    ]
    for actor, name, error in refusals:
        with pytest.raises(error):
            await guild.first.linking.link(actor, member(1, guild_id=actor.guild_id), name)
    assert await guild.counts() == before
