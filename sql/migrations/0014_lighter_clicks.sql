-- What a click writes checks what it writes: a domain is read once a connection, a table's CHECK at every statement.
CREATE DOMAIN patt.answer AS text CHECK (VALUE IN ('accepted', 'late', 'tentative', 'bench', 'absence'));
CREATE DOMAIN patt.answer_source AS text CHECK (VALUE IN ('self', 'auto', 'officer', 'raid-helper'));
CREATE DOMAIN patt.tier AS smallint CHECK (VALUE BETWEEN 0 AND 2);
CREATE DOMAIN patt.raid_status AS text
    CHECK (VALUE IN ('SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'ARCHIVED'));
CREATE DOMAIN patt.sheet_kind AS text CHECK (VALUE IN ('native', 'raid-helper'));
CREATE DOMAIN patt.booking_state AS text CHECK (VALUE IN ('planned', 'creating', 'created', 'announced'));
CREATE DOMAIN patt.head_count AS integer CHECK (VALUE > 0);

-- A column's type cannot change under a trigger that names the column.
DROP TRIGGER raid_attendance_touch ON patt.raid_attendance;

ALTER TABLE patt.raid_attendance
    DROP CONSTRAINT raid_attendance_status_check,
    DROP CONSTRAINT raid_attendance_source_check,
    DROP CONSTRAINT raid_attendance_tier_check,
    ALTER COLUMN status TYPE patt.answer,
    ALTER COLUMN source TYPE patt.answer_source,
    ALTER COLUMN tier TYPE patt.tier;

ALTER TABLE patt.raid_events
    DROP CONSTRAINT raid_events_status_check,
    DROP CONSTRAINT raid_events_sheet_check,
    DROP CONSTRAINT raid_events_booking_state_check,
    DROP CONSTRAINT raid_events_minimum_check,
    DROP CONSTRAINT raid_events_total_limit_check,
    ALTER COLUMN status TYPE patt.raid_status,
    ALTER COLUMN sheet TYPE patt.sheet_kind,
    ALTER COLUMN booking_state TYPE patt.booking_state,
    ALTER COLUMN minimum TYPE patt.head_count,
    ALTER COLUMN total_limit TYPE patt.head_count;

-- After, so that an answer given anew fires it once: INSERT … ON CONFLICT fires what comes before for both its ways.
CREATE TRIGGER raid_attendance_touch
    AFTER INSERT OR DELETE OR UPDATE OF event_id, player_id, status, character_id, class_name, spec_name, note,
        arrives_at, offers, tier, slot, signed_at
    ON patt.raid_attendance FOR EACH ROW EXECUTE FUNCTION patt.touch_sheet();

-- What is asked for again wakes nobody, and costs nothing: a statement's trigger would fire for it, too.
CREATE FUNCTION patt.tell_of_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('patt.scheduled_actions', extract(epoch FROM NEW.wake_at)::text);
    RETURN NULL;
END $$;
DROP TRIGGER scheduled_actions_tell ON patt.scheduled_actions;
DROP FUNCTION patt.tell_of_actions;
CREATE TRIGGER scheduled_actions_tell AFTER INSERT ON patt.scheduled_actions
    FOR EACH ROW EXECUTE FUNCTION patt.tell_of_action();

-- Whoever left comes back by a click: what workers remember of the sheets they stand on would not know.
CREATE FUNCTION patt.touch_sheets_of_leaver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE patt.raid_events SET closed = closed WHERE id IN (
        SELECT id FROM patt.raid_events
        WHERE status = 'SCHEDULED' AND id IN (SELECT event_id FROM patt.raid_attendance WHERE player_id = NEW.id)
        FOR NO KEY UPDATE SKIP LOCKED); -- whoever holds a row may wait for the player's, so nobody waits for them here
    RETURN NULL;
END $$;
CREATE TRIGGER players_leave AFTER UPDATE OF left_at ON guild_identity.players
    FOR EACH ROW WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL)
    EXECUTE FUNCTION patt.touch_sheets_of_leaver();
