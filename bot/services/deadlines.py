"""Deadlines: what happens at them by itself. Planned with the raid, decided anew when the moment has come.

Whatever was planned for a moment that is no longer the raid's does no harm: a redraw draws what is, and an alert looks
first. Alerts are said once an event (`patt.alerts`), however often it was moved.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.alerts import (
    Alert,
    Short,
    ask_minimum_at,
    below_minimum,
    short_roles,
    still_ahead,
    substitutes,
    warn_roles_at,
)
from bot.domain.event import Event, SheetKind
from bot.domain.ids import ChannelId, GuildId, UserId
from bot.domain.roster import SignUp
from bot.domain.settings import JOIN_NOTICE, LATE_CHANGES, OFFICER_CHANNEL
from bot.domain.sheet import Sheet
from bot.domain.template import Template
from bot.services import deciders, lost_rights, statuses, telling
from bot.services.queue import Handler
from bot.services.settings import effective
from bot.services.sheets import Sheets
from db import Database, Session


class Alerter(Protocol):
    """Says the alerts in Discord; the same `nonce` at every attempt. Raises Undeliverable as `Messenger` does."""

    async def ask_in(self, channel_id: ChannelId, sheet: Sheet, nonce: str) -> None:
        """Ask in a channel, without a ping, what to do with a raid below its minimum."""
        ...

    async def ask_leader(self, user_id: UserId, sheet: Sheet, nonce: str) -> None:
        """Ask the leader the same, by direct message."""
        ...

    async def warn_in(self, channel_id: ChannelId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        """Tell the officers which roles are short, with a button that calls substitutes."""
        ...

    async def warn_leader(self, user_id: UserId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        """Tell the leader the same, by direct message."""
        ...

    async def ask_substitutes(self, sheet: Sheet, short: Sequence[Short], who: Sequence[SignUp], nonce: str) -> None:
        """Ask `who` in the raid's channel to fill the roles, pinging exactly them."""
        ...


class Deadlines:
    """The queue's handlers of alerts."""

    def __init__(self, db: Database, sheets: Sheets, alerter: Alerter, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._alerter = alerter
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.ASK_MINIMUM: self.ask_minimum,
            Kind.WARN_ROLES: self.warn_roles,
            Kind.ASK_SUBSTITUTES: self.ask_substitutes,
        }

    async def ask_minimum(self, action: Action) -> str:
        """Ask once what becomes of a raid that has not reached its minimum."""
        async with self._db.transaction() as tx:
            sheet = await self._current(tx, action)
            if sheet is None or not self._due(sheet.event, ask_minimum_at(sheet.event)):
                return "nothing to decide"
            if not below_minimum(sheet.event, sheet.roster):
                return "enough people"
            if not await tx.alerts.claim(sheet.event.id, Alert.MINIMUM, action.id):
                return "asked before"
            officers = (await effective(tx, sheet.event))[OFFICER_CHANNEL]
        return await deciders.ask(
            sheet.event,
            officers,
            lambda channel_id: self._alerter.ask_in(channel_id, sheet, action.nonce),
            lambda user_id: self._alerter.ask_leader(user_id, sheet, action.nonce),
        )

    async def warn_roles(self, action: Action) -> str:
        """Tell the officers, or the leader, once which roles are short."""
        async with self._db.transaction() as tx:
            sheet = await self._current(tx, action)
            if sheet is None or not self._due(sheet.event, warn_roles_at(sheet.event, sheet.template)):
                return "nothing to warn of"
            short = short_roles(sheet.template, sheet.roster)
            officers = (await effective(tx, sheet.event))[OFFICER_CHANNEL]
            if not short:
                return "nothing is short"
            if officers is None and sheet.event.leader_id is None:
                return "nobody to tell"
            if not await tx.alerts.claim(sheet.event.id, Alert.ROLES, action.id):
                return "warned before"
        return await deciders.tell(
            officers,
            sheet.event.leader_id,
            lambda channel_id: self._alerter.warn_in(channel_id, sheet, short, action.nonce),
            lambda user_id: self._alerter.warn_leader(user_id, sheet, short, action.nonce),
        )

    async def ask_substitutes(self, action: Action) -> str:
        """Ask whoever could fill the short roles, as things stand now."""
        async with self._db.transaction() as tx:
            sheet = await self._current(tx, action)
            if sheet is None or not still_ahead(sheet.event, self._clock.now()):
                return "too late"
            short, who = await whom_to_ask(tx, sheet)
        if not who:
            return "nobody to ask"
        await self._alerter.ask_substitutes(sheet, short, who, action.nonce)
        return f"asked {len(who)}"

    async def _current(self, tx: Session, action: Action) -> Sheet | None:
        """The action's sheet, its event locked."""
        event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
        return await self._sheets.read(tx, event) if event else None

    def _due(self, event: Event, moment: datetime | None) -> bool:
        """Whether `moment` has come and the raid has not; a raid moved later has a later action."""
        now = self._clock.now()
        return moment is not None and moment <= now and still_ahead(event, now)


async def whom_to_ask(tx: Session, sheet: Sheet) -> tuple[Sequence[Short], Sequence[SignUp]]:
    """The roles that are short, and who could be asked to fill them."""
    short = short_roles(sheet.template, sheet.roster)
    signed_up = [one.sign_up.player_id for one in (*sheet.roster.seated, *sheet.roster.queued)]
    plays = await tx.alerts.playable(signed_up if short else (), sheet.template.game)
    return short, substitutes(sheet.template, sheet.roster, short, plays)


async def plan(tx: Session, event: Event, template: Template, now: datetime, before: Event | None = None) -> None:
    """Enqueue everything that happens to a raid by itself. To be called again whenever its times change.

    `before` is the raid as it stood until somebody changed it: a moment that has become a past one by that comes now.
    Also for Raid-Helper's sheets, which have no deadline of ours and nothing to draw.
    """
    alerts = planned(event, template, now, before) if event.sheet is SheetKind.NATIVE else ()
    settings, own = await effective(tx, event), await tx.habits.minutes(event.guild_id)
    news = telling.planned(event, settings, own, now)
    await tx.actions.enqueue(*alerts, *lost_rights.planned(event, now), *statuses.planned(event), *news)
    late = settings[LATE_CHANGES]
    late_from = event.starts_at - late if late else None
    await tx.events.planned(event, tells_joiners=bool(settings[JOIN_NOTICE]), late_from=late_from)


def planned(event: Event, template: Template, now: datetime, before: Event | None = None) -> Sequence[NewAction]:
    """The sheet's redraw at the deadline, and the two alerts, as far as they lie ahead, or did so `before`."""
    moments = _moments(event, template)
    was = _moments(before, template) if before else moments
    return [
        NewAction(event.guild_id, kind, lane, max(at, now), event.id, dedupe=f"{kind}:{event.id}:{int(at.timestamp())}")
        for (kind, lane, at), (_, _, stood) in zip(moments, was, strict=True)
        if at is not None and (at > now or stood is None or stood > now)
    ]


def _moments(event: Event, template: Template) -> Sequence[tuple[Kind, str, datetime | None]]:
    return [
        (Kind.REFRESH_SHEET, channel_lane(event.channel_id), event.deadline),
        (Kind.ASK_MINIMUM, officers_lane(event.guild_id), ask_minimum_at(event)),
        (Kind.WARN_ROLES, officers_lane(event.guild_id), warn_roles_at(event, template)),
    ]


def officers_lane(guild_id: GuildId) -> str:
    """The lane of what a server's officers are told."""
    return f"officers:{guild_id}"
