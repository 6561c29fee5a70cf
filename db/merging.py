"""Two players who are one person: everything of the one becomes the other's."""

from bot.domain.ids import PlayerId
from db.rows import Connection


class MergeRepository:
    """Moves a placeholder's rows to the member they turned out to be."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def merge(self, gone: PlayerId, stays: PlayerId) -> None:
        """Give `stays` all that is known of `gone`, who is then deleted. Where both were, one of them is left."""
        await self._attendance(gone, stays)
        await self._comps(gone, stays)
        await self._db.execute(
            """
            UPDATE guild_identity.wow_characters character
            SET player_id = $2, is_main = is_main AND NOT EXISTS (
                SELECT FROM guild_identity.wow_characters own
                WHERE own.player_id = $2 AND own.game = character.game AND own.is_main)
            WHERE player_id = $1
            """,
            gone,
            stays,
        )
        await self._db.execute("UPDATE guild_identity.away SET player_id = $2 WHERE player_id = $1", gone, stays)
        await self._db.execute(
            """
            UPDATE guild_identity.players stays SET
                main_character_id = coalesce(stays.main_character_id, gone.main_character_id),
                main_spec_id = CASE WHEN stays.main_character_id IS NULL THEN gone.main_spec_id
                                    ELSE stays.main_spec_id END,
                guild_rank_id = coalesce(stays.guild_rank_id, gone.guild_rank_id),
                auto_invite_events = stays.auto_invite_events OR gone.auto_invite_events,
                on_hiatus = stays.on_hiatus OR gone.on_hiatus
            FROM guild_identity.players gone WHERE gone.id = $1 AND stays.id = $2
            """,
            gone,
            stays,
        )
        await self._db.execute("DELETE FROM guild_identity.players WHERE id = $1", gone)

    async def _attendance(self, gone: PlayerId, stays: PlayerId) -> None:
        """One person has one row a raid; whoever of the two was seen there, they were."""
        await self._db.execute(
            """
            UPDATE patt.raid_attendance own SET
                attended = CASE WHEN own.attended IS NULL THEN other.attended
                                ELSE own.attended OR coalesce(other.attended, FALSE) END,
                minutes = greatest(own.minutes, other.minutes)
            FROM patt.raid_attendance other
            WHERE own.player_id = $2 AND other.player_id = $1 AND other.event_id = own.event_id
            """,
            gone,
            stays,
        )
        await self._db.execute(
            """
            DELETE FROM patt.raid_attendance WHERE player_id = $1
              AND event_id IN (SELECT event_id FROM patt.raid_attendance WHERE player_id = $2)
            """,
            gone,
            stays,
        )
        await self._db.execute("UPDATE patt.raid_attendance SET player_id = $2 WHERE player_id = $1", gone, stays)

    async def _comps(self, gone: PlayerId, stays: PlayerId) -> None:
        await self._db.execute(
            """
            DELETE FROM patt.comp_slots WHERE player_id = $1
              AND event_id IN (SELECT event_id FROM patt.comp_slots WHERE player_id = $2)
            """,
            gone,
            stays,
        )
        await self._db.execute("UPDATE patt.comp_slots SET player_id = $2 WHERE player_id = $1", gone, stays)
