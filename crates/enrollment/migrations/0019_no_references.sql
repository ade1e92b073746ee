-- A place on SQLite points at its class, term, org and person without a reference, as it does on PostgreSQL: four more look-ups
-- for each place. `xuequan check` finds a place that points at nothing. SQLite has no other way to take a reference away
-- that does not copy the table (sqlite.org/lang_altertable.html, section 7); the last two lines tell other connections.
--sqlite PRAGMA writable_schema = ON;
--sqlite UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql,
--sqlite     ' REFERENCES class (id)', ''), ' REFERENCES term (id)', ''), ' REFERENCES org (id)', ''), ' REFERENCES person (id)', '')
--sqlite WHERE type = 'table' AND name = 'enrollment';
--sqlite PRAGMA writable_schema = RESET;
CREATE TABLE enrollment_told (one BIGINT PRIMARY KEY);
DROP TABLE enrollment_told;
