"""Raid-Helper: what its key has been used for, and what its sheets say, in our rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

import asyncpg

from bot.domain.ids import EventId, GuildId, PlayerId, SeriesId, UserId
from bot.domain.mirror import Elsewhere
from db.events import OccurrenceTaken
from db.rows import Connection


class RaidHelperRepository:
    """Counts requests and mirrors sign-ups, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def take(
        self, guild_id: GuildId, purpose: str, now: datetime, window: timedelta, at_most: int | None
    ) -> datetime | None:
        """Write a request down unless there were `at_most` within `window`, or Raid-Helper wants a pause.

        The moment it is worth asking again when nothing was written. Rows older than the window go along the way.
        Two workers may take the last one in the same instant: the 429 that follows says so.
        """
        return await self._db.fetchval(
            """
            WITH gone AS (
                DELETE FROM patt.raid_helper_requests
                WHERE guild_discord_id = $1 AND at <= $3::timestamptz - $4::interval
            ), waits AS (
                SELECT max(until) AS until FROM (
                    (SELECT at + $4::interval AS until FROM patt.raid_helper_requests
                     WHERE guild_discord_id = $1 AND at > $3::timestamptz - $4::interval AND $5::int IS NOT NULL
                     ORDER BY at DESC OFFSET greatest($5::int, 1) - 1 LIMIT 1)
                    UNION ALL
                    SELECT until FROM patt.raid_helper_pauses
                    WHERE guild_discord_id = $1 AND until > $3::timestamptz AND $5::int IS NOT NULL) reasons
            ), written AS (
                INSERT INTO patt.raid_helper_requests (guild_discord_id, at, purpose)
                SELECT $1, $3::timestamptz, $2 FROM waits WHERE until IS NULL
            )
            SELECT until FROM waits
            """,
            guild_id,
            purpose,
            now,
            window,
            at_most,
        )

    async def pause(self, guild_id: GuildId, until: datetime) -> None:
        """Remember until when Raid-Helper takes nothing."""
        await self._db.execute(
            """
            INSERT INTO patt.raid_helper_pauses (guild_discord_id, until) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET until = excluded.until
            """,
            guild_id,
            until,
        )

    async def used(self, guild_id: GuildId, now: datetime, window: timedelta) -> tuple[int, datetime | None]:
        """How many requests there were within `window`, and until when Raid-Helper takes nothing."""
        row = await self._db.fetchrow(
            """
            SELECT (SELECT count(*) FROM patt.raid_helper_requests
                    WHERE guild_discord_id = $1 AND at > $2::timestamptz - $3::interval) AS used,
                   (SELECT until FROM patt.raid_helper_pauses WHERE guild_discord_id = $1 AND until > $2) AS until
            """,
            guild_id,
            now,
            window,
        )
        assert row is not None  # noqa: S101 - a SELECT without FROM has its row
        return row["used"], row["until"]

    async def start_anew(self, guild_id: GuildId) -> None:
        """A new key has a day of its own."""
        await self._db.execute(
            """
            WITH pause AS (DELETE FROM patt.raid_helper_pauses WHERE guild_discord_id = $1)
            DELETE FROM patt.raid_helper_requests WHERE guild_discord_id = $1
            """,
            guild_id,
        )

    async def known(
        self, guild_id: GuildId, raid_helper_ids: Collection[str], *, lock: bool = False
    ) -> Mapping[str, EventId]:
        """The server's raids that are these events; `lock` holds them for the transaction, whether there or not."""
        if lock:
            await self._db.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest($1::text[]) AS id ORDER BY id",
                list(raid_helper_ids),
            )
        rows = await self._db.fetch(
            """
            SELECT raid_helper_event_id, id FROM patt.raid_events
            WHERE guild_discord_id = $1 AND raid_helper_event_id = ANY($2)
            """,
            guild_id,
            list(raid_helper_ids),
        )
        return {row["raid_helper_event_id"]: EventId(row["id"]) for row in rows}

    async def attach(self, event_id: EventId, series_id: SeriesId, day: date, template_id: str | None) -> None:
        """Make the raid the series' one of `day`; a series without a template there takes this one's.

        Raises OccurrenceTaken.
        """
        try:
            await self._db.execute(
                "UPDATE patt.raid_events SET recurring_event_id = $2, occurrence_date = $3 WHERE id = $1",
                event_id,
                series_id,
                day,
            )
        except asyncpg.UniqueViolationError:
            raise OccurrenceTaken from None
        await self._db.execute(
            """
            UPDATE patt.recurring_events SET raid_helper_template_id = coalesce(raid_helper_template_id, $2)
            WHERE id = $1
            """,
            series_id,
            template_id,
        )

    async def hand_over(self, event_id: EventId, kind: str) -> None:
        """The raid's sheet is kept by `kind` from now on; what stood on Raid-Helper is no longer its sheet."""
        await self._db.execute(
            "UPDATE patt.raid_events SET sheet = $2, raid_helper_event_id = NULL WHERE id = $1", event_id, kind
        )

    async def in_hand(self, event_id: EventId, kinds: Collection[str]) -> frozenset[PlayerId]:
        """Whose sign-up is still to be written there: what Raid-Helper says of them is older than what we want."""
        rows = await self._db.fetch(
            """
            SELECT DISTINCT (payload ->> 'player_id')::bigint AS player_id FROM patt.scheduled_actions
            WHERE event_id = $1 AND NOT dead AND kind = ANY($2)
            """,
            event_id,
            list(kinds),
        )
        return frozenset(PlayerId(row["player_id"]) for row in rows)

    async def members(self, guild_id: GuildId, names: Mapping[UserId, str]) -> Mapping[UserId, PlayerId]:
        """The players behind these Discord users, whoever is new written down under the name given."""
        known = await self._players(guild_id, names)
        new = {user_id: name for user_id, name in sorted(names.items()) if user_id not in known}
        if not new:
            return known
        await self._db.execute(
            """
            WITH discord_user AS (
                INSERT INTO guild_identity.discord_users (discord_id, username)
                SELECT * FROM unnest($2::bigint[], $3::text[])
                ON CONFLICT (discord_id) DO UPDATE SET discord_id = excluded.discord_id
                RETURNING id, discord_id
            )
            INSERT INTO guild_identity.players (guild_discord_id, discord_user_id, display_name)
            SELECT $1, discord_user.id, new.name
            FROM discord_user JOIN unnest($2::bigint[], $3::text[]) AS new (discord_id, name) USING (discord_id)
            ORDER BY discord_user.id
            ON CONFLICT (guild_discord_id, discord_user_id) DO NOTHING
            """,
            guild_id,
            list(new),
            list(new.values()),
        )
        return await self._players(guild_id, names)

    async def forgotten(self, guild_id: GuildId, users: Collection[UserId]) -> Mapping[UserId, datetime]:
        """Which of these users the server was asked to forget, and when; not those who have begun anew since."""
        rows = await self._db.fetch(
            """
            SELECT user_id, gone.at FROM unnest($2::bigint[]) AS user_id
            JOIN patt.raid_helper_forgotten gone
                ON gone.guild_discord_id = $1 AND gone.who = patt.unnamed($1, user_id)
            WHERE NOT EXISTS (
                SELECT FROM guild_identity.players player
                JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
                WHERE player.guild_discord_id = $1 AND discord_user.discord_id = user_id)
            """,
            guild_id,
            list(users),
        )
        return {UserId(row["user_id"]): row["at"] for row in rows}

    async def mirror(self, event_id: EventId, answers: Sequence[tuple[PlayerId, Elsewhere]]) -> int:
        """Write these answers down as Raid-Helper has them; how many rows that changed.

        Who put somebody on the sheet stays on record until they answer otherwise themselves.
        """
        changed = await self._db.fetch(
            """
            INSERT INTO patt.raid_attendance AS own
                (event_id, player_id, status, signed_up, source, class_name, spec_name, note, signed_at, slot,
                 raid_helper_signup_id)
            SELECT $1, player_id, status, signed_up, 'raid-helper', class_name, spec_name, note, signed_at, slot,
                   signup_id
            FROM unnest($2::bigint[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                        $9::int[], $10::bigint[])
                 AS there (player_id, status, signed_up, class_name, spec_name, note, signed_at, slot, signup_id)
            ORDER BY slot
            ON CONFLICT (event_id, player_id) DO UPDATE SET
                status = excluded.status, signed_up = excluded.signed_up, note = excluded.note,
                source = CASE WHEN own.status = excluded.status THEN own.source ELSE excluded.source END,
                class_name = coalesce(excluded.class_name, own.class_name),
                spec_name = coalesce(excluded.spec_name, own.spec_name),
                character_id = CASE WHEN coalesce(excluded.class_name, own.class_name) = own.class_name
                                    THEN own.character_id END,
                signed_at = excluded.signed_at, tier = excluded.tier, slot = excluded.slot,
                raid_helper_signup_id = coalesce(excluded.raid_helper_signup_id, own.raid_helper_signup_id)
            WHERE (own.status, own.note, own.signed_at, own.slot, own.tier, own.class_name, own.spec_name,
                   own.raid_helper_signup_id)
                  IS DISTINCT FROM
                  (excluded.status, excluded.note, excluded.signed_at, excluded.slot, excluded.tier,
                   coalesce(excluded.class_name, own.class_name), coalesce(excluded.spec_name, own.spec_name),
                   coalesce(excluded.raid_helper_signup_id, own.raid_helper_signup_id))
            RETURNING 1
            """,
            event_id,
            [player_id for player_id, _ in answers],
            [one.choice for _, one in answers],
            [one.choice.holds_seat for _, one in answers],
            [one.pick.class_name if one.pick else None for _, one in answers],
            [one.pick.spec_name if one.pick else None for _, one in answers],
            [one.note for _, one in answers],
            [one.at for _, one in answers],
            [one.position for _, one in answers],
            [one.signup_id for _, one in answers],
        )
        return len(changed)

    async def keep_only(self, event_id: EventId, players: Collection[PlayerId]) -> int:
        """Take everybody with a Discord user but `players` off the raid's rows; how many.

        People without Discord were never sent there, and whoever was seen at the raid stays on record.
        """
        gone = await self._db.fetch(
            """
            DELETE FROM patt.raid_attendance a USING guild_identity.players p
            WHERE a.event_id = $1 AND p.id = a.player_id AND p.discord_user_id IS NOT NULL
              AND a.player_id <> ALL($2) AND a.attended IS NULL
            RETURNING 1
            """,
            event_id,
            list(players),
        )
        return len(gone)

    async def _players(self, guild_id: GuildId, users: Collection[UserId]) -> Mapping[UserId, PlayerId]:
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id, player.id FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND discord_user.discord_id = ANY($2)
            """,
            guild_id,
            list(users),
        )
        return {UserId(row["discord_id"]): PlayerId(row["id"]) for row in rows}
