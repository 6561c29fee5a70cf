"""What is kept about a member: handed over as a file, and forgotten at their word."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.errors import MusterError
from bot.domain.event import SheetKind
from bot.domain.ids import EventId, GuildId
from bot.domain.people import Person
from bot.domain.permissions import Actor
from bot.services import sheets
from bot.services.new_sheets import begun_anew, check_no_other
from bot.services.templates import Templates
from db import Database, Session

BETWEEN = timedelta(seconds=2)
"""From one old sheet's redraw to the next: they are not to keep a channel's own from being drawn."""
EXACT = 1 << 53
"""Larger numbers are written as text: most readers of JSON would round a Discord id."""


class NothingKnown(MusterError):
    """Nothing is stored about you in this server."""


@dataclass(frozen=True)
class OwnFile:
    """Everything kept about a member in this server as JSON, and the other servers that keep something."""

    content: bytes
    elsewhere: Sequence[GuildId]


class OwnData:
    """The use cases behind `/me export` and `/me forget`."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def export(self, actor: Actor) -> OwnFile:
        """Everything stored about the member here."""
        async with self._db.transaction() as tx:
            found = await tx.own_data.everything(actor.guild_id, actor.user_id)
            elsewhere = await tx.own_data.elsewhere(actor.guild_id, actor.user_id)
        about = {"server": actor.guild_id, "discord_user_id": actor.user_id, "also_registered_in": list(elsewhere)}
        whole = _exact({**about, "taken_at": self._clock.now().isoformat(), **found})
        return OwnFile(json.dumps(whole, ensure_ascii=False, indent=2).encode(), elsewhere)

    async def forget(self, actor: Actor) -> int:
        """Forget the member: off every sheet ahead, whoever moves up is told; how many sheets that were.

        Raids that are over keep a nameless place. Raises NothingKnown.
        """
        return await begun_anew(partial(self._forget, actor))

    async def _forget(self, actor: Actor) -> int:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            person = await tx.people.of_user(actor.guild_id, actor.user_id)
            if person is None:
                raise NothingKnown
            # Raids before people: a click that writes somebody down locks them in this order, too.
            ahead = await tx.people.open_sheets([person.id])
            for event_id in ahead:
                await self._take_off(tx, actor, event_id, person, now)
            await check_no_other(tx, person.id, ahead, partial(tx.people.open_sheets, [person.id]))
            shown = await tx.own_data.shown_on(actor.guild_id, person.id, actor.user_id)
            await tx.own_data.forget(actor.guild_id, person.id, actor.user_id)
            await _draw_anew(tx, shown, now)
            return len(ahead)

    async def _take_off(self, tx: Session, actor: Actor, event_id: EventId, person: Person, now: datetime) -> None:
        event = await tx.events.lock(actor.guild_id, event_id)
        if event is None:
            return
        desk = Desk(event, await self._templates.of(tx, event), await tx.sign_ups.of(event_id))
        desk.take_off(person.id)
        await tx.sign_ups.remove(event_id, desk.removed)
        kept_there = event.sheet is SheetKind.RAID_HELPER
        await tx.actions.enqueue(*(sheets.brought(desk, now) if kept_there else sheets.moved_up_and_down(desk, now)))


async def _draw_anew(tx: Session, shown: Sequence[EventId], now: datetime) -> None:
    """Have the sheets that still show the name drawn without it, the latest first."""
    for number, event_id in enumerate(shown):
        event = await tx.events.get(event_id)
        if event is not None:
            await tx.actions.enqueue(sheets.redraw(event, now + number * BETWEEN))


def _exact(value: object) -> Any:
    """JSON values with every number that readers would round as text."""
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_exact(one) for one in cast("list[object]", value)]
    return str(value) if isinstance(value, int) and abs(value) > EXACT else value
