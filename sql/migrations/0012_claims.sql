-- Who works in a lane may claim what comes behind it: the next is at hand before the last of the lane is done.
ALTER TABLE patt.scheduled_actions ADD COLUMN claimed_by uuid; -- means nothing while claimed_until is NULL

DROP INDEX patt.scheduled_actions_busy;
CREATE INDEX scheduled_actions_busy ON patt.scheduled_actions (lane) INCLUDE (claimed_until, claimed_by)
    WHERE claimed_until IS NOT NULL;

-- As in 0005. A worker from before this migration asks without the last two, as nobody, and is somebody else to all.
DROP FUNCTION patt.claim_actions(timestamptz, interval, integer, text[]);
CREATE FUNCTION patt.claim_actions(present timestamptz, lease interval, most integer, kinds text[],
                                   holder uuid DEFAULT NULL, further boolean DEFAULT FALSE)
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
                AND lane NOT IN (
                    SELECT lane FROM patt.scheduled_actions
                    WHERE claimed_until IS NOT NULL AND NOT (further AND claimed_by IS NOT DISTINCT FROM holder))
            ORDER BY wake_at, id LIMIT most FOR UPDATE SKIP LOCKED)
        UPDATE patt.scheduled_actions action SET
            attempts = attempts + 1, fence = fence + 1, claimed_until = present + lease, claimed_by = holder
        WHERE action.id = ANY(ARRAY(SELECT id FROM due))
        RETURNING action.*;
END $$;
