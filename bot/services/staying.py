"""Whether somebody still comes to a raid that was moved: what the buttons below that news do."""

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event, UnknownEvent
from bot.domain.ids import EventId, GuildId
from bot.domain.notice import of_user, takes_place
from bot.domain.permissions import Actor
from bot.domain.sign_up import NotOffered, NotSignedUp
from bot.domain.template import Choice
from bot.services.sheets import Sheets
from bot.services.sign_ups import SignUps
from db import Database


class NothingToConfirm(MusterError):
    """This raid is over or was cancelled, so there is nothing to confirm any more."""


class Staying:
    """The use cases behind `Still coming` and `Can't`."""

    def __init__(self, db: Database, sheets: Sheets, sign_ups: SignUps, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._sign_ups = sign_ups
        self._clock = clock

    async def guild_of(self, event_id: EventId) -> GuildId:
        """The server of a raid somebody was asked about, perhaps by direct message. Raises UnknownEvent."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(event_id)
        if event is None:
            raise UnknownEvent
        return event.guild_id

    async def comes(self, actor: Actor, event_id: EventId) -> Event:
        """They still come: their answer stays. Raises UnknownEvent, NothingToConfirm, NotSignedUp."""
        async with self._db.transaction() as tx:
            event = await tx.events.lock(actor.guild_id, event_id)
            if event is None:
                raise UnknownEvent
            if not takes_place(event, self._clock.now()):
                raise NothingToConfirm
            placed = of_user((await self._sheets.read(tx, event)).roster, actor.user_id)
            if placed is None or placed.sign_up.choice is Choice.ABSENCE:
                raise NotSignedUp("You are not on this sheet any more. Its buttons bring you back any time.")
            await tx.told.confirm(event_id, actor.user_id, comes=True)
            return event

    async def cannot(self, actor: Actor, event_id: EventId) -> Event:
        """They cannot: Absence, or where the sheet has no such answer, a withdrawal.

        Raises UnknownEvent, SheetClosed, NotSignedUp, AnswerThere.
        """
        try:
            event = (await self._sign_ups.answer(actor, event_id, Choice.ABSENCE)).event
        except NotOffered:
            event = (await self._sign_ups.withdraw(actor, event_id)).event
        async with self._db.transaction() as tx:
            await tx.told.confirm(event_id, actor.user_id, comes=False)
        return event
