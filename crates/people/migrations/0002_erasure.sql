-- Since when a person's data are erased.
ALTER TABLE person ADD COLUMN erased_at TEXT;
-- A wish for erasure: asked, decided (accepted or refused), carried out on its day; withdrawn until then.
ALTER TABLE erasure_request ADD COLUMN asked_by BIGINT;
ALTER TABLE erasure_request ADD COLUMN channel TEXT NOT NULL DEFAULT 'web';
ALTER TABLE erasure_request ADD COLUMN decision TEXT;
ALTER TABLE erasure_request ADD COLUMN decided_by BIGINT;
ALTER TABLE erasure_request ADD COLUMN decided_at TEXT;
ALTER TABLE erasure_request ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE erasure_request ADD COLUMN due_on TEXT;
ALTER TABLE erasure_request ADD COLUMN done_at TEXT
