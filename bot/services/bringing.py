"""Bringing a booked raid to what its series says now: its time, its settings, and where its sheet stands."""

from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.event import BookingState, Event, EventStatus, SheetKind
from bot.domain.ids import EventId, SeriesId
from bot.domain.permissions import Actor
from bot.domain.recurrence import Occurrence
from bot.domain.roster import classless
from bot.domain.series import first_event, planned_at
from bot.domain.series_change import AsDefined, NewTimeIsPast, StandsAsItIs, night_instead
from bot.domain.template import Template
from bot.services.officer_work import OfficerDesk, Work
from bot.services.raid_edits import BeingMade, rewrite
from bot.services.raids import Raids
from bot.services.secrets import SecretBox
from bot.services.series_work import Outcome, SeriesHand, SeriesWork
from bot.services.settings import Around, own_gates, within
from bot.services.sheet_switch import switch
from bot.services.templates import Templates
from db import Database


@dataclass(frozen=True)
class Brought:
    """A raid before and after it was brought to its series' definition."""

    before: Event
    event: Event
    outcome: Outcome
    lost: int = 0
    """How many hold or await a seat and have no class of its new template."""


class Bringing:
    """The use case behind the button below `/raid series edit`."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, secrets: SecretBox, clock: Clock) -> None:
        self._hand = SeriesHand(db, clock)
        self._desk = OfficerDesk(db, templates, raids, clock)
        self._templates = templates
        self._secrets = secrets

    async def bring(self, actor: Actor, series_id: SeriesId, event_id: EventId) -> Brought:
        """Make the raid what its series says now; it keeps its sign-ups, and its booking is not announced again.

        Raises NotAnOfficer, UnknownSeries, UnknownEvent, StandsAsItIs when an officer changed it by hand, AsDefined,
        NewTimeIsPast, BeingMade, BeingMoved, OccurrenceTaken.
        """
        async with self._hand.open(actor, str(series_id)) as work:
            raid = await self._desk.take(work.tx, actor, event_id)
            before = raid.event
            by_hand = await work.tx.audit.changed_by_hand([event_id])
            begun = before.status is not EventStatus.SCHEDULED or before.starts_at <= work.now
            if by_hand or begun or before.series_id != work.series.id:
                raise StandsAsItIs
            event, template = await _defined(work, before, self._templates, self._secrets)
            if event == before:
                raise AsDefined
            if BookingState.CREATING in (before.booking_state, event.booking_state):
                raise BeingMade
            await _rewritten(raid, event, template)
            await _counted_from(work, before, event)
            await work.note("series.bring", event.id, before=_when(before), after=_when(event))
            return Brought(before, event, await work.outcome(), _lost(raid, template))


async def differs(work: SeriesWork, event: Event, templates: Templates, secrets: SecretBox) -> bool:
    """Whether the raid is not yet as its series says, and can be brought there."""
    try:
        return (await _defined(work, event, templates, secrets))[0] != event
    except NewTimeIsPast:
        return False


async def _defined(work: SeriesWork, event: Event, templates: Templates, secrets: SecretBox) -> tuple[Event, Template]:
    """The raid as its series would book it now, with its template. Raises NewTimeIsPast."""
    series, server = work.series, work.server
    night = _night_of(work, event)
    name = series.template_name or server.default_template
    template_id, template = await templates.named(work.tx, server.id, name)
    kind = series.sheet_kind(has_key=server.raid_helper_key is not None)
    if kind is SheetKind.RAID_HELPER and secrets.open(server.raid_helper_key) is None:
        kind = event.sheet
    new = planned_at(first_event(series, night, server, kind, template_id), work.now)
    here = kind is event.sheet is SheetKind.NATIVE
    # Raid-Helper moves no event from one channel to another, and a sheet changes its hands where it stands.
    channel_id = (new.channel_id or event.channel_id) if here else event.channel_id
    holds = await within(work.tx, Around(server.id, channel_id, template_id, series.id), event)
    gates = own_gates(template, holds, server.id)
    defined = replace(
        event,
        title=new.title,
        description=new.description,
        day=new.day,
        starts_at=new.starts_at,
        ends_at=new.starts_at + new.duration,
        deadline=new.deadline,
        leader_id=new.leader_id or event.leader_id,
        sheet=kind,
        template_id=template_id,
        total_limit=new.total_limit,
        minimum=template.minimum_of(new.total_limit),
        gates=gates,
        channel_id=channel_id,
        occurrence=night.day,
    )
    return defined, replace(template, gates=gates or template.gates)


def _night_of(work: SeriesWork, event: Event) -> Occurrence:
    day = event.occurrence or event.day
    if work.series.timezone is None:
        return Occurrence(day, event.starts_at)
    return night_instead(work.series, day, work.now)


async def _rewritten(raid: Work, event: Event, template: Template) -> None:
    """Write the raid; a sheet that changes its channel goes there, one that changes hands is handed over."""
    before, kind = raid.event, event.sheet
    event = replace(event, sheet=before.sheet)
    await raid.tx.events.resettle(replace(event, channel_id=before.channel_id))
    # Placed as it was found, so that whoever gains or loses a seat by another template hears of it.
    desk = Desk(before, template, raid.desk.sign_ups, raid.desk.before)
    await rewrite(replace(raid, desk=desk), event)
    if kind is not before.sheet:
        await switch(raid.tx, event, kind, raid.now)


def _lost(raid: Work, template: Template) -> int:
    """How many stand without a class by this template and did not by the raid's last one."""
    return sum(classless(template, one) and not classless(raid.template, one) for one in raid.desk.sign_ups)


async def _counted_from(work: SeriesWork, before: Event, event: Event) -> None:
    """Count the series' dates on from the raid that was brought to one of them, when it is the last booked."""
    latest = (await work.calendar()).latest
    if event.occurrence != before.occurrence and latest is not None and latest.id == event.id:
        await work.save(anchor=event.occurrence)


def _when(event: Event) -> dict[str, str]:
    return {"starts_at": event.starts_at.isoformat(), "sheet": event.sheet}
