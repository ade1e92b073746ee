-- A human being. Identity numbers and telephones are sealed; found again by keyed blind index.
CREATE TABLE person (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    -- Pinyin and initials for search, each with a blank before it: ' liming lm'.
    spelling TEXT,
    sex TEXT,
    birth TEXT,
    id_kind TEXT,
    id_sealed TEXT,
    id_index TEXT,
    id_masked TEXT,
    phone_sealed TEXT,
    phone_index TEXT,
    phone_masked TEXT,
    home_org_id BIGINT REFERENCES org (id),
    registered_at_org_id BIGINT REFERENCES org (id),
    needs TEXT NOT NULL,
    contact_sealed TEXT,
    status TEXT NOT NULL,
    code_serial BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX person_number ON person (number);
CREATE UNIQUE INDEX person_id_index ON person (id_index);
CREATE INDEX person_phone_index ON person (phone_index);
CREATE INDEX person_home ON person (home_org_id, sort_key, id);
CREATE INDEX person_registered ON person (registered_at_org_id, sort_key, id);
-- Further orgs whose staff may see a person: where they were found at the counter, where they enrolled.
CREATE TABLE person_org (
    person_id BIGINT NOT NULL REFERENCES person (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    PRIMARY KEY (person_id, org_id)
);
CREATE INDEX person_org_org ON person_org (org_id);
-- A way to sign in: staff by name and password (and second factor), learners by telephone or printed card.
CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    login TEXT,
    password_hash TEXT,
    totp_sealed TEXT,
    totp_last BIGINT,
    must_change BOOLEAN NOT NULL,
    failures BIGINT NOT NULL,
    locked_until TEXT,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX account_login ON account (login);
CREATE INDEX account_person ON account (person_id);
CREATE TABLE post (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    role TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    granted_by BIGINT,
    created_at TEXT NOT NULL
);
CREATE INDEX post_person ON post (person_id, valid_to);
CREATE INDEX post_org ON post (org_id, role);
-- A signed-in browser; the cookie's token is kept only as its hash.
CREATE TABLE sign_in (
    id BIGINT PRIMARY KEY,
    token_hash TEXT NOT NULL,
    account_id BIGINT,
    person_id BIGINT NOT NULL REFERENCES person (id),
    method TEXT NOT NULL,
    strong BOOLEAN NOT NULL,
    device TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    -- Without a request for so long it is over.
    idle_secs BIGINT NOT NULL,
    ended_at TEXT
);
CREATE UNIQUE INDEX sign_in_token ON sign_in (token_hash);
CREATE INDEX sign_in_person ON sign_in (person_id, ended_at);
-- A code sent to a telephone; one row a telephone.
CREATE TABLE sign_in_code (
    phone_index TEXT PRIMARY KEY,
    code_hash TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    tries BIGINT NOT NULL,
    sent_today BIGINT NOT NULL,
    day TEXT NOT NULL
);
-- A printed card with a code, for people without a telephone.
CREATE TABLE code_card (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    code_index TEXT NOT NULL,
    issued_by BIGINT,
    issued_at TEXT NOT NULL,
    ended_at TEXT,
    failures BIGINT NOT NULL,
    locked_until TEXT
);
CREATE UNIQUE INDEX code_card_index ON code_card (code_index);
CREATE INDEX code_card_person ON code_card (person_id);
-- A token for programs, limited to some permissions, kept only as its hash.
CREATE TABLE api_token (
    id BIGINT PRIMARY KEY,
    token_hash TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    used_at TEXT,
    ended_at TEXT
);
CREATE UNIQUE INDEX api_token_hash ON api_token (token_hash);
CREATE INDEX api_token_person ON api_token (person_id);
-- What a person agreed to: purpose, text version, channel.
CREATE TABLE consent (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,
    text_version TEXT NOT NULL,
    channel TEXT NOT NULL,
    given_at TEXT NOT NULL,
    withdrawn_at TEXT
);
CREATE INDEX consent_person ON consent (person_id, purpose);
-- A person's wish that their data be erased; handled by their school.
CREATE TABLE erasure_request (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    asked_at TEXT NOT NULL,
    withdrawn_at TEXT
);
CREATE INDEX erasure_request_person ON erasure_request (person_id)
