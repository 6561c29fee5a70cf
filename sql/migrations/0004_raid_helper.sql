-- What a Raid-Helper key has been used for, and sheets taken over from Raid-Helper.

-- Until when Raid-Helper has said, in hours, that it takes nothing from a server: a restart must not ask again.
CREATE TABLE patt.raid_helper_pauses (
    guild_discord_id bigint PRIMARY KEY,
    until timestamptz NOT NULL
);

-- Sheets that stand on Raid-Helper already are read from now on, like those to come: the first look is long due.
INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, dedupe_key, due_at, wake_at)
SELECT DISTINCT guild_discord_id, 'raid_helper.mirror', 'raid-helper:' || guild_discord_id,
       'raid_helper.mirror:' || guild_discord_id || ':0', timestamptz 'epoch', timestamptz 'epoch'
FROM patt.raid_events WHERE raid_helper_event_id IS NOT NULL AND sheet = 'raid-helper';
