"""How the bot is doing in a server, as far as the database knows, and which channels it should be able to write in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.domain import needs
from bot.domain.event import Event, SheetKind
from bot.domain.health import Letter, Quota, Stored
from bot.domain.ids import ChannelId, EventId, GuildId
from bot.domain.permissions import Actor
from bot.domain.server import Server
from bot.domain.setting import Effective
from bot.domain.settings import ARCHIVE_CHANNEL
from bot.services import lost_rights, naming, places
from bot.services.servers import Servers
from bot.services.settings import Around, within
from db import Database, Session

MOST_RAIDS = 50
MOST_LETTERS = 5
"""Shown at once; when they are settled, the next are."""


@dataclass(frozen=True)
class Wanted:
    """What each channel something is written in must allow the bot, what the server must, and what names roles."""

    in_channels: Mapping[ChannelId, Sequence[str]]
    in_server: Sequence[str]
    roles: needs.Named


@dataclass(frozen=True)
class Examined:
    """What is stored, and what Discord is wanted to allow and to have."""

    stored: Stored
    wanted: Wanted


class HealthDesk:
    """The use cases behind `/raid health`, and behind what shows that something is missing."""

    def __init__(self, db: Database, servers: Servers, clock: Clock) -> None:
        self._db = db
        self._servers = servers
        self._clock = clock

    async def examine(self, actor: Actor) -> Examined:
        """Everything that is known. Raises NotAnOfficer."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await places.require_officer(tx, actor)
            waiting = await tx.actions.waiting(actor.guild_id, now)
            migration = await tx.state.migration()
            given_up = await tx.dead_letters.count(actor.guild_id)
            found = await tx.dead_letters.of(actor.guild_id, most=MOST_LETTERS)
            wants = await wanted(tx, server, now)
        quota = await self._quota(actor.guild_id) if server.raid_helper_key else None
        letters = [Letter(one.id, one.kind, one.title, one.error, one.since) for one in found]
        return Examined(Stored(now, migration, waiting, letters, given_up, quota), wants)

    async def noticed(self, guild_id: GuildId, event_id: EventId) -> None:
        """Something a raid needs was found missing before its day: the officers hear of it as on its eve, once."""
        async with self._db.transaction() as tx:
            event = await tx.events.lock(guild_id, event_id)
            if event is not None:
                await tx.actions.enqueue(lost_rights.noticed(event, self._clock.now()))

    async def _quota(self, guild_id: GuildId) -> Quota:
        budget = await self._servers.raid_helper_budget(guild_id)
        return Quota(budget.left, budget.paused_until)


async def wanted(tx: Session, server: Server, now: datetime) -> Wanted:
    """What the server's raids and settings want of Discord."""
    holds = await within(tx, Around(server.id))
    ahead = await tx.events.not_over(server.id, now, most=MOST_RAIDS)
    channels = await _channels(tx, server, holds, ahead)
    return Wanted(channels, needs.in_server(holds), await naming.of_server(tx, server.id, ahead))


async def _channels(
    tx: Session, server: Server, holds: Effective, ahead: Sequence[Event]
) -> Mapping[ChannelId, Sequence[str]]:
    """Every channel something of the server is to be written in."""
    raids = [one.channel_id for one in ahead if one.sheet is SheetKind.NATIVE]
    elsewhere = [one.channel_id for one in ahead if one.sheet is SheetKind.RAID_HELPER]
    series = [one.channel_id for one in await tx.series.active(server.id)]
    says = dict.fromkeys((server.officer_channel_id, holds[ARCHIVE_CHANNEL], *elsewhere), needs.SAYS)
    posts = dict.fromkeys((server.raid_channel_id, *series, *raids), needs.in_channel(holds))
    return {one: needed for one, needed in {**says, **posts}.items() if one is not None}
