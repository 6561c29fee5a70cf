"""What grows with every raid and is forgotten one day: the log of done actions, the trail, dead letters."""

from datetime import datetime

from db.rows import Connection


class HistoryRepository:
    """Forgets a little at a time, so that nobody waits behind it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def forget(self, before: datetime, *, most: int) -> int:
        """Delete up to `most` rows of each sort that are older than `before`; how many rows that were.

        What somebody has in hand is left for the next time.
        """
        return await self._db.fetchval(
            """
            WITH logged AS (
                DELETE FROM patt.action_log WHERE id IN (
                    SELECT id FROM patt.action_log WHERE done_at < $1
                    ORDER BY done_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1),
            noted AS (
                DELETE FROM patt.audit WHERE id IN (
                    SELECT id FROM patt.audit WHERE at < $1
                    ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1),
            given_up AS (
                DELETE FROM patt.scheduled_actions WHERE id IN (
                    SELECT id FROM patt.scheduled_actions WHERE dead AND dead_since < $1
                    ORDER BY dead_since LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1)
            SELECT (SELECT count(*) FROM logged) + (SELECT count(*) FROM noted) + (SELECT count(*) FROM given_up)
            """,
            before,
            most,
        )
