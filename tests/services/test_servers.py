"""Setting a server up, and connecting it to Raid-Helper."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain.event import SheetKind
from bot.domain.ids import RoleId
from bot.domain.permissions import Actor, NotAnAdministrator
from bot.raid_helper.budget import Budget
from bot.raid_helper.errors import InvalidKey, Unavailable
from bot.services.secrets import NoEncryptionKey, SecretBox
from bot.services.servers import Servers, SetUp
from bot.services.when import UnknownZone
from sandbox.raid_helper import faults
from tests.factories import GUILD, OFFICER_ROLE, OFFICERS, OTHER_GUILD, RAIDS, START, member, new_series, officer
from tests.services.world import API_KEY, World, blocked

KEY = SecretStr(API_KEY)
STRANGERS = pytest.mark.parametrize(
    "actor", [member(), member(role_ids=frozenset({OFFICER_ROLE}))], ids=["a member", "an officer by role"]
)


async def test_a_server_is_set_up_step_by_step(world: World) -> None:
    await world.first.servers.set_up(officer(), SetUp(channel_id=RAIDS, timezone="berlin"))
    server = await world.first.servers.set_up(officer(), SetUp(officer_role_id=OFFICER_ROLE))
    assert server == await world.first.servers.get(GUILD)
    assert (server.raid_channel_id, server.timezone) == (RAIDS, "Europe/Berlin")
    assert server.officer_roles == {OFFICER_ROLE}
    assert (await world.first.servers.get(OTHER_GUILD)).raid_channel_id is None


@pytest.mark.parametrize("rights", [{"is_owner": True}, {"is_administrator": True}, {"manages_server": True}])
async def test_who_may_set_up(world: World, rights: dict[str, Any]) -> None:
    server = await world.first.servers.set_up(member(**rights), SetUp(officer_channel_id=OFFICERS))
    assert server.officer_channel_id == OFFICERS


@STRANGERS
async def test_who_may_not(guild: World, actor: Actor) -> None:
    await guild.first.servers.set_up(officer(), SetUp(officer_role_id=OFFICER_ROLE))
    before = await guild.first.servers.get(GUILD)
    for ask in (
        guild.first.servers.set_up(actor, SetUp(channel_id=OFFICERS)),
        guild.first.servers.connect_raid_helper(actor, KEY),
        guild.first.servers.disconnect_raid_helper(actor),
    ):
        with pytest.raises(NotAnAdministrator):
            await ask
    assert await guild.first.servers.get(GUILD) == before
    assert guild.raid_helper.calls == []


async def trail(world: World) -> list[dict[str, Any]]:
    rows = await world.pool.fetch("SELECT action, actor_discord_id, details FROM patt.audit ORDER BY id")
    assert {(row["action"], row["actor_discord_id"]) for row in rows} <= {("setup", officer().user_id)}
    return [row["details"]["after"] for row in rows]


async def test_what_changed_stands_in_the_trail(world: World) -> None:
    servers, roles = world.first.servers, [RoleId(12), RoleId(7)]
    await servers.set_up(officer(), SetUp(channel_id=RAIDS, timezone="berlin"))
    await servers.set_up(officer(), SetUp(channel_id=RAIDS, timezone="Europe/Paris"))
    await servers.set_up(officer(), SetUp(officer_role_id=OFFICER_ROLE, officer_channel_id=OFFICERS))
    await servers.set_officer_roles(officer(), roles)
    await servers.set_officer_roles(officer(), roles)  # nothing changes
    assert await trail(world) == [
        {"raid_channel": RAIDS, "timezone": "Europe/Berlin"},
        {"timezone": "Europe/Paris"},
        {"officer_channel": OFFICERS, "officer_roles": [OFFICER_ROLE]},
        {"officer_roles": [7, 12]},
    ]
    before = await world.pool.fetchval("SELECT details -> 'before' FROM patt.audit ORDER BY id DESC LIMIT 1")
    assert before == {"officer_roles": [OFFICER_ROLE]}


async def test_connecting_to_raid_helper_and_leaving_it_stand_in_the_trail(guild: World) -> None:
    servers = guild.first.servers
    await servers.connect_raid_helper(officer(), KEY)
    with pytest.raises(InvalidKey):
        await servers.connect_raid_helper(officer(), SecretStr("a-wrong-key"))
    await servers.disconnect_raid_helper(officer())
    await servers.disconnect_raid_helper(officer())  # nothing to forget
    rows = await guild.pool.fetch("SELECT action, actor_discord_id, details FROM patt.audit ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("raidhelper.connect", officer().user_id, {}),
        ("raidhelper.disconnect", officer().user_id, {}),
    ]


@pytest.mark.parametrize("known_to_be_left", [True, False])
@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("own_shard", [True, False])
async def test_coming_up_a_worker_looks_where_it_still_is(
    world: World, known_to_be_left: bool, here: bool, own_shard: bool
) -> None:
    await world.first.servers.set_up(officer(), SetUp(channel_id=RAIDS))
    if known_to_be_left:
        await world.first.servers.left(GUILD, world.clock.now())
    shard = (GUILD >> 22) % 2
    await world.first.servers.came_up(lambda _: here, [shard if own_shard else 1 - shard], 2)
    left = (await world.first.servers.get(GUILD)).left_at is not None
    assert left is (not here if own_shard else known_to_be_left)


async def test_whoever_invites_the_bot_while_it_takes_the_server_for_left_has_the_last_word(world: World) -> None:
    await world.first.servers.set_up(officer(), SetUp(channel_id=RAIDS))
    async with world.first.db.transaction() as tx:
        await tx.servers.left(GUILD, world.clock.now())
        invited = asyncio.create_task(world.first.servers.joined(GUILD))
        await blocked(world.pool, invited)
    await invited
    assert (await world.first.servers.get(GUILD)).left_at is None


async def test_an_unknown_zone_writes_nothing(world: World) -> None:
    before = await world.counts()
    with pytest.raises(UnknownZone):
        await world.first.servers.set_up(officer(), SetUp(channel_id=RAIDS, timezone="Mars"))
    assert await world.counts() == before


# ---------------------------------------------------------------- Raid-Helper


async def test_a_key_that_works_is_stored_encrypted(guild: World) -> None:
    await guild.first.servers.connect_raid_helper(officer(), KEY)
    stored = (await guild.first.servers.get(GUILD)).raid_helper_key
    assert stored is not None
    assert API_KEY not in stored
    assert guild.first.secrets.open(stored) == KEY
    assert [call.route for call in guild.raid_helper.calls] == ["list"]  # tried, and nothing changed there


async def test_a_key_pasted_with_trimmings_works_later_too(guild: World) -> None:
    await guild.first.servers.connect_raid_helper(officer(), SecretStr(f' "Bearer {API_KEY}"\n'))
    await guild.raid(await guild.series(new_series(sheet=SheetKind.RAID_HELPER)))
    await guild.look(START + timedelta(minutes=12))
    assert len(guild.raid_helper.events) == 1


@pytest.mark.parametrize("key", ["wrong" + API_KEY, "", "two words", "\u00fcmlaut"])
async def test_a_key_that_does_not_work_is_not_stored(guild: World, key: str) -> None:
    with pytest.raises(InvalidKey):
        await guild.first.servers.connect_raid_helper(officer(), SecretStr(key))
    assert (await guild.first.servers.get(GUILD)).raid_helper_key is None


async def test_another_servers_key_is_not_stored(guild: World) -> None:
    with pytest.raises(InvalidKey):
        await guild.first.servers.connect_raid_helper(officer(guild_id=OTHER_GUILD), KEY)
    assert (await guild.first.servers.get(OTHER_GUILD)).raid_helper_key is None


async def test_a_key_that_cannot_be_tried_leaves_the_old_one(guild: World) -> None:
    await guild.first.servers.connect_raid_helper(officer(), KEY)
    before = (await guild.first.servers.get(GUILD)).raid_helper_key
    guild.raid_helper.fail("list", faults.server_error(503), times=9)
    with pytest.raises(Unavailable):
        await guild.first.servers.connect_raid_helper(officer(), KEY)
    assert (await guild.first.servers.get(GUILD)).raid_helper_key == before


async def test_without_an_encryption_key_nothing_is_stored_nor_asked(guild: World) -> None:
    plain = Servers(guild.first.db, guild.first.servers._raid_helper, SecretBox(None), guild.clock)
    with pytest.raises(NoEncryptionKey):
        await plain.connect_raid_helper(officer(), KEY)
    assert (guild.raid_helper.calls, (await plain.get(GUILD)).raid_helper_key) == ([], None)


async def test_a_disconnected_server_has_no_key(guild: World) -> None:
    await guild.first.servers.connect_raid_helper(officer(), KEY)
    await guild.first.servers.disconnect_raid_helper(officer())
    server = await guild.first.servers.get(GUILD)
    assert (server.raid_helper_key, server.raid_channel_id) == (None, RAIDS)


async def test_a_new_key_has_a_day_of_its_own(guild: World) -> None:
    await guild.first.servers.connect_raid_helper(officer(), KEY)
    for _ in range(3):
        await guild.first.servers.test_raid_helper(officer())
    await guild.first.servers.connect_raid_helper(officer(), SecretStr(f" {API_KEY}\n"))
    assert (await guild.first.servers.raid_helper_budget(GUILD)).left == 996
    async with guild.first.db.transaction() as tx:
        await tx.raid_helper.pause(GUILD, guild.clock.now() + timedelta(hours=3))
    guild.raid_helper.servers[GUILD] = "a-refreshed-key"
    await guild.first.servers.connect_raid_helper(officer(), SecretStr("a-refreshed-key"))
    assert await guild.first.servers.raid_helper_budget(GUILD) == Budget(1000)


async def test_a_wrong_key_costs_the_right_one_nothing_but_the_question(guild: World) -> None:
    await guild.first.servers.connect_raid_helper(officer(), KEY)
    with pytest.raises(InvalidKey):
        await guild.first.servers.connect_raid_helper(officer(), SecretStr("a-wrong-key"))
    assert (await guild.first.servers.test_raid_helper(officer())).left == 998


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "ключ", "\r\n"])
async def test_what_cannot_be_a_key_asks_nobody(guild: World, key: str) -> None:
    with pytest.raises(InvalidKey, match="/apikey"):
        await guild.first.servers.connect_raid_helper(officer(), SecretStr(key))
    assert guild.raid_helper.calls == []


async def test_another_servers_key_is_refused(guild: World) -> None:
    guild.raid_helper.servers[OTHER_GUILD] = "the-other-servers-key"
    with pytest.raises(InvalidKey):
        await guild.first.servers.connect_raid_helper(officer(), SecretStr("the-other-servers-key"))
    assert (await guild.first.servers.get(GUILD)).raid_helper_key is None
