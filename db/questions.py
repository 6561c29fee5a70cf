"""Questions whether a night of a series is booked: `patt.booking_questions`."""

from datetime import date, datetime
from typing import Any

from bot.domain.booking import Answer, Question
from bot.domain.ids import GuildId, SeriesId, UserId
from db.rows import Connection, maybe

_SELECT = """
    SELECT recurring_event_id, day, start_time_utc, answer, booking_questions.by_discord_id
    FROM patt.booking_questions
"""


class QuestionRepository:
    """Reads and writes questions, one a night."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def ask(self, question: Question) -> bool:
        """Write the question down; False when that night was asked about before."""
        asked = await self._db.fetchval(
            """
            INSERT INTO patt.booking_questions (recurring_event_id, day, start_time_utc) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING RETURNING TRUE
            """,
            question.series_id,
            question.day,
            question.starts_at,
        )
        return bool(asked)

    async def lock(self, guild_id: GuildId, series_id: SeriesId, day: date) -> Question | None:
        """The question about that night of the server's series, locked until the transaction ends, or None."""
        row = await self._db.fetchrow(
            _SELECT
            + """
            JOIN patt.recurring_events series ON series.id = recurring_event_id
            WHERE recurring_event_id = $1 AND day = $2 AND series.guild_discord_id = $3
            FOR UPDATE OF booking_questions
            """,
            series_id,
            day,
            guild_id,
        )
        return _question(row) if row else None

    async def booked(self, series_id: SeriesId, day: date, by: UserId | None, at: datetime) -> None:
        """That night is booked: the question about it, if it is still open, is answered."""
        await self._db.execute(
            """
            UPDATE patt.booking_questions SET answer = 'booked', by_discord_id = $3, at = $4
            WHERE recurring_event_id = $1 AND day = $2 AND answer IS NULL
            """,
            series_id,
            day,
            by,
            at,
        )

    async def settle(self, question: Question, answer: Answer, by: UserId | None, at: datetime) -> None:
        """Write down what became of the question, and by whom."""
        await self._db.execute(
            """
            UPDATE patt.booking_questions SET answer = $3, by_discord_id = $4, at = $5
            WHERE recurring_event_id = $1 AND day = $2
            """,
            question.series_id,
            question.day,
            answer,
            by,
            at,
        )


def _question(row: Any) -> Question:
    return Question(
        SeriesId(row["recurring_event_id"]),
        row["day"],
        row["start_time_utc"],
        maybe(Answer, row["answer"]),
        maybe(UserId, row["by_discord_id"]),
    )
