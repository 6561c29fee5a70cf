"""Comps: `patt.comps` with `patt.comp_slots`, a raid's groups and where they stand in its channel."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.comp import Comp, Slot
from bot.domain.ids import EventId, MessageId, PlayerId, UserId
from db.rows import Connection, maybe


class CompRepository:
    """Reads and writes comps; whoever writes places holds the event's row."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def of(self, event_id: EventId) -> Comp | None:
        """The raid's comp, or None when nobody has made one."""
        row = await self._db.fetchrow(
            "SELECT discord_message_id, published_at, told FROM patt.comps WHERE event_id = $1", event_id
        )
        if row is None:
            return None
        told = {UserId(int(user_id)): int(group) for user_id, group in row["told"].items()}
        message_id = maybe(MessageId, row["discord_message_id"])
        return Comp(await self._slots(event_id), row["published_at"] is not None, message_id, told)

    async def put(self, event_id: EventId, slots: Sequence[Slot]) -> None:
        """Write the places down, whatever was there before."""
        await self._db.execute("INSERT INTO patt.comps (event_id) VALUES ($1) ON CONFLICT DO NOTHING", event_id)
        await self._db.execute(
            """
            WITH gone AS (DELETE FROM patt.comp_slots WHERE event_id = $1 AND player_id <> ALL($2::bigint[]))
            INSERT INTO patt.comp_slots (event_id, player_id, group_number, slot_number, confirmed, decline_told)
            SELECT $1, player_id, group_number, slot_number, confirmed, decline_told
            FROM unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::boolean[], $6::boolean[])
                 AS new (player_id, group_number, slot_number, confirmed, decline_told)
            ON CONFLICT (event_id, player_id) DO UPDATE SET
                group_number = excluded.group_number, slot_number = excluded.slot_number,
                confirmed = excluded.confirmed, decline_told = excluded.decline_told
            """,
            event_id,
            [one.player_id for one in slots],
            [one.group for one in slots],
            [one.number for one in slots],
            [one.confirmed for one in slots],
            [one.decline_told for one in slots],
        )

    async def publish(self, event_id: EventId, at: datetime | None) -> None:
        """Write down that the comp is published since `at`, or (None) not any more; then nobody was told anything."""
        await self._db.execute(
            """
            UPDATE patt.comps SET published_at = $2,
                told = CASE WHEN $2::timestamptz IS NULL THEN '{}' ELSE told END
            WHERE event_id = $1
            """,
            event_id,
            at,
        )

    async def stands(
        self, event_id: EventId, message_id: MessageId | None, told: Mapping[UserId, int] | None = None
    ) -> None:
        """Remember the comp's message (None: there is none any more) and, when given, what whom was told."""
        as_json = None if told is None else {str(user_id): group for user_id, group in told.items()}
        await self._db.execute(
            """
            UPDATE patt.comps SET discord_message_id = $2, told = coalesce($3::text::jsonb, told) WHERE event_id = $1
            """,
            event_id,
            message_id,
            None if as_json is None else json.dumps(as_json),
        )

    async def say(self, event_id: EventId, player_id: PlayerId, *, confirmed: bool) -> None:
        """Write down what somebody said about their place."""
        await self._db.execute(
            "UPDATE patt.comp_slots SET confirmed = $3 WHERE event_id = $1 AND player_id = $2",
            event_id,
            player_id,
            confirmed,
        )

    async def forget_said(self, event_id: EventId) -> None:
        """Forget what those said of their place whose answer holds no seat any more: who comes back says it anew."""
        await self._db.execute(
            """
            UPDATE patt.comp_slots slot SET confirmed = NULL, decline_told = FALSE
            WHERE event_id = $1 AND confirmed IS NOT NULL AND NOT EXISTS (
                SELECT FROM patt.raid_attendance own
                WHERE own.event_id = slot.event_id AND own.player_id = slot.player_id AND own.signed_up)
            """,
            event_id,
        )

    async def decline_told(self, event_id: EventId, player_id: PlayerId) -> None:
        """Write down that the officers have heard of somebody's declining."""
        await self._db.execute(
            "UPDATE patt.comp_slots SET decline_told = TRUE WHERE event_id = $1 AND player_id = $2",
            event_id,
            player_id,
        )

    async def _slots(self, event_id: EventId) -> tuple[Slot, ...]:
        rows = await self._db.fetch(
            """
            SELECT s.player_id, p.display_name, u.discord_id, s.group_number, s.slot_number, s.confirmed,
                   s.decline_told
            FROM patt.comp_slots s
            JOIN guild_identity.players p ON p.id = s.player_id
            LEFT JOIN guild_identity.discord_users u ON u.id = p.discord_user_id
            WHERE s.event_id = $1 ORDER BY s.group_number, s.slot_number
            """,
            event_id,
        )
        return tuple(_slot(row) for row in rows)


def _slot(row: Any) -> Slot:
    return Slot(
        player_id=PlayerId(row["player_id"]),
        name=row["display_name"],
        user_id=maybe(UserId, row["discord_id"]),
        group=row["group_number"],
        number=row["slot_number"],
        confirmed=row["confirmed"],
        decline_told=row["decline_told"],
    )
