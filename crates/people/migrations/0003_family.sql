-- One person may act for another. elder_id is empty when nobody of the typed name and telephone is known: the helper is
-- not told so. asked_*: what the helper typed, sealed, and its mark.
CREATE TABLE family_link (
    id BIGINT PRIMARY KEY,
    helper_id BIGINT NOT NULL REFERENCES person (id),
    elder_id BIGINT REFERENCES person (id),
    relation TEXT NOT NULL,
    asked_sealed TEXT,
    asked_index TEXT,
    status TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    decided_at TEXT,
    decided_by BIGINT,
    decided_channel TEXT,
    identity_check TEXT,
    valid_to TEXT,
    ended_at TEXT,
    ended_by BIGINT
);
CREATE INDEX family_link_helper ON family_link (helper_id, status);
CREATE INDEX family_link_elder ON family_link (elder_id, status)
