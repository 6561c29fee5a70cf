"""How the bot is doing in a server, as far as the database knows, and which channels it should be able to write in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.domain import needs
from bot.domain.event import SheetKind
from bot.domain.health import Letter, Quota, Stored
from bot.domain.ids import ChannelId, EventId, GuildId
from bot.domain.permissions import Actor
from bot.domain.server import Server
from bot.domain.setting import Effective
from bot.domain.settings import ARCHIVE_CHANNEL, OFFICER_CHANNEL
from bot.services import lost_rights, naming, places
from bot.services.servers import Servers
from bot.services.settings import Around, effective, within
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
class Spot:
    """Where a sheet stands or is to stand, and what holds there."""

    channel_id: ChannelId | None
    sheet: SheetKind
    holds: Effective


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
    ahead = await tx.events.not_over(server.id, now, most=MOST_RAIDS)
    raids = [Spot(one.channel_id, one.sheet, await effective(tx, one)) for one in ahead]
    spots = [*await _spots(tx, server), *raids]
    in_server = dict.fromkeys(one for spot in spots for one in needs.in_server(spot.holds, spot.sheet))
    return Wanted(_in_channels(spots), tuple(in_server), await naming.of_server(tx, server.id, ahead))


async def _spots(tx: Session, server: Server) -> Sequence[Spot]:
    """Where the next raids of the server and of its series are to stand."""
    found = [
        Spot(server.raid_channel_id, SheetKind.NATIVE, await within(tx, Around(server.id, server.raid_channel_id)))
    ]
    for one in await tx.series.active(server.id):
        template_id = await tx.templates.current_id(server.id, one.template_name or server.default_template)
        channel_id = one.channel_id or server.raid_channel_id
        holds = await within(tx, Around(server.id, channel_id, template_id, one.id))
        found.append(Spot(channel_id, one.sheet or SheetKind.NATIVE, holds))
    return found


def _in_channels(spots: Sequence[Spot]) -> Mapping[ChannelId, Sequence[str]]:
    """Every channel something is to be written in, with all that is needed there."""
    found: dict[ChannelId | None, dict[str, None]] = {}
    for spot in spots:
        for channel_id in (spot.holds[OFFICER_CHANNEL], spot.holds[ARCHIVE_CHANNEL]):
            found.setdefault(channel_id, {}).update(dict.fromkeys(needs.SAYS))
        found.setdefault(spot.channel_id, {}).update(dict.fromkeys(needs.in_channel(spot.holds, spot.sheet)))
    return {one: tuple(needed) for one, needed in found.items() if one is not None}
