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

-- Takes what is due, for a lease. A function, because each of its statements sees what was committed before it: the
-- second one what the holder of the lock claimed while the first waited for it, in one round trip.
CREATE FUNCTION patt.claim_actions(present timestamptz, lease interval, most integer, kinds text[])
RETURNS SETOF patt.scheduled_actions LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    -- The plan is made once, for any moment, not knowing how little is due: it shall follow the indexes.
    -- One claims at a time: a claim not yet committed would not show that its lane is busy. Nobody waits for the disk:
    -- a claim that a dying server forgets was never made, and what it led to carries the action's nonce.
    PERFORM pg_advisory_xact_lock(hashtext('patt.scheduled_actions')), set_config('synchronous_commit', 'off', TRUE);
    RETURN QUERY
        WITH due AS MATERIALIZED (
            SELECT id FROM patt.scheduled_actions
            WHERE claimed_until IS NULL AND NOT dead AND wake_at <= present AND kind = ANY(kinds)
                AND lane NOT IN (SELECT lane FROM patt.scheduled_actions WHERE claimed_until IS NOT NULL)
            ORDER BY wake_at, id LIMIT most FOR UPDATE SKIP LOCKED)
        UPDATE patt.scheduled_actions action SET
            attempts = attempts + 1, fence = fence + 1, claimed_until = present + lease
        WHERE action.id = ANY(ARRAY(SELECT id FROM due))
        RETURNING action.*;
END $$;
