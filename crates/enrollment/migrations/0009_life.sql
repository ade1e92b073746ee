-- What a school decides of the life of its classes; each change is a new version, and those below in the tree inherit it.
CREATE TABLE school_rule (
    org_id BIGINT NOT NULL REFERENCES org (id),
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by BIGINT,
    set_at TEXT NOT NULL,
    PRIMARY KEY (org_id, version)
);
-- The enrolment that this one continues in another class.
ALTER TABLE enrollment ADD COLUMN moved_from BIGINT;
CREATE INDEX enrollment_moved_from ON enrollment (moved_from) WHERE moved_from IS NOT NULL;
-- A class that goes into another. Who has paid answers until answer_by; silence: what no answer means (keep, refund).
CREATE TABLE merge_run (
    class_id BIGINT PRIMARY KEY REFERENCES class (id),
    into_class BIGINT NOT NULL REFERENCES class (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    answer_by TEXT NOT NULL,
    silence TEXT NOT NULL,
    status TEXT NOT NULL,
    begun_by BIGINT,
    begun_at TEXT NOT NULL
);
CREATE INDEX merge_run_status ON merge_run (status, answer_by);
-- What somebody answered whose paid seat was moved by a merge.
CREATE TABLE merge_answer (
    enrollment_id BIGINT PRIMARY KEY REFERENCES enrollment (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    answer TEXT NOT NULL,
    channel TEXT NOT NULL,
    actor_person BIGINT,
    answered_at TEXT NOT NULL
);
-- A wish to change classes, and what was decided. new_enrollment: the seat that it came to.
CREATE TABLE transfer (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    enrollment_id BIGINT NOT NULL REFERENCES enrollment (id),
    to_class BIGINT NOT NULL REFERENCES class (id),
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    channel TEXT NOT NULL,
    asked_by BIGINT,
    asked_at TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_by BIGINT,
    decided_at TEXT,
    new_enrollment BIGINT
);
CREATE UNIQUE INDEX transfer_open ON transfer (enrollment_id) WHERE status = 'open';
CREATE INDEX transfer_org ON transfer (org_id, status, id)
