-- The day on which a seat was taken (China): a roll of an earlier day does not ask for this learner.
ALTER TABLE enrollment ADD COLUMN seated_on TEXT;
UPDATE enrollment SET seated_on = substr(created_at, 1, 10)
WHERE status IN ('reserved', 'confirmed', 'attending', 'suspended', 'completed')
