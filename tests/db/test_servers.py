"""A server's settings in the database."""

from bot.domain.ids import ChannelId, GuildId, RoleId
from bot.domain.server import Server
from db import Session
from tests.factories import GUILD, NOW, OFFICER_ROLE, OFFICERS, OTHER_GUILD, RAIDS


async def test_a_server_nobody_set_up_has_the_defaults(tx: Session) -> None:
    assert await tx.servers.get(GUILD) == Server(GUILD)
    assert await tx.servers.all() == []


async def test_settings_are_read_as_they_were_written(tx: Session) -> None:
    await tx.servers.set_up(GUILD, RAIDS, "Europe/Berlin", OFFICER_ROLE, OFFICERS)
    assert await tx.servers.get(GUILD) == Server(
        GUILD, RAIDS, OFFICERS, frozenset({OFFICER_ROLE}), "Europe/Berlin", "wow-retail", None
    )


async def test_what_is_left_out_stays(tx: Session) -> None:
    await tx.servers.set_up(GUILD, RAIDS, "Europe/Berlin", OFFICER_ROLE, OFFICERS)
    before = await tx.servers.get(GUILD)
    await tx.servers.set_up(GUILD, None, None, None, None)
    assert await tx.servers.get(GUILD) == before
    await tx.servers.set_up(GUILD, ChannelId(9), None, RoleId(8), None)
    changed = await tx.servers.get(GUILD)
    assert (changed.raid_channel_id, changed.officer_roles) == (9, {8})
    assert (changed.timezone, changed.officer_channel_id) == ("Europe/Berlin", OFFICERS)


async def test_servers_do_not_mix(tx: Session) -> None:
    await tx.servers.set_up(GUILD, RAIDS, None, None, None)
    await tx.servers.set_up(OTHER_GUILD, OFFICERS, None, None, None)
    await tx.servers.set_raid_helper_key(OTHER_GUILD, "closed")
    assert [(one.id, one.raid_channel_id, one.raid_helper_key) for one in await tx.servers.all()] == [
        (GUILD, RAIDS, None),
        (OTHER_GUILD, OFFICERS, "closed"),
    ]


def of_shard(number: int, shard: int, count: int = 2) -> GuildId:
    """The id of a server that Discord gives to that shard."""
    return GuildId((number * count + shard) << 22)


async def test_a_worker_knows_the_servers_of_its_own_shards(tx: Session) -> None:
    first, second, elsewhere = of_shard(1, 0), of_shard(2, 0), of_shard(4, 1)
    for guild_id in (first, second, elsewhere):
        await tx.servers.set_up(guild_id, RAIDS, None, None, None)
    assert [one.id for one in await tx.servers.lock_of_shards([0], 2)] == [first, second]
    assert [one.id for one in await tx.servers.lock_of_shards([0, 1], 2)] == [first, second, elsewhere]
    await tx.servers.left(second, NOW)
    assert [one.left_at for one in await tx.servers.all()] == [None, NOW, None]
    await tx.servers.joined(second)
    assert [one.left_at for one in await tx.servers.all()] == [None, None, None]


async def test_a_key_can_come_before_the_setup_and_go_again(tx: Session) -> None:
    await tx.servers.set_raid_helper_key(GUILD, "closed")
    await tx.servers.set_up(GUILD, RAIDS, None, None, None)
    assert (await tx.servers.get(GUILD)).raid_helper_key == "closed"
    await tx.servers.set_raid_helper_key(GUILD, None)
    found = await tx.servers.get(GUILD)
    assert (found.raid_helper_key, found.raid_channel_id) == (None, RAIDS)
