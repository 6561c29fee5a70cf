"""What officers look at: all series of a server, and the next nights of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.clock import Clock
from bot.domain.event import SheetKind
from bot.domain.ids import GuildId
from bot.domain.ledger import Night
from bot.domain.permissions import Actor, is_officer, require_officer
from bot.domain.series import Series
from bot.domain.server import Server
from bot.services import places, series_calendar
from bot.services.secrets import SecretBox
from bot.services.series import find_series
from bot.services.settings import Around
from db import Database, Session

SHOWN_NIGHTS = 8
A_PAGE = 8


class Waits(StrEnum):
    """What a series cannot be posted without."""

    CHANNEL = "channel"
    RAID_HELPER = "raid-helper"


@dataclass(frozen=True)
class Standing:
    """A series as it stands: its next nights, and what it waits for."""

    series: Series
    nights: Sequence[Night]
    waits: Waits | None = None

    @property
    def next_raid(self) -> Night | None:
        """The next night on which people raid, or None."""
        return next((one for one in self.nights if one.raided), None)


@dataclass(frozen=True)
class Page:
    """One page (from 0) of a server's series; `pages` is how many there are."""

    standings: Sequence[Standing]
    number: int
    pages: int


class SeriesLedger:
    """The use cases behind `/raid series list`, and what is offered while somebody types."""

    def __init__(self, db: Database, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._secrets = secrets
        self._clock = clock

    async def page(self, actor: Actor, number: int) -> Page:
        """A page of the series `actor` is an officer of, running ones by name, then those that ended.

        Raises NotAnOfficer for whoever is one nowhere.
        """
        async with self._db.transaction() as tx:
            server = await tx.servers.get(actor.guild_id)
            known = await _in_hand(tx, actor, server)
            pages = max(1, -(-len(known) // A_PAGE))
            number = min(number, pages - 1)
            shown = known[number * A_PAGE : (number + 1) * A_PAGE]
            return Page([await self._standing(tx, server, one, series_calendar.LOOK) for one in shown], number, pages)

    async def one(self, actor: Actor, typed: str) -> Standing:
        """The next eight nights of a series. Raises UnknownSeries, NotAnOfficer."""
        async with self._db.transaction() as tx:
            series = await find_series(tx, actor.guild_id, typed, ended=True)
            server = await places.require_officer_of_series(tx, actor, series.channel_id)
            return await self._standing(tx, server, series, SHOWN_NIGHTS)

    async def nights(self, guild_id: GuildId, typed: str) -> tuple[Series, Sequence[Night]]:
        """The same for what is offered while somebody types: everybody may see it. Raises UnknownSeries."""
        async with self._db.transaction() as tx:
            series = await find_series(tx, guild_id, typed)
            calendar = await series_calendar.read(tx, series, self._clock.now())
            return series, await series_calendar.nights(tx, calendar, SHOWN_NIGHTS)

    async def known(self, guild_id: GuildId) -> Sequence[Series]:
        """The server's series, running ones by name, then those that ended."""
        async with self._db.transaction() as tx:
            return await _known(tx, guild_id)

    async def resumable(self, guild_id: GuildId) -> Sequence[Series]:
        """The server's series that are paused or have ended."""
        async with self._db.transaction() as tx:
            return [one for one in await _known(tx, guild_id) if one.paused_until or not one.is_active]

    async def _standing(self, tx: Session, server: Server, series: Series, count: int) -> Standing:
        calendar = await series_calendar.read(tx, series, self._clock.now())
        return Standing(series, await series_calendar.nights(tx, calendar, count), self._waits(server, series))

    def _waits(self, server: Server, series: Series) -> Waits | None:
        has_key = server.raid_helper_key is not None
        if series.sheet_kind(has_key=has_key) is SheetKind.RAID_HELPER and not self._secrets.open(
            server.raid_helper_key
        ):
            return Waits.RAID_HELPER
        return Waits.CHANNEL if series.channel_id is None and server.raid_channel_id is None else None


async def _in_hand(tx: Session, actor: Actor, server: Server) -> Sequence[Series]:
    """The series whose channels `actor` is an officer of. Raises NotAnOfficer."""
    anywhere = await places.place(tx, Around(server.id))
    require_officer(actor, anywhere.officers | anywhere.teams)
    known = await _known(tx, server.id)
    stand = {series.channel_id or server.raid_channel_id for series in known}
    # Without that setting whoever is an officer of one channel is one of all.
    here = {one: await places.place(tx, Around(server.id, one)) for one in stand} if anywhere.own_channel_only else {}
    return [
        series
        for series in known
        if is_officer(actor, here.get(series.channel_id or server.raid_channel_id, anywhere).officer_roles)
    ]


async def _known(tx: Session, guild_id: GuildId) -> Sequence[Series]:
    return [*await tx.series.active(guild_id), *await tx.series.ended(guild_id)]
