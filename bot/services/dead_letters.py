"""Dead letters: officers see what was given up, and have it tried again or forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.ids import ActionId
from bot.domain.permissions import Actor
from bot.services import places
from db import Database, Session
from db.dead_letters import DeadLetter

SHOWN = 25


class LetterGone(MusterError):
    """That was tried again or discarded meanwhile."""


@dataclass(frozen=True)
class GivenUp:
    """What the queue gave up in a server: the latest, and how many there are in all."""

    letters: Sequence[DeadLetter]
    total: int


class DeadLetters:
    """The use cases behind what `/raid health` shows of the queue; for officers only."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def show(self, actor: Actor) -> GivenUp:
        """The server's dead letters, the latest first. Raises NotAnOfficer."""
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            letters = await tx.dead_letters.of(actor.guild_id, most=SHOWN)
            return GivenUp(letters, await tx.dead_letters.count(actor.guild_id))

    async def retry(self, actor: Actor, action_id: ActionId) -> DeadLetter:
        """Have it tried again at once; when the same is under way already, it is only forgotten.

        What may have been done before is looked for first; where that cannot be, whoever asks has looked.

        Raises NotAnOfficer, LetterGone.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            letter = await self._take(tx, actor, action_id, "letter.retry")
            if await tx.dead_letters.revive(letter, now):
                tx.actions.expect(now)
            else:
                await tx.dead_letters.remove(letter)
        return letter

    async def discard(self, actor: Actor, action_id: ActionId) -> DeadLetter:
        """Forget it. Raises NotAnOfficer, LetterGone."""
        async with self._db.transaction() as tx:
            letter = await self._take(tx, actor, action_id, "letter.discard")
            await tx.dead_letters.remove(letter)
        return letter

    async def _take(self, tx: Session, actor: Actor, action_id: ActionId, action: str) -> DeadLetter:
        await places.require_officer(tx, actor)
        letter = await tx.dead_letters.lock(actor.guild_id, action_id)
        if letter is None:
            raise LetterGone
        details = {"kind": letter.kind, "error": letter.error}
        await tx.audit.note(actor.guild_id, letter.event_id, actor.user_id, action, self._clock.now(), **details)
        return letter
