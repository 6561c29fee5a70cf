"""Templates as the use cases see them: shipped once, a server's own first, a raid's own for ever."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.domain.template import Template
from bot.services.raids import RaidWish
from bot.services.series import SeriesWish
from bot.services.templates import SHIPPED, Templates, UnknownTemplate
from tests.factories import GUILD, OTHER_GUILD, START, new_series, officer
from tests.services.world import World

FILES = sorted(path.stem for path in SHIPPED.glob("*.json"))
OWN = json.dumps({"name": "wow-retail", "title": "Our WoW", "answers": {"accepted": "In"}})


async def own_template(world: World, guild_id: int = GUILD) -> None:
    await world.pool.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
        VALUES ($1, 'wow-retail', $2::text::jsonb, 'x')
        """,
        guild_id,
        OWN,
    )


async def named(world: World, name: str, guild_id: int = GUILD) -> Template:
    async with world.first.db.transaction() as tx:
        return (await world.first.templates.named(tx, guild_id, name))[1]


async def template_of(world: World, event_id: int) -> Template:
    async with world.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        return await world.first.templates.of(tx, event)


@pytest.mark.parametrize("name", FILES)
async def test_every_shipped_file_is_there_by_name(world: World, name: str) -> None:
    assert (await named(world, f" {name} ")).name == name


async def test_starting_again_ships_nothing_new(world: World) -> None:
    await asyncio.gather(*(Templates(world.first.db).ship() for _ in range(3)))
    assert await world.pool.fetchval("SELECT count(*) FROM patt.templates") == len(FILES)


@pytest.mark.parametrize("name", ["chess", "", "WOW-RETAIL", "wow%"])
async def test_an_unknown_name_is_refused(world: World, name: str) -> None:
    with pytest.raises(UnknownTemplate):
        await named(world, name)


async def test_a_servers_own_template_is_its_own(world: World) -> None:
    await own_template(world)
    assert (await named(world, "wow-retail")).title == "Our WoW"
    assert (await named(world, "wow-retail", OTHER_GUILD)).title == "World of Warcraft"


async def test_a_raid_keeps_the_template_it_was_made_with(world: World) -> None:
    async with world.first.db.transaction() as tx:
        template_id, before = await world.first.templates.named(tx, GUILD, "wow-retail")
    event_id = await world.raid(template_id=template_id)
    await own_template(world)
    assert await template_of(world, event_id) == before


async def test_a_raid_written_by_hand_has_its_servers_default(world: World) -> None:
    await world.set_up(default_template="plain")
    assert (await template_of(world, await world.raid())).name == "plain"
    assert (await template_of(world, await world.raid(guild_id=OTHER_GUILD))).name == "wow-retail"


async def test_what_is_offered_while_typing(world: World) -> None:
    everything = await world.first.templates.choices(GUILD, "")
    assert sorted(name for _, name in everything) == FILES
    assert ("World of Warcraft", "wow-retail") in await world.first.templates.choices(GUILD, "WARCRAFT")
    assert "wow-retail" in [name for _, name in await world.first.templates.choices(GUILD, "retail")]
    assert await world.first.templates.choices(GUILD, "chess") == []
    await own_template(world)
    titles = [title for title, name in await world.first.templates.choices(GUILD, "") if name == "wow-retail"]
    assert titles == ["Our WoW"]


async def test_two_of_one_title_are_told_apart_by_name(world: World) -> None:
    await world.first.template_desk.copy(officer(), "plain", "ours", "World of Warcraft")
    offered = await world.first.templates.choices(GUILD, "world")
    assert set(offered) >= {("World of Warcraft (ours)", "ours"), ("World of Warcraft (wow-retail)", "wow-retail")}


async def test_at_most_25_are_offered(world: World) -> None:
    await world.pool.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
        SELECT $1, 'own ' || number, '{"title": "Own"}', 'x' FROM generate_series(1, 40) number
        """,
        GUILD,
    )
    assert len(await world.first.templates.choices(GUILD, "")) == 25


async def test_a_raid_of_fewer_seats_than_the_templates_minimum_takes_them_all(guild: World) -> None:
    await guild.pool.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
        VALUES ($1, 'ours', '{"name": "ours", "title": "Ours", "minimum": 10}', 'x')
        """,
        GUILD,
    )
    for limit, minimum in ((5, 5), (20, 10), (None, 10)):
        raid = await guild.first.raids.create(officer(), RaidWish("Few", "fri 20:00", limit=limit, template="ours"))
        assert (raid.total_limit, raid.minimum) == (limit, minimum)
    await guild.raid(await guild.series(new_series(template_name="ours", total_limit=5)))
    await guild.look(START + timedelta(minutes=12))
    [booked] = await guild.successors()
    assert (booked["total_limit"], booked["minimum"]) == (5, 5)
    wish = SeriesWish("Weekly", "Friday", "20:00", template="ours", limit=5)
    started = await guild.first.desk.add(officer(), wish)
    assert (started.first.total_limit, started.first.minimum) == (5, 5)
