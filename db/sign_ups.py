"""Sign-ups: `patt.raid_attendance`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.auto_invite import Invitation
from bot.domain.gates import Tier
from bot.domain.ids import EventId, PlayerId, SignUpId, UserId
from bot.domain.roster import SignUp
from bot.domain.template import Choice
from db.rows import Connection, maybe


class SignUpRepository:
    """Reads and writes the answers to one sheet at a time."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def of(self, event_id: EventId) -> Sequence[SignUp]:
        """Every sign-up of the raid."""
        return (await self.of_all([event_id]))[event_id]

    async def of_all(self, event_ids: Collection[EventId]) -> Mapping[EventId, Sequence[SignUp]]:
        """Every sign-up of each of the raids."""
        rows = await self._db.fetch(
            """
            SELECT a.event_id, a.id, a.player_id, p.display_name, u.discord_id, a.status, a.signed_at, a.class_name,
                   a.spec_name, a.note, a.arrives_at, a.tier, a.slot, a.character_id, a.offers,
                   p.left_at IS NOT NULL AS has_left
            FROM patt.raid_attendance a
            JOIN guild_identity.players p ON p.id = a.player_id
            LEFT JOIN guild_identity.discord_users u ON u.id = p.discord_user_id
            WHERE a.event_id = ANY($1)
            """,
            list(event_ids),
        )
        found: dict[EventId, list[SignUp]] = {event_id: [] for event_id in event_ids}
        for row in rows:
            found[row["event_id"]].append(_sign_up(row))
        return found

    async def put(self, event_id: EventId, sign_ups: Sequence[SignUp], source: str) -> None:
        """Write sign-ups down as they are, whatever was there; `source` is one of the column's words.

        A character that is gone meanwhile is left out.
        """
        await self._db.executemany(
            """
            INSERT INTO patt.raid_attendance
                (event_id, player_id, status, signed_up, source, character_id, class_name, spec_name, signed_at,
                 tier, slot, note, arrives_at, offers)
            VALUES ($1, $2, $3, $4, $5, (SELECT id FROM guild_identity.wow_characters WHERE id = $6), $7, $8, $9, $10,
                    $11, $12, $13, $14)
            ON CONFLICT (event_id, player_id) DO UPDATE SET
                status = excluded.status, signed_up = excluded.signed_up, source = excluded.source,
                character_id = excluded.character_id, class_name = excluded.class_name,
                spec_name = excluded.spec_name, signed_at = excluded.signed_at, tier = excluded.tier,
                slot = excluded.slot, note = excluded.note, arrives_at = excluded.arrives_at, offers = excluded.offers
            """,
            [_row(event_id, one, source) for one in sign_ups],
        )

    async def copy(self, source: EventId, event_id: EventId) -> int:
        """Put everybody of `source` onto the new sheet in their order; how many.

        Whoever is away that day is absent; whoever has left the server stays behind.
        """
        # A statement of its own: the next one then sees whatever absence it waited for.
        await self._db.execute(
            """
            SELECT FROM guild_identity.players
            WHERE id IN (SELECT player_id FROM patt.raid_attendance WHERE event_id = $1) ORDER BY id FOR KEY SHARE
            """,
            source,
        )
        return await self._db.fetchval(
            """
            WITH copied AS (
                INSERT INTO patt.raid_attendance
                    (event_id, player_id, status, signed_up, source, character_id, class_name, spec_name, signed_at,
                     tier, slot, note, offers)
                SELECT $2, player_id, CASE WHEN away.is_away THEN 'absence' ELSE status END,
                       signed_up AND NOT away.is_away, 'officer', character_id, class_name, spec_name, signed_at,
                       tier, slot, attendance.note, offers
                FROM patt.raid_attendance attendance
                JOIN guild_identity.players player ON player.id = attendance.player_id
                CROSS JOIN LATERAL (SELECT player.on_hiatus OR EXISTS (
                    SELECT FROM guild_identity.away span JOIN patt.raid_events event ON event.id = $2
                    WHERE span.player_id = player.id AND event.event_date BETWEEN first_day AND last_day) AS is_away
                    ) away
                WHERE event_id = $1 AND NOT player.forgotten AND player.left_at IS NULL ORDER BY attendance.id
                RETURNING 1
            )
            SELECT count(*) FROM copied
            """,
            source,
            event_id,
        )

    async def remove(self, event_id: EventId, players: Sequence[PlayerId]) -> None:
        """Take these players' sign-ups away."""
        await self._db.execute(
            "DELETE FROM patt.raid_attendance WHERE event_id = $1 AND player_id = ANY($2)", event_id, list(players)
        )

    async def pre_filled(self, event_id: EventId) -> Mapping[UserId, PlayerId]:
        """Who is on the sheet by its booking and no word of their own, those with Discord."""
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id, attendance.player_id FROM patt.raid_attendance attendance
            JOIN guild_identity.players player ON player.id = attendance.player_id
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE attendance.event_id = $1 AND attendance.source = 'auto'
            """,
            event_id,
        )
        return {UserId(row["discord_id"]): PlayerId(row["player_id"]) for row in rows}

    async def take_back(self, event_id: EventId, players: Sequence[PlayerId]) -> None:
        """Take pre-filled answers of these players away."""
        await self._db.execute(
            "DELETE FROM patt.raid_attendance WHERE event_id = $1 AND player_id = ANY($2) AND source = 'auto'",
            event_id,
            list(players),
        )

    async def pre_fill(self, event_id: EventId, invitations: Sequence[Invitation], now: datetime) -> None:
        """Write the pre-filled answers, `source = 'auto'`; whoever answered already keeps their answer."""
        await self._db.executemany(
            """
            INSERT INTO patt.raid_attendance
                (event_id, player_id, status, signed_up, source, character_id, class_name, spec_name, signed_at,
                 offers)
            VALUES ($1, $2, $3, $4, 'auto', $5, $6, $7, $8,
                    coalesce((SELECT offers FROM guild_identity.wow_characters WHERE id = $5), '{}'))
            ON CONFLICT (event_id, player_id) DO NOTHING
            """,
            [
                (
                    event_id,
                    one.candidate.player_id,
                    one.choice,
                    one.choice is Choice.ACCEPTED,
                    one.candidate.character_id,
                    one.candidate.class_name,
                    one.candidate.spec_name,
                    now,
                )
                for one in invitations
            ],
        )


def _row(event_id: EventId, one: SignUp, source: str) -> tuple[object, ...]:
    return (
        event_id,
        one.player_id,
        one.choice,
        one.choice.holds_seat,
        source,
        one.character_id,
        one.class_name,
        one.spec_name,
        one.signed_at,
        one.tier,
        one.slot,
        one.note,
        one.arrives_at,
        list(one.offers),
    )


def _sign_up(row: Any) -> SignUp:
    return SignUp(
        id=SignUpId(row["id"]),
        player_id=PlayerId(row["player_id"]),
        name=row["display_name"],
        user_id=maybe(UserId, row["discord_id"]),
        choice=Choice(row["status"]),
        signed_at=row["signed_at"],
        class_name=row["class_name"],
        spec_name=row["spec_name"],
        note=row["note"],
        arrives_at=row["arrives_at"],
        tier=Tier(row["tier"]),
        slot=row["slot"],
        character_id=row["character_id"],
        offers=tuple(row["offers"]),
        left=row["has_left"],
    )
