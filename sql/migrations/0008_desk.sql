-- The officers' desk: settings that inherit, ranks, what a person may ask for.

-- Who may sign up and in which order, where that is not the template's own word; a raid keeps what it was made with.
ALTER TABLE patt.raid_events ADD COLUMN gates jsonb;

-- What the officers were told the bot is not allowed to do for a raid: each thing once, by the action that said it.
CREATE TABLE patt.lost_rights (
    event_id  bigint NOT NULL REFERENCES patt.raid_events (id) ON DELETE CASCADE,
    what      text NOT NULL, -- "channel:permission", or "channel:gone"
    action_id bigint NOT NULL,
    PRIMARY KEY (event_id, what)
);

-- Since when the bot is not in the server any more: its series rest until it is invited again.
ALTER TABLE common.discord_config ADD COLUMN left_at timestamptz;
