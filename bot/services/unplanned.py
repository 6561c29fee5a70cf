"""Raids that were written or moved by hand: what lies ahead of them is put into the queue like everybody's."""

import logging
from collections.abc import Mapping
from datetime import datetime

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.ids import EventId, GuildId
from bot.services import deadlines
from bot.services.queue import Handler
from bot.services.templates import Templates
from db import Database, Session

log = logging.getLogger(__name__)

BATCH = 200


class Unplanned:
    """Plans what nobody planned."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.PLAN_AHEAD: self.plan}

    async def plan(self, _action: Action) -> str:
        """Plan at once what a change of settings or habits left unplanned: the next look may be too late for it."""
        return f"planned {await self.run_once()}"

    async def run_once(self) -> int:
        """Plan for every raid that needs it; how many that were. Calling it twice plans nothing twice."""
        done = 0
        while found := await self._found():
            planned = sum([await self._try_to_plan(guild_id, event_id) for guild_id, event_id in found])
            done += planned
            if planned < len(found):
                break  # some cannot be planned: they are tried again the next time
        return done

    async def _found(self) -> list[tuple[GuildId, EventId]]:
        async with self._db.transaction() as tx:
            return list(await tx.events.unplanned(most=BATCH))

    async def _try_to_plan(self, guild_id: GuildId, event_id: EventId) -> bool:
        try:
            async with self._db.transaction() as tx:
                event = await tx.events.lock(guild_id, event_id)
                if event is not None:
                    await deadlines.plan(tx, event, await self._templates.of(tx, event), self._clock.now())
        except Exception:
            # One raid that cannot be read must not keep the others from it.
            log.exception("event=%s: what lies ahead of it could not be planned", event_id)
            return False
        return True


async def soon(tx: Session, guild_id: GuildId, now: datetime) -> None:
    """Have what lies ahead of the server's raids planned anew as soon as this is committed."""
    if not await tx.events.plan_anew(guild_id):
        return
    kind = Kind.PLAN_AHEAD
    await tx.actions.enqueue(NewAction(guild_id, kind, f"plan:{guild_id}", now, dedupe=f"{kind}:{guild_id}"))
