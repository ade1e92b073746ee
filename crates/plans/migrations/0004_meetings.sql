-- A meeting (例会, 联席会议) on an issued plan: called, held, its decisions become tasks of the plan.
CREATE TABLE plan_meeting (
    id BIGINT PRIMARY KEY,
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    title TEXT NOT NULL,
    begins_at TEXT NOT NULL,
    place TEXT NOT NULL,
    -- What the notice says beside time, place and agenda; may be empty.
    words TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Why it was called off; empty unless it was.
    cancel_reason TEXT NOT NULL,
    minutes TEXT NOT NULL,
    called_at TEXT,
    closed_at TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX plan_meeting_plan ON plan_meeting (plan_id, begins_at);
-- Who is asked to come. Who is no organisation of this system is told by other ways, and the host writes down the answer.
CREATE TABLE plan_meeting_guest (
    id BIGINT PRIMARY KEY,
    meeting_id BIGINT NOT NULL REFERENCES plan_meeting (id),
    org_id BIGINT REFERENCES org (id),
    name TEXT NOT NULL,
    answer TEXT NOT NULL,
    -- Who comes, or why nobody does; may be empty.
    note TEXT NOT NULL,
    answered_at TEXT,
    -- Whether the host wrote the answer down.
    by_host BOOLEAN NOT NULL,
    -- Unknown before the meeting.
    attended BOOLEAN
);
-- Two organisations may have one name; what is none is its name.
CREATE UNIQUE INDEX plan_meeting_guest_once ON plan_meeting_guest (meeting_id, org_id) WHERE org_id IS NOT NULL;
CREATE UNIQUE INDEX plan_meeting_guest_name ON plan_meeting_guest (meeting_id, name) WHERE org_id IS NULL;
CREATE INDEX plan_meeting_guest_org ON plan_meeting_guest (org_id, answer);
-- A point of the agenda: a task that lags, or free words; and what was said of it.
CREATE TABLE plan_meeting_point (
    id BIGINT PRIMARY KEY,
    meeting_id BIGINT NOT NULL REFERENCES plan_meeting (id),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    task_id BIGINT REFERENCES plan_task (id),
    minutes TEXT NOT NULL
);
CREATE INDEX plan_meeting_point_meeting ON plan_meeting_point (meeting_id, position);
-- What was decided: who does it, by when; the task it became when the minutes were issued.
CREATE TABLE plan_meeting_decision (
    id BIGINT PRIMARY KEY,
    meeting_id BIGINT NOT NULL REFERENCES plan_meeting (id),
    words TEXT NOT NULL,
    lead_org_id BIGINT NOT NULL REFERENCES org (id),
    due TEXT NOT NULL,
    task_id BIGINT REFERENCES plan_task (id)
);
CREATE INDEX plan_meeting_decision_meeting ON plan_meeting_decision (meeting_id, id)
