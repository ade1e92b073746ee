-- Rounds by first come: who may ask when, and seats kept for the counter and for newcomers until release_at.
ALTER TABLE round ADD COLUMN desk_percent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE round ADD COLUMN release_at TEXT;
-- Whose kept seats a place counts against: 'desk', 'newcomer', or 'open' for nobody's.
ALTER TABLE enrollment ADD COLUMN pool TEXT NOT NULL DEFAULT 'open';
DROP INDEX enrollment_person;
CREATE INDEX enrollment_person ON enrollment (person_id, live, term_id, class_id, status, pool, held_until)
