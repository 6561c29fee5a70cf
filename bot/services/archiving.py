"""Archiving: what becomes of a raid's sheet and comp once it is over, when its server wants them gone from the channel.

It is planned at the raid's end, and again when a setting changes for raids that ended no longer ago than it may wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.comp import LineUp
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from bot.domain.setting import Effective
from bot.domain.settings import ARCHIVE, ARCHIVE_AFTER, ARCHIVE_CHANNEL, LONGEST_BEFORE_ARCHIVE, NEVER, REPOST
from bot.domain.sheet import Sheet
from bot.services import comp_delivery
from bot.services.delivery import looked
from bot.services.messenger import Messenger, Undeliverable
from bot.services.queue import Handler, TryLater
from bot.services.settings import effective
from bot.services.sheets import Sheets
from bot.services.templates import Templates
from db import Database, Session


class CompMover(Protocol):
    """Brings comps to the archive; see `bot.services.comp_delivery.CompPoster`."""

    async def post_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> MessageId:
        """Post the comp into its raid's channel, pinging `rung` alone."""
        ...

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        """Delete the comp's message; one that is gone already is fine."""
        ...


class Archive:
    """The queue's handler of raids that are over."""

    def __init__(
        self, db: Database, templates: Templates, sheets: Sheets, messenger: Messenger, comps: CompMover, clock: Clock
    ) -> None:
        self._db = db
        self._templates = templates
        self._sheets = sheets
        self._messenger = messenger
        self._comps = comps
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.ARCHIVE: self.archive, Kind.PLAN_ARCHIVE: self.plan_ended}

    async def plan_ended(self, action: Action) -> str:
        """Plan for raids that ended so lately that their time is still to come; older ones stay as they were left."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            ended = await tx.events.ended_since(action.guild_id, now - LONGEST_BEFORE_ARCHIVE)
            found = [planned(event, await effective(tx, event)) for event in ended]
            ahead = [one for one in found if one is not None and one.due_at > now]
            await tx.actions.enqueue(*ahead)
        return f"planned {len(ahead)}"

    async def archive(self, action: Action) -> str:
        """Post sheet and comp in the archive channel, if there is one, and take them out of their own."""
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            if event is None or event.status is not EventStatus.COMPLETED:
                return "nothing to archive"
            settings, sheet = await effective(tx, event), await self._sheets.read(tx, event)
            comp = await comp_delivery.read(tx, self._templates, event)
        if settings[ARCHIVE] == NEVER:
            return "not wanted any more"
        if self._clock.now() < (due := event.ends_at + settings[ARCHIVE_AFTER]):
            raise TryLater(due, "it stays for longer now")
        if settings[ARCHIVE] == REPOST and settings[ARCHIVE_CHANNEL] is None:
            raise Undeliverable("no archive channel is set, so the sheet stays where it is")
        if event.sheet is SheetKind.NATIVE:
            await self._take_away(action, sheet, settings)
        if comp is not None:
            await self._take_comp(action, comp, settings)
        async with self._db.transaction() as tx:
            await tx.events.set_status(event.id, EventStatus.ARCHIVED)
            if event.sheet is SheetKind.NATIVE:
                await tx.events.set_message(event.id, None)
        return "archived"

    async def _take_away(self, action: Action, sheet: Sheet, settings: Effective) -> None:
        event, channel_id = sheet.event, settings[ARCHIVE_CHANNEL]
        if settings[ARCHIVE] == REPOST:
            if channel_id == event.channel_id:
                return  # it stands in the archive already
            there = replace(event, status=EventStatus.ARCHIVED, channel_id=channel_id, message_id=None)
            await self._repost(action, replace(sheet, event=there, mention_roles=()))
        if event.message_id and event.channel_id:
            await self._messenger.delete_message(event.channel_id, event.message_id)

    async def _take_comp(self, action: Action, found: LineUp, settings: Effective) -> None:
        """Bring a comp that stands along with the sheet. Nobody is pinged by it."""
        event, message_id, archive = found.event, found.comp.message_id, settings[ARCHIVE_CHANNEL]
        if message_id is None or event.channel_id is None:
            return
        if settings[ARCHIVE] == REPOST:
            if archive == event.channel_id:
                return
            there = replace(event, status=EventStatus.ARCHIVED, channel_id=archive)
            comp = replace(found.comp, message_id=None)
            await self._comps.post_comp(replace(found, event=there, comp=comp), (), f"{action.nonce}-c")
        await self._comps.delete_message(event.channel_id, message_id)
        async with self._db.transaction() as tx:
            await tx.comps.stands(event.id, None)

    async def _repost(self, action: Action, there: Sheet) -> None:
        """Post it in the archive once: an attempt before this one may have, longer ago than Discord knows a nonce."""
        again = action.attempts > 1
        found = await looked(action, self._clock.now(), self._messenger.find_sheet(there)) if again else None
        if found is None:
            await self._messenger.post_sheet(there, action.nonce)


def planned(event: Event, settings: Effective) -> NewAction | None:
    """The archiving of a raid that has ended; None where its sheet stays for good."""
    if settings[ARCHIVE] == NEVER:
        return None
    kind, due = Kind.ARCHIVE, event.ends_at + settings[ARCHIVE_AFTER]
    key = f"{kind}:{event.id}:{int(due.timestamp())}"
    return NewAction(event.guild_id, kind, channel_lane(event.channel_id), due, event.id, dedupe=key)


async def soon(tx: Session, guild_id: GuildId, now: datetime) -> None:
    """Have the archiving of the server's raids that ended planned by the settings as they are now, if there are any."""
    if not await tx.events.ended_since(guild_id, now - LONGEST_BEFORE_ARCHIVE):
        return
    kind = Kind.PLAN_ARCHIVE
    await tx.actions.enqueue(NewAction(guild_id, kind, f"plan:{guild_id}", now, dedupe=f"{kind}:{guild_id}"))
