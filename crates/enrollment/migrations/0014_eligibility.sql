-- Further rules of who may enrol, by version. Scope: a class, a course of the org, or the whole org and what lies below (both null).
-- expression: CEL over the facts that eligibility/facts.rs names. words, door_label, door_href: what a learner reads who is refused.
-- A version counts from valid_from until ended_at; the next version begins where it ends.
CREATE TABLE eligibility_rule (
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    org_id BIGINT NOT NULL REFERENCES org (id),
    course_id BIGINT REFERENCES course (id),
    class_id BIGINT REFERENCES class (id),
    expression TEXT NOT NULL,
    words TEXT NOT NULL,
    door_label TEXT NOT NULL,
    door_href TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    ended_at TEXT,
    actor_person BIGINT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX eligibility_rule_org ON eligibility_rule (org_id, ended_at);
-- How often rules changed: the seat desk reads its own copies again when this moves.
CREATE TABLE eligibility_change (
    one BIGINT PRIMARY KEY,
    changes BIGINT NOT NULL
);
INSERT INTO eligibility_change (one, changes) VALUES (1, 0)
