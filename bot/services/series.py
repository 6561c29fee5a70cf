"""Series: a weekly raid whose next sheet books itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.event import BadPostTime, Event, SheetKind, check_description, check_limit, check_title
from bot.domain.ids import ChannelId, GuildId
from bot.domain.ledger import Night
from bot.domain.people import UnknownParticipants
from bot.domain.permissions import Actor
from bot.domain.recurrence import Occurrence, Rule, first_from, instant
from bot.domain.series import NewSeries, Series, UnknownSeries, first_event, planned_at
from bot.domain.server import Server
from bot.domain.setting import Effective
from bot.domain.settings import DEADLINE, DURATION, LIMIT
from bot.services import deadlines, places, series_calendar, sheets
from bot.services.own_zone import zone_of
from bot.services.raids import RaidWish, duration_of
from bot.services.secrets import NoRaidHelperKey, SecretBox
from bot.services.series_wishes import check_post, days_of, parse_deadline, parse_post, parse_repeat
from bot.services.settings import Around, gated, within
from bot.services.templates import Templates
from bot.services.when import future, parse_wall_time, parse_weekday, parse_when, parse_zone
from db import Database, Session


@dataclass(frozen=True)
class SeriesWish:
    """What an officer typed for a series; texts are as typed, None was left out."""

    title: str
    weekday: str
    time: str
    timezone: str | None = None
    every: str | None = None
    duration: str | None = None
    template: str | None = None
    channel_id: ChannelId | None = None
    limit: int | None = None
    deadline: str | None = None
    sheet: SheetKind | None = None
    first: str | None = None
    here: ChannelId | None = None
    description: str | None = None
    post: str | None = None
    confirm: bool = False


@dataclass(frozen=True)
class Started:
    """A new series, its first raid, and its next nights, that one among them."""

    series: Series
    first: Event
    coming: Sequence[Night]
    own_zone: ZoneInfo | None = None
    """Where the officer's own clocks are, when they are not the series'."""


class SeriesDesk:
    """The use cases behind `/raid series`."""

    def __init__(self, db: Database, templates: Templates, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._secrets = secrets
        self._clock = clock

    async def add(self, actor: Actor, wish: SeriesWish) -> Started:
        """Start a series and enqueue its first sheet: the next occurrence from now, or the one from `first` on.

        Raises NotAnOfficer and, for each thing mistyped, a MusterError; then nothing is written.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await tx.servers.get(actor.guild_id)
            await places.require_officer_at(tx, actor, Around(server.id, _channel(wish, server)))
            template_id, template = await self._templates.named(tx, server.id, wish.template or server.default_template)
            kind = sheet_kind(self._secrets, wish.sheet, server)
            zone = parse_zone(wish.timezone) if wish.timezone else server.zone
            own = await zone_of(tx, actor, usual=zone)
            wish = replace(wish, template=template.name)
            holds = await within(tx, Around(server.id, _channel(wish, server), template_id))
            occurrence, new = _planned(actor, server, holds, wish, zone, now, today=now.astimezone(own).date())
            series = await _written(tx, new)
            new_event = planned_at(first_event(series, occurrence, server, kind, template_id), now)
            new_event = replace(new_event, minimum=template.minimum_of(new_event.total_limit))
            new_event = await gated(tx, new_event, template)
            first = await tx.events.get(await tx.events.add(new_event))
            assert first is not None  # noqa: S101 - written in this transaction
            await sheets.post(tx, first, now)
            await deadlines.plan(tx, first, template, now)
            await tx.audit.note(server.id, first.id, actor.user_id, "series.add", now, series=series.id)
            calendar = await series_calendar.replan(tx, series, now)
            check_post(series, calendar.next_night)
            coming = await series_calendar.coming(tx, calendar)
            return Started(calendar.series, first, coming, own if own != zone else None)

    async def where(self, actor: Actor, wish: SeriesWish) -> ChannelId | None:
        """Where the sheets of that series would stand. Raises NotAnOfficer."""
        async with self._db.transaction() as tx:
            channel_id = _channel(wish, await tx.servers.get(actor.guild_id))
            await places.require_officer_at(tx, actor, Around(actor.guild_id, channel_id))
            return channel_id

    async def repeat(self, actor: Actor, raid: RaidWish, repeat: str) -> Started:
        """Start the series that `/raid create … repeat` means: the raid's own weekday and time, from the raid on.

        Raises what `add` raises, and UnknownParticipants: they are one raid's.
        """
        if raid.participants:
            raise UnknownParticipants(
                "A raid that repeats takes no participants. Leave out either `participants` or `repeat`."
            )
        if raid.post_at:
            raise BadPostTime("A raid that repeats is posted at once. Leave out either `post_at` or `repeat`.")
        async with self._db.transaction() as tx:
            zone, own = (await tx.servers.get(actor.guild_id)).zone, await zone_of(tx, actor)
        return await self.add(actor, _repeated(raid, repeat, zone, own, self._clock.now()))

    async def running(self, guild_id: GuildId) -> Sequence[Series]:
        """The server's running series by name."""
        async with self._db.transaction() as tx:
            return await tx.series.active(guild_id)


def sheet_kind(secrets: SecretBox, wished: SheetKind | None, server: Server) -> SheetKind:
    """Where a series' sheets stand: as wished, else on Raid-Helper when it is connected. Raises NoRaidHelperKey."""
    has_key = secrets.open(server.raid_helper_key) is not None
    if wished is SheetKind.RAID_HELPER and not has_key:
        raise NoRaidHelperKey
    return wished or (SheetKind.RAID_HELPER if has_key else SheetKind.NATIVE)


def _repeated(raid: RaidWish, repeat: str, zone: ZoneInfo, own: ZoneInfo, now: datetime) -> SeriesWish:
    """The series that `/raid create … repeat` means: the raid's own weekday and time, from the raid on."""
    local = future(parse_when(raid.when, zone=own, now=now), now).astimezone(zone)
    return SeriesWish(
        title=raid.title,
        weekday=f"{local:%A}",
        time=f"{local:%H:%M}",
        timezone=zone.key,
        every=repeat,
        duration=raid.duration,
        template=raid.template,
        channel_id=raid.channel_id,
        limit=raid.limit,
        deadline=raid.deadline,
        sheet=raid.sheet,
        first=f"{local:%Y-%m-%d}",
        here=raid.here,
        description=raid.description,
    )


def _planned(
    actor: Actor, server: Server, holds: Effective, wish: SeriesWish, zone: ZoneInfo, now: datetime, *, today: date
) -> tuple[Occurrence, NewSeries]:
    """The series as it will be written and its first occurrence, from which "every N weeks" counts.

    What they left out is as it holds where its raids will stand. `today` is the officer's own: theirs is the
    "tomorrow" they type.
    """
    weekday, wall = parse_weekday(wish.weekday), parse_wall_time(wish.time)
    every = parse_repeat(wish.every)
    occurrence = first_from(Rule(weekday, wall, zone), _not_before(wish.first, today, wall, zone, now))
    return occurrence, NewSeries(
        guild_id=server.id,
        label=check_title(wish.title),
        day_of_week=weekday,
        start_time=wall,
        duration=duration_of(wish.duration, holds[DURATION]),
        timezone=zone.key,
        every_weeks=every.weeks,
        every_days=every.days,
        anchor=occurrence.day,
        # Without a channel of its own the series follows the server's raid channel.
        channel_id=wish.channel_id or (None if server.raid_channel_id else wish.here),
        sheet=wish.sheet,
        template_name=wish.template,
        total_limit=check_limit(wish.limit) or holds[LIMIT],
        leader_id=actor.user_id,
        description=check_description(wish.description or ""),
        deadline=parse_deadline(wish.deadline, every, holds[DEADLINE]),
        post=parse_post(wish.post),
        confirm=wish.confirm,
    )


def _channel(wish: SeriesWish, server: Server) -> ChannelId | None:
    return wish.channel_id or server.raid_channel_id or wish.here


def _not_before(first: str | None, today: date, wall: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant after which the first raid may start: now, or just before the time of day on the day `first`."""
    if not first:
        return now
    starts = [instant(day, wall, zone) for day in days_of(first, today)]
    start = next((one for one in starts if one > now), starts[-1])
    return future(start, now) - timedelta(minutes=1)


async def _written(tx: Session, new: NewSeries) -> Series:
    series = await tx.series.get(await tx.series.add(new))
    assert series is not None  # noqa: S101 - written in this transaction
    return series


async def find_series(tx: Session, guild_id: GuildId, typed: str, *, ended: bool = False) -> Series:
    """The running series meant by an id or a title; with `ended` also one that has ended, running ones first.

    Raises UnknownSeries, also for another server's id.
    """
    wanted = typed.strip().casefold()
    known = [*await tx.series.active(guild_id), *(await tx.series.ended(guild_id) if ended else ())]
    found = [one for one in known if wanted == str(one.id)] or [one for one in known if wanted == one.label.casefold()]
    if not found:
        raise UnknownSeries
    return found[0]
