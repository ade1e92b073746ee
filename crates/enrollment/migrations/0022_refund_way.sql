-- Why a refund did not go back the way the fee was paid; nothing where it did.
ALTER TABLE fee_refund ADD COLUMN way_reason TEXT
