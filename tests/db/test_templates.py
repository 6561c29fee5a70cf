"""Templates in the database: a row never changes, an edit is a new row."""

import asyncio

from bot.domain.ids import GuildId, TemplateId
from db import Database, Session
from db.pool import Pool
from tests.factories import GUILD, OTHER_GUILD, new_series

PLAIN = {"name": "plain", "title": "Größe"}


async def own(pool: Pool, guild_id: GuildId, name: str, *, is_current: bool = True) -> int:
    return await pool.fetchval(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest, is_current)
        VALUES ($1, $2, '{"title": "Own"}', 'x', $3) RETURNING id
        """,
        guild_id,
        name,
        is_current,
    )


async def test_a_shipped_template_is_found_by_name_and_id(tx: Session) -> None:
    await tx.templates.ship("plain", PLAIN, "digest")
    template_id = await tx.templates.current_id(GUILD, "plain")
    assert template_id is not None
    stored = await tx.templates.get(template_id)
    assert stored is not None
    assert (stored.id, stored.name, stored.definition) == (template_id, "plain", PLAIN)


async def test_what_is_not_there_is_none(tx: Session) -> None:
    assert await tx.templates.get(TemplateId(1)) is None
    assert await tx.templates.current_id(GUILD, "plain") is None
    assert await tx.templates.current(GUILD) == []


async def test_shipping_the_same_twice_changes_nothing(db: Database, pool: Pool) -> None:
    for _ in range(2):
        async with db.transaction() as tx:
            await tx.templates.ship("plain", PLAIN, "digest")
    assert await pool.fetchval("SELECT count(*) FROM patt.templates") == 1


async def test_a_changed_digest_is_a_new_row_and_the_old_one_stays_for_its_raids(tx: Session) -> None:
    await tx.templates.ship("plain", PLAIN, "one")
    before = await tx.templates.current_id(GUILD, "plain")
    assert before is not None
    await tx.templates.ship("plain", {"title": "New"}, "two")
    after = await tx.templates.current_id(GUILD, "plain")
    assert after is not None
    old, new = await tx.templates.get(before), await tx.templates.get(after)
    assert (old and old.definition, new and new.definition) == (PLAIN, {"title": "New"})
    await tx.templates.ship("plain", PLAIN, "one")  # a release taken back
    assert await tx.templates.current_id(GUILD, "plain") not in (None, before, after)


async def test_workers_starting_at_once_ship_one(db: Database, pool: Pool) -> None:
    async def ship() -> None:
        async with db.transaction() as tx:
            await tx.templates.ship("plain", PLAIN, "digest")

    await asyncio.gather(*(ship() for _ in range(8)))
    assert await pool.fetchval("SELECT count(*) FROM patt.templates") == 1


async def test_a_servers_own_template_hides_the_shipped_one_there_and_nowhere_else(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.templates.ship("plain", PLAIN, "digest")
        await tx.templates.ship("party", {"title": "Party"}, "digest")
    own_id = await own(pool, GUILD, "plain")
    await own(pool, GUILD, "old", is_current=False)
    async with db.transaction() as tx:
        here, there = await tx.templates.current(GUILD), await tx.templates.current(OTHER_GUILD)
        assert await tx.templates.current_id(GUILD, "plain") == own_id
        assert await tx.templates.current_id(OTHER_GUILD, "plain") != own_id
    assert [(one.name, one.definition["title"]) for one in here] == [("party", "Party"), ("plain", "Own")]
    assert [(one.name, one.definition["title"]) for one in there] == [("party", "Party"), ("plain", "Größe")]


async def test_shipping_leaves_a_servers_own_template_alone(db: Database, pool: Pool) -> None:
    own_id = await own(pool, GUILD, "plain")
    async with db.transaction() as tx:
        await tx.templates.ship("plain", PLAIN, "digest")
        assert await tx.templates.current_id(GUILD, "plain") == own_id


async def test_an_own_template_is_put_replaced_and_hidden(tx: Session) -> None:
    await tx.templates.lock(GUILD)
    first = await tx.templates.put(GUILD, "plain", PLAIN, "one")
    second = await tx.templates.put(GUILD, "plain", {"title": "New"}, "two")
    await tx.templates.put(OTHER_GUILD, "plain", PLAIN, "one")
    assert [(one.id, one.definition) for one in await tx.templates.own(GUILD)] == [(second, {"title": "New"})]
    old = await tx.templates.get(first)
    assert old
    assert old.definition == PLAIN
    await tx.templates.hide(GUILD, "plain")
    assert await tx.templates.own(GUILD) == []
    assert [one.name for one in await tx.templates.own(OTHER_GUILD)] == ["plain"]


async def test_what_is_shipped_is_known_by_name(tx: Session) -> None:
    await tx.templates.put(GUILD, "own", PLAIN, "digest")
    await tx.templates.ship("plain", PLAIN, "digest")
    assert await tx.templates.is_shipped("plain")
    assert not await tx.templates.is_shipped("own")


async def test_hiding_an_own_one_leaves_the_shipped_one(tx: Session) -> None:
    await tx.templates.ship("plain", PLAIN, "digest")
    shipped = await tx.templates.current_id(GUILD, "plain")
    await tx.templates.put(GUILD, "plain", {"title": "Own"}, "x")
    await tx.templates.hide(GUILD, "plain")
    assert await tx.templates.current_id(GUILD, "plain") == shipped


async def test_running_series_of_a_template(tx: Session) -> None:
    await tx.series.add(new_series(template_name="own", label="B"))
    await tx.series.add(new_series(template_name="own", label="A"))
    await tx.series.add(new_series(template_name="own", label="C", guild_id=OTHER_GUILD))
    await tx.series.add(new_series(template_name="plain", label="D"))
    assert await tx.templates.series_with(GUILD, "own") == ["A", "B"]


async def test_a_default_template_with_and_without_a_row(tx: Session) -> None:
    await tx.servers.set_default_template(GUILD, "plain")
    await tx.servers.set_up(GUILD, None, "Europe/Berlin", None, None)
    await tx.servers.set_default_template(GUILD, "party")
    server = await tx.servers.get(GUILD)
    assert (server.default_template, server.timezone) == ("party", "Europe/Berlin")
    assert (await tx.servers.get(OTHER_GUILD)).default_template == "wow-retail"
