-- An ask made shortly before enrolment opens. All that wait for the same moment are decided in the order of their tickets,
-- which are drawn when the ask is made and told to nobody before. outcome: '' while it waits, 'placed', 'dropped', or
-- the code of the refusal, whose words are in sentence.
CREATE TABLE early_ask (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    class_id BIGINT NOT NULL REFERENCES class (id),
    opens TEXT NOT NULL,
    ticket BIGINT NOT NULL,
    accept_waitlist BOOLEAN NOT NULL,
    channel TEXT NOT NULL,
    actor_person BIGINT NOT NULL,
    waiting BOOLEAN NOT NULL,
    outcome TEXT NOT NULL,
    sentence TEXT NOT NULL,
    created_at TEXT NOT NULL,
    decided_at TEXT
);
CREATE INDEX early_ask_due ON early_ask (class_id, opens, ticket, id) WHERE waiting;
CREATE INDEX early_ask_opens ON early_ask (opens) WHERE waiting;
CREATE INDEX early_ask_actor ON early_ask (actor_person, id);
-- For whom: place 0 is who asks, the others come along.
CREATE TABLE early_ask_member (
    ask_id BIGINT NOT NULL REFERENCES early_ask (id),
    place BIGINT NOT NULL,
    class_id BIGINT NOT NULL REFERENCES class (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    waiting BOOLEAN NOT NULL,
    PRIMARY KEY (ask_id, place)
);
CREATE UNIQUE INDEX early_ask_member_once ON early_ask_member (class_id, person_id) WHERE waiting;
CREATE INDEX early_ask_member_person ON early_ask_member (person_id, ask_id)
