"""On whose clocks a member types times: their own, else their server's."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.permissions import Actor
from bot.services.when import parse_zone
from db import Database, Session

NO_ZONE = frozenset({"none", "server", "reset", "-"})


@dataclass(frozen=True)
class Zones:
    """A member's own zone, None while they follow the server, and the server's."""

    own: ZoneInfo | None
    server: ZoneInfo
    server_has_one: bool


async def zone_of(tx: Session, actor: Actor, *, usual: ZoneInfo | None = None) -> ZoneInfo:
    """The zone in which the member types times: their own, else the `usual` one, which is the server's."""
    own = await tx.people.zone(actor.guild_id, actor.user_id)
    return ZoneInfo(own) if own else usual or (await tx.servers.get(actor.guild_id)).zone


class OwnZone:
    """The use cases behind `/me timezone`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, actor: Actor) -> ZoneInfo:
        """The zone in which the member types and reads times."""
        async with self._db.transaction() as tx:
            return await zone_of(tx, actor)

    async def look(self, actor: Actor) -> Zones:
        """The member's zone and the server's."""
        async with self._db.transaction() as tx:
            return await _zones(tx, actor)

    async def change(self, actor: Actor, typed: str) -> Zones:
        """Type times in that zone from now on; "none" follows the server again. Raises UnknownZone."""
        zone = None if typed.strip().casefold() in NO_ZONE else parse_zone(typed).key
        async with self._db.transaction() as tx:
            await tx.people.set_zone((await tx.players.register(actor)).id, zone)
            return await _zones(tx, actor)


async def _zones(tx: Session, actor: Actor) -> Zones:
    own = await tx.people.zone(actor.guild_id, actor.user_id)
    server = await tx.servers.get(actor.guild_id)
    return Zones(ZoneInfo(own) if own else None, server.zone, server.timezone is not None)
