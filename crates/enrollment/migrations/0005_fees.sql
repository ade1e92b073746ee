-- A seat that must be paid: the fee as it was when the seat was kept, and until when it is kept.
ALTER TABLE enrollment ADD COLUMN due_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrollment ADD COLUMN held_until TEXT;
CREATE INDEX enrollment_held ON enrollment (held_until) WHERE status = 'reserved';
-- Money that moved: one posting a step, its lines sum to nothing. day: the cashier's day that it counts for.
-- receipt_year, receipt_number: of what was received; without gaps in an org's year. reverses: the posting it undoes.
CREATE TABLE fee_posting (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    enrollment_id BIGINT REFERENCES enrollment (id),
    kind TEXT NOT NULL,
    method TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    receipt_year BIGINT,
    receipt_number BIGINT,
    reverses BIGINT REFERENCES fee_posting (id),
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    actor_person BIGINT
);
CREATE UNIQUE INDEX fee_posting_receipt ON fee_posting (org_id, receipt_year, receipt_number);
CREATE UNIQUE INDEX fee_posting_reversed ON fee_posting (reverses);
CREATE INDEX fee_posting_enrollment ON fee_posting (enrollment_id, id);
CREATE INDEX fee_posting_day ON fee_posting (org_id, day, id);
CREATE TABLE fee_entry (
    posting_id BIGINT NOT NULL REFERENCES fee_posting (id),
    line BIGINT NOT NULL,
    account TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (posting_id, line)
);
-- Money owed to somebody, and paid back. cause: why; ladder_version: the rule that gave the amount.
CREATE TABLE fee_refund (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    enrollment_id BIGINT NOT NULL REFERENCES enrollment (id),
    cause TEXT NOT NULL,
    paid_fen BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    ladder_version TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    paid_posting BIGINT REFERENCES fee_posting (id)
);
CREATE INDEX fee_refund_open ON fee_refund (org_id, status, id);
CREATE INDEX fee_refund_enrollment ON fee_refund (enrollment_id, id);
-- A payment on line that was begun. provider_number: the provider's own name for it, once it has told us of it.
CREATE TABLE fee_order (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    enrollment_id BIGINT NOT NULL REFERENCES enrollment (id),
    amount_fen BIGINT NOT NULL,
    status TEXT NOT NULL,
    provider_number TEXT,
    received_fen BIGINT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX fee_order_number ON fee_order (provider_number);
CREATE INDEX fee_order_enrollment ON fee_order (enrollment_id, id);
CREATE INDEX fee_order_status ON fee_order (org_id, status, id);
-- A cashier's day that is closed: what the books say in cash, what was counted, and why the two differ.
CREATE TABLE fee_closing (
    org_id BIGINT NOT NULL REFERENCES org (id),
    day TEXT NOT NULL,
    cash_fen BIGINT NOT NULL,
    counted_fen BIGINT NOT NULL,
    reason TEXT NOT NULL,
    closed_by BIGINT,
    closed_at TEXT NOT NULL,
    PRIMARY KEY (org_id, day)
)
