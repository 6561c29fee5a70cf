"""The composition root: opens what the bot stands on, puts it together, and takes it apart in order."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.client import FIVE_MINUTES, MusterBot
from bot.clock import Clock, SystemClock
from bot.domain.action import Kind
from bot.domain.health import EVERY, LoopName
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
from bot.services.bundle import Services
from bot.services.characters import Characters
from bot.services.comp_delivery import CompDelivery
from bot.services.comps import Comps
from bot.services.copying import Copies
from bot.services.dead_letters import DeadLetters
from bot.services.deadlines import Deadlines
from bot.services.delivery import Delivery
from bot.services.fallback import Fallback
from bot.services.first_steps import FirstSteps
from bot.services.following import Following
from bot.services.health import HealthDesk
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
from bot.services.pulse import Pulse
from bot.services.queue import Handler, Queue
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
from bot.services.retention import Retention
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
from bot.services.when import warm
from bot.settings import Settings, SettingsError, require_token
from cogs.alerts import DiscordAlerts
from cogs.booking import DiscordBookings
from cogs.comp_poster import DiscordComps
from cogs.emoji_book import DiscordEmoji
from cogs.messenger import DiscordMessenger
from cogs.mirror_keeper import DiscordMirrors
from cogs.mirrors import DiscordLostSheets
from cogs.notifier import DiscordNotifier
from cogs.presence import DiscordPresence
from cogs.rights import DiscordRights
from db import Database
from db.embedded import EmbeddedPostgres
from db.listen import Listener
from db.migrate import migrate, pending
from db.pool import Pool, connect, open_pool

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
POOL_CLOSING_TIME = 0.5
AT_BOOKINGS_PACE = (LoopName.BOOKER, LoopName.PLANNER)


@asynccontextmanager
async def database_at(settings: Settings) -> AsyncGenerator[str]:
    """The address of the database: the host's own, or the embedded one, which is started and migrated."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    embedded = EmbeddedPostgres()
    dsn = await embedded.start(settings.data_dir)
    try:
        await migrate(dsn)
        yield dsn
    finally:
        await embedded.stop()


@asynccontextmanager
async def pool_on(dsn: str) -> AsyncGenerator[Pool]:
    """A pool, closed on leaving; whoever still holds a connection then is cut off, since a stop does not wait."""
    pool = await open_pool(dsn)
    try:
        yield pool
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POOL_CLOSING_TIME):
                await pool.close()


async def require_migrated(dsn: str) -> None:
    """Raise SettingsError while migrations are pending: the host runs them, knowing when."""
    connection = await connect(dsn)
    try:
        waiting = await pending(connection)
    finally:
        await connection.close()
    if waiting:
        raise SettingsError(
            f"DATABASE_URL: the database lacks {len(waiting)} migration(s), first {waiting[0]}. "
            "Run `python -m bot migrate`."
        )


def encryption_key(settings: Settings) -> SecretStr | None:
    """The key for secrets at rest: as set, else generated once beside the embedded database, else none."""
    if settings.encryption_key is not None or settings.database_url is not None:
        return settings.encryption_key
    path = settings.data_dir / "encryption.key"
    if not path.exists():
        _write_privately(path, Fernet.generate_key())
    key = path.read_text().strip()
    try:
        Fernet(key)
    except ValueError:
        raise SettingsError(
            f"ENCRYPTION_KEY: {path} holds no key. Restore it from a backup; without one, delete it and have every "
            "server store its Raid-Helper key anew with `/raidhelper connect`."
        ) from None
    return SecretStr(key)


def _write_privately(path: Path, content: bytes) -> None:
    """Write the file whole or not at all: killed in between, the next start would find an empty key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(content)
    fresh.replace(path)


@asynccontextmanager
async def assembled(
    settings: Settings, clock: Clock | None = None, *, auto_book_every: timedelta = FIVE_MINUTES, **options: Any
) -> AsyncGenerator[MusterBot]:
    """The bot with everything it stands on, not yet connected; everything is closed on leaving.

    `options` go to the discord.py client.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(database_at(settings))
        await require_migrated(dsn)
        pool = await stack.enter_async_context(pool_on(dsn))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        db = Database(pool)
        secrets = SecretBox(encryption_key(settings))
        raid_helper = RaidHelper(http, settings.raid_helper_base_url, clock, ledger=StoredLedger(db))
        bot = MusterBot(db, members_intent=settings.members_intent, auto_book_every=auto_book_every, **options)
        bot.listener, bot.retention = Listener(dsn, db.work, clock.sleep), Retention(db, clock)
        await _equip(bot, db, raid_helper, secrets, clock)
        async with bot:
            _spare_the_collector()
            yield bot


def _spare_the_collector() -> None:
    """What was built at start stays for good: the garbage collector need not walk it at every crowd of clicks."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Working(Protocol):
    """A part of the bot that does some of the queue's actions."""

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        ...


async def _shipped(db: Database) -> Templates:
    """The templates, the shipped ones in the database, and what reads typed times warmed up."""
    templates = Templates(db)
    await templates.ship()
    await asyncio.to_thread(warm)
    return templates


async def _equip(bot: MusterBot, db: Database, raid_helper: RaidHelper, secrets: SecretBox, clock: Clock) -> None:
    """Give the bot its use cases and its queue."""
    templates = await _shipped(db)
    sheets = Sheets(templates, clock)
    raids = Raids(db, templates, secrets, clock)
    keeper, lost_sheets = DiscordMirrors(bot), LostSheets(db, DiscordLostSheets(bot), clock)
    mirrors = Mirrors(db, keeper, clock)
    announcements = Announcements(db, templates, raids, sheets, keeper, clock)
    leavers = Leavers(db, DiscordPresence(bot), clock)
    background = _in_the_background(bot, db, templates, raid_helper, secrets, leavers, clock)
    working = (*background, Beside(db, mirrors, sheets, keeper, clock), lost_sheets, announcements)
    bot.queue = Queue(db, {kind: handler for one in working for kind, handler in one.handlers.items()}, clock)
    beside = (mirrors, lost_sheets, announcements, leavers)
    bot.services = _use_cases(bot, Ground(db, templates, raids, sheets, raid_helper, secrets, clock, *beside))


@dataclass(frozen=True)
class Ground:
    """What use cases stand on."""

    db: Database
    templates: Templates
    raids: Raids
    sheets: Sheets
    raid_helper: RaidHelper
    secrets: SecretBox
    clock: Clock
    mirrors: Mirrors
    lost_sheets: LostSheets
    announcements: Announcements
    leavers: Leavers


def _use_cases(bot: MusterBot, on: Ground) -> Services:
    """Everything a cog may ask for."""
    db, templates, raids, clock = on.db, on.templates, on.raids, on.clock
    template_desk = TemplateDesk(db, templates, on.raid_helper, on.secrets, DiscordEmoji(bot), clock)
    sign_ups, servers = SignUps(db, templates, clock), Servers(db, on.raid_helper, on.secrets, clock)
    return Services(
        clock=clock,
        servers=servers,
        templates=templates,
        template_desk=template_desk,
        raids=raids,
        officers=Officers(db, templates, raids, clock),
        edits=RaidEdits(db, templates, raids, clock),
        dead_letters=DeadLetters(db, clock),
        copies=Copies(db, templates, raids, clock),
        undo=Undo(db, templates, raids, clock),
        series=SeriesDesk(db, templates, on.secrets, clock),
        series_edits=SeriesEdits(db, templates, on.secrets, clock),
        bringing=Bringing(db, templates, raids, on.secrets, clock),
        series_rests=SeriesRests(db, templates, raids, clock),
        series_ledger=SeriesLedger(db, on.secrets, clock),
        breaks=Breaks(db, clock),
        sign_ups=sign_ups,
        mine=Mine(db, templates, clock),
        characters=Characters(db, templates),
        own_zone=OwnZone(db),
        own_data=OwnData(db, templates, DiscordMirrors(bot), clock),
        absences=Absences(db, templates, clock),
        people=PeopleDesk(db, templates, clock),
        linking=Linking(db, templates, clock),
        following=Following(db, clock),
        my_raids=MyRaids(db, templates, clock),
        booker=AutoBooker(db, templates, on.secrets, clock),
        bookings=BookingDesk(db, templates, on.secrets, clock),
        alerts=AlertDesk(db, on.sheets, clock),
        comps=Comps(db, templates, raids, clock),
        panel=Panel(db, on.sheets, raids, clock),
        lost_sheets=on.lost_sheets,
        mirrors=on.mirrors,
        announcements=on.announcements,
        settings=SettingsDesk(db, templates, template_desk, raids, clock),
        unplanned=Unplanned(db, templates, clock),
        reminders=Reminders(db, templates, raids, clock),
        unsigned=UnsignedDesk(db, raids, on.sheets, DiscordNotifier(bot), on.leavers, clock),
        stay=Staying(db, on.sheets, sign_ups, clock),
        first_steps=FirstSteps(db, templates, raids, clock),
        health=HealthDesk(db, servers, clock),
        pulse=Pulse(db, clock, {**EVERY, **dict.fromkeys(AT_BOOKINGS_PACE, bot.auto_book_every)}),
        raid_helper_import=RaidHelperImport(db, templates, on.raid_helper, on.secrets, clock),
    )


def _in_the_background(
    bot: MusterBot,
    db: Database,
    templates: Templates,
    raid_helper: RaidHelper,
    secrets: SecretBox,
    leavers: Leavers,
    clock: Clock,
) -> Sequence[Working]:
    """What only the queue knows: nobody asks for it but by an action."""
    sheets, messenger = Sheets(templates, clock), DiscordMessenger(bot)
    access = RaidHelperAccess(raid_helper, secrets, clock)
    mirror = RaidHelperMirror(db, templates, raid_helper, secrets, clock)
    return (
        Delivery(db, sheets, messenger, leavers, clock),
        Moving(db, sheets, messenger, clock),
        RaidHelperCreation(db, access, messenger, Fallback(db, templates, clock), leavers, clock),
        RaidHelperDelivery(db, access, messenger, clock),
        mirror,
        SheetSwitch(db, templates, mirror, clock),
        RaidHelperSignUps(db, access, clock),
        Deadlines(db, sheets, DiscordAlerts(bot), clock),
        BookingNotes(db, DiscordBookings(bot), clock),
        CompDelivery(db, templates, DiscordComps(bot), clock),
        Statuses(db, clock),
        Unplanned(db, templates, clock),
        Archive(db, templates, sheets, messenger, DiscordComps(bot), clock),
        Notices(db, sheets, DiscordNotifier(bot), leavers, clock),
        LostRights(db, DiscordRights(bot), clock),
        FirstSteps(db, templates, Raids(db, templates, secrets, clock), clock),
    )


async def serve(settings: Settings) -> None:
    """Run the bot until it is told to stop. Raises what ended it otherwise, or SettingsError before it began."""
    token = require_token(settings)
    stopped = _stop_signal()  # before anything is opened, so that a stop during the start closes it, too
    options = {"shard_count": settings.shard_count, "shard_ids": settings.shard_ids}
    async with assembled(settings, **{name: value for name, value in options.items() if value is not None}) as bot:
        running = asyncio.ensure_future(bot.start(token))
        await asyncio.wait({running, stopped, bot.fatal}, return_when=asyncio.FIRST_COMPLETED)
        running.cancel()  # it may still be logging in
        await asyncio.wait({running})
        await bot.close()
        if bot.fatal.done():
            bot.fatal.result()
        if not running.cancelled():
            running.result()


def _stop_signal() -> asyncio.Future[None]:
    """Done when the process is asked to end; without a handler Python would die on the spot."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopped.done():
            log.info("stopping")
            stopped.set_result(None)

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    return stopped
