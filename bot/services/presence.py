"""Who is still in the server: whoever left is neither expected, rung nor booked, and is all of it again once back.

Discord is asked at the moment it matters, outside of transactions: without the members intent it tells of nobody who
leaves or joins, so a stored fact alone would be wrong in both directions. What it says is written down: for bookings,
which cannot ask in their transaction, and for moments when Discord does not answer.
"""

from collections.abc import Collection, Mapping, Set
from typing import Protocol

from bot.clock import Clock
from bot.domain.auto_invite import invite
from bot.domain.event import BookingState, Event
from bot.domain.ids import GuildId, UserId
from db import Database


class Presence(Protocol):
    """Knows who is in a server."""

    async def seen(self, guild_id: GuildId, users: Collection[UserId]) -> Mapping[UserId, bool]:
        """Whether each of the users is a member now; whom Discord says nothing of in time is left out."""
        ...


class Leavers:
    """Looks for people, and remembers who was gone."""

    def __init__(self, db: Database, presence: Presence, clock: Clock) -> None:
        self._db = db
        self._presence = presence
        self._clock = clock

    async def among(self, guild_id: GuildId, users: Collection[UserId]) -> Set[UserId]:
        """Those of the users who are not in the server any more: by Discord's word, else by what was known."""
        if not users:
            return frozenset()
        seen = await self._presence.seen(guild_id, users)
        async with self._db.transaction() as tx:
            await tx.leavers.write(guild_id, seen, self._clock.now())
            known = await tx.leavers.among(guild_id, [one for one in users if one not in seen])
        return known | {one for one, here in seen.items() if not here}

    async def settle(self, event: Event) -> bool:
        """See to it that a booked sheet, which does not stand yet, has nobody who left; whether that changed it.

        Who is back is on it, as everybody its booking thought of.
        """
        if event.booking_state not in (BookingState.PLANNED, BookingState.CREATING):
            return False
        async with self._db.transaction() as tx:
            booked, known = await tx.sign_ups.pre_filled(event.id), await tx.leavers.latest(event.guild_id)
        gone = await self.among(event.guild_id, {*booked, *known})
        back = set(known) - gone
        if not (gone & booked.keys() or back):
            return False
        async with self._db.transaction() as tx:
            if await tx.events.lock(event.guild_id, event.id) is None:
                return False
            await tx.sign_ups.take_back(event.id, [player for user, player in booked.items() if user in gone])
            candidates = await tx.players.candidates(event.guild_id, event.day)
            again = invite(one for one in candidates if one.user_id in back)
            await tx.sign_ups.pre_fill(event.id, again, self._clock.now())
        return True
