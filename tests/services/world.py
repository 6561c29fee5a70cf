"""Workers on one database, with one clock, one Discord (recorded) and one Raid-Helper between them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import asyncpg
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.domain.action import Kind
from bot.domain.event import NewEvent, SheetKind
from bot.domain.ids import EventId, GuildId, SeriesId, TemplateId
from bot.domain.series import NewSeries
from bot.raid_helper.client import RaidHelper
from bot.services.absences import Absences
from bot.services.alert_desk import AlertDesk
from bot.services.announcements import Announcements
from bot.services.archiving import Archive
from bot.services.beside import Beside
from bot.services.booking import AutoBooker
from bot.services.booking_desk import BookingDesk
from bot.services.booking_notes import BookingNotes
from bot.services.breaks import Breaks
from bot.services.bringing import Bringing
from bot.services.characters import Characters
from bot.services.copying import Copies
from bot.services.deadlines import Deadlines
from bot.services.delivery import Delivery
from bot.services.fallback import Fallback
from bot.services.following import Following
from bot.services.linking import Linking
from bot.services.lost_rights import LostRights
from bot.services.lost_sheets import LostSheets
from bot.services.mine import Mine
from bot.services.mirrors import Mirrors
from bot.services.moving import Moving
from bot.services.my_raids import MyRaids
from bot.services.notices import Notices
from bot.services.officers import Officers
from bot.services.own_data import OwnData
from bot.services.own_zone import OwnZone
from bot.services.panel import Panel
from bot.services.people_desk import PeopleDesk
from bot.services.presence import Leavers
from bot.services.queue import LEASE, Queue
from bot.services.raid_edits import RaidEdits
from bot.services.raid_helper_access import RaidHelperAccess
from bot.services.raid_helper_creation import RaidHelperCreation
from bot.services.raid_helper_delivery import RaidHelperDelivery
from bot.services.raid_helper_import import RaidHelperImport
from bot.services.raid_helper_ledger import StoredLedger
from bot.services.raid_helper_mirror import RaidHelperMirror
from bot.services.raid_helper_sign_ups import RaidHelperSignUps
from bot.services.raids import Raids
from bot.services.reminders import Reminders
from bot.services.secrets import SecretBox
from bot.services.series import SeriesDesk
from bot.services.series_edits import SeriesEdits
from bot.services.series_ledger import SeriesLedger
from bot.services.series_rests import SeriesRests
from bot.services.servers import Servers
from bot.services.settings_desk import SettingsDesk
from bot.services.sheet_switch import SheetSwitch
from bot.services.sheets import Sheets
from bot.services.sign_ups import SignUps
from bot.services.statuses import Statuses
from bot.services.staying import Staying
from bot.services.template_desk import TemplateDesk
from bot.services.templates import Templates
from bot.services.undo import Undo
from bot.services.unplanned import Unplanned
from bot.services.unsigned import UnsignedDesk
from db import Database
from db.pool import Pool, open_pool
from sandbox.clock import ManualClock
from sandbox.raid_helper.server import RaidHelperStandIn
from tests.factories import GUILD, new_event, new_series
from tests.services.beside_recorder import BesideRecorder
from tests.services.recorder import Recorder
from tests.services.rights_recorder import RightsRecorder

AHEAD = [
    Kind.ASK_MINIMUM,
    Kind.WARN_ROLES,
    Kind.CHANGE_STATUS,
    Kind.CHECK_RIGHTS,
    Kind.MIRROR_RAID_HELPER,
    Kind.TELL_PEOPLE,
    Kind.ARCHIVE,
]
"""What waits for a raid's eve or its end, and looks at sheets."""

API_KEY = "k3yOfTheFirstServer0123456789abcdefABCDEF"
TABLES = """
    SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables
    WHERE schemaname IN ('patt', 'common', 'guild_identity') ORDER BY 1
"""


@dataclass
class Worker:
    """One bot process, without its Discord end."""

    db: Database
    secrets: SecretBox
    templates: Templates
    template_desk: TemplateDesk
    servers: Servers
    raids: Raids
    officers: Officers
    edits: RaidEdits
    copies: Copies
    undo: Undo
    desk: SeriesDesk
    series_edits: SeriesEdits
    bringing: Bringing
    rests: SeriesRests
    ledger: SeriesLedger
    breaks: Breaks
    sign_ups: SignUps
    mine: Mine
    characters: Characters
    own_zone: OwnZone
    own_data: OwnData
    absences: Absences
    people: PeopleDesk
    linking: Linking
    following: Following
    leavers: Leavers
    my_raids: MyRaids
    booker: AutoBooker
    bookings: BookingDesk
    alerts: AlertDesk
    panel: Panel
    mirrors: Mirrors
    lost_sheets: LostSheets
    announcements: Announcements
    settings: SettingsDesk
    unplanned: Unplanned
    reminders: Reminders
    unsigned: UnsignedDesk
    stay: Staying
    mirror: RaidHelperMirror
    imports: RaidHelperImport
    queue: Queue


@dataclass
class World:
    """Everything around the workers, and the first of them."""

    dsn: str
    pool: Pool
    clock: ManualClock
    discord: Recorder
    raid_helper: RaidHelperStandIn
    encryption_key: SecretStr
    first: Worker
    template_id: TemplateId | None = None
    """What raids are made with; None as those written by hand, which have their server's default."""
    beside: BesideRecorder = field(default_factory=BesideRecorder)
    rights: RightsRecorder = field(default_factory=RightsRecorder)

    @asynccontextmanager
    async def worker(self, *, timeout_seconds: float = 30.0, dsn: str | None = None) -> AsyncGenerator[Worker]:
        """A further process with connections of its own, to the database or to what stands before it."""
        pool = await open_pool(dsn or self.dsn)
        try:
            async with aiohttp.ClientSession() as http:
                yield _worker(self, pool, http, timeout_seconds)
        finally:
            await pool.close()

    async def run(self) -> None:
        """Do what is due."""
        await self.first.queue.run_due()

    async def pass_time(self, by: timedelta) -> None:
        """Turn the clock and do what is due then."""
        self.clock.advance(by)
        await self.run()

    async def recover(self) -> None:
        """Let every back-off and lease of the last minutes run out, step by step, and do what comes back."""
        for _ in range(6):
            await self.pass_time(LEASE)

    async def look(self, moment: datetime) -> int:
        """Let the auto-booker look at `moment`, and do what follows; how many raids it booked."""
        self.clock.set(moment)
        booked = await self.first.booker.run_once()
        await self.run()
        return booked

    async def set_up(self, guild_id: GuildId = GUILD, **columns: Any) -> None:
        """A server's row in `discord_config`."""
        await self.insert("common.discord_config", guild_discord_id=guild_id, **columns)

    async def connect_raid_helper(self, guild_id: GuildId = GUILD, key: str = API_KEY) -> None:
        """Store the server's Raid-Helper key, as `/raidhelper connect` does."""
        async with self.first.db.transaction() as tx:
            await tx.servers.set_raid_helper_key(guild_id, self.first.secrets.close(SecretStr(key)))

    async def series(self, new: NewSeries | None = None, **columns: Any) -> SeriesId:
        """A series; `columns` of its row are set by hand."""
        async with self.first.db.transaction() as tx:
            series_id = await tx.series.add(new or new_series())
        for name, value in columns.items():
            await self.pool.execute(f"UPDATE patt.recurring_events SET {name} = $2 WHERE id = $1", series_id, value)  # noqa: S608 - the test's own column names
        return series_id

    async def raid(self, series_id: SeriesId | None = None, new: NewEvent | None = None, **changes: Any) -> EventId:
        """A raid, of a series when one is named."""
        changes = {"template_id": self.template_id, **changes}
        raid = new or new_event(**changes)
        if series_id is not None:
            raid = new_event(series_id=series_id, occurrence=raid.day, **changes)
        async with self.first.db.transaction() as tx:
            return await tx.events.add(raid)

    async def weekly(self, kind: SheetKind = SheetKind.NATIVE, **columns: Any) -> EventId:
        """A series with this week's raid, the server connected to Raid-Helper when it needs to be; the raid's id."""
        if kind is SheetKind.RAID_HELPER:
            await self.connect_raid_helper()
        return await self.raid(await self.series(new_series(sheet=kind), **columns))

    async def insert(self, table: str, **columns: Any) -> int:
        """A row written by hand; its id."""
        names, places = ", ".join(columns), ", ".join(f"${number + 1}" for number in range(len(columns)))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING *"  # noqa: S608 - the test's own names
        return (await self.pool.fetchrow(statement, *columns.values()))[0]

    async def event(self, event_id: int | None) -> asyncpg.Record:
        """The raid's row."""
        row = await self.pool.fetchrow("SELECT * FROM patt.raid_events WHERE id = $1", event_id)
        assert row is not None
        return row

    async def successors(self) -> list[asyncpg.Record]:
        """The booked raids, soonest first."""
        return await self.pool.fetch("SELECT * FROM patt.raid_events WHERE booking_state IS NOT NULL ORDER BY id")

    def sheets_standing(self, kind: SheetKind) -> int:
        """How many sheets there are to see, natively or on Raid-Helper."""
        return len(self.discord.sheets) if kind is SheetKind.NATIVE else len(self.raid_helper.events)

    async def counts(self) -> dict[str, int]:
        """How many rows every table holds."""
        tables = [row[0] for row in await self.pool.fetch(TABLES)]
        return {table: await self.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: S608 - names from the catalogue

    async def open_actions(self) -> list[str]:
        """The kinds of what is still to do, but for dead letters, what waits for a raid's eve, and looks at sheets."""
        rows = await self.pool.fetch(
            "SELECT kind FROM patt.scheduled_actions WHERE NOT dead AND kind <> ALL ($1) ORDER BY id",
            AHEAD,
        )
        return [row["kind"] for row in rows]

    async def done(self, kind: str) -> int:
        """How many actions of a kind are finished."""
        return await self.pool.fetchval("SELECT count(*) FROM patt.action_log WHERE kind = $1", kind)


@asynccontextmanager
async def world_at(dsn: str, pool: Pool, clock: ManualClock, raid_helper: RaidHelperStandIn) -> AsyncGenerator[World]:
    """A world with one worker and the shipped templates."""
    key = SecretStr(Fernet.generate_key().decode())
    async with aiohttp.ClientSession() as http:
        world = World(dsn, pool, clock, Recorder(clock), raid_helper, key, first=None)  # type: ignore[arg-type]
        world.first = _worker(world, pool, http, 30.0)
        await world.first.templates.ship()
        yield world


def _worker(world: World, pool: Pool, http: aiohttp.ClientSession, timeout_seconds: float) -> Worker:
    async def wait(seconds: float) -> None:
        """Whoever paces themselves gets their seconds at once."""
        world.clock.advance(timedelta(seconds=seconds))

    db, secrets, clock = Database(pool), SecretBox(world.encryption_key), world.clock
    templates = Templates(db)
    raid_helper = RaidHelper(
        http, world.raid_helper.base_url, clock, ledger=StoredLedger(db), wait=wait, timeout_seconds=timeout_seconds
    )
    sheets = Sheets(templates, clock)
    leavers = Leavers(db, world.discord, clock)
    native = Delivery(db, sheets, world.discord, leavers, clock)
    deadlines = Deadlines(db, sheets, world.discord, clock)
    access = RaidHelperAccess(raid_helper, secrets, clock)
    creation = RaidHelperCreation(db, access, world.discord, Fallback(db, templates, clock), leavers, clock)
    elsewhere = RaidHelperDelivery(db, access, world.discord, clock)
    mirror = RaidHelperMirror(db, templates, raid_helper, secrets, clock)
    put = RaidHelperSignUps(db, access, clock)
    switch = SheetSwitch(db, templates, mirror, clock)
    notes = BookingNotes(db, world.discord, clock)
    raids = Raids(db, templates, secrets, clock)
    mirrors = Mirrors(db, world.beside, clock)
    lost_sheets = LostSheets(db, world.beside, clock)
    announcements = Announcements(db, templates, raids, sheets, world.beside, clock)
    standing = Beside(db, mirrors, sheets, world.beside, clock)
    statuses, archive = Statuses(db, clock), Archive(db, templates, sheets, world.discord, world.discord, clock)
    notices = Notices(db, sheets, world.discord, leavers, clock)
    lost_rights, unplanned = LostRights(db, world.rights, clock), Unplanned(db, templates, clock)
    asides = (unplanned, statuses, notes, standing, lost_sheets, announcements, archive, notices, lost_rights)
    moving = Moving(db, sheets, world.discord, clock)
    working = (native, moving, creation, elsewhere, put, mirror, switch, deadlines, *asides)
    sign_ups = SignUps(db, templates, clock)
    template_desk = TemplateDesk(db, templates, raid_helper, secrets, world.discord, clock)
    return Worker(
        db=db,
        secrets=secrets,
        templates=templates,
        template_desk=template_desk,
        servers=Servers(db, raid_helper, secrets, clock),
        raids=raids,
        officers=Officers(db, templates, raids, clock),
        edits=RaidEdits(db, templates, raids, clock),
        copies=Copies(db, templates, raids, clock),
        undo=Undo(db, templates, raids, clock),
        desk=SeriesDesk(db, templates, secrets, clock),
        series_edits=SeriesEdits(db, templates, secrets, clock),
        bringing=Bringing(db, templates, raids, secrets, clock),
        rests=SeriesRests(db, templates, raids, clock),
        ledger=SeriesLedger(db, secrets, clock),
        breaks=Breaks(db, clock),
        sign_ups=sign_ups,
        mine=Mine(db, templates, clock),
        characters=Characters(db, templates),
        own_zone=OwnZone(db),
        own_data=OwnData(db, templates, world.beside, clock),
        absences=Absences(db, templates, clock),
        people=PeopleDesk(db, templates, clock),
        linking=Linking(db, templates, clock),
        following=Following(db, clock),
        leavers=leavers,
        my_raids=MyRaids(db, templates, clock),
        booker=AutoBooker(db, templates, secrets, clock),
        bookings=BookingDesk(db, templates, secrets, clock),
        alerts=AlertDesk(db, sheets, clock),
        panel=Panel(db, sheets, raids, clock),
        mirrors=mirrors,
        lost_sheets=lost_sheets,
        announcements=announcements,
        settings=SettingsDesk(db, templates, template_desk, raids, clock),
        unplanned=unplanned,
        reminders=Reminders(db, templates, raids, clock),
        unsigned=UnsignedDesk(db, raids, sheets, world.discord, leavers, clock),
        stay=Staying(db, sheets, sign_ups, clock),
        mirror=mirror,
        imports=RaidHelperImport(db, templates, raid_helper, secrets, clock),
        queue=Queue(db, {kind: handler for one in working for kind, handler in one.handlers.items()}, clock),
    )


async def blocked(pool: Pool, task: asyncio.Task[object], *, behind: int = 0) -> None:
    """Wait until `task` is through or stuck behind a lock of another transaction; `behind` others are already."""
    stuck = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(2000):
        if task.done() or await pool.fetchval(stuck) > behind:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("neither done nor stuck")
