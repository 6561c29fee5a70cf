-- Members and what is known of them: who asked to be forgotten, and how long each server keeps what.

-- What is left of somebody who asked to be forgotten: a nameless placeholder that keeps the counts right.
ALTER TABLE guild_identity.players ADD COLUMN forgotten boolean NOT NULL DEFAULT FALSE;

-- Each server says for how long it keeps things: the old is looked for a server at a time.
DROP INDEX patt.action_log_done;
DROP INDEX patt.audit_at;
DROP INDEX patt.scheduled_actions_dead_since;
CREATE INDEX action_log_done ON patt.action_log (guild_discord_id, done_at);
CREATE INDEX audit_at ON patt.audit (guild_discord_id, at);
CREATE INDEX scheduled_actions_dead_since ON patt.scheduled_actions (guild_discord_id, dead_since) WHERE dead;
CREATE INDEX raid_events_over ON patt.raid_events (guild_discord_id, end_time_utc)
    WHERE status IN ('COMPLETED', 'CANCELLED', 'ARCHIVED');
