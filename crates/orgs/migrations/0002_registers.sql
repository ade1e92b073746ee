-- Staff of an organisation from a day on, declared as a whole: one row for each kind. `serial` counts the declarations of
-- an organisation; a declaration that was corrected stays, no longer in force.
CREATE TABLE staff_count (
    org_id BIGINT NOT NULL REFERENCES org (id),
    serial BIGINT NOT NULL,
    kind TEXT NOT NULL,
    full_time BIGINT NOT NULL CHECK (full_time >= 0),
    part_time BIGINT NOT NULL CHECK (part_time >= 0),
    valid_from TEXT NOT NULL,
    -- The first day after; empty while it goes on.
    valid_to TEXT,
    in_force BOOLEAN NOT NULL,
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (org_id, serial, kind)
);
-- A budget line with each of its versions; amounts in fen. Only the version in force counts.
CREATE TABLE budget_line (
    id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    org_id BIGINT NOT NULL REFERENCES org (id),
    year BIGINT NOT NULL,
    level TEXT NOT NULL,
    purpose TEXT NOT NULL,
    budgeted_fen BIGINT NOT NULL CHECK (budgeted_fen >= 0),
    paid_fen BIGINT NOT NULL CHECK (paid_fen >= 0),
    population TEXT NOT NULL,
    payer TEXT NOT NULL,
    document TEXT NOT NULL,
    basis TEXT NOT NULL,
    proof TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX budget_line_org ON budget_line (org_id, year, state);
-- What a jurisdiction asks of funding from a day on. A later standard takes the place of an earlier one.
CREATE TABLE funding_standard (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    from_date TEXT NOT NULL,
    amount_fen BIGINT CHECK (amount_fen > 0),
    population TEXT NOT NULL,
    payer TEXT NOT NULL,
    not_below_last_year BOOLEAN NOT NULL,
    -- match_level pays at least match_num for each match_den that match_against pays.
    match_level TEXT,
    match_against TEXT,
    match_num BIGINT CHECK (match_num > 0),
    match_den BIGINT CHECK (match_den > 0),
    document TEXT NOT NULL,
    basis TEXT NOT NULL,
    words TEXT NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX funding_standard_org ON funding_standard (org_id, from_date);
-- A title that an organisation, or its team or course, holds; granted elsewhere.
CREATE TABLE title (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    holder TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    kind TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    document TEXT NOT NULL,
    granted_on TEXT NOT NULL,
    -- The last day; empty when it has no end.
    valid_to TEXT,
    basis TEXT NOT NULL,
    revoked_on TEXT,
    revoke_reason TEXT NOT NULL,
    -- The proof: its hash among the stored files, its name, content type and bytes.
    proof TEXT,
    proof_name TEXT NOT NULL,
    proof_type TEXT NOT NULL,
    proof_size BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX title_org ON title (org_id, granted_on)
