-- Who waits is found by class: the classes where anybody does know it. Each place that is given was written here too.
DROP INDEX enrollment_waiting;
-- The seat desk has read and locked class and person in the transaction that writes a place, and neither is ever deleted.
-- PostgreSQL asks for each of the four once more, row by row, which took as long as all the rest of the row.
--postgres ALTER TABLE enrollment DROP CONSTRAINT enrollment_class_id_fkey, DROP CONSTRAINT enrollment_term_id_fkey,
--postgres   DROP CONSTRAINT enrollment_org_id_fkey, DROP CONSTRAINT enrollment_person_id_fkey
