-- The rule of quality that finds a person registered twice, and one born on an impossible day.
CREATE INDEX person_birth ON person (birth, name)
