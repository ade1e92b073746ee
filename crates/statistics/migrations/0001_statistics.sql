-- A form, known by its code for ever; owned by the org that issues it.
CREATE TABLE dataset (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX dataset_code ON dataset (code);
CREATE INDEX dataset_org ON dataset (org_id);
-- The definition as JSON; a published one never changes.
CREATE TABLE dataset_version (
    id BIGINT PRIMARY KEY,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    org_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    edition TEXT NOT NULL,
    status TEXT NOT NULL,
    period TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL,
    published_at TEXT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX dataset_version_number ON dataset_version (dataset_id, number);
-- One filled copy of a version, of an org for a period. upper_org sums it up.
CREATE TABLE stat_return (
    id BIGINT PRIMARY KEY,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    dataset_version_id BIGINT NOT NULL REFERENCES dataset_version (id),
    org_id BIGINT NOT NULL,
    upper_org BIGINT,
    check_org BIGINT NOT NULL,
    approve_org BIGINT NOT NULL,
    period TEXT NOT NULL,
    how TEXT NOT NULL,
    status TEXT NOT NULL,
    due_on TEXT NOT NULL,
    note TEXT NOT NULL,
    machine_at TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL,
    filed_by BIGINT,
    filed_at TEXT,
    decided_by BIGINT,
    decided_at TEXT,
    approved_by BIGINT,
    approved_at TEXT,
    approvals BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX stat_return_of ON stat_return (dataset_id, period, org_id);
CREATE INDEX stat_return_upper ON stat_return (dataset_id, period, upper_org, status);
CREATE INDEX stat_return_org ON stat_return (org_id, status);
-- A cell: what the machine says, what stands there, and what was approved. Values in ten-thousandths.
CREATE TABLE stat_cell (
    return_id BIGINT NOT NULL REFERENCES stat_return (id),
    element TEXT NOT NULL,
    machine BIGINT,
    machine_note TEXT NOT NULL,
    machine_at TEXT,
    value BIGINT,
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    remark TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    changed_by BIGINT,
    changed_at TEXT,
    hash TEXT NOT NULL,
    approved_hash TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (return_id, element)
);
-- Every change of a cell by a person, for ever.
CREATE TABLE stat_cell_change (
    id BIGINT PRIMARY KEY,
    return_id BIGINT NOT NULL REFERENCES stat_return (id),
    element TEXT NOT NULL,
    value_before BIGINT,
    value_after BIGINT,
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL
);
CREATE INDEX stat_cell_change_of ON stat_cell_change (return_id, element, id);
-- A written request to change a return that was filed.
CREATE TABLE stat_amendment (
    id BIGINT PRIMARY KEY,
    return_id BIGINT NOT NULL REFERENCES stat_return (id),
    org_id BIGINT NOT NULL,
    elements TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL,
    decided_by BIGINT,
    decided_at TEXT
);
CREATE INDEX stat_amendment_of ON stat_amendment (return_id, status);
-- A frozen edition: the figures of an area and of all returns below it, as they were approved.
CREATE TABLE stat_edition (
    id BIGINT PRIMARY KEY,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    dataset_version_id BIGINT NOT NULL REFERENCES dataset_version (id),
    return_id BIGINT NOT NULL REFERENCES stat_return (id),
    org_id BIGINT NOT NULL,
    period TEXT NOT NULL,
    name TEXT NOT NULL,
    returns BIGINT NOT NULL,
    hash TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX stat_edition_of ON stat_edition (return_id);
CREATE TABLE stat_edition_cell (
    edition_id BIGINT NOT NULL REFERENCES stat_edition (id),
    return_id BIGINT NOT NULL REFERENCES stat_return (id),
    org_id BIGINT NOT NULL,
    element TEXT NOT NULL,
    machine BIGINT,
    machine_at TEXT,
    value BIGINT,
    origin TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (edition_id, return_id, element)
);
-- What turned out to be wrong in an edition, told to everybody; the edition itself stays.
CREATE TABLE stat_erratum (
    id BIGINT PRIMARY KEY,
    edition_id BIGINT NOT NULL REFERENCES stat_edition (id),
    org_id BIGINT NOT NULL,
    element TEXT NOT NULL,
    value_was BIGINT,
    value_is BIGINT,
    reason TEXT NOT NULL,
    created_by BIGINT,
    created_at TEXT NOT NULL
);
CREATE INDEX stat_erratum_of ON stat_erratum (edition_id, id)
