-- Series that skip, move, rest and ask, and what became of each of their weeks.

ALTER TABLE patt.recurring_events
    ADD COLUMN every_days integer CHECK (every_days BETWEEN 1 AND 364), -- NULL: every_weeks counts
    ADD COLUMN post_weekday smallint CHECK (post_weekday BETWEEN 0 AND 6), -- with post_time: when its sheets are posted,
    ADD COLUMN post_time time,                                             -- NULL: ten minutes into the raid before
    ADD COLUMN confirm boolean NOT NULL DEFAULT FALSE, -- whether officers are asked before each booking
    ADD COLUMN book_at timestamptz, -- when its next raid is booked though none of its raids has just started
    ADD CONSTRAINT recurring_events_post CHECK ((post_weekday IS NULL) = (post_time IS NULL));
-- What the auto-booker looks for beside raids that have started: a handful at any time.
CREATE INDEX recurring_events_book ON patt.recurring_events (book_at) WHERE is_active AND book_at IS NOT NULL;

-- Nights that are not booked yet and will be at another time; the day stays the series' own.
CREATE TABLE patt.series_moves (
    recurring_event_id bigint NOT NULL REFERENCES patt.recurring_events ON DELETE CASCADE,
    day                date NOT NULL,
    start_time_utc     timestamptz NOT NULL,
    by_discord_id      bigint,
    PRIMARY KEY (recurring_event_id, day)
);

-- When the officers were told that nothing follows this raid.
ALTER TABLE patt.raid_events
    ADD COLUMN missed_at timestamptz,
    DROP COLUMN booking_claimed_until; -- never read: the state is the claim, and the queue's lease says how long it holds

-- Nights of series with `confirm`: the officers were asked whether to book them.
CREATE TABLE patt.booking_questions (
    recurring_event_id bigint NOT NULL REFERENCES patt.recurring_events ON DELETE CASCADE,
    day                date NOT NULL, -- the series' own
    start_time_utc     timestamptz NOT NULL,
    answer             text CHECK (answer IN ('booked', 'declined', 'unanswered')), -- NULL: nobody has yet
    by_discord_id      bigint,
    at                 timestamptz, -- of the answer
    PRIMARY KEY (recurring_event_id, day)
);
