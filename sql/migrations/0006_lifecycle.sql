-- What happens around a raid by itself: statuses, reminders, notices.

-- The start, end and deadline for which everything that happens by itself stands in the queue. Whatever writes other
-- times, by hand too, thereby asks for it anew; raids that are over or cancelled leave the index.
ALTER TABLE patt.raid_events ADD COLUMN planned_for timestamptz[];
CREATE INDEX raid_events_unplanned ON patt.raid_events (id)
    WHERE status IN ('SCHEDULED', 'IN_PROGRESS')
      AND planned_for IS DISTINCT FROM ARRAY[start_time_utc, end_time_utc, deadline_utc];

-- Who was told what about a raid at which start: nobody hears the same twice, however often it is moved. Whoever could
-- not be told directly waits here for the one message in the channel that names them all.
CREATE TABLE patt.told (
    event_id        bigint NOT NULL REFERENCES patt.raid_events ON DELETE CASCADE,
    what            text NOT NULL,        -- 'reminder:60', 'cancelled', 'moved' …
    starts_at       timestamptz NOT NULL, -- the start it was about
    user_discord_id bigint NOT NULL,
    way             text NOT NULL DEFAULT 'dm' CHECK (way IN ('dm', 'channel')),
    message         text,                 -- the nonce of the message in the channel that names them
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
