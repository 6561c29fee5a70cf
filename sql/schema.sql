CREATE SCHEMA common;

CREATE SCHEMA guild_identity;

CREATE SCHEMA patt;

CREATE DOMAIN patt.answer AS text
	CONSTRAINT answer_check CHECK ((VALUE = ANY (ARRAY['accepted'::text, 'late'::text, 'tentative'::text, 'bench'::text, 'absence'::text])));

CREATE DOMAIN patt.answer_source AS text
	CONSTRAINT answer_source_check CHECK ((VALUE = ANY (ARRAY['self'::text, 'auto'::text, 'officer'::text, 'raid-helper'::text])));

CREATE DOMAIN patt.booking_state AS text
	CONSTRAINT booking_state_check CHECK ((VALUE = ANY (ARRAY['planned'::text, 'creating'::text, 'created'::text, 'announced'::text])));

CREATE DOMAIN patt.head_count AS integer
	CONSTRAINT head_count_check CHECK ((VALUE > 0));

CREATE DOMAIN patt.raid_status AS text
	CONSTRAINT raid_status_check CHECK ((VALUE = ANY (ARRAY['SCHEDULED'::text, 'IN_PROGRESS'::text, 'COMPLETED'::text, 'CANCELLED'::text, 'ARCHIVED'::text])));

CREATE DOMAIN patt.sheet_kind AS text
	CONSTRAINT sheet_kind_check CHECK ((VALUE = ANY (ARRAY['native'::text, 'raid-helper'::text])));

CREATE DOMAIN patt.tier AS smallint
	CONSTRAINT tier_check CHECK (((VALUE >= 0) AND (VALUE <= 2)));

CREATE FUNCTION patt.begin_sheet() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO patt.sheet_versions VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE TABLE patt.scheduled_actions (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    event_id bigint,
    kind text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    lane text NOT NULL,
    dedupe_key text,
    version bigint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    wake_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    claimed_until timestamp with time zone,
    dead boolean DEFAULT false NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    dead_since timestamp with time zone,
    claimed_by uuid
)
WITH (autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000');

CREATE FUNCTION patt.claim_actions(present timestamp with time zone, lease interval, most integer, kinds text[], holder uuid DEFAULT NULL::uuid, further boolean DEFAULT false) RETURNS SETOF patt.scheduled_actions
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    -- The plan is made once, for any moment, not knowing how little is due: it shall follow the indexes.
    -- One claims at a time: a claim not yet committed would not show that its lane is busy. Nobody waits for the disk:
    -- a claim that a dying server forgets was never made, and what it led to carries the action's nonce.
    PERFORM pg_advisory_xact_lock(hashtext('patt.scheduled_actions')), set_config('synchronous_commit', 'off', TRUE);
    RETURN QUERY
        WITH due AS MATERIALIZED (
            SELECT id FROM patt.scheduled_actions
            WHERE claimed_until IS NULL AND NOT dead AND wake_at <= present AND kind = ANY(kinds)
                AND lane NOT IN (
                    SELECT lane FROM patt.scheduled_actions
                    WHERE claimed_until IS NOT NULL AND NOT (further AND claimed_by IS NOT DISTINCT FROM holder))
            ORDER BY wake_at, id LIMIT most FOR UPDATE SKIP LOCKED)
        UPDATE patt.scheduled_actions action SET
            attempts = attempts + 1, fence = fence + 1, claimed_until = present + lease, claimed_by = holder
        WHERE action.id = ANY(ARRAY(SELECT id FROM due))
        RETURNING action.*;
END $$;

CREATE FUNCTION patt.complete_attendance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.status := coalesce(NEW.status, CASE WHEN NEW.signed_up THEN 'accepted' ELSE 'tentative' END);
    RETURN NEW;
END $$;

CREATE FUNCTION patt.complete_raid_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.guild_discord_id IS NULL THEN
        SELECT guild_discord_id INTO NEW.guild_discord_id
        FROM patt.recurring_events WHERE id = NEW.recurring_event_id;
    END IF;
    IF NEW.recurring_event_id IS NOT NULL AND NEW.occurrence_date IS NULL THEN
        NEW.occurrence_date := NEW.event_date;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION patt.plan_anew() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE patt.raid_events SET planned_for = NULL
    WHERE guild_discord_id = coalesce(NEW.guild_discord_id, OLD.guild_discord_id)
      AND status IN ('SCHEDULED', 'IN_PROGRESS') AND planned_for IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION patt.tell_of_action() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('patt.scheduled_actions', extract(epoch FROM NEW.wake_at)::text);
    RETURN NULL;
END $$;

CREATE FUNCTION patt.touch_sheet() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id
    WHERE event_id IN (OLD.event_id, NEW.event_id) AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;

CREATE FUNCTION patt.touch_sheet_of_raid() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id
    WHERE event_id = NEW.id AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;

CREATE FUNCTION patt.touch_sheets_of_leaver() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id WHERE event_id IN (
        SELECT sheet.event_id FROM patt.sheet_versions sheet JOIN patt.raid_events event ON event.id = sheet.event_id
        WHERE event.status = 'SCHEDULED'
          AND event.id IN (SELECT event_id FROM patt.raid_attendance WHERE player_id = NEW.id)
        FOR NO KEY UPDATE OF sheet SKIP LOCKED); -- whoever holds a row may wait for the player's: nobody waits for them
    RETURN NULL;
END $$;

CREATE FUNCTION patt.touch_sheets_of_player() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id WHERE event_id IN (
        SELECT event.id FROM patt.raid_attendance attendance JOIN patt.raid_events event ON event.id = attendance.event_id
        WHERE attendance.player_id = NEW.id AND event.status = 'SCHEDULED');
    RETURN NULL;
END $$;

CREATE FUNCTION patt.unnamed(guild_id bigint, user_id bigint) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT sha256(convert_to(guild_id || ':' || user_id, 'UTF8'));
$$;

CREATE FUNCTION patt.without_id(document jsonb, id bigint) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(document::text,
        '"' || id || '"(?!:)', 'null', 'g'),
        '(: |, |\[)' || id || '(?=[],}])', '\1null', 'g'),
        '\m' || id || '\M', '0', 'g')::jsonb;
$$;

CREATE TABLE common.bot_state (
    name text NOT NULL,
    value jsonb NOT NULL
);

CREATE TABLE common.discord_config (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    raid_channel_id bigint,
    officer_channel_id bigint,
    officer_role_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    timezone text,
    default_template text DEFAULT 'wow-retail'::text NOT NULL,
    raid_helper_api_key text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    left_at timestamp with time zone
);

ALTER TABLE common.discord_config ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME common.discord_config_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE common.gateways (
    shard integer NOT NULL,
    shard_count integer NOT NULL,
    latency interval,
    measured_at timestamp with time zone NOT NULL
);

CREATE TABLE common.guild_ranks (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    name text NOT NULL,
    level integer DEFAULT 0 NOT NULL,
    discord_role_id bigint,
    CONSTRAINT guild_ranks_level_check CHECK ((level >= 0))
);

ALTER TABLE common.guild_ranks ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME common.guild_ranks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE common.interactions (
    id bigint NOT NULL
);

CREATE TABLE common.loops (
    shards integer[] NOT NULL,
    shard_count integer NOT NULL,
    name text NOT NULL,
    every interval NOT NULL,
    began_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone
);

CREATE TABLE common.settings (
    guild_discord_id bigint NOT NULL,
    scope text NOT NULL,
    scope_id bigint NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    CONSTRAINT settings_scope_check CHECK ((scope = ANY (ARRAY['server'::text, 'channel'::text, 'template'::text, 'series'::text, 'event'::text])))
);

CREATE TABLE guild_identity.away (
    id bigint NOT NULL,
    player_id bigint NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    CONSTRAINT away_in_order CHECK ((first_day <= last_day))
);

ALTER TABLE guild_identity.away ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME guild_identity.away_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE guild_identity.classes (
    id bigint NOT NULL,
    game text DEFAULT 'wow'::text NOT NULL,
    name text NOT NULL
);

ALTER TABLE guild_identity.classes ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME guild_identity.classes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE guild_identity.discord_users (
    id bigint NOT NULL,
    discord_id bigint NOT NULL,
    username text DEFAULT ''::text NOT NULL
);

ALTER TABLE guild_identity.discord_users ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME guild_identity.discord_users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE guild_identity.players (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    display_name text DEFAULT ''::text NOT NULL,
    discord_user_id bigint,
    guild_rank_id bigint,
    main_character_id bigint,
    main_spec_id bigint,
    is_active boolean DEFAULT true NOT NULL,
    auto_invite_events boolean DEFAULT false NOT NULL,
    on_hiatus boolean DEFAULT false NOT NULL,
    timezone text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    remind_by text,
    remind_minutes integer,
    quiet_from time without time zone,
    quiet_until time without time zone,
    forgotten boolean DEFAULT false NOT NULL,
    left_at timestamp with time zone,
    CONSTRAINT players_quiet CHECK (((quiet_from IS NULL) = (quiet_until IS NULL))),
    CONSTRAINT players_remind_by_check CHECK ((remind_by = ANY (ARRAY['dm'::text, 'channel'::text, 'off'::text]))),
    CONSTRAINT players_remind_minutes_check CHECK ((remind_minutes > 0))
);

ALTER TABLE guild_identity.players ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME guild_identity.players_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE guild_identity.specializations (
    id bigint NOT NULL,
    class_id bigint NOT NULL,
    name text NOT NULL
);

ALTER TABLE guild_identity.specializations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME guild_identity.specializations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE guild_identity.wow_characters (
    id bigint NOT NULL,
    player_id bigint,
    game text DEFAULT 'wow'::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    class_id bigint,
    spec_id bigint,
    is_main boolean DEFAULT false NOT NULL,
    offers text[] DEFAULT '{}'::text[] NOT NULL
);

ALTER TABLE guild_identity.wow_characters ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME guild_identity.wow_characters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.action_log (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    event_id bigint,
    kind text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    outcome text NOT NULL
);

CREATE TABLE patt.alerts (
    event_id bigint NOT NULL,
    what text NOT NULL,
    action_id bigint,
    verdict text,
    by_discord_id bigint,
    at timestamp with time zone,
    CONSTRAINT alerts_verdict_check CHECK ((verdict = ANY (ARRAY['cancelled'::text, 'kept'::text, 'asked'::text]))),
    CONSTRAINT alerts_what_check CHECK ((what = ANY (ARRAY['minimum'::text, 'roles'::text, 'substitutes'::text, 'given-up'::text])))
);

CREATE TABLE patt.audit (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    event_id bigint,
    actor_discord_id bigint,
    action text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone
);

ALTER TABLE patt.audit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.booking_questions (
    recurring_event_id bigint NOT NULL,
    day date NOT NULL,
    start_time_utc timestamp with time zone NOT NULL,
    answer text,
    by_discord_id bigint,
    at timestamp with time zone,
    CONSTRAINT booking_questions_answer_check CHECK ((answer = ANY (ARRAY['booked'::text, 'declined'::text, 'unanswered'::text])))
);

CREATE TABLE patt.breaks (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    CONSTRAINT breaks_in_order CHECK ((first_day <= last_day))
);

ALTER TABLE patt.breaks ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.breaks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.comp_slots (
    event_id bigint NOT NULL,
    player_id bigint NOT NULL,
    group_number smallint NOT NULL,
    slot_number smallint NOT NULL,
    confirmed boolean,
    decline_told boolean DEFAULT false NOT NULL,
    CONSTRAINT comp_slots_group_number_check CHECK (((group_number >= 1) AND (group_number <= 20))),
    CONSTRAINT comp_slots_slot_number_check CHECK ((slot_number >= 1))
);

CREATE TABLE patt.comps (
    event_id bigint NOT NULL,
    discord_message_id bigint,
    published_at timestamp with time zone,
    told jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE patt.lost_rights (
    event_id bigint NOT NULL,
    what text NOT NULL,
    action_id bigint NOT NULL
);

CREATE TABLE patt.mirrors (
    event_id bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    discord_id bigint,
    shown jsonb DEFAULT '{}'::jsonb NOT NULL,
    trouble text,
    CONSTRAINT mirrors_kind_check CHECK ((kind = ANY (ARRAY['sheet'::text, 'thread'::text, 'discord-event'::text, 'role'::text]))),
    CONSTRAINT mirrors_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'waiting'::text, 'making'::text, 'stands'::text, 'lost'::text, 'ended'::text])))
);

CREATE TABLE patt.raid_attendance (
    id bigint NOT NULL,
    event_id bigint NOT NULL,
    player_id bigint NOT NULL,
    signed_up boolean DEFAULT true NOT NULL,
    source patt.answer_source DEFAULT 'self'::text NOT NULL,
    status patt.answer NOT NULL,
    character_id bigint,
    class_name text,
    spec_name text,
    note text DEFAULT ''::text NOT NULL,
    arrives_at timestamp with time zone,
    offers text[] DEFAULT '{}'::text[] NOT NULL,
    tier patt.tier DEFAULT 2 NOT NULL,
    slot integer,
    signed_at timestamp with time zone DEFAULT now() NOT NULL,
    raid_helper_signup_id bigint,
    attended boolean,
    minutes integer
)
WITH (fillfactor='70');

ALTER TABLE patt.raid_attendance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.raid_attendance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.raid_events (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    season_id bigint,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    event_date date NOT NULL,
    start_time_utc timestamp with time zone NOT NULL,
    end_time_utc timestamp with time zone NOT NULL,
    deadline_utc timestamp with time zone,
    status patt.raid_status DEFAULT 'SCHEDULED'::text NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    cancel_reason text,
    leader_discord_id bigint,
    sheet patt.sheet_kind DEFAULT 'native'::text NOT NULL,
    template_id bigint,
    total_limit patt.head_count,
    minimum patt.head_count,
    reminders integer[],
    discord_channel_id bigint,
    discord_message_id bigint,
    discord_thread_id bigint,
    recurring_event_id bigint,
    occurrence_date date,
    auto_booked boolean DEFAULT false NOT NULL,
    successor_id bigint,
    booking_state patt.booking_state,
    booking_attempts integer DEFAULT 0 NOT NULL,
    booking_error text,
    raid_helper_event_id text,
    raid_helper_payload jsonb,
    created_by bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    missed_at timestamp with time zone,
    planned_for timestamp with time zone[],
    tells_joiners boolean DEFAULT false NOT NULL,
    late_from timestamp with time zone,
    post_at timestamp with time zone,
    posted_before boolean DEFAULT false NOT NULL,
    gates jsonb,
    is_test boolean DEFAULT false NOT NULL,
    CONSTRAINT raid_events_in_order CHECK ((start_time_utc <= end_time_utc))
);

ALTER TABLE patt.raid_events ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.raid_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.raid_helper_forgotten (
    guild_discord_id bigint NOT NULL,
    who bytea NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE patt.raid_helper_pauses (
    guild_discord_id bigint NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE patt.raid_helper_requests (
    guild_discord_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    purpose text NOT NULL
);

CREATE TABLE patt.raid_seasons (
    id bigint NOT NULL,
    guild_discord_id bigint,
    name text DEFAULT ''::text NOT NULL,
    start_date date NOT NULL,
    end_date date,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT raid_seasons_in_order CHECK (((end_date IS NULL) OR (start_date <= end_date)))
);

ALTER TABLE patt.raid_seasons ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.raid_seasons_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.recurring_events (
    id bigint NOT NULL,
    guild_discord_id bigint NOT NULL,
    label text NOT NULL,
    event_type text DEFAULT 'raid'::text NOT NULL,
    day_of_week smallint NOT NULL,
    default_start_time time without time zone NOT NULL,
    default_duration_minutes integer DEFAULT 60 NOT NULL,
    discord_channel_id bigint,
    raid_helper_template_id text,
    is_active boolean DEFAULT true NOT NULL,
    timezone text,
    every_weeks integer DEFAULT 1 NOT NULL,
    anchor_date date,
    sheet text,
    template_name text,
    description text DEFAULT ''::text NOT NULL,
    total_limit integer,
    leader_discord_id bigint,
    deadline_minutes integer,
    paused_until date,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    every_days integer,
    post_weekday smallint,
    post_time time without time zone,
    confirm boolean DEFAULT false NOT NULL,
    book_at timestamp with time zone,
    CONSTRAINT recurring_events_day_of_week_check CHECK (((day_of_week >= 0) AND (day_of_week <= 6))),
    CONSTRAINT recurring_events_deadline_minutes_check CHECK ((deadline_minutes > 0)),
    CONSTRAINT recurring_events_default_duration_minutes_check CHECK ((default_duration_minutes > 0)),
    CONSTRAINT recurring_events_every_days_check CHECK (((every_days >= 1) AND (every_days <= 364))),
    CONSTRAINT recurring_events_every_weeks_check CHECK (((every_weeks >= 1) AND (every_weeks <= 52))),
    CONSTRAINT recurring_events_post CHECK (((post_weekday IS NULL) = (post_time IS NULL))),
    CONSTRAINT recurring_events_post_weekday_check CHECK (((post_weekday >= 0) AND (post_weekday <= 6))),
    CONSTRAINT recurring_events_sheet_check CHECK ((sheet = ANY (ARRAY['native'::text, 'raid-helper'::text]))),
    CONSTRAINT recurring_events_total_limit_check CHECK ((total_limit > 0))
);

ALTER TABLE patt.recurring_events ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.recurring_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.role_holders (
    event_id bigint NOT NULL,
    user_discord_id bigint NOT NULL,
    given boolean DEFAULT false NOT NULL
);

ALTER TABLE patt.scheduled_actions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.scheduled_actions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.series_moves (
    recurring_event_id bigint NOT NULL,
    day date NOT NULL,
    start_time_utc timestamp with time zone NOT NULL,
    by_discord_id bigint
);

CREATE TABLE patt.series_skips (
    recurring_event_id bigint NOT NULL,
    day date NOT NULL,
    by_discord_id bigint,
    reason text DEFAULT ''::text NOT NULL
);

CREATE TABLE patt.sheet_versions (
    event_id bigint NOT NULL
)
WITH (fillfactor='50');

CREATE TABLE patt.templates (
    id bigint NOT NULL,
    guild_discord_id bigint,
    name text NOT NULL,
    definition jsonb NOT NULL,
    game text GENERATED ALWAYS AS (COALESCE((definition ->> 'game'::text), (definition ->> 'name'::text))) STORED,
    digest text NOT NULL,
    is_current boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE patt.templates ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME patt.templates_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE patt.told (
    event_id bigint NOT NULL,
    what text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    user_discord_id bigint NOT NULL,
    way text DEFAULT 'dm'::text NOT NULL,
    message text,
    said boolean DEFAULT false NOT NULL,
    confirmed boolean,
    CONSTRAINT told_way_check CHECK ((way = ANY (ARRAY['dm'::text, 'channel'::text])))
);

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY common.bot_state
    ADD CONSTRAINT bot_state_pkey PRIMARY KEY (name);

ALTER TABLE ONLY common.discord_config
    ADD CONSTRAINT discord_config_guild_discord_id_key UNIQUE (guild_discord_id);

ALTER TABLE ONLY common.discord_config
    ADD CONSTRAINT discord_config_pkey PRIMARY KEY (id);

ALTER TABLE ONLY common.gateways
    ADD CONSTRAINT gateways_pkey PRIMARY KEY (shard);

ALTER TABLE ONLY common.guild_ranks
    ADD CONSTRAINT guild_ranks_name UNIQUE (guild_discord_id, name);

ALTER TABLE ONLY common.guild_ranks
    ADD CONSTRAINT guild_ranks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY common.interactions
    ADD CONSTRAINT interactions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY common.loops
    ADD CONSTRAINT loops_pkey PRIMARY KEY (shards, name);

ALTER TABLE ONLY common.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (guild_discord_id, scope, scope_id, name);

ALTER TABLE ONLY guild_identity.away
    ADD CONSTRAINT away_pkey PRIMARY KEY (id);

ALTER TABLE ONLY guild_identity.classes
    ADD CONSTRAINT classes_name UNIQUE (game, name);

ALTER TABLE ONLY guild_identity.classes
    ADD CONSTRAINT classes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY guild_identity.discord_users
    ADD CONSTRAINT discord_users_discord_id UNIQUE (discord_id);

ALTER TABLE ONLY guild_identity.discord_users
    ADD CONSTRAINT discord_users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY guild_identity.players
    ADD CONSTRAINT players_discord_user UNIQUE (guild_discord_id, discord_user_id);

ALTER TABLE ONLY guild_identity.players
    ADD CONSTRAINT players_pkey PRIMARY KEY (id);

ALTER TABLE ONLY guild_identity.specializations
    ADD CONSTRAINT specializations_name UNIQUE (class_id, name);

ALTER TABLE ONLY guild_identity.specializations
    ADD CONSTRAINT specializations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY guild_identity.wow_characters
    ADD CONSTRAINT wow_characters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.action_log
    ADD CONSTRAINT action_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (event_id, what);

ALTER TABLE ONLY patt.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.booking_questions
    ADD CONSTRAINT booking_questions_pkey PRIMARY KEY (recurring_event_id, day);

ALTER TABLE ONLY patt.breaks
    ADD CONSTRAINT breaks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.comp_slots
    ADD CONSTRAINT comp_slots_pkey PRIMARY KEY (event_id, player_id);

ALTER TABLE ONLY patt.comp_slots
    ADD CONSTRAINT comp_slots_place UNIQUE (event_id, group_number, slot_number) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY patt.comps
    ADD CONSTRAINT comps_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY patt.lost_rights
    ADD CONSTRAINT lost_rights_pkey PRIMARY KEY (event_id, what);

ALTER TABLE ONLY patt.mirrors
    ADD CONSTRAINT mirrors_pkey PRIMARY KEY (event_id, kind);

ALTER TABLE ONLY patt.raid_attendance
    ADD CONSTRAINT raid_attendance_one_seat UNIQUE (event_id, player_id);

ALTER TABLE ONLY patt.raid_attendance
    ADD CONSTRAINT raid_attendance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.raid_events
    ADD CONSTRAINT raid_events_occurrence UNIQUE (recurring_event_id, occurrence_date);

ALTER TABLE ONLY patt.raid_events
    ADD CONSTRAINT raid_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.raid_helper_forgotten
    ADD CONSTRAINT raid_helper_forgotten_pkey PRIMARY KEY (guild_discord_id, who);

ALTER TABLE ONLY patt.raid_helper_pauses
    ADD CONSTRAINT raid_helper_pauses_pkey PRIMARY KEY (guild_discord_id);

ALTER TABLE ONLY patt.raid_seasons
    ADD CONSTRAINT raid_seasons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.recurring_events
    ADD CONSTRAINT recurring_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.role_holders
    ADD CONSTRAINT role_holders_pkey PRIMARY KEY (event_id, user_discord_id);

ALTER TABLE ONLY patt.scheduled_actions
    ADD CONSTRAINT scheduled_actions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.series_moves
    ADD CONSTRAINT series_moves_pkey PRIMARY KEY (recurring_event_id, day);

ALTER TABLE ONLY patt.series_skips
    ADD CONSTRAINT series_skips_pkey PRIMARY KEY (recurring_event_id, day);

ALTER TABLE ONLY patt.sheet_versions
    ADD CONSTRAINT sheet_versions_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY patt.templates
    ADD CONSTRAINT templates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY patt.told
    ADD CONSTRAINT told_pkey PRIMARY KEY (event_id, what, starts_at, user_discord_id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

CREATE INDEX away_player ON guild_identity.away USING btree (player_id, last_day);

CREATE INDEX players_discord_user_id ON guild_identity.players USING btree (discord_user_id);

CREATE INDEX players_left ON guild_identity.players USING btree (guild_discord_id, left_at) WHERE (left_at IS NOT NULL);

CREATE INDEX players_own_reminder ON guild_identity.players USING btree (guild_discord_id, remind_minutes) WHERE (remind_minutes IS NOT NULL);

CREATE UNIQUE INDEX wow_characters_main ON guild_identity.wow_characters USING btree (player_id, game) WHERE is_main;

CREATE INDEX wow_characters_player ON guild_identity.wow_characters USING btree (player_id);

CREATE INDEX action_log_done ON patt.action_log USING btree (guild_discord_id, done_at);

CREATE INDEX action_log_event ON patt.action_log USING btree (event_id, done_at);

CREATE INDEX audit_at ON patt.audit USING btree (guild_discord_id, at);

CREATE INDEX audit_event ON patt.audit USING btree (event_id, id);

CREATE INDEX breaks_guild ON patt.breaks USING btree (guild_discord_id, last_day);

CREATE INDEX mirrors_discord_id ON patt.mirrors USING btree (discord_id) WHERE (state = 'stands'::text);

CREATE INDEX mirrors_waiting ON patt.mirrors USING btree (event_id) WHERE (state = 'waiting'::text);

CREATE INDEX raid_attendance_player ON patt.raid_attendance USING btree (player_id);

CREATE INDEX raid_events_booking ON patt.raid_events USING btree (id) WHERE ((booking_state)::text = ANY (ARRAY['planned'::text, 'creating'::text, 'created'::text]));

CREATE INDEX raid_events_message ON patt.raid_events USING btree (discord_message_id) WHERE (discord_message_id IS NOT NULL);

CREATE INDEX raid_events_open ON patt.raid_events USING btree (guild_discord_id) WHERE ((status)::text = ANY (ARRAY['SCHEDULED'::text, 'IN_PROGRESS'::text]));

CREATE INDEX raid_events_over ON patt.raid_events USING btree (guild_discord_id, end_time_utc) WHERE ((status)::text = ANY (ARRAY['COMPLETED'::text, 'CANCELLED'::text, 'ARCHIVED'::text]));

CREATE UNIQUE INDEX raid_events_raid_helper ON patt.raid_events USING btree (raid_helper_event_id) WHERE (raid_helper_event_id IS NOT NULL);

CREATE INDEX raid_events_unfollowed ON patt.raid_events USING btree (start_time_utc) WHERE ((recurring_event_id IS NOT NULL) AND (successor_id IS NULL) AND ((status)::text <> 'CANCELLED'::text));

CREATE INDEX raid_events_unplanned ON patt.raid_events USING btree (id) WHERE (((status)::text = ANY (ARRAY['SCHEDULED'::text, 'IN_PROGRESS'::text])) AND (planned_for IS DISTINCT FROM ARRAY[start_time_utc, end_time_utc, deadline_utc]));

CREATE INDEX raid_events_upcoming ON patt.raid_events USING btree (guild_discord_id, start_time_utc);

CREATE INDEX raid_helper_requests_window ON patt.raid_helper_requests USING btree (guild_discord_id, at);

CREATE INDEX recurring_events_book ON patt.recurring_events USING btree (book_at) WHERE (is_active AND (book_at IS NOT NULL));

CREATE INDEX recurring_events_guild ON patt.recurring_events USING btree (guild_discord_id) WHERE is_active;

CREATE INDEX scheduled_actions_busy ON patt.scheduled_actions USING btree (lane) INCLUDE (claimed_until, claimed_by) WHERE (claimed_until IS NOT NULL);

CREATE INDEX scheduled_actions_dead ON patt.scheduled_actions USING btree (guild_discord_id, id) WHERE dead;

CREATE INDEX scheduled_actions_dead_since ON patt.scheduled_actions USING btree (guild_discord_id, dead_since) WHERE dead;

CREATE UNIQUE INDEX scheduled_actions_dedupe ON patt.scheduled_actions USING btree (dedupe_key) WHERE (NOT dead);

CREATE INDEX scheduled_actions_event ON patt.scheduled_actions USING btree (event_id);

CREATE INDEX scheduled_actions_next ON patt.scheduled_actions USING btree (wake_at, id) WHERE ((claimed_until IS NULL) AND (NOT dead));

CREATE UNIQUE INDEX templates_current ON patt.templates USING btree (COALESCE(guild_discord_id, (0)::bigint), name) WHERE is_current;

CREATE TRIGGER settings_plan_anew AFTER INSERT OR DELETE OR UPDATE ON common.settings FOR EACH ROW EXECUTE FUNCTION patt.plan_anew();

CREATE TRIGGER players_leave AFTER UPDATE OF left_at ON guild_identity.players FOR EACH ROW WHEN (((old.left_at IS NULL) AND (new.left_at IS NOT NULL))) EXECUTE FUNCTION patt.touch_sheets_of_leaver();

CREATE TRIGGER players_touch AFTER UPDATE OF discord_user_id ON guild_identity.players FOR EACH ROW WHEN ((old.discord_user_id IS DISTINCT FROM new.discord_user_id)) EXECUTE FUNCTION patt.touch_sheets_of_player();

CREATE TRIGGER raid_attendance_complete BEFORE INSERT ON patt.raid_attendance FOR EACH ROW EXECUTE FUNCTION patt.complete_attendance();

CREATE TRIGGER raid_attendance_touch AFTER INSERT OR DELETE OR UPDATE OF event_id, player_id, status, character_id, class_name, spec_name, note, arrives_at, offers, tier, slot, signed_at ON patt.raid_attendance FOR EACH ROW EXECUTE FUNCTION patt.touch_sheet();

CREATE TRIGGER raid_events_begin AFTER INSERT ON patt.raid_events FOR EACH ROW EXECUTE FUNCTION patt.begin_sheet();

CREATE TRIGGER raid_events_complete BEFORE INSERT ON patt.raid_events FOR EACH ROW EXECUTE FUNCTION patt.complete_raid_event();

CREATE TRIGGER raid_events_touch AFTER UPDATE ON patt.raid_events FOR EACH ROW EXECUTE FUNCTION patt.touch_sheet_of_raid();

CREATE TRIGGER scheduled_actions_tell AFTER INSERT ON patt.scheduled_actions FOR EACH ROW EXECUTE FUNCTION patt.tell_of_action();

ALTER TABLE ONLY guild_identity.away
    ADD CONSTRAINT away_player_id_fkey FOREIGN KEY (player_id) REFERENCES guild_identity.players(id) ON DELETE CASCADE;

ALTER TABLE ONLY guild_identity.players
    ADD CONSTRAINT players_discord_user_id_fkey FOREIGN KEY (discord_user_id) REFERENCES guild_identity.discord_users(id) ON DELETE SET NULL;

ALTER TABLE ONLY guild_identity.players
    ADD CONSTRAINT players_guild_rank_id_fkey FOREIGN KEY (guild_rank_id) REFERENCES common.guild_ranks(id) ON DELETE SET NULL;

ALTER TABLE ONLY guild_identity.players
    ADD CONSTRAINT players_main_character FOREIGN KEY (main_character_id) REFERENCES guild_identity.wow_characters(id) ON DELETE SET NULL;

ALTER TABLE ONLY guild_identity.players
    ADD CONSTRAINT players_main_spec_id_fkey FOREIGN KEY (main_spec_id) REFERENCES guild_identity.specializations(id) ON DELETE SET NULL;

ALTER TABLE ONLY guild_identity.specializations
    ADD CONSTRAINT specializations_class_id_fkey FOREIGN KEY (class_id) REFERENCES guild_identity.classes(id) ON DELETE CASCADE;

ALTER TABLE ONLY guild_identity.wow_characters
    ADD CONSTRAINT wow_characters_class_id_fkey FOREIGN KEY (class_id) REFERENCES guild_identity.classes(id) ON DELETE SET NULL;

ALTER TABLE ONLY guild_identity.wow_characters
    ADD CONSTRAINT wow_characters_player_id_fkey FOREIGN KEY (player_id) REFERENCES guild_identity.players(id) ON DELETE CASCADE;

ALTER TABLE ONLY guild_identity.wow_characters
    ADD CONSTRAINT wow_characters_spec_id_fkey FOREIGN KEY (spec_id) REFERENCES guild_identity.specializations(id) ON DELETE SET NULL;

ALTER TABLE ONLY patt.alerts
    ADD CONSTRAINT alerts_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.audit
    ADD CONSTRAINT audit_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.booking_questions
    ADD CONSTRAINT booking_questions_recurring_event_id_fkey FOREIGN KEY (recurring_event_id) REFERENCES patt.recurring_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.comp_slots
    ADD CONSTRAINT comp_slots_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.comps(event_id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.comp_slots
    ADD CONSTRAINT comp_slots_player_id_fkey FOREIGN KEY (player_id) REFERENCES guild_identity.players(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.comps
    ADD CONSTRAINT comps_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.lost_rights
    ADD CONSTRAINT lost_rights_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.mirrors
    ADD CONSTRAINT mirrors_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.raid_attendance
    ADD CONSTRAINT raid_attendance_character_id_fkey FOREIGN KEY (character_id) REFERENCES guild_identity.wow_characters(id) ON DELETE SET NULL;

ALTER TABLE ONLY patt.raid_attendance
    ADD CONSTRAINT raid_attendance_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.raid_attendance
    ADD CONSTRAINT raid_attendance_player_id_fkey FOREIGN KEY (player_id) REFERENCES guild_identity.players(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.raid_events
    ADD CONSTRAINT raid_events_recurring_event_id_fkey FOREIGN KEY (recurring_event_id) REFERENCES patt.recurring_events(id) ON DELETE SET NULL;

ALTER TABLE ONLY patt.raid_events
    ADD CONSTRAINT raid_events_season_id_fkey FOREIGN KEY (season_id) REFERENCES patt.raid_seasons(id) ON DELETE SET NULL;

ALTER TABLE ONLY patt.raid_events
    ADD CONSTRAINT raid_events_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES patt.raid_events(id) ON DELETE SET NULL;

ALTER TABLE ONLY patt.raid_events
    ADD CONSTRAINT raid_events_template_id_fkey FOREIGN KEY (template_id) REFERENCES patt.templates(id);

ALTER TABLE ONLY patt.role_holders
    ADD CONSTRAINT role_holders_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.scheduled_actions
    ADD CONSTRAINT scheduled_actions_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.series_moves
    ADD CONSTRAINT series_moves_recurring_event_id_fkey FOREIGN KEY (recurring_event_id) REFERENCES patt.recurring_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.series_skips
    ADD CONSTRAINT series_skips_recurring_event_id_fkey FOREIGN KEY (recurring_event_id) REFERENCES patt.recurring_events(id) ON DELETE CASCADE;

ALTER TABLE ONLY patt.sheet_versions
    ADD CONSTRAINT sheet_versions_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY patt.told
    ADD CONSTRAINT told_event_id_fkey FOREIGN KEY (event_id) REFERENCES patt.raid_events(id) ON DELETE CASCADE;
