-- Hashes of codes that a newer one has replaced, parted by spaces, the newest last: to say that a newer one was sent.
ALTER TABLE sign_in_code ADD COLUMN older TEXT NOT NULL DEFAULT ''
