"""Archiving: what becomes of the sheet of a raid that is over, when its server wants it gone from the channel."""

from collections.abc import Mapping
from dataclasses import replace

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.setting import Effective
from bot.domain.settings import ARCHIVE, ARCHIVE_AFTER, ARCHIVE_CHANNEL, NEVER, REPOST
from bot.domain.sheet import Sheet
from bot.services.delivery import looked
from bot.services.messenger import Messenger, Undeliverable
from bot.services.queue import Handler
from bot.services.settings import effective
from bot.services.sheets import Sheets
from db import Database


class Archive:
    """The queue's handler of raids that are over."""

    def __init__(self, db: Database, sheets: Sheets, messenger: Messenger, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._messenger = messenger
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.ARCHIVE: self.archive}

    async def archive(self, action: Action) -> str:
        """Post the sheet in the archive channel, if there is one, and take it out of its own."""
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            if event is None or event.status is not EventStatus.COMPLETED:
                return "nothing to archive"
            settings, sheet = await effective(tx, event), await self._sheets.read(tx, event)
        if settings[ARCHIVE] == NEVER:
            return "not wanted any more"
        if settings[ARCHIVE] == REPOST and settings[ARCHIVE_CHANNEL] is None:
            raise Undeliverable("no archive channel is set, so the sheet stays where it is")
        if event.sheet is SheetKind.NATIVE:
            await self._take_away(action, sheet, settings)
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

    async def _repost(self, action: Action, there: Sheet) -> None:
        """Post it in the archive once: an attempt before this one may have, longer ago than Discord knows a nonce."""
        again = action.attempts > 1
        found = await looked(action, self._clock.now(), self._messenger.find_sheet(there)) if again else None
        if found is None:
            await self._messenger.post_sheet(there, action.nonce)


def planned(event: Event, settings: Effective) -> NewAction | None:
    """The archiving of a raid that has just ended; None where its sheet stays for good."""
    if settings[ARCHIVE] == NEVER:
        return None
    kind, due = Kind.ARCHIVE, event.ends_at + settings[ARCHIVE_AFTER]
    return NewAction(event.guild_id, kind, channel_lane(event.channel_id), due, event.id, dedupe=f"{kind}:{event.id}")
