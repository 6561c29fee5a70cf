"""Everything kept about one person in one server: handed out, and forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.action import Kind
from bot.domain.ids import EventId, GuildId, PlayerId, RoleId, UserId
from db.rows import Connection

SOMEBODY = "Somebody"
"""What is left of a name."""


class OwnDataRepository:
    """Reads and forgets one person's rows, wherever they stand."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def everything(self, guild_id: GuildId, user_id: UserId) -> Mapping[str, Any]:
        """What the server's tables hold about that Discord user, as JSON values, by what it is."""
        return await self._db.fetchval(
            """
            WITH own AS MATERIALIZED (
                SELECT player.* FROM guild_identity.players player
                JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
                WHERE player.guild_discord_id = $1 AND discord_user.discord_id = $2
            )
            SELECT jsonb_build_object(
                'discord_user', (SELECT to_jsonb(one) FROM guild_identity.discord_users one WHERE discord_id = $2),
                'player', (SELECT to_jsonb(own) || jsonb_build_object('rank', rank.name)
                    FROM own LEFT JOIN common.guild_ranks rank ON rank.id = own.guild_rank_id),
                'characters', (SELECT jsonb_agg(to_jsonb(one) || jsonb_build_object(
                        'class', class.name, 'spec', spec.name) ORDER BY one.id)
                    FROM guild_identity.wow_characters one
                    LEFT JOIN guild_identity.classes class ON class.id = one.class_id
                    LEFT JOIN guild_identity.specializations spec ON spec.id = one.spec_id
                    WHERE one.player_id IN (SELECT id FROM own)),
                'away', (SELECT jsonb_agg(to_jsonb(one) ORDER BY one.id) FROM guild_identity.away one
                    WHERE one.player_id IN (SELECT id FROM own)),
                'sign_ups', (SELECT jsonb_agg(to_jsonb(one) || jsonb_build_object(
                        'raid', event.title, 'raid_starts_at', event.start_time_utc) ORDER BY event.start_time_utc)
                    FROM patt.raid_attendance one JOIN patt.raid_events event ON event.id = one.event_id
                    WHERE one.player_id IN (SELECT id FROM own)),
                'comps', (SELECT jsonb_agg(to_jsonb(one) ORDER BY one.event_id) FROM patt.comp_slots one
                    WHERE one.player_id IN (SELECT id FROM own)),
                'told', (SELECT jsonb_agg(to_jsonb(one)) FROM patt.told one
                    JOIN patt.raid_events event ON event.id = one.event_id
                    WHERE event.guild_discord_id = $1 AND one.user_discord_id = $2),
                'raid_roles', (SELECT jsonb_agg(to_jsonb(one)) FROM patt.role_holders one
                    JOIN patt.raid_events event ON event.id = one.event_id
                    WHERE event.guild_discord_id = $1 AND one.user_discord_id = $2),
                'messages_to_come', (SELECT jsonb_agg(to_jsonb(one) ORDER BY one.id) FROM patt.scheduled_actions one
                    WHERE one.guild_discord_id = $1 AND one.lane = 'member:' || $2::bigint::text)
            )
            """,
            guild_id,
            user_id,
        )

    async def deeds(self, guild_id: GuildId, user_id: UserId) -> Mapping[str, Any]:
        """What they led, planned, did and decided there, and what officers did about them, without those officers."""
        return await self._db.fetchval(
            """
            WITH own AS MATERIALIZED (
                SELECT player.id FROM guild_identity.players player
                JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
                WHERE player.guild_discord_id = $1 AND discord_user.discord_id = $2
            ), series AS (SELECT * FROM patt.recurring_events WHERE guild_discord_id = $1)
            SELECT jsonb_build_object(
                'raids_led_or_planned', (SELECT jsonb_agg(jsonb_build_object(
                        'id', id, 'title', title, 'starts_at', start_time_utc, 'led', leader_discord_id = $2,
                        'planned', created_by = $2) ORDER BY id)
                    FROM patt.raid_events WHERE guild_discord_id = $1 AND $2 IN (leader_discord_id, created_by)),
                'series_led', (SELECT jsonb_agg(jsonb_build_object('id', id, 'label', label) ORDER BY id)
                    FROM series WHERE leader_discord_id = $2),
                'done_as_officer', (SELECT jsonb_agg(to_jsonb(one) ORDER BY one.id) FROM patt.audit one
                    WHERE one.guild_discord_id = $1 AND one.actor_discord_id = $2),
                'done_about_them', (SELECT jsonb_agg(to_jsonb(one) - 'actor_discord_id' ORDER BY one.id)
                    FROM patt.audit one JOIN own ON to_jsonb(own.id) IN (one.details -> 'player_id',
                        one.details #> '{before,player_id}', one.details #> '{after,player_id}')
                    WHERE one.guild_discord_id = $1 AND one.actor_discord_id IS DISTINCT FROM $2),
                'decided', jsonb_strip_nulls(jsonb_build_object(
                    'nights_left_out', (SELECT jsonb_agg(to_jsonb(one)) FROM patt.series_skips one
                        WHERE by_discord_id = $2 AND recurring_event_id IN (SELECT id FROM series)),
                    'nights_moved', (SELECT jsonb_agg(to_jsonb(one)) FROM patt.series_moves one
                        WHERE by_discord_id = $2 AND recurring_event_id IN (SELECT id FROM series)),
                    'bookings', (SELECT jsonb_agg(to_jsonb(one)) FROM patt.booking_questions one
                        WHERE by_discord_id = $2 AND recurring_event_id IN (SELECT id FROM series)),
                    'alerts', (SELECT jsonb_agg(to_jsonb(one)) FROM patt.alerts one
                        JOIN patt.raid_events event ON event.id = one.event_id
                        WHERE event.guild_discord_id = $1 AND one.by_discord_id = $2)))
            )
            """,
            guild_id,
            user_id,
        )

    async def elsewhere(self, guild_id: GuildId, user_id: UserId) -> Sequence[GuildId]:
        """The other servers in which that Discord user is registered."""
        rows = await self._db.fetch(
            """
            SELECT player.guild_discord_id FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE discord_user.discord_id = $2 AND player.guild_discord_id <> $1 ORDER BY 1
            """,
            guild_id,
            user_id,
        )
        return [GuildId(row["guild_discord_id"]) for row in rows]

    async def signup_there(self, event_id: EventId, player_id: PlayerId) -> int | None:
        """The player's sign-up on the raid's sheet at Raid-Helper, by its own id; None when we do not know it."""
        return await self._db.fetchval(
            "SELECT raid_helper_signup_id FROM patt.raid_attendance WHERE event_id = $1 AND player_id = $2",
            event_id,
            player_id,
        )

    async def roles(self, guild_id: GuildId, user_id: UserId) -> Sequence[RoleId]:
        """The raids' roles that user may have from us."""
        rows = await self._db.fetch(
            """
            SELECT mirror.discord_id FROM patt.role_holders holder
            JOIN patt.raid_events event ON event.id = holder.event_id AND event.guild_discord_id = $1
            JOIN patt.mirrors mirror ON mirror.event_id = holder.event_id AND mirror.kind = 'role'
            WHERE holder.user_discord_id = $2 AND mirror.state = 'stands' ORDER BY 1
            """,
            guild_id,
            user_id,
        )
        return [RoleId(row["discord_id"]) for row in rows]

    async def shown_on(self, guild_id: GuildId, player_id: PlayerId | None, user_id: UserId) -> Sequence[EventId]:
        """The raids whose standing sheets show the player, or them as leader; the latest first.

        Raid-Helper's show nobody of ours but the leader, and are over when the raid is.
        """
        rows = await self._db.fetch(
            """
            SELECT id FROM patt.raid_events event
            WHERE guild_discord_id = $1 AND CASE sheet WHEN 'native' THEN
                discord_message_id IS NOT NULL AND (leader_discord_id = $3 OR EXISTS (
                    SELECT FROM patt.raid_attendance WHERE event_id = event.id AND player_id = $2))
                ELSE leader_discord_id = $3 AND status = 'SCHEDULED' END
            ORDER BY start_time_utc DESC
            """,
            guild_id,
            player_id,
            user_id,
        )
        return [EventId(row["id"]) for row in rows]

    async def forget(self, guild_id: GuildId, player_id: PlayerId | None, user_id: UserId, now: datetime) -> None:
        """Take the person out of everything; where they were, a nameless placeholder keeps the counts right.

        `player_id` is None for whoever was never registered: no statement below finds anybody by it.
        """
        await self._forget_deeds(guild_id, user_id)
        await self._forget_traces(guild_id, player_id, user_id)
        await self._forget_to_come(guild_id, player_id, user_id)
        await self._forget_in_texts(guild_id, user_id)
        await self._not_from_raid_helper(guild_id, user_id, now)
        await self._forget_person(player_id, user_id)

    async def _forget_deeds(self, guild_id: GuildId, user_id: UserId) -> None:
        """What they led, planned and decided is nobody's from now on."""
        await self._db.execute(
            """
            WITH raids AS (
                UPDATE patt.raid_events SET leader_discord_id = nullif(leader_discord_id, $2),
                    created_by = nullif(created_by, $2)
                WHERE guild_discord_id = $1 AND $2 IN (leader_discord_id, created_by)
            ), series AS (
                UPDATE patt.recurring_events SET leader_discord_id = NULL
                WHERE guild_discord_id = $1 AND leader_discord_id = $2
            ), skips AS (
                UPDATE patt.series_skips one SET by_discord_id = NULL FROM patt.recurring_events series
                WHERE series.id = one.recurring_event_id AND series.guild_discord_id = $1 AND by_discord_id = $2
            ), questions AS (
                UPDATE patt.booking_questions one SET by_discord_id = NULL FROM patt.recurring_events series
                WHERE series.id = one.recurring_event_id AND series.guild_discord_id = $1 AND by_discord_id = $2
            ), alerts AS (
                UPDATE patt.alerts one SET by_discord_id = NULL FROM patt.raid_events event
                WHERE event.id = one.event_id AND event.guild_discord_id = $1 AND by_discord_id = $2
            ), moves AS (
                UPDATE patt.series_moves one SET by_discord_id = NULL FROM patt.recurring_events series
                WHERE series.id = one.recurring_event_id AND series.guild_discord_id = $1 AND by_discord_id = $2
            )
            UPDATE patt.audit SET actor_discord_id = NULL WHERE guild_discord_id = $1 AND actor_discord_id = $2
            """,
            guild_id,
            user_id,
        )

    async def _forget_traces(self, guild_id: GuildId, player_id: PlayerId | None, user_id: UserId) -> None:
        """What was noted and told about them."""
        await self._db.execute(
            """
            WITH told AS (
                DELETE FROM patt.told one USING patt.raid_events event
                WHERE event.id = one.event_id AND event.guild_discord_id = $1 AND one.user_discord_id = $3
            ), comps AS (
                UPDATE patt.comps one SET told = told - $3::bigint::text FROM patt.raid_events event
                WHERE event.id = one.event_id AND event.guild_discord_id = $1 AND one.told ? $3::bigint::text
            ), roles AS (
                DELETE FROM patt.role_holders one USING patt.raid_events event
                WHERE event.id = one.event_id AND event.guild_discord_id = $1 AND one.user_discord_id = $3
            )
            UPDATE patt.audit SET details = details - 'name' #- '{before,note}' #- '{after,note}'
            WHERE guild_discord_id = $1 AND to_jsonb($2::bigint) IN (
                details -> 'player_id', details #> '{before,player_id}', details #> '{after,player_id}')
            """,
            guild_id,
            player_id,
            user_id,
        )

    async def _forget_to_come(self, guild_id: GuildId, player_id: PlayerId | None, user_id: UserId) -> None:
        """What was yet to be told them; what a worker has in hand is said still.

        An officer's word on its way to Raid-Helper keeps the id until it is there: it says whose row it is about.
        """
        await self._db.execute(
            """
            DELETE FROM patt.scheduled_actions
            WHERE guild_discord_id = $1 AND lane = 'member:' || $2::bigint::text AND claimed_until IS NULL
            """,
            guild_id,
            user_id,
        )
        await self._db.execute(
            r"""
            UPDATE patt.scheduled_actions SET
                payload = CASE WHEN kind = $4 AND NOT dead THEN payload - 'name'
                    ELSE patt.without_id(payload, $2) - 'name' - 'extra' END,
                last_error = regexp_replace(last_error, '\m' || $2::bigint || '\M', '0', 'g')
            WHERE guild_discord_id = $1 AND (payload -> 'player_id' = to_jsonb($3::bigint)
                OR payload::text LIKE '%' || $2::bigint || '%' OR last_error LIKE '%' || $2::bigint || '%')
            """,
            guild_id,
            user_id,
            player_id,
            Kind.PUT_ON_RAID_HELPER,
        )

    async def _forget_in_texts(self, guild_id: GuildId, user_id: UserId) -> None:
        """Their id in what was written down as a whole: the trail, the log, what Raid-Helper has answered."""
        await self._db.execute(
            r"""
            WITH trail AS (
                UPDATE patt.audit SET details = patt.without_id(details, $2)
                WHERE guild_discord_id = $1 AND details::text LIKE '%' || $2::bigint || '%'
            ), log AS (
                UPDATE patt.action_log SET outcome = regexp_replace(outcome, '\m' || $2::bigint || '\M', '0', 'g')
                WHERE guild_discord_id = $1 AND outcome LIKE '%' || $2::bigint || '%'
            )
            UPDATE patt.raid_events SET raid_helper_payload = patt.without_id(raid_helper_payload, $2)
            WHERE guild_discord_id = $1 AND raid_helper_payload::text LIKE '%' || $2::bigint || '%'
            """,
            guild_id,
            user_id,
        )

    async def _not_from_raid_helper(self, guild_id: GuildId, user_id: UserId, now: datetime) -> None:
        """Have no sign-up from before `now` on a sheet of Raid-Helper's bring them back."""
        await self._db.execute(
            """
            INSERT INTO patt.raid_helper_forgotten (guild_discord_id, who, at)
            SELECT $1, patt.unnamed($1, $2), $3 FROM common.discord_config
            WHERE guild_discord_id = $1 AND raid_helper_api_key IS NOT NULL
            ON CONFLICT (guild_discord_id, who) DO UPDATE SET at = excluded.at
            """,
            guild_id,
            user_id,
            now,
        )

    async def _forget_person(self, player_id: PlayerId | None, user_id: UserId) -> None:
        await self._db.execute("DELETE FROM guild_identity.wow_characters WHERE player_id = $1", player_id)
        await self._db.execute("DELETE FROM guild_identity.away WHERE player_id = $1", player_id)
        await self._db.execute(
            """
            UPDATE patt.raid_attendance SET note = '', offers = '{}', arrives_at = NULL, raid_helper_signup_id = NULL
            WHERE player_id = $1
            """,
            player_id,
        )
        await self._db.execute(
            """
            UPDATE guild_identity.players SET display_name = $2, discord_user_id = NULL, guild_rank_id = NULL,
                main_character_id = NULL, main_spec_id = NULL, is_active = FALSE, auto_invite_events = FALSE,
                on_hiatus = FALSE, timezone = NULL, remind_by = NULL, remind_minutes = NULL, quiet_from = NULL,
                quiet_until = NULL, left_at = NULL, forgotten = TRUE
            WHERE id = $1
            """,
            player_id,
            SOMEBODY,
        )
        await self._db.execute(
            """
            DELETE FROM guild_identity.players player WHERE id = $1
              AND NOT EXISTS (SELECT FROM patt.raid_attendance WHERE player_id = player.id)
              AND NOT EXISTS (SELECT FROM patt.comp_slots WHERE player_id = player.id)
            """,
            player_id,
        )
        await self._db.execute(
            """
            DELETE FROM guild_identity.discord_users one WHERE discord_id = $1
              AND NOT EXISTS (SELECT FROM guild_identity.players WHERE discord_user_id = one.id)
            """,
            user_id,
        )
