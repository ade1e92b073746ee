-- Every change of anything: audit entry, activity line and message to listeners at once.
-- id = node << 44 | position in the node's chain. Holds ids and codes, never personal text.
CREATE TABLE event (
    id BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    org_id BIGINT,
    actor_person BIGINT,
    actor_account BIGINT,
    on_behalf_of BIGINT,
    channel TEXT NOT NULL,
    request TEXT NOT NULL,
    data TEXT NOT NULL,
    note_hash TEXT,
    hash TEXT NOT NULL
);
CREATE INDEX event_subject ON event (subject_id, id);
CREATE INDEX event_org ON event (org_id, id);
-- Words a person wrote (a reason, a note): may be erased, the chain keeps its salted hash.
CREATE TABLE event_note (
    event_id BIGINT PRIMARY KEY,
    salt TEXT NOT NULL,
    note TEXT
);
-- The heads of all chains, hashed together every hour.
CREATE TABLE event_anchor (
    id BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    heads TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE TABLE node (
    number BIGINT PRIMARY KEY,
    holder TEXT NOT NULL,
    seen_at TEXT NOT NULL
);
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    claimed_by BIGINT,
    claimed_at TEXT,
    unique_key TEXT,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    report TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL
);
CREATE INDEX job_due ON job (state, run_at, id);
CREATE UNIQUE INDEX job_unique ON job (unique_key);
CREATE TABLE message (
    id BIGINT PRIMARY KEY,
    person_id BIGINT,
    org_id BIGINT,
    template TEXT NOT NULL,
    to_sealed TEXT NOT NULL,
    to_masked TEXT NOT NULL,
    text_sealed TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    provider_id TEXT,
    failure TEXT,
    created_at TEXT NOT NULL,
    sent_at TEXT
);
CREATE INDEX message_newest ON message (created_at, id);
CREATE INDEX message_person ON message (person_id, created_at);
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE idempotency_key (
    owner BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (owner, idempotency_key)
);
CREATE TABLE stored_file (
    id BIGINT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    org_id BIGINT,
    created_by BIGINT,
    created_at TEXT NOT NULL
)
