-- Clicks decided without holding the raid's row: what says that nobody wrote in between.
-- A sheet's version is its raid row's xmin, the transaction that wrote the row last. Whoever writes an answer, by hand
-- too, writes the raid's row along, once a transaction; what comes after the raid (attended, minutes) is no answer.
CREATE FUNCTION patt.touch_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.raid_events SET closed = closed
    WHERE id IN (OLD.event_id, NEW.event_id) AND xmin <> pg_current_xact_id()::xid;
    RETURN coalesce(NEW, OLD);
END $$;
-- Before, not after: then the raid's row is locked first, as everybody else does.
CREATE TRIGGER raid_attendance_touch BEFORE INSERT OR DELETE OR UPDATE OF
    event_id, player_id, status, character_id, class_name, spec_name, note, arrives_at, offers, tier, slot, signed_at
    ON patt.raid_attendance FOR EACH ROW EXECUTE FUNCTION patt.touch_sheet();

-- Whose Discord user changes is found by another name on the sheets that still take clicks.
CREATE FUNCTION patt.touch_sheets_of_player() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.raid_events SET closed = closed
    WHERE status = 'SCHEDULED' AND id IN (SELECT event_id FROM patt.raid_attendance WHERE player_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER players_touch AFTER UPDATE OF discord_user_id ON guild_identity.players
    FOR EACH ROW WHEN (OLD.discord_user_id IS DISTINCT FROM NEW.discord_user_id)
    EXECUTE FUNCTION patt.touch_sheets_of_player();

-- Room for a row's next version beside the last one: no index is touched by a click.
ALTER TABLE patt.raid_events SET (fillfactor = 50);
ALTER TABLE patt.raid_attendance SET (fillfactor = 70);
