-- Who has left the server is on no sheet that is booked later, until they are back.
ALTER TABLE guild_identity.players ADD COLUMN left_at timestamptz; -- since when it is known; NULL: nothing of the kind is

-- A booking looks for those of its server who may be back.
CREATE INDEX players_left ON guild_identity.players (guild_discord_id, left_at) WHERE left_at IS NOT NULL;
