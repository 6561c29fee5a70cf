"""What the queue does about comps: posts, redraws and deletes them, and tells the officers who declined.

Each may run twice without harm, and renders from the database.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.comp import LineUp, Slot
from bot.domain.event import Event, EventStatus
from bot.domain.ids import ChannelId, EventId, MessageId, PlayerId, UserId
from bot.domain.roster import place
from bot.domain.settings import OFFICER_CHANNEL
from bot.services.messenger import SheetGone, Undeliverable
from bot.services.queue import Handler
from bot.services.settings import effective
from bot.services.sheets import SPACING, delete_left
from bot.services.templates import Templates
from db import Database, Session


class CompPoster(Protocol):
    """Writes comps to Discord; see `bot.services.messenger.Messenger` for what is raised."""

    async def post_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> MessageId:
        """Post the comp into its raid's channel, pinging `rung` alone."""
        ...

    async def edit_comp(self, line_up: LineUp) -> None:
        """Draw the comp's message anew, pinging nobody. Raises SheetGone when it was deleted."""
        ...

    async def ring_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> None:
        """Tell `rung`, in one message, that their place is another now."""
        ...

    async def tell_declined(self, channel_id: ChannelId, line_up: LineUp, slot: Slot, nonce: str) -> None:
        """Tell the officers who declined, and who could take the place."""
        ...

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        """Delete the comp's message; one that is gone already is fine."""
        ...


class CompDelivery:
    """The queue's handlers for comps."""

    def __init__(self, db: Database, templates: Templates, poster: CompPoster, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._poster = poster
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.POST_COMP: self.post_comp,
            Kind.REFRESH_COMP: self.refresh_comp,
            Kind.DELETE_COMP: self.delete_comp,
            Kind.COMP_DECLINED: self.tell_declined,
        }

    async def post_comp(self, action: Action) -> str:
        """Post the comp, or bring it up to date; remember where it stands and whom it told what."""
        found = await self._read(action)
        if found is None or not found.comp.published or found.event.status is EventStatus.CANCELLED:
            return "nothing to post"
        message_id = await self._brought_up_to_date(found, action.nonce)
        told = {one.user_id: one.group for one in found.comp.slots if one.user_id and one.player_id in found.seated}
        async with self._db.transaction() as tx:
            await tx.comps.stands(found.event.id, message_id, told)
        return "posted"

    async def refresh_comp(self, action: Action) -> str:
        """Draw the comp anew; pings nobody. Whoever gave their seat up has said nothing of the next one they get."""
        async with self._db.transaction() as tx:
            await tx.comps.forget_said(EventId(action.event_id or 0))
        found = await self._read(action)
        if found is None or found.comp.message_id is None:
            return "no comp to draw"
        try:
            await self._poster.edit_comp(found)
        except SheetGone:
            async with self._db.transaction() as tx:
                await tx.comps.stands(found.event.id, None)
            return "deleted by hand"
        return "drawn"

    async def delete_comp(self, action: Action) -> str:
        """Delete the comp's message, unless it was published again; its raid's sheet may have gone with the raid."""
        found = await self._read(action)
        stays = found is not None and found.comp.published and found.event.status is not EventStatus.CANCELLED
        if found is None or found.comp.message_id is None or stays:
            return "no comp to delete"
        await self._poster.delete_message(channel_of(found.event), found.comp.message_id)
        async with self._db.transaction() as tx:
            await tx.comps.stands(found.event.id, None, None if found.comp.published else {})
        return "deleted"

    async def tell_declined(self, action: Action) -> str:
        """Tell the officers once of somebody who declined, if they still do."""
        found = await self._read(action)
        slot = found.comp.of(PlayerId(action.payload["player_id"])) if found else None
        if found is None or slot is None or slot.confirmed is not False or slot.decline_told:
            return "no longer true"
        async with self._db.transaction() as tx:
            officers = (await effective(tx, found.event))[OFFICER_CHANNEL]
        if officers is None:
            return "no officer channel"
        await self._poster.tell_declined(officers, found, slot, action.nonce)
        async with self._db.transaction() as tx:
            await tx.comps.decline_told(found.event.id, slot.player_id)
        return "told"

    async def _brought_up_to_date(self, found: LineUp, nonce: str) -> MessageId:
        """The message that now shows the comp; whoever has news is pinged, by the message itself when it is new."""
        if found.comp.message_id is None:
            return await self._poster.post_comp(found, found.news, nonce)
        try:
            await self._poster.edit_comp(found)
        except SheetGone:
            return await self._poster.post_comp(found, found.news, nonce)
        if found.news:
            await self._poster.ring_comp(found, found.news, nonce)
        return found.comp.message_id

    async def _read(self, action: Action) -> LineUp | None:
        async with self._db.transaction() as tx:
            event = await tx.events.get(EventId(action.event_id or 0))
            return await read(tx, self._templates, event) if event else None


async def read(tx: Session, templates: Templates, event: Event) -> LineUp | None:
    """The raid's comp with everything beside it; None when there is none."""
    comp = await tx.comps.of(event.id)
    if comp is None:
        return None
    template = await templates.of(tx, event)
    return LineUp(event, template, place(await tx.sign_ups.of(event.id), template, event.total_limit), comp)


def channel_of(event: Event) -> ChannelId:
    """Where the raid's comp stands. Raises Undeliverable when the raid has no channel."""
    if event.channel_id is None:
        raise Undeliverable("the raid has no channel: `/raid setup` sets the server's")
    return event.channel_id


def post(event: Event, now: datetime) -> NewAction:
    """The comp's publication. Every one is an action of its own: its nonce lets it ping once."""
    return NewAction(event.guild_id, Kind.POST_COMP, channel_lane(event.channel_id), now, event.id)


def redraw(event: Event, now: datetime) -> NewAction:
    """The redraw of a published comp, a spacing from now; many changes within it are one edit."""
    kind, lane = Kind.REFRESH_COMP, channel_lane(event.channel_id)
    return NewAction(event.guild_id, kind, lane, now + SPACING, event.id, dedupe=f"{kind}:{event.id}")


def delete(event: Event, now: datetime) -> NewAction:
    """The deletion of the comp's message."""
    return NewAction(event.guild_id, Kind.DELETE_COMP, channel_lane(event.channel_id), now, event.id)


def said(event: Event, slot: Slot, now: datetime, *, confirmed: bool) -> Sequence[NewAction]:
    """What follows when somebody says whether they take their place."""
    drawn = redraw(event, now)
    if confirmed or slot.decline_told:
        return [drawn]
    kind, payload = Kind.COMP_DECLINED, {"player_id": slot.player_id}
    key = f"{kind}:{event.id}:{slot.player_id}"
    return [drawn, NewAction(event.guild_id, kind, f"comp:{event.id}", now, event.id, payload, key)]


async def follow(tx: Session, event: Event, now: datetime) -> None:
    """Have a published comp drawn anew, because its raid's sheet changed."""
    comp = await tx.comps.of(event.id)
    if comp is not None and comp.message_id is not None:
        await tx.actions.enqueue(redraw(event, now))


async def goes(tx: Session, event: Event, now: datetime) -> None:
    """Take the comp of a raid that was cancelled down along with its sheet."""
    comp = await tx.comps.of(event.id)
    if comp is not None and comp.published:
        await tx.actions.enqueue(delete(event, now))


async def comes_back(tx: Session, event: Event, now: datetime) -> None:
    """Have the published comp of a raid that takes place after all stand again; who knows their place is not pinged."""
    comp = await tx.comps.of(event.id)
    if comp is not None and comp.published:
        await tx.actions.enqueue(post(event, now))


async def moves(tx: Session, before: Event, event: Event, now: datetime) -> None:
    """Take a published comp along into the event's new channel; nobody is pinged who knows their place."""
    comp = await tx.comps.of(event.id)
    if comp is None or comp.message_id is None:
        return
    await tx.comps.stands(event.id, None)
    await tx.actions.enqueue(delete_left(before, comp.message_id, now), post(event, now))
