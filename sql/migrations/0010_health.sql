-- What the running bot tells of itself, for `python -m bot check`, which is another process.

-- When each loop of a worker last came through. A worker is known by the shards it serves.
CREATE TABLE common.loops (
    shards      integer[] NOT NULL,
    shard_count integer NOT NULL,
    name        text NOT NULL,
    every       interval NOT NULL,
    began_at    timestamptz NOT NULL, -- when the process did
    last_at     timestamptz,          -- NULL: not yet, in no process
    PRIMARY KEY (shards, name)
);

-- How long Discord took to answer a shard's last heartbeat.
CREATE TABLE common.gateways (
    shard       integer PRIMARY KEY,
    shard_count integer NOT NULL,
    latency     interval, -- NULL: not connected then
    measured_at timestamptz NOT NULL
);

-- The setup's test sheet, which is thrown away within the hour: from then on it is in no list.
ALTER TABLE patt.raid_events ADD COLUMN is_test boolean NOT NULL DEFAULT FALSE;

-- Raids that were planned before the bot looked at its permissions for them: the next look plans them anew, once.
UPDATE patt.raid_events SET planned_for = NULL WHERE status = 'SCHEDULED' AND planned_for IS NOT NULL;
