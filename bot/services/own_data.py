"""What is kept about a member: handed over as a file, and forgotten at their word."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from bot.clock import Clock
from bot.domain.action import NewAction
from bot.domain.desk import Desk
from bot.domain.event import SheetKind
from bot.domain.ids import EventId, GuildId
from bot.domain.people import Person
from bot.domain.permissions import Actor
from bot.services import sheets
from bot.services.messenger import Undeliverable
from bot.services.new_sheets import begun_anew, check_no_other
from bot.services.temp_roles import RoleKeeper
from bot.services.templates import Templates
from db import Database, Session

BETWEEN = timedelta(seconds=2)
"""From one old sheet's redraw to the next: they are not to keep a channel's own from being drawn."""
EXACT = 1 << 53
"""Larger numbers are written as text: most readers of JSON would round a Discord id."""


@dataclass(frozen=True)
class OwnFile:
    """Everything kept about a member in this server as JSON, and the other servers that keep something."""

    content: bytes
    elsewhere: Sequence[GuildId]


@dataclass(frozen=True)
class Forgotten:
    """How many sheets ahead somebody came off, and how many of those Raid-Helper keeps."""

    sheets: int
    there: int = 0


class OwnData:
    """The use cases behind `/me export` and `/me forget`."""

    def __init__(self, db: Database, templates: Templates, roles: RoleKeeper, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._roles = roles
        self._clock = clock

    async def export(self, actor: Actor) -> OwnFile:
        """Everything stored about the member here."""
        async with self._db.transaction() as tx:
            found = await tx.own_data.everything(actor.guild_id, actor.user_id)
            deeds = await tx.own_data.deeds(actor.guild_id, actor.user_id)
            elsewhere = await tx.own_data.elsewhere(actor.guild_id, actor.user_id)
        about = {"server": actor.guild_id, "discord_user_id": actor.user_id, "also_registered_in": list(elsewhere)}
        whole = _exact({**about, "taken_at": self._clock.now().isoformat(), **found, **deeds})
        return OwnFile(json.dumps(whole, ensure_ascii=False, indent=2).encode(), elsewhere)

    async def forget(self, actor: Actor) -> Forgotten:
        """Forget the member: off every sheet ahead, whoever moves up is told; what that came to.

        Raids that are over keep a nameless place. Who was never on a sheet may have led, planned or set things up.
        """
        await self._take_roles(actor)
        return await begun_anew(partial(self._forget, actor))

    async def _take_roles(self, actor: Actor) -> None:
        """Take the raids' roles first: afterwards nobody knows who had them."""
        async with self._db.transaction() as tx:
            roles = await tx.own_data.roles(actor.guild_id, actor.user_id)
        for role_id in roles:
            with suppress(Undeliverable):  # it is deleted after its raid in any case
                await self._roles.take_role(actor.guild_id, role_id, actor.user_id)

    async def _forget(self, actor: Actor) -> Forgotten:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            person = await tx.people.of_user(actor.guild_id, actor.user_id)
            nothing = 0, list[NewAction]()
            ahead, there = await self._off_sheets(tx, actor, person, now) if person else nothing
            player_id = person.id if person else None
            shown = await tx.own_data.shown_on(actor.guild_id, player_id, actor.user_id)
            await tx.own_data.forget(actor.guild_id, player_id, actor.user_id, now)
            await tx.actions.enqueue(*there)
            await _draw_anew(tx, shown, now)
            return Forgotten(ahead, len(there))

    async def _off_sheets(
        self, tx: Session, actor: Actor, person: Person, now: datetime
    ) -> tuple[int, Sequence[NewAction]]:
        """Take the person off every sheet ahead: how many there are, and what takes them off Raid-Helper's."""
        # Raids before people: a click that writes somebody down locks them in this order, too.
        ahead = await tx.people.open_sheets([person.id])
        there = [one for event_id in ahead for one in await self._take_off(tx, actor, event_id, person, now)]
        await check_no_other(tx, person.id, ahead, partial(tx.people.open_sheets, [person.id]))
        return len(ahead), there

    async def _take_off(
        self, tx: Session, actor: Actor, event_id: EventId, person: Person, now: datetime
    ) -> Sequence[NewAction]:
        """Take the person off one sheet; what takes them off Raid-Helper's, to be asked for once all is forgotten."""
        event = await tx.events.lock(actor.guild_id, event_id)
        if event is None:
            return []
        signup_id = await tx.own_data.signup_there(event_id, person.id)
        desk = Desk(event, await self._templates.of(tx, event), await tx.sign_ups.of(event_id))
        desk.take_off(person.id)
        await tx.sign_ups.remove(event_id, desk.removed)
        if event.sheet is SheetKind.RAID_HELPER:
            # By the sign-up's own id: whoever is forgotten shall not stand in the queue for as long as that takes.
            who = {"signup_id": signup_id} if signup_id else {"user_id": actor.user_id}
            return [sheets.put_there(event, person.id, who, now)]
        await tx.actions.enqueue(*sheets.moved_up_and_down(desk, now))
        return []


async def _draw_anew(tx: Session, shown: Sequence[EventId], now: datetime) -> None:
    """Have the sheets that still show the name drawn without it, the latest first."""
    for number, event_id in enumerate(shown):
        event = await tx.events.get(event_id)
        if event is not None:
            await tx.actions.enqueue(*sheets.show(event, now + number * BETWEEN))


def _exact(value: object) -> Any:
    """JSON values with every number that readers would round as text."""
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_exact(one) for one in cast("list[object]", value)]
    return str(value) if isinstance(value, int) and abs(value) > EXACT else value
