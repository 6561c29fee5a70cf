"""Alerts: `patt.alerts`, what the officers were asked about a raid and what they made of it, each once an event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.alerts import Alert, Verdict
from bot.domain.ids import ActionId, EventId, PlayerId, UserId
from db.rows import Connection


@dataclass(frozen=True)
class Settled:
    """What became of an alert, and by whom."""

    verdict: Verdict
    by: UserId


class AlertRepository:
    """Reads and writes alerts; whoever writes holds the event's row."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(self, event_id: EventId, alert: Alert, action_id: ActionId) -> bool:
        """Whether this action may say it: no other did, and nobody has answered it yet. Asking again changes nothing.

        Moving a raid plans its alerts anew, so several actions may want to say the same.
        """
        claimed = await self._db.fetchval(
            """
            INSERT INTO patt.alerts AS alert (event_id, what, action_id) VALUES ($1, $2, $3)
            ON CONFLICT (event_id, what) DO UPDATE SET action_id = excluded.action_id
            WHERE alert.action_id = excluded.action_id AND alert.verdict IS NULL
            RETURNING TRUE
            """,
            event_id,
            alert,
            action_id,
        )
        return bool(claimed)

    async def settled(self, event_id: EventId, alert: Alert) -> Settled | None:
        """What became of the alert, or None while nobody has answered it."""
        row = await self._db.fetchrow(
            "SELECT verdict, by_discord_id FROM patt.alerts WHERE event_id = $1 AND what = $2 AND verdict IS NOT NULL",
            event_id,
            alert,
        )
        return Settled(Verdict(row["verdict"]), UserId(row["by_discord_id"])) if row else None

    async def settle(self, event_id: EventId, alert: Alert, verdict: Verdict, by: UserId, at: datetime) -> None:
        """Write down what `by` made of the alert."""
        await self._db.execute(
            """
            INSERT INTO patt.alerts (event_id, what, verdict, by_discord_id, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (event_id, what) DO UPDATE SET
                verdict = excluded.verdict, by_discord_id = excluded.by_discord_id, at = excluded.at
            """,
            event_id,
            alert,
            verdict,
            by,
            at,
        )

    async def forget(self, event_id: EventId, alert: Alert) -> None:
        """The alert was seen to: should it come to it again, it is said again."""
        await self._db.execute("DELETE FROM patt.alerts WHERE event_id = $1 AND what = $2", event_id, alert)

    async def playable(self, player_ids: Collection[PlayerId], game: str) -> Mapping[PlayerId, frozenset[str]]:
        """What each player's characters of `game` are and offer to be, as "Class/Spec"."""
        rows = await self._db.fetch(
            """
            SELECT character.player_id, array_agg(DISTINCT option) AS options
            FROM guild_identity.wow_characters character
            LEFT JOIN guild_identity.specializations spec ON spec.id = character.spec_id
            LEFT JOIN guild_identity.classes class ON class.id = spec.class_id
            CROSS JOIN LATERAL unnest(character.offers || (class.name || '/' || spec.name)) option
            WHERE character.player_id = ANY($1) AND character.game = $2 AND option IS NOT NULL
            GROUP BY character.player_id
            """,
            list(player_ids),
            game,
        )
        return {PlayerId(row["player_id"]): frozenset(row["options"]) for row in rows}
