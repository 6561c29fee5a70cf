"""Lost permissions: `patt.lost_rights`, what the officers were told of, each once a raid."""

from collections.abc import Sequence

from bot.domain.ids import ActionId, EventId
from db.rows import Connection


class LostRightRepository:
    """Writes down what is said; whoever writes holds the event's row."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(self, event_id: EventId, what: Sequence[str], action_id: ActionId) -> frozenset[str]:
        """Which of it this action may say: what no other did. Asking again changes nothing."""
        rows = await self._db.fetch(
            """
            INSERT INTO patt.lost_rights AS told (event_id, what, action_id)
            SELECT $1, what, $3 FROM unnest($2::text[]) what
            ON CONFLICT (event_id, what) DO UPDATE SET action_id = excluded.action_id
            WHERE told.action_id = excluded.action_id
            RETURNING what
            """,
            event_id,
            list(what),
            action_id,
        )
        return frozenset(row["what"] for row in rows)
