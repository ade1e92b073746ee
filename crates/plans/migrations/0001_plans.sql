-- A work plan, read from its document. Frozen from the day it is issued: then only progress is written beside it.
CREATE TABLE plan (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    title TEXT NOT NULL,
    document_number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    -- Day of the document, or its month; empty when it has none.
    dated TEXT NOT NULL,
    year BIGINT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    status TEXT NOT NULL,
    -- The document as it was brought: a stored file. A plan that began empty has none.
    file_name TEXT NOT NULL,
    file_sha256 TEXT,
    -- Remarks of the reader, JSON: [{"line": 3, "sentence": "…"}].
    notes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    issued_at TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX plan_org ON plan (org_id, status, year);
-- One numbered point, or a paragraph that holds a measure, with its exact words and where they stand.
CREATE TABLE plan_item (
    id BIGINT PRIMARY KEY,
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    position BIGINT NOT NULL,
    number TEXT,
    -- Headings above it, outermost first, a line each.
    path TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    -- Lines and characters of the document; 0 for what a person added.
    line_from BIGINT NOT NULL,
    line_to BIGINT NOT NULL,
    char_from BIGINT NOT NULL,
    char_to BIGINT NOT NULL,
    -- Whether a person has looked at what was read.
    checked BOOLEAN NOT NULL,
    -- Whether the reader or its remarks left a doubt.
    doubtful BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX plan_item_plan ON plan_item (plan_id, position);
-- A measure. Who leads and helps as printed; which organisations are meant, a person says (plan_party).
CREATE TABLE plan_task (
    id BIGINT PRIMARY KEY,
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    item_id BIGINT NOT NULL REFERENCES plan_item (id),
    position BIGINT NOT NULL,
    text TEXT NOT NULL,
    kind TEXT NOT NULL,
    lead TEXT NOT NULL,
    helpers TEXT NOT NULL,
    -- YYYY-MM-DD, or MM-DD when it returns every year; empty when not said.
    window_from TEXT NOT NULL,
    window_to TEXT NOT NULL,
    every_year BOOLEAN NOT NULL,
    line_from BIGINT NOT NULL,
    line_to BIGINT NOT NULL,
    char_from BIGINT NOT NULL,
    char_to BIGINT NOT NULL
);
CREATE INDEX plan_task_item ON plan_task (item_id, position);
CREATE INDEX plan_task_plan ON plan_task (plan_id);
-- A figure to be reached; values in thousandths, so that 0.5 per ten thousand is whole.
CREATE TABLE plan_target (
    id BIGINT PRIMARY KEY,
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    item_id BIGINT NOT NULL REFERENCES plan_item (id),
    task_id BIGINT NOT NULL REFERENCES plan_task (id),
    position BIGINT NOT NULL,
    object TEXT NOT NULL,
    verb TEXT NOT NULL,
    comparison TEXT NOT NULL,
    value_milli BIGINT NOT NULL,
    value_to_milli BIGINT,
    unit TEXT NOT NULL,
    due TEXT,
    metric TEXT,
    -- How sure the reader was, in percent; 100 for what a person wrote.
    confidence BIGINT NOT NULL,
    source_text TEXT NOT NULL
);
CREATE INDEX plan_target_task ON plan_target (task_id, position);
CREATE INDEX plan_target_plan ON plan_target (plan_id);
