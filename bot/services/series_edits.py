"""Changing a series that runs: nothing that is booked changes with it, only what is booked from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import Clock
from bot.domain.durations import parse_duration
from bot.domain.event import Event, SheetKind, check_description, check_title
from bot.domain.ids import ChannelId, UserId
from bot.domain.permissions import Actor
from bot.domain.series import Series
from bot.domain.series_change import anchor_of, rhythm
from bot.domain.settings import LONGEST_RAID
from bot.services import bringing, places
from bot.services.raid_edits import NothingToChange, limit_of
from bot.services.secrets import SecretBox
from bot.services.series import sheet_kind
from bot.services.series_wishes import Every, check_post, is_none, local_day, parse_deadline, parse_post, parse_repeat
from bot.services.series_work import Outcome, SeriesHand, SeriesWork
from bot.services.templates import Templates
from bot.services.when import parse_wall_time, parse_weekday, parse_zone
from db import Database


@dataclass(frozen=True)
class SeriesEdit:
    """What an officer typed into `/raid series edit`; texts are as typed, None was left out, "none" clears."""

    title: str | None = None
    weekday: str | None = None
    time: str | None = None
    timezone: str | None = None
    every: str | None = None
    duration: str | None = None
    template: str | None = None
    channel_id: ChannelId | None = None
    limit: str | None = None
    deadline: str | None = None
    sheet: SheetKind | None = None
    description: str | None = None
    leader_id: UserId | None = None
    post: str | None = None
    confirm: bool | None = None


@dataclass(frozen=True)
class SeriesEdited:
    """A series after an edit; `by_hand` are booked raids that officers changed themselves.

    `bring` is the next raid, when it is booked and may be brought to the new definition.
    """

    before: Series
    outcome: Outcome
    by_hand: Sequence[Event]
    bring: Event | None


class SeriesEdits:
    """The use case behind `/raid series edit`."""

    def __init__(self, db: Database, templates: Templates, secrets: SecretBox, clock: Clock) -> None:
        self._hand = SeriesHand(db, clock)
        self._templates = templates
        self._secrets = secrets

    async def edit(self, actor: Actor, typed: str, wish: SeriesEdit) -> SeriesEdited:
        """Change what was given; booked raids stand as they are.

        Raises NotAnOfficer, UnknownSeries, NothingToChange, PostedTooLate, NoRaidHelperKey, UnknownTemplate and, for
        each thing mistyped, a MusterError; then nothing is written.
        """
        async with self._hand.open(actor, typed) as work:
            before = work.series
            if wish.channel_id:
                await places.require_officer_of_series(work.tx, actor, wish.channel_id)
            work = await work.save(**await self._changes(work, wish))
            if work.series == before:
                raise NothingToChange
            if rhythm(before) != rhythm(work.series) or before.timezone != work.series.timezone:
                await work.tx.series.forget_moves(before.id)
            calendar = await work.calendar()
            check_post(work.series, calendar.next_night)
            await work.note("series.edit", **_trail(before, work.series))
            outcome = await work.outcome()
            by_hand = await work.tx.audit.changed_by_hand([one.id for one in outcome.standing])
            bring = await self._to_bring(work, [one for one in outcome.standing if one.id not in by_hand])
            return SeriesEdited(before, outcome, [one for one in outcome.standing if one.id in by_hand], bring)

    async def _to_bring(self, work: SeriesWork, untouched: Sequence[Event]) -> Event | None:
        """The next of the untouched raids, when it is not yet as the series says."""
        for event in untouched[:1]:
            if await bringing.differs(work, event, self._templates, self._secrets):
                return event
        return None

    async def _changes(self, work: SeriesWork, wish: SeriesEdit) -> dict[str, Any]:
        """The series' new values by their names, as far as something was wished."""
        new = _plain_changes(wish)
        if wish.template is not None:
            new["template_name"] = (await self._templates.named(work.tx, work.server.id, wish.template))[1].name
        if wish.sheet is not None:
            new["sheet"] = sheet_kind(self._secrets, wish.sheet, work.server)
        new |= _rhythm_changes(work, wish)
        after = replace(work.series, **new)
        if wish.deadline is not None:
            new["deadline"] = parse_deadline(wish.deadline, Every(after.every_weeks, after.every_days))
        latest = (await work.calendar()).latest_night
        today = local_day(work.now, after)
        day = latest.day if latest else None
        new["anchor"] = anchor_of(work.series, after, day, today, named_day=wish.weekday is not None)
        return new


def _plain_changes(wish: SeriesEdit) -> dict[str, Any]:
    """What needs nothing but the words."""
    new: dict[str, Any] = {}
    if wish.title is not None:
        new["label"] = check_title(wish.title)
    if wish.description is not None:
        new["description"] = "" if is_none(wish.description) else check_description(wish.description)
    if wish.duration is not None:
        new["duration"] = parse_duration(wish.duration, at_most=LONGEST_RAID, option="duration")
    if wish.limit is not None:
        new["total_limit"] = limit_of(wish.limit)
    if wish.post is not None:
        new["post"] = parse_post(wish.post)
    for name in ("channel_id", "leader_id", "confirm"):
        if getattr(wish, name) is not None:
            new[name] = getattr(wish, name)
    return new


def _rhythm_changes(work: SeriesWork, wish: SeriesEdit) -> dict[str, Any]:
    """When it raids. A series without a zone, which goes on from its last raid, gets one with its first such change."""
    new: dict[str, Any] = {}
    if wish.weekday is not None:
        new["day_of_week"] = parse_weekday(wish.weekday)
    if wish.time is not None:
        new["start_time"] = parse_wall_time(wish.time)
    if wish.every is not None:
        every = parse_repeat(wish.every)
        new |= {"every_weeks": every.weeks, "every_days": every.days}
    if wish.timezone is not None:
        new["timezone"] = parse_zone(wish.timezone).key
    elif new:
        new["timezone"] = work.series.timezone or work.server.zone.key
    return new


def _trail(before: Series, after: Series) -> dict[str, Any]:
    """What differs, as JSON values: as it was, and as it is."""
    names = [name for name in vars(before) if getattr(before, name) != getattr(after, name)]
    return {
        "before": {name: str(getattr(before, name)) for name in names},
        "after": {name: str(getattr(after, name)) for name in names},
    }
