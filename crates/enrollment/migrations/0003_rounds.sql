-- An enrolment round: a window in which some people may apply for some classes of a term by one method (only 'draw').
-- newcomer_percent: share of each class's free seats kept for people new at the round's org.
CREATE TABLE round (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    term_id BIGINT NOT NULL REFERENCES term (id),
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    audience TEXT NOT NULL,
    opens TEXT NOT NULL,
    closes TEXT NOT NULL,
    wish_limit BIGINT NOT NULL,
    companion_limit BIGINT NOT NULL,
    ticket_cap BIGINT NOT NULL,
    newcomer_percent BIGINT NOT NULL,
    status TEXT NOT NULL,
    status_note TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX round_org ON round (org_id, opens);
CREATE INDEX round_status ON round (status, opens);
CREATE TABLE round_class (
    round_id BIGINT NOT NULL REFERENCES round (id),
    class_id BIGINT NOT NULL REFERENCES class (id),
    PRIMARY KEY (round_id, class_id)
);
CREATE INDEX round_class_class ON round_class (class_id);
-- What somebody asks for in a round. refusal: why a seat that was won could not be taken.
CREATE TABLE signup (
    id BIGINT PRIMARY KEY,
    round_id BIGINT NOT NULL REFERENCES round (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    receipt TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    tickets BIGINT NOT NULL,
    newcomer BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    refusal TEXT NOT NULL,
    channel TEXT NOT NULL,
    actor_person BIGINT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX signup_receipt ON signup (receipt);
CREATE INDEX signup_round ON signup (round_id, status);
-- Who takes part in a signup. live: nobody is in two of a round.
CREATE TABLE signup_member (
    signup_id BIGINT NOT NULL REFERENCES signup (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    round_id BIGINT NOT NULL REFERENCES round (id),
    live BOOLEAN NOT NULL,
    PRIMARY KEY (signup_id, person_id)
);
CREATE UNIQUE INDEX signup_member_live ON signup_member (round_id, person_id) WHERE live;
CREATE INDEX signup_member_person ON signup_member (person_id);
CREATE TABLE signup_wish (
    signup_id BIGINT NOT NULL REFERENCES signup (id),
    position BIGINT NOT NULL,
    class_id BIGINT NOT NULL REFERENCES class (id),
    PRIMARY KEY (signup_id, position)
);
-- A sealed list and what it came to. first_*: the randomness as the first officer entered it, until a second agrees.
-- differs_by: an officer whose text was another one.
CREATE TABLE draw (
    round_id BIGINT PRIMARY KEY REFERENCES round (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    seal_hash TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    sealed_by BIGINT,
    file TEXT NOT NULL,
    first_text TEXT,
    first_source TEXT,
    first_by BIGINT,
    differs_by BIGINT,
    second_by BIGINT,
    randomness_at TEXT,
    drawn_at TEXT
);
-- Companions of one signup take seats together, from the waitlist too.
ALTER TABLE enrollment ADD COLUMN signup_id BIGINT;
CREATE INDEX enrollment_signup ON enrollment (signup_id)
