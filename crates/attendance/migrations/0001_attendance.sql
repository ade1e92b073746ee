-- One learner's presence at one session; the present truth. How it came about is in attendance_mark.
CREATE TABLE attendance (
    session_id BIGINT NOT NULL REFERENCES session (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    status TEXT NOT NULL,
    method TEXT NOT NULL,
    marked_at TEXT NOT NULL,
    PRIMARY KEY (session_id, person_id)
);
CREATE INDEX attendance_person ON attendance (person_id, session_id);
-- Every mark ever made, by each method; corrections add a mark, nothing is overwritten.
CREATE TABLE attendance_mark (
    id BIGINT PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES session (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    status TEXT NOT NULL,
    method TEXT NOT NULL,
    marked_by BIGINT,
    marked_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    device_key TEXT
);
CREATE INDEX attendance_mark_session ON attendance_mark (session_id, person_id, marked_at);
CREATE UNIQUE INDEX attendance_mark_device ON attendance_mark (device_key);
CREATE TABLE leave_request (
    id BIGINT PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES session (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    asked_by BIGINT,
    asked_at TEXT NOT NULL,
    status TEXT NOT NULL,
    decided_by BIGINT,
    decided_at TEXT
);
CREATE UNIQUE INDEX leave_request_once ON leave_request (session_id, person_id)
