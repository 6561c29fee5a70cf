"""People in the database: written down at the first click, with what they play; and whom a sheet is filled with."""

import asyncio
from typing import Any

import pytest

from bot.domain.ids import UserId
from bot.domain.sign_up import Pick
from db import Database, Session
from db.pool import Pool
from tests.factories import GUILD, OFFICER_ROLE, OTHER_GUILD, RAIDER_ROLE, days, member, wednesday

HOLY, FIRE = Pick("Paladin", "Holy"), Pick("Mage", "Fire")


async def test_the_first_click_writes_somebody_down_and_the_next_finds_them(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        first = await tx.players.register(member(1, name="Arila"), "wow")
        assert (first.character_id, first.main) == (None, None)
        assert await tx.players.register(member(1, name="Arila the Bold"), "wow") == first
        assert (await tx.players.register(member(2), "wow")).id != first.id
    [row] = await pool.fetch("SELECT * FROM guild_identity.players WHERE id = $1", first.id)
    assert (row["display_name"], row["guild_discord_id"], row["is_active"]) == ("Arila the Bold", GUILD, True)
    assert await pool.fetchval("SELECT count(*) FROM guild_identity.players") == 2


async def test_one_discord_user_is_another_player_in_another_server(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        here = await tx.players.register(member(1), "wow")
        await tx.players.remember_main(here.id, "wow", HOLY)
        there = await tx.players.register(member(1, guild_id=OTHER_GUILD), "wow")
    assert (there.id != here.id, there.main) == (True, None)
    assert await pool.fetchval("SELECT count(*) FROM guild_identity.discord_users") == 1


async def test_a_main_is_remembered_a_game(tx: Session) -> None:
    player = await tx.players.register(member(), "wow")
    character_id = await tx.players.remember_main(player.id, "wow", HOLY)
    again = await tx.players.register(member(), "wow")
    assert (again.main, again.character_id) == (HOLY, character_id)
    assert (await tx.players.register(member(), "gw2")).main is None


async def test_two_who_play_the_same_do_not_wait_for_each_other(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.players.remember_main((await tx.players.register(member(1), "wow")).id, "wow", HOLY)
    async with db.transaction() as one, db.transaction() as other:
        for number, tx in enumerate((one, other), start=2):
            player = await tx.players.register(member(number), "wow")
            async with asyncio.timeout(5):  # for ever, if one held what both play
                assert await tx.players.remember_main(player.id, "wow", HOLY)


async def test_a_new_main_replaces_the_one_of_its_game_only(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        player = await tx.players.register(member(), "wow")
        first = await tx.players.remember_main(player.id, "wow", HOLY)
        other = await tx.players.remember_main(player.id, "gw2", Pick("Guardian", "Firebrand"))
        assert await tx.players.remember_main(player.id, "wow", FIRE) == first
        assert other != first
        assert (await tx.players.register(member(), "wow")).main == FIRE
        assert (await tx.players.register(member(), "gw2")).main == Pick("Guardian", "Firebrand")
    # The origin's columns know one main: the first game's.
    main = await pool.fetchrow(
        """
        SELECT p.main_character_id, s.name FROM guild_identity.players p
        JOIN guild_identity.specializations s ON s.id = p.main_spec_id
        """
    )
    assert tuple(main or ()) == (first, "Fire")


async def test_classes_and_specs_are_written_once(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        for number in (1, 2, 3):
            player = await tx.players.register(member(number), "wow")
            await tx.players.remember_main(player.id, "wow", HOLY)
    counts = (
        "SELECT (SELECT count(*) FROM guild_identity.classes), (SELECT count(*) FROM guild_identity.specializations)"
    )
    assert tuple(await pool.fetchrow(counts) or ()) == (1, 1)


@pytest.mark.parametrize(
    ("roles", "rank"),
    [((), None), ((RAIDER_ROLE,), "Raider"), ((RAIDER_ROLE, OFFICER_ROLE), "Officer"), ((12345,), None)],
)
async def test_the_rank_comes_from_the_highest_role(
    db: Database, pool: Pool, roles: tuple[int, ...], rank: str | None
) -> None:
    ranks = [
        (GUILD, "Raider", 2, RAIDER_ROLE),
        (GUILD, "Officer", 4, OFFICER_ROLE),
        (OTHER_GUILD, "King", 9, RAIDER_ROLE),
    ]
    await pool.executemany(
        "INSERT INTO common.guild_ranks (guild_discord_id, name, level, discord_role_id) VALUES ($1, $2, $3, $4)", ranks
    )
    async with db.transaction() as tx:
        player = await tx.players.register(member(role_ids=frozenset(roles)), "wow")
    found = await pool.fetchval(
        """
        SELECT r.name FROM guild_identity.players p JOIN common.guild_ranks r ON r.id = p.guild_rank_id
        WHERE p.id = $1
        """,
        player.id,
    )
    assert found == rank


async def raider(pool: Pool, tx: Session, number: int, level: int = 2, **columns: Any) -> int:
    """A ranked player with a main; `columns` of their row are set by hand."""
    player = await tx.players.register(member(number), "wow")
    await tx.players.remember_main(player.id, "wow", HOLY)
    rank = """
        INSERT INTO common.guild_ranks (guild_discord_id, name, level) VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT guild_ranks_name DO UPDATE SET name = excluded.name RETURNING id
    """
    connection = tx.players._db
    columns["guild_rank_id"] = await connection.fetchval(rank, GUILD, f"Level {level}", level)
    for name, value in columns.items():
        await connection.execute(f"UPDATE guild_identity.players SET {name} = $2 WHERE id = $1", player.id, value)  # noqa: S608 - the test's own column names
    return player.id


async def test_candidates_are_described_as_the_rule_needs_them(tx: Session, pool: Pool) -> None:
    player_id = await raider(pool, tx, 1, level=3, auto_invite_events=True)
    [found] = await tx.players.candidates(GUILD, wednesday(1))
    assert (found.player_id, found.user_id, found.name) == (player_id, member(1).user_id, "Member 1")
    assert (found.rank_level, found.auto_invite, found.away) == (3, True, False)
    assert (found.class_name, found.spec_name) == ("Paladin", "Holy")
    assert found.character_id is not None


async def test_the_highest_ranks_come_first(tx: Session, pool: Pool) -> None:
    ids = {level: await raider(pool, tx, level, level=level) for level in (1, 3, 2)}
    assert [one.player_id for one in await tx.players.candidates(GUILD, wednesday(1))] == [ids[3], ids[2], ids[1]]


@pytest.mark.parametrize(
    "columns",
    [{"is_active": False}, {"main_character_id": None}, {"guild_rank_id": None}, {"guild_discord_id": OTHER_GUILD}],
)
async def test_who_is_no_candidate(tx: Session, pool: Pool, columns: dict[str, Any]) -> None:
    player_id = await raider(pool, tx, 1)
    assert len(await tx.players.candidates(GUILD, wednesday(1))) == 1
    for name, value in columns.items():
        statement = f"UPDATE guild_identity.players SET {name} = $2 WHERE id = $1"  # noqa: S608 - the table above
        await tx.players._db.execute(statement, player_id, value)
    assert await tx.players.candidates(GUILD, wednesday(1)) == []


async def test_a_candidate_without_discord_has_no_user(tx: Session, pool: Pool) -> None:
    await raider(pool, tx, 1, discord_user_id=None)
    assert [one.user_id for one in await tx.players.candidates(GUILD, wednesday(1))] == [None]


@pytest.mark.parametrize(("first", "last", "away"), [(0, 0, True), (-3, 3, True), (-3, -1, False), (1, 3, False)])
async def test_away_counts_on_its_days(tx: Session, pool: Pool, first: int, last: int, away: bool) -> None:
    player_id = await raider(pool, tx, 1)
    insert = "INSERT INTO guild_identity.away (player_id, first_day, last_day) VALUES ($1, $2, $3)"
    await tx.players._db.execute(insert, player_id, wednesday(1) + days(first), wednesday(1) + days(last))
    assert [one.away for one in await tx.players.candidates(GUILD, wednesday(1))] == [away]


async def test_on_hiatus_is_away_for_good(tx: Session, pool: Pool) -> None:
    await raider(pool, tx, 1, on_hiatus=True)
    assert [one.away for one in await tx.players.candidates(GUILD, wednesday(1))] == [True]


async def test_ids_are_discords_own_whatever_their_size(tx: Session) -> None:
    longest = UserId(2**63 - 1)
    assert (await tx.players.register(member(user_id=longest), "wow")).id
