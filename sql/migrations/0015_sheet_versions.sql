-- A sheet's version has a row of its own: moving the raid's cost every click ten indexes and a CHECK.
-- Bots at work end what they are at first: whoever holds a raid would wait for what follows, and that for them.
LOCK TABLE patt.raid_events IN EXCLUSIVE MODE;

-- Whoever writes to a sheet holds this row: officers with the raid's (`EventRepository.lock`, the raid's first), clicks
-- alone. Its xmin, the transaction that wrote it last, is the version.
CREATE TABLE patt.sheet_versions (
    event_id bigint PRIMARY KEY REFERENCES patt.raid_events ON UPDATE CASCADE ON DELETE CASCADE
) WITH (fillfactor = 50);
INSERT INTO patt.sheet_versions SELECT id FROM patt.raid_events;

CREATE FUNCTION patt.begin_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO patt.sheet_versions VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER raid_events_begin AFTER INSERT ON patt.raid_events FOR EACH ROW EXECUTE FUNCTION patt.begin_sheet();

-- Once a transaction; nothing is changed but who wrote the row last.
CREATE FUNCTION patt.touch_sheet_of_raid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id
    WHERE event_id = NEW.id AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;
CREATE TRIGGER raid_events_touch AFTER UPDATE ON patt.raid_events
    FOR EACH ROW EXECUTE FUNCTION patt.touch_sheet_of_raid();

CREATE OR REPLACE FUNCTION patt.touch_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id
    WHERE event_id IN (OLD.event_id, NEW.event_id) AND xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION patt.touch_sheets_of_player() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id WHERE event_id IN (
        SELECT event.id FROM patt.raid_attendance attendance JOIN patt.raid_events event ON event.id = attendance.event_id
        WHERE attendance.player_id = NEW.id AND event.status = 'SCHEDULED');
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION patt.touch_sheets_of_leaver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.sheet_versions SET event_id = event_id WHERE event_id IN (
        SELECT sheet.event_id FROM patt.sheet_versions sheet JOIN patt.raid_events event ON event.id = sheet.event_id
        WHERE event.status = 'SCHEDULED'
          AND event.id IN (SELECT event_id FROM patt.raid_attendance WHERE player_id = NEW.id)
        FOR NO KEY UPDATE OF sheet SKIP LOCKED); -- whoever holds a row may wait for the player's: nobody waits for them
    RETURN NULL;
END $$;

ALTER TABLE patt.raid_events RESET (fillfactor); -- no click writes it any more
