-- What a Raid-Helper key has been used for, and sheets taken over from Raid-Helper.

-- Until when Raid-Helper has said, in hours, that it takes nothing from a server: a restart must not ask again.
CREATE TABLE patt.raid_helper_pauses (
    guild_discord_id bigint PRIMARY KEY,
    until timestamptz NOT NULL
);
