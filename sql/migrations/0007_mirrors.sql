-- What stands beside a raid in Discord: thread, scheduled event, role.

-- When the sheet is posted; NULL: at once. A sheet that was posted before rings nobody when it comes back.
ALTER TABLE patt.raid_events ADD COLUMN post_at timestamptz, ADD COLUMN posted_before boolean NOT NULL DEFAULT FALSE;
UPDATE patt.raid_events SET posted_before = TRUE WHERE discord_message_id IS NOT NULL;

-- Written before anything is made, so that whoever finds `making` after a crash looks before making it again.
-- `shown` is what Discord was told last; `trouble` what the officers were told is in the way.
-- The row of a sheet says only what is wrong with it.
CREATE TABLE patt.mirrors (
    event_id bigint NOT NULL REFERENCES patt.raid_events (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('sheet', 'thread', 'discord-event', 'role')),
    state text NOT NULL CHECK (state IN ('planned', 'waiting', 'making', 'stands', 'lost', 'ended')),
    discord_id bigint,
    shown jsonb NOT NULL DEFAULT '{}',
    trouble text,
    PRIMARY KEY (event_id, kind)
);
CREATE INDEX mirrors_discord_id ON patt.mirrors (discord_id) WHERE state = 'stands';
CREATE INDEX mirrors_waiting ON patt.mirrors (event_id) WHERE state = 'waiting';

-- Who has a raid's role from us; written before it is given, deleted after it is taken.
CREATE TABLE patt.role_holders (
    event_id bigint NOT NULL REFERENCES patt.raid_events (id) ON DELETE CASCADE,
    user_discord_id bigint NOT NULL,
    given boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (event_id, user_discord_id)
);
