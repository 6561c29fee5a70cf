-- What happens around a raid by itself: statuses, reminders, notices.

ALTER TABLE patt.raid_events
    -- The start, end and deadline for which everything that happens by itself stands in the queue. Whatever writes
    -- other times, by hand too, thereby asks for it anew; raids that are over or cancelled leave the index.
    ADD COLUMN planned_for timestamptz[],
    -- What a click must know without looking settings up; written whenever the raid is planned for.
    ADD COLUMN tells_joiners boolean NOT NULL DEFAULT FALSE, -- whoever signs up is sent the sign-up instructions
    ADD COLUMN late_from timestamptz;                        -- from when its leader hears of changes; NULL: never
CREATE INDEX raid_events_unplanned ON patt.raid_events (id)
    WHERE status IN ('SCHEDULED', 'IN_PROGRESS')
      AND planned_for IS DISTINCT FROM ARRAY[start_time_utc, end_time_utc, deadline_utc];
CREATE INDEX raid_events_open ON patt.raid_events (guild_discord_id) WHERE status IN ('SCHEDULED', 'IN_PROGRESS');

-- A server that changes a setting has what lies ahead of its raids planned anew.
CREATE FUNCTION patt.plan_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.raid_events SET planned_for = NULL
    WHERE guild_discord_id = coalesce(NEW.guild_discord_id, OLD.guild_discord_id)
      AND status IN ('SCHEDULED', 'IN_PROGRESS') AND planned_for IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER settings_plan_anew AFTER INSERT OR UPDATE OR DELETE ON common.settings
    FOR EACH ROW EXECUTE FUNCTION patt.plan_anew();

-- Who was told what about a raid at which start: nobody hears the same twice, however often it is moved. Whoever could
-- not be told directly waits here for the one message in the channel that names them all.
CREATE TABLE patt.told (
    event_id        bigint NOT NULL REFERENCES patt.raid_events ON DELETE CASCADE,
    what            text NOT NULL,        -- 'reminder:60', 'cancelled:17' …
    starts_at       timestamptz NOT NULL, -- the start it was about
    user_discord_id bigint NOT NULL,
    way             text NOT NULL DEFAULT 'dm' CHECK (way IN ('dm', 'channel')),
    message         text,                 -- the nonce of the message that tells them
    said            boolean NOT NULL DEFAULT FALSE,
    confirmed       boolean,              -- whether they still come, where that was asked
    PRIMARY KEY (event_id, what, starts_at, user_discord_id)
);

-- How a member wants to be reminded; NULL follows the server.
ALTER TABLE guild_identity.players
    ADD COLUMN remind_by text CHECK (remind_by IN ('dm', 'channel', 'off')),
    ADD COLUMN remind_minutes integer CHECK (remind_minutes > 0), -- before the start, instead of the raid's own
    ADD COLUMN quiet_from time,
    ADD COLUMN quiet_until time,
    ADD CONSTRAINT players_quiet CHECK ((quiet_from IS NULL) = (quiet_until IS NULL));
CREATE INDEX players_own_reminder ON guild_identity.players (guild_discord_id, remind_minutes)
    WHERE remind_minutes IS NOT NULL;
