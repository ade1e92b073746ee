-- Somebody who stayed away several times: the school is told, and a person decides. `state` is that of absences/model.rs; what was
-- said in the call and why it was decided so are words of a person.
CREATE TABLE absence_case (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    class_id BIGINT NOT NULL REFERENCES class (id),
    enrollment_id BIGINT NOT NULL REFERENCES enrollment (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    in_row BIGINT NOT NULL,
    missed BIGINT NOT NULL,
    held BIGINT NOT NULL,
    state TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    called TEXT,
    called_on TEXT,
    said TEXT NOT NULL,
    keep_until TEXT,
    note TEXT NOT NULL,
    decided_by BIGINT,
    decided_at TEXT
);
CREATE UNIQUE INDEX absence_case_open ON absence_case (enrollment_id) WHERE state IN ('alerted', 'proposed');
CREATE INDEX absence_case_org ON absence_case (org_id, state, id);
CREATE INDEX absence_case_class ON absence_case (class_id, state);
CREATE INDEX absence_case_person ON absence_case (person_id)
