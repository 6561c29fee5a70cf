"""How the bot is doing in a server, as far as the database knows, and which channels it should be able to write in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.domain import needs
from bot.domain.event import Event, SheetKind
from bot.domain.health import Letter, Quota, Stored
from bot.domain.ids import ChannelId, GuildId
from bot.domain.permissions import Actor
from bot.domain.settings import ARCHIVE_CHANNEL
from bot.services import naming, places
from bot.services.servers import Servers
from bot.services.settings import Around, within
from db import Database, Session

MOST_RAIDS = 50
MOST_LETTERS = 5
"""Shown at once; when they are settled, the next are."""


@dataclass(frozen=True)
class Examined:
    """What is stored, what each configured channel must allow the bot, what the server must, and what names roles."""

    stored: Stored
    in_channels: Mapping[ChannelId, Sequence[str]]
    in_server: Sequence[str]
    roles: needs.Named


class HealthDesk:
    """The use case behind `/raid health`."""

    def __init__(self, db: Database, servers: Servers, clock: Clock) -> None:
        self._db = db
        self._servers = servers
        self._clock = clock

    async def examine(self, actor: Actor) -> Examined:
        """Everything that is known. Raises NotAnOfficer."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            around = Around(actor.guild_id)
            server = await places.require_officer(tx, actor)
            waiting = await tx.actions.waiting(actor.guild_id, now)
            migration = await tx.state.migration()
            given_up = await tx.dead_letters.count(actor.guild_id)
            found = await tx.dead_letters.of(actor.guild_id, most=MOST_LETTERS)
            ahead = await tx.events.not_over(actor.guild_id, now, most=MOST_RAIDS)
            channels = await self._channels(tx, actor.guild_id, ahead)
            roles = await naming.of_server(tx, actor.guild_id, ahead)
            in_server = needs.in_server(await within(tx, around))
        quota = await self._quota(actor.guild_id) if server.raid_helper_key else None
        letters = [Letter(one.id, one.kind, one.title, one.error, one.since) for one in found]
        return Examined(Stored(now, migration, waiting, letters, given_up, quota), channels, in_server, roles)

    async def _quota(self, guild_id: GuildId) -> Quota:
        budget = await self._servers.raid_helper_budget(guild_id)
        return Quota(budget.left, budget.paused_until)

    async def _channels(
        self, tx: Session, guild_id: GuildId, ahead: Sequence[Event]
    ) -> Mapping[ChannelId, Sequence[str]]:
        """Every channel something of the server is to be written in."""
        server = await tx.servers.get(guild_id)
        holds = await within(tx, Around(guild_id))
        raids = [one.channel_id for one in ahead if one.sheet is SheetKind.NATIVE]
        elsewhere = [one.channel_id for one in ahead if one.sheet is SheetKind.RAID_HELPER]
        series = [one.channel_id for one in await tx.series.active(guild_id)]
        says = dict.fromkeys((server.officer_channel_id, holds[ARCHIVE_CHANNEL], *elsewhere), needs.SAYS)
        posts = dict.fromkeys((server.raid_channel_id, *series, *raids), needs.in_channel(holds))
        return {one: needed for one, needed in {**says, **posts}.items() if one is not None}
