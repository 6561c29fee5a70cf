-- Whoever is forgotten is left in no JSON either, and is not read back from Raid-Helper's sheets.

-- Who was forgotten, in a form that only recognises an id it is shown, so that a sign-up from before that moment on a
-- sheet of Raid-Helper's does not bring them back. Only servers that are connected to Raid-Helper have any.
CREATE TABLE patt.raid_helper_forgotten (
    guild_discord_id bigint      NOT NULL,
    who              bytea       NOT NULL,
    at               timestamptz NOT NULL,
    PRIMARY KEY (guild_discord_id, who)
);

CREATE FUNCTION patt.unnamed(guild_id bigint, user_id bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(guild_id || ':' || user_id, 'UTF8'));
$$;

-- The document without the id, wherever it stands: as a value (then null), as a key, or within a text (then 0).
CREATE FUNCTION patt.without_id(document jsonb, id bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(document::text,
        '"' || id || '"(?!:)', 'null', 'g'),
        '(: |, |\[)' || id || '(?=[],}])', '\1null', 'g'),
        '\m' || id || '\M', '0', 'g')::jsonb;
$$;

-- What Raid-Helper has answered is kept without its people: who comes stands in patt.raid_attendance, who leads in the
-- raid's row.
UPDATE patt.raid_events SET raid_helper_payload = raid_helper_payload - 'leaderId' - 'leaderName' - 'signUps'
    || CASE WHEN jsonb_typeof(raid_helper_payload -> 'signUps') = 'array' THEN jsonb_build_object('signUps', (
        SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'className', one -> 'className', 'specName', one -> 'specName',
            'position', one -> 'position', 'status', one -> 'status'))), '[]')
        FROM jsonb_array_elements(raid_helper_payload -> 'signUps') AS one)) ELSE '{}' END
WHERE jsonb_typeof(raid_helper_payload) = 'object';
