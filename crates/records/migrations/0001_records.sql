-- Study time, append-only: a correction is a reversal with the same source and the opposite sign.
CREATE TABLE hours_entry (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    minutes BIGINT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id BIGINT NOT NULL,
    reverses_id BIGINT REFERENCES hours_entry (id),
    rule_version TEXT NOT NULL,
    earned_on TEXT NOT NULL,
    entered_at TEXT NOT NULL
);
CREATE INDEX hours_person ON hours_entry (person_id, earned_on);
CREATE UNIQUE INDEX hours_reversed_once ON hours_entry (reverses_id);
CREATE UNIQUE INDEX hours_source_once ON hours_entry (source_kind, source_id, person_id) WHERE reverses_id IS NULL;
-- Something learned, with evidence.
CREATE TABLE outcome (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    earned_on TEXT NOT NULL,
    class_id BIGINT REFERENCES class (id),
    evidence TEXT NOT NULL,
    assessed_by BIGINT,
    rule_version TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX outcome_person ON outcome (person_id, earned_on);
CREATE UNIQUE INDEX outcome_class_once ON outcome (class_id, person_id);
CREATE TABLE certificate (
    id BIGINT PRIMARY KEY,
    outcome_id BIGINT NOT NULL REFERENCES outcome (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    number TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    facts TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    issued_by BIGINT,
    status TEXT NOT NULL,
    revoked_on TEXT,
    revoke_reason TEXT NOT NULL
);
CREATE UNIQUE INDEX certificate_code ON certificate (code);
CREATE UNIQUE INDEX certificate_number ON certificate (number);
CREATE INDEX certificate_person ON certificate (person_id, issued_on);
CREATE UNIQUE INDEX certificate_outcome ON certificate (outcome_id)
