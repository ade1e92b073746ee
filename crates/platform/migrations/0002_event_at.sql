-- Events are searched from the newest on, in whatever scope. By org each place that is given was written at two pages of its own,
-- in an index that no search could use in its order; by time all of a moment stand at the end of one.
DROP INDEX event_org;
CREATE INDEX event_at ON event (at, id, org_id)
