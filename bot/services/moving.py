"""A raid's sheet goes to another channel: it is posted there first, then deleted where it stood.

Until then the raid stands where it did, so nothing is lost when it cannot be posted. Its comp goes along; its thread
stays where it is, for Discord moves none.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.errors import MusterError
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.ids import ChannelId, MessageId
from bot.domain.sheet import Sheet
from bot.domain.template import Template
from bot.services import comp_delivery, deadlines, lost_sheets, mirrors, sheets
from bot.services.delivery import looked
from bot.services.messenger import Messenger
from bot.services.mirrors import event_of
from bot.services.officer_work import Work
from bot.services.queue import Handler, TryLater
from bot.services.sheets import SPACING, Sheets
from db import Database, Session


class StaysOnRaidHelper(MusterError):
    """Raid-Helper keeps this raid's sheet and moves none to another channel: cancel it and plan it there."""


class BeingMoved(MusterError):
    """This raid's sheet is on its way to another channel just now. Try again in a minute."""


async def move(work: Work, to: ChannelId) -> None:
    """Have the raid's sheet go to the channel `to`. Raises StaysOnRaidHelper, BeingMoved."""
    event, kind = work.event, Kind.MOVE_SHEET
    if event.sheet is SheetKind.RAID_HELPER:
        raise StaysOnRaidHelper
    if await work.tx.actions.awaits(event.id, kind):
        raise BeingMoved
    payload = {"from": event.channel_id, "to": to}
    lane = channel_lane(event.channel_id)  # behind a post that is under way there
    await work.tx.actions.enqueue(NewAction(event.guild_id, kind, lane, work.now, event.id, payload))


class Moving:
    """The queue's handler of sheets that change their channel."""

    def __init__(self, db: Database, sheets: Sheets, messenger: Messenger, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._messenger = messenger
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.MOVE_SHEET: self.move}

    async def move(self, action: Action) -> str:
        """Post the sheet in the other channel once, write down that it stands there, and have the old one deleted."""
        to = ChannelId(action.payload["to"])
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, event_of(action))
            if event is None or event.channel_id == to:
                return "stands there"
            leaves = _leaves(event, action)
            sheet = await self._sheets.read(tx, replace(event, channel_id=to, message_id=None))
            if leaves and event.message_id is None:
                return await self._without_a_sheet(tx, sheet)
        # An attempt before this one may have posted it.
        found = (
            await looked(action, self._clock.now(), self._messenger.find_sheet(sheet)) if action.attempts > 1 else None
        )
        if not leaves:
            return await self._taken_back(to, found)
        message_id = found or await self._messenger.post_sheet(sheet, action.nonce)
        async with self._db.transaction() as tx:
            stands = await self._stands(tx, action, sheet, message_id)
        return "moved" if stands else await self._taken_back(to, message_id)

    async def _without_a_sheet(self, tx: Session, there: Sheet) -> str:
        """A raid whose sheet does not stand now: it will be posted there."""
        if await tx.actions.awaits(there.event.id, Kind.POST_SHEET, begun=True):
            raise TryLater(self._clock.now() + SPACING, "its sheet is being posted")
        await self._settled(tx, there.event, there.template)
        if await lost_sheets.is_lost(tx, there.event):  # whoever names another channel wants it back
            await lost_sheets.post_again(tx, there.event, self._clock.now())
        return "will stand there"

    async def _taken_back(self, to: ChannelId, found: MessageId | None) -> str:
        """The raid is over or goes elsewhere by now: what was posted for it goes."""
        if found is not None:
            await self._messenger.delete_message(to, found)
        return "stays where it is"

    async def _stands(self, tx: Session, action: Action, there: Sheet, message_id: MessageId) -> bool:
        """Write down that the sheet stands there; False when it is not to any more."""
        to, now = there.event.channel_id, self._clock.now()
        before = await tx.events.lock(action.guild_id, event_of(action))
        if before is None or before.sheet is SheetKind.RAID_HELPER or before.channel_id != action.payload["from"]:
            return False
        event = replace(before, channel_id=to, message_id=message_id)
        await self._settled(tx, event, there.template)
        if before.message_id is not None:
            left = sheets.delete_left(before, before.message_id, now)
            # In the new channel's lane: should the sheet come back, the old one is gone before.
            await tx.actions.enqueue(replace(left, lane=channel_lane(to)))
        await comp_delivery.moves(tx, before, event, now)
        await mirrors.follow(tx, event, now)
        return True

    async def _settled(self, tx: Session, event: Event, template: Template) -> None:
        """The raid is at home there: that channel's settings hold, and the sheet shows whatever was said meanwhile."""
        await tx.events.resettle(event)
        await deadlines.plan(tx, event, template, self._clock.now())
        await sheets.refresh(tx, event, self._clock.now())


def _leaves(event: Event, action: Action) -> bool:
    """Whether what was asked for still holds: the raid is not over, and stands where it stood."""
    ahead = event.status in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS)
    return ahead and event.sheet is SheetKind.NATIVE and event.channel_id == action.payload["from"]
