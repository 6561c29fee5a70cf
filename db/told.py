"""Who was told what about a raid: `patt.told`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.ids import EventId, UserId
from db.rows import Connection


@dataclass(frozen=True)
class Matter:
    """One thing told about one raid of one start (UTC)."""

    event_id: EventId
    what: str
    starts_at: datetime


class ToldRepository:
    """Remembers whom a raid's news went to, and collects those whom only the channel reaches."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def open(self, matter: Matter, users: Collection[UserId]) -> Sequence[UserId]:
        """Write down that these people are being told; those of them who had not been, in the order given."""
        rows = await self._db.fetch(
            """
            INSERT INTO patt.told (event_id, what, starts_at, user_discord_id)
            SELECT $1, $2, $3, unnest($4::bigint[]) ON CONFLICT DO NOTHING RETURNING user_discord_id
            """,
            *_key(matter),
            list(users),
        )
        fresh = {row["user_discord_id"] for row in rows}
        return [one for one in users if one in fresh]

    async def claim(self, matter: Matter, user_id: UserId, nonce: str) -> bool:
        """Whether this message may tell them: no other did. Asking again changes nothing."""
        claimed = await self._db.fetchval(
            """
            INSERT INTO patt.told AS told (event_id, what, starts_at, user_discord_id, message)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (event_id, what, starts_at, user_discord_id) DO UPDATE SET message = excluded.message
            WHERE told.message = excluded.message
            RETURNING TRUE
            """,
            *_key(matter),
            user_id,
            nonce,
        )
        return bool(claimed)

    async def forget(self, matter: Matter, user_id: UserId) -> None:
        """They were not told after all: should it come true again, they may be."""
        await self._db.execute(
            """
            DELETE FROM patt.told
            WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND user_discord_id = $4 AND NOT said
            """,
            *_key(matter),
            user_id,
        )

    async def delivered(self, matter: Matter, user_id: UserId) -> None:
        """They were told directly."""
        await self._db.execute(
            """
            UPDATE patt.told SET said = TRUE
            WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND user_discord_id = $4
            """,
            *_key(matter),
            user_id,
        )

    async def to_channel(self, matter: Matter, user_id: UserId) -> None:
        """They are to be named in the channel."""
        await self._db.execute(
            """
            INSERT INTO patt.told (event_id, what, starts_at, user_discord_id, way) VALUES ($1, $2, $3, $4, 'channel')
            ON CONFLICT (event_id, what, starts_at, user_discord_id) DO UPDATE SET way = 'channel'
            """,
            *_key(matter),
            user_id,
        )

    async def being_told(self, matter: Matter) -> bool:
        """Whether somebody's direct message is still under way, or waits for the end of their quiet hours."""
        found = await self._db.fetchval(
            """
            SELECT EXISTS (SELECT FROM patt.told
                           WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND way = 'dm' AND NOT said)
            """,
            *_key(matter),
        )
        return bool(found)

    async def gather(self, matter: Matter, nonce: str, *, most: int) -> None:
        """Put whoever waits to be named into messages of `most` people: `nonce`-0, -1 … A repetition adds nobody."""
        await self._db.execute(
            """
            WITH waiting AS (
                SELECT user_discord_id, (row_number() OVER (ORDER BY user_discord_id) - 1) / $5 AS part
                FROM patt.told
                WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND way = 'channel' AND message IS NULL
                  AND NOT EXISTS (SELECT FROM patt.told other WHERE other.event_id = $1 AND other.what = $2
                                  AND other.starts_at = $3 AND other.message = $4 || '-0')
            )
            UPDATE patt.told SET message = $4 || '-' || waiting.part FROM waiting
            WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND told.user_discord_id = waiting.user_discord_id
            """,
            *_key(matter),
            nonce,
            most,
        )

    async def to_name(self, matter: Matter) -> Mapping[str, Sequence[UserId]]:
        """The messages that are not known to stand yet: nonce → whom each names."""
        rows = await self._db.fetch(
            """
            SELECT message, user_discord_id FROM patt.told
            WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND way = 'channel' AND message IS NOT NULL
              AND NOT said
            ORDER BY message, user_discord_id
            """,
            *_key(matter),
        )
        found: dict[str, list[UserId]] = defaultdict(list)
        for row in rows:
            found[row["message"]].append(UserId(row["user_discord_id"]))
        return found

    async def named(self, matter: Matter, nonce: str) -> None:
        """The message stands."""
        await self._db.execute(
            """
            UPDATE patt.told SET said = TRUE WHERE event_id = $1 AND what = $2 AND starts_at = $3 AND message = $4
            """,
            *_key(matter),
            nonce,
        )

    async def heard(self, event_id: EventId, what: str) -> frozenset[UserId]:
        """Who has heard `what` at any time ("cancelled:#17"), of whichever start."""
        rows = await self._db.fetch(
            """
            SELECT DISTINCT user_discord_id FROM patt.told
            WHERE event_id = $1 AND split_part(what, ':', 1) = $2 AND said
            """,
            event_id,
            what,
        )
        return frozenset(UserId(row["user_discord_id"]) for row in rows)

    async def confirm(self, event_id: EventId, user_id: UserId, *, comes: bool) -> None:
        """Write down what they said when they were asked whether they still come."""
        await self._db.execute(
            """
            UPDATE patt.told SET confirmed = $3
            WHERE event_id = $1 AND user_discord_id = $2 AND split_part(what, ':', 1) = 'retimed'
            """,
            event_id,
            user_id,
            comes,
        )

    async def unconfirmed(self, event_id: EventId, starts_at: datetime) -> frozenset[UserId]:
        """Who was asked whether they still come at that start and has not said."""
        rows = await self._db.fetch(
            """
            SELECT user_discord_id FROM patt.told
            WHERE event_id = $1 AND starts_at = $2 AND split_part(what, ':', 1) = 'retimed' AND confirmed IS NULL
            """,
            event_id,
            starts_at,
        )
        return frozenset(UserId(row["user_discord_id"]) for row in rows)

    async def clear(self, event_id: EventId) -> None:
        """Forget a raid that is over."""
        await self._db.execute("DELETE FROM patt.told WHERE event_id = $1", event_id)


def _key(matter: Matter) -> tuple[Any, ...]:
    return matter.event_id, matter.what, matter.starts_at
