-- Metrics count the sessions of an org and a month.
CREATE INDEX session_org ON session (org_id, day)
