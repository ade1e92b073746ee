-- A person's place in a class, from application to completion. One row a person and class that is alive.
-- queue: the order of asking within a class, given by the seat desk.
CREATE TABLE enrollment (
    id BIGINT PRIMARY KEY,
    class_id BIGINT NOT NULL REFERENCES class (id),
    term_id BIGINT NOT NULL REFERENCES term (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    status TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    queue BIGINT NOT NULL,
    money TEXT NOT NULL,
    channel TEXT NOT NULL,
    actor_person BIGINT,
    rule_version TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX enrollment_alive ON enrollment (class_id, person_id) WHERE live;
CREATE INDEX enrollment_person ON enrollment (person_id, term_id);
CREATE INDEX enrollment_class ON enrollment (class_id, queue)
