-- The queue wakes every worker, and finds what is due however much is waiting.
ALTER TABLE patt.scheduled_actions
    ADD COLUMN fence      bigint NOT NULL DEFAULT 0, -- rises with every claim and every letting go: an old hold settles nothing
    ADD COLUMN dead_since timestamptz;

-- Claimed rows stand in an index of their own: what is done leaves no trace where the next due one is looked for.
DROP INDEX patt.scheduled_actions_next;
DROP INDEX patt.scheduled_actions_lane;
CREATE INDEX scheduled_actions_next ON patt.scheduled_actions (wake_at, id) WHERE claimed_until IS NULL AND NOT dead;
CREATE INDEX scheduled_actions_busy ON patt.scheduled_actions (lane) INCLUDE (claimed_until)
    WHERE claimed_until IS NOT NULL;
CREATE INDEX scheduled_actions_dead ON patt.scheduled_actions (guild_discord_id, id) WHERE dead;
ALTER TABLE patt.scheduled_actions SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- What is forgotten when it is old enough.
CREATE INDEX action_log_done ON patt.action_log (done_at);
CREATE INDEX audit_at ON patt.audit (at);
CREATE INDEX scheduled_actions_dead_since ON patt.scheduled_actions (dead_since) WHERE dead;

-- Word to whoever listens, with the moment (Unix seconds); an action asked for again is no news.
CREATE FUNCTION patt.tell_of_actions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    soonest timestamptz;
BEGIN
    SELECT min(wake_at) INTO soonest FROM enqueued;
    IF soonest IS NOT NULL THEN
        PERFORM pg_notify('patt.scheduled_actions', extract(epoch FROM soonest)::text);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER scheduled_actions_tell AFTER INSERT ON patt.scheduled_actions
    REFERENCING NEW TABLE AS enqueued FOR EACH STATEMENT EXECUTE FUNCTION patt.tell_of_actions();
