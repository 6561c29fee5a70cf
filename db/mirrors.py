"""What stands beside raids in Discord: `patt.mirrors`, and `patt.role_holders` for who has a raid's role."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.domain.ids import EventId, GuildId, UserId
from bot.domain.mirrors import Mirror, MirrorKind, MirrorState
from db.rows import Connection

_SELECT = "SELECT event_id, kind, state, discord_id, shown, trouble FROM patt.mirrors"


class MirrorRepository:
    """Reads and writes mirrors; whoever writes holds the event's row."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, event_id: EventId, kind: MirrorKind) -> Mirror:
        """The raid's mirror; a planned one when nothing was ever written of it."""
        row = await self._db.fetchrow(_SELECT + " WHERE event_id = $1 AND kind = $2", event_id, kind)
        return _mirror(row) if row else Mirror(event_id, kind)

    async def of(self, event_id: EventId) -> Sequence[Mirror]:
        """Every mirror of the raid that was ever made, or tried."""
        return [_mirror(row) for row in await self._db.fetch(_SELECT + " WHERE event_id = $1", event_id)]

    async def put(self, mirror: Mirror) -> None:
        """Write the mirror as it is now."""
        await self._db.execute(
            """
            INSERT INTO patt.mirrors (event_id, kind, state, discord_id, shown, trouble) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (event_id, kind) DO UPDATE SET
                state = excluded.state, discord_id = excluded.discord_id, shown = excluded.shown,
                trouble = excluded.trouble
            """,
            mirror.event_id,
            mirror.kind,
            mirror.state,
            mirror.discord_id,
            dict(mirror.shown),
            mirror.trouble,
        )

    async def forget(self, event_id: EventId, kind: MirrorKind) -> None:
        """Nothing is wrong with it any more, and nothing stands."""
        await self._db.execute("DELETE FROM patt.mirrors WHERE event_id = $1 AND kind = $2", event_id, kind)

    async def standing(self, guild_id: GuildId, kind: MirrorKind, discord_id: int) -> Mirror | None:
        """The server's mirror that is that thread, scheduled event or role; None when it is nobody's."""
        row = await self._db.fetchrow(
            """
            SELECT event_id, kind, state, discord_id, shown, trouble FROM patt.mirrors
            WHERE discord_id = $3 AND state = 'stands' AND kind = $2
              AND event_id IN (SELECT id FROM patt.raid_events WHERE guild_discord_id = $1)
            """,
            guild_id,
            kind,
            discord_id,
        )
        return _mirror(row) if row else None

    async def waiting(self, guild_id: GuildId, *, most: int) -> Sequence[EventId]:
        """The server's raids whose scheduled event waits for room, the soonest first."""
        rows = await self._db.fetch(
            """
            SELECT event.id FROM patt.mirrors mirror JOIN patt.raid_events event ON event.id = mirror.event_id
            WHERE mirror.state = 'waiting' AND mirror.kind = 'discord-event' AND event.guild_discord_id = $1
            ORDER BY event.start_time_utc, event.id LIMIT $2
            """,
            guild_id,
            most,
        )
        return [EventId(row["id"]) for row in rows]

    async def holders(self, event_id: EventId) -> Mapping[UserId, bool]:
        """Who has the raid's role from us: True when it was given, False when that is in doubt."""
        rows = await self._db.fetch(
            "SELECT user_discord_id, given FROM patt.role_holders WHERE event_id = $1", event_id
        )
        return {UserId(row["user_discord_id"]): row["given"] for row in rows}

    async def giving(self, event_id: EventId, users: Collection[UserId]) -> None:
        """Write down that they are about to get the role."""
        await self._db.execute(
            """
            INSERT INTO patt.role_holders (event_id, user_discord_id) SELECT $1, unnest($2::bigint[])
            ON CONFLICT DO NOTHING
            """,
            event_id,
            list(users),
        )

    async def given(self, event_id: EventId, users: Collection[UserId]) -> None:
        """Write down that they have the role."""
        await self._db.execute(
            "UPDATE patt.role_holders SET given = TRUE WHERE event_id = $1 AND user_discord_id = ANY ($2)",
            event_id,
            list(users),
        )

    async def taken(self, event_id: EventId, users: Collection[UserId] | None = None) -> None:
        """Write down that they have it no more; None: that nobody has."""
        await self._db.execute(
            """
            DELETE FROM patt.role_holders
            WHERE event_id = $1 AND ($2::bigint[] IS NULL OR user_discord_id = ANY ($2))
            """,
            event_id,
            None if users is None else list(users),
        )


def _mirror(row: Any) -> Mirror:
    return Mirror(
        EventId(row["event_id"]),
        MirrorKind(row["kind"]),
        MirrorState(row["state"]),
        row["discord_id"],
        row["shown"],
        row["trouble"],
    )
