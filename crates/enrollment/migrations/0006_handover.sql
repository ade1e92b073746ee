-- An enrolment begun on a telephone and finished at the counter of the class's org on the same day by a four-digit code.
-- begun_by: who kept it, the learner or a member of the family.
CREATE TABLE handover (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    class_id BIGINT NOT NULL REFERENCES class (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    begun_by BIGINT NOT NULL REFERENCES person (id),
    day TEXT NOT NULL,
    code TEXT NOT NULL,
    note_sealed TEXT,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    closed_at TEXT,
    closed_by BIGINT,
    enrollment_id BIGINT
);
CREATE UNIQUE INDEX handover_code ON handover (org_id, day, code);
CREATE INDEX handover_begun_by ON handover (begun_by, day);
CREATE INDEX handover_person ON handover (person_id)
