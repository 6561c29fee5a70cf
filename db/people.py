"""People by name: who is registered in a server, and placeholders for those without Discord."""

from collections.abc import Sequence
from typing import Any

from bot.domain.ids import EventId, GuildId, PlayerId, UserId
from bot.domain.people import Person, Profile
from bot.domain.sign_up import Pick
from db.players import Known
from db.rows import Connection, maybe

_SELECT = """
    SELECT player.id, player.display_name, discord_user.discord_id
    FROM guild_identity.players player
    LEFT JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
"""


class PersonRepository:
    """Finds people on one connection and writes placeholders down."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def all(self, guild_id: GuildId, *, most: int = 2000) -> Sequence[Person]:
        """The server's active players by name."""
        rows = await self._db.fetch(
            _SELECT + " WHERE player.guild_discord_id = $1 AND player.is_active ORDER BY display_name, id LIMIT $2",
            guild_id,
            most,
        )
        return [_person(row) for row in rows]

    async def get(self, guild_id: GuildId, player_id: PlayerId) -> Person | None:
        """The server's player of that id, or None when they are gone."""
        row = await self._db.fetchrow(
            _SELECT + " WHERE player.id = $1 AND player.guild_discord_id = $2 AND NOT player.forgotten",
            player_id,
            guild_id,
        )
        return _person(row) if row else None

    async def of_user(self, guild_id: GuildId, user_id: UserId) -> Person | None:
        """The player behind a member of the server; None while they are not registered."""
        row = await self._db.fetchrow(
            _SELECT + " WHERE player.guild_discord_id = $1 AND discord_user.discord_id = $2", guild_id, user_id
        )
        return _person(row) if row else None

    async def everybody(self, guild_id: GuildId, *, most: int = 5000) -> Sequence[Person]:
        """The server's players, those who are not active any more behind the others, each by name."""
        rows = await self._db.fetch(
            _SELECT
            + """
            WHERE player.guild_discord_id = $1 AND NOT player.forgotten
            ORDER BY NOT player.is_active, display_name, player.id LIMIT $2
            """,
            guild_id,
            most,
        )
        return [_person(row) for row in rows]

    async def profile(self, person: Person) -> Profile:
        """What officers know of the player."""
        row = await self._db.fetchrow(
            """
            SELECT player.is_active, player.auto_invite_events, player.on_hiatus, rank.name AS rank, rank.level,
                   (SELECT count(*) FROM patt.raid_attendance WHERE player_id = player.id AND attended) AS attended
            FROM guild_identity.players player
            LEFT JOIN common.guild_ranks rank ON rank.id = player.guild_rank_id
            WHERE player.id = $1
            """,
            person.id,
        )
        assert row is not None  # noqa: S101 - found in this transaction
        return Profile(
            person,
            row["rank"],
            row["level"],
            active=row["is_active"],
            auto_invite=row["auto_invite_events"],
            on_hiatus=row["on_hiatus"],
            attended=row["attended"],
        )

    async def open_sheets(self, players: Sequence[PlayerId]) -> Sequence[EventId]:
        """The raids that are still to begin and have one of these players on their sheet, in the order of their ids."""
        rows = await self._db.fetch(
            """
            SELECT DISTINCT event.id FROM patt.raid_attendance attendance
            JOIN patt.raid_events event ON event.id = attendance.event_id
            WHERE attendance.player_id = ANY($1) AND event.status = 'SCHEDULED' ORDER BY event.id
            """,
            list(players),
        )
        return [EventId(row["id"]) for row in rows]

    async def hold(self, player_id: PlayerId) -> None:
        """Have whoever is about to write the player onto a sheet wait for this transaction, and wait for theirs."""
        await self._db.execute("SELECT FROM guild_identity.players WHERE id = $1 FOR UPDATE", player_id)

    async def set_active(self, player_id: PlayerId, active: bool) -> None:
        """Whether they still belong: else they are on no list and no sheet is filled in with them."""
        await self._db.execute("UPDATE guild_identity.players SET is_active = $2 WHERE id = $1", player_id, active)

    async def set_auto_invite(self, player_id: PlayerId, invited: bool) -> None:
        """Whether booked sheets have them as coming."""
        await self._db.execute(
            "UPDATE guild_identity.players SET auto_invite_events = $2 WHERE id = $1", player_id, invited
        )

    async def set_hiatus(self, player_id: PlayerId, on_hiatus: bool) -> None:
        """Whether they are away until further notice."""
        await self._db.execute("UPDATE guild_identity.players SET on_hiatus = $2 WHERE id = $1", player_id, on_hiatus)

    async def named(self, guild_id: GuildId, name: str) -> Person | None:
        """The server's player of that name, whatever its case; of two the placeholder, else whoever came first."""
        row = await self._db.fetchrow(
            _SELECT
            + """
            WHERE player.guild_discord_id = $1 AND lower(player.display_name) = lower($2) AND player.is_active
            ORDER BY player.discord_user_id IS NOT NULL, player.id LIMIT 1
            """,
            guild_id,
            name,
        )
        return _person(row) if row else None

    async def zone(self, guild_id: GuildId, user_id: UserId) -> str | None:
        """The member's own time zone (IANA); None while they follow the server."""
        return await self._db.fetchval(
            """
            SELECT player.timezone FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND discord_user.discord_id = $2
            """,
            guild_id,
            user_id,
        )

    async def set_zone(self, player_id: PlayerId, zone: str | None) -> None:
        """Write the player's own time zone down; None follows the server."""
        await self._db.execute("UPDATE guild_identity.players SET timezone = $2 WHERE id = $1", player_id, zone)

    async def write_down(self, guild_id: GuildId, name: str) -> Person:
        """A new placeholder of that name."""
        player_id = await self._db.fetchval(
            "INSERT INTO guild_identity.players (guild_discord_id, display_name) VALUES ($1, $2) RETURNING id",
            guild_id,
            name,
        )
        return Person(PlayerId(player_id), name, None)

    async def main(self, player_id: PlayerId, game: str) -> Known:
        """What the player is known to play in `game`."""
        row = await self._db.fetchrow(
            """
            SELECT character.id, class.name AS class_name, spec.name AS spec_name
            FROM guild_identity.players player
            JOIN guild_identity.wow_characters character ON character.player_id = player.id
                 AND character.game = $2 AND (character.is_main OR character.id = player.main_character_id)
            JOIN guild_identity.specializations spec ON spec.id = coalesce(character.spec_id,
                 CASE WHEN character.id = player.main_character_id THEN player.main_spec_id END)
            JOIN guild_identity.classes class ON class.id = spec.class_id
            WHERE player.id = $1 ORDER BY character.is_main DESC LIMIT 1
            """,
            player_id,
            game,
        )
        if row is None:
            return Known(player_id, None, None)
        return Known(player_id, row["id"], Pick(row["class_name"], row["spec_name"]))


def _person(row: Any) -> Person:
    return Person(PlayerId(row["id"]), row["display_name"], maybe(UserId, row["discord_id"]))
