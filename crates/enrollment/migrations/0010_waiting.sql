-- What an org has decided about those who wait; without a row the nearest org above decides, and at last the defaults.
-- turn: 'offer' asks the person whose turn came, 'confirm' gives the seat at once. *_hours: how long an offer stands.
-- lead_days, room_percent: how proposed classes are planned. trial_*: guests a session, first weeks, lessons a person a term.
CREATE TABLE enrollment_rule (
    org_id BIGINT PRIMARY KEY REFERENCES org (id),
    turn TEXT NOT NULL,
    online_hours BIGINT NOT NULL CHECK (online_hours > 0),
    counter_hours BIGINT NOT NULL CHECK (counter_hours > 0),
    lead_days BIGINT NOT NULL CHECK (lead_days >= 0),
    room_percent BIGINT NOT NULL CHECK (room_percent BETWEEN 1 AND 100),
    trial_seats BIGINT NOT NULL CHECK (trial_seats >= 0),
    trial_weeks BIGINT NOT NULL CHECK (trial_weeks > 0),
    trial_limit BIGINT NOT NULL CHECK (trial_limit > 0),
    version BIGINT NOT NULL
);
-- Offers end as holds do.
DROP INDEX enrollment_held;
CREATE INDEX enrollment_held ON enrollment (held_until) WHERE status IN ('reserved', 'offered');
-- Who waits, by term: the demand for further classes.
CREATE INDEX enrollment_waiting ON enrollment (term_id, class_id) WHERE status = 'waitlisted';
-- A class that was opened for people who wait for a course. Its row is there before the class: class_id is no reference.
CREATE TABLE class_opening (
    class_id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    course_id BIGINT NOT NULL REFERENCES course (id),
    term_id BIGINT NOT NULL REFERENCES term (id),
    street_id BIGINT NOT NULL REFERENCES org (id),
    state TEXT NOT NULL,
    waiting BIGINT NOT NULL,
    served BIGINT NOT NULL,
    invited BIGINT NOT NULL,
    opened_by BIGINT,
    opened_at TEXT NOT NULL
);
CREATE INDEX class_opening_term ON class_opening (term_id, state);
-- Who is to be asked for it, in order.
CREATE TABLE class_opening_wait (
    class_id BIGINT NOT NULL REFERENCES class_opening (class_id),
    waited_id BIGINT NOT NULL REFERENCES enrollment (id),
    place BIGINT NOT NULL,
    PRIMARY KEY (class_id, waited_id)
);
-- The wait that a seat in another class stands for: it goes on until that seat is taken.
CREATE TABLE wait_behind (
    enrollment_id BIGINT PRIMARY KEY REFERENCES enrollment (id),
    waited_id BIGINT NOT NULL REFERENCES enrollment (id)
);
CREATE INDEX wait_behind_waited ON wait_behind (waited_id);
-- A lesson that somebody tries. Guests are no learners: they count neither as enrolled nor in the roll.
CREATE TABLE trial (
    id BIGINT PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES session (id),
    class_id BIGINT NOT NULL REFERENCES class (id),
    term_id BIGINT NOT NULL REFERENCES term (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL,
    channel TEXT NOT NULL,
    actor_person BIGINT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX trial_once ON trial (session_id, person_id) WHERE state <> 'cancelled';
CREATE INDEX trial_person ON trial (person_id, term_id);
CREATE INDEX trial_class ON trial (class_id)
