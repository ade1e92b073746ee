-- The days between which a learner pauses: from suspended_on to the day before resumed_on the class is not theirs to miss.
ALTER TABLE enrollment ADD COLUMN suspended_on TEXT;
ALTER TABLE enrollment ADD COLUMN resumed_on TEXT;
-- How many lessons the fee is for, where somebody joined late and pays for the lessons that were left.
ALTER TABLE enrollment ADD COLUMN fee_lessons BIGINT;
-- A wish to suspend an enrolment, what was decided, and by which version of whose rules (rule_org is empty for the default).
-- seat: keep, give. fee: carry, refund. terms: how many later terms the place is kept. new_enrollment: the seat on return.
CREATE TABLE suspension (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    enrollment_id BIGINT NOT NULL REFERENCES enrollment (id),
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    channel TEXT NOT NULL,
    asked_by BIGINT,
    asked_at TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_by BIGINT,
    decided_at TEXT,
    rule_org BIGINT,
    rule_version BIGINT NOT NULL,
    seat TEXT NOT NULL,
    fee TEXT NOT NULL,
    terms BIGINT NOT NULL,
    ended_at TEXT,
    new_enrollment BIGINT
);
CREATE UNIQUE INDEX suspension_open ON suspension (enrollment_id) WHERE status = 'open';
CREATE INDEX suspension_org ON suspension (org_id, status, id);
-- Who is suspended: few, looked through once a day.
CREATE INDEX enrollment_suspended ON enrollment (id) WHERE status = 'suspended';
-- How often school rules changed: the seat desk reads its own copies again when this moves.
CREATE TABLE school_rule_change (
    one BIGINT PRIMARY KEY,
    changes BIGINT NOT NULL
);
INSERT INTO school_rule_change (one, changes) VALUES (1, 0)
