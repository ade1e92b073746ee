-- How a plan is watched: which light rules it uses.
CREATE TABLE plan_watch (
    plan_id BIGINT PRIMARY KEY REFERENCES plan (id),
    lights TEXT NOT NULL
);
-- Which organisation a printed name of a lead or helper means, as a person said.
CREATE TABLE plan_party (
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    name TEXT NOT NULL,
    org_id BIGINT NOT NULL REFERENCES org (id),
    PRIMARY KEY (plan_id, name)
);
-- Who answers for a task: leads report, helpers read.
CREATE TABLE plan_duty (
    task_id BIGINT NOT NULL REFERENCES plan_task (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    part TEXT NOT NULL,
    PRIMARY KEY (task_id, org_id)
);
CREATE INDEX plan_duty_org ON plan_duty (org_id, part);
CREATE INDEX plan_duty_plan ON plan_duty (plan_id);
-- Where a task stands when it is not simply open.
CREATE TABLE plan_state (
    task_id BIGINT PRIMARY KEY REFERENCES plan_task (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    state TEXT NOT NULL,
    -- The plan that goes on with it; it may be thrown away while it is a draft, so nothing holds it.
    next_plan_id BIGINT,
    at TEXT NOT NULL
);
CREATE INDEX plan_state_plan ON plan_state (plan_id);
CREATE TABLE plan_milestone (
    id BIGINT PRIMARY KEY,
    task_id BIGINT NOT NULL REFERENCES plan_task (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    title TEXT NOT NULL,
    due TEXT NOT NULL,
    done_on TEXT
);
CREATE INDEX plan_milestone_task ON plan_milestone (task_id, due);
-- What a lead reported of a task, in its own words; a typed value is marked as typed wherever it is shown.
CREATE TABLE plan_report (
    id BIGINT PRIMARY KEY,
    task_id BIGINT NOT NULL REFERENCES plan_task (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    words TEXT NOT NULL,
    percent BIGINT,
    target_id BIGINT REFERENCES plan_target (id),
    value_milli BIGINT,
    file_name TEXT NOT NULL,
    file_sha256 TEXT,
    reported_at TEXT NOT NULL
);
CREATE INDEX plan_report_task ON plan_report (task_id, reported_at);
CREATE INDEX plan_report_plan ON plan_report (plan_id, reported_at);
-- A supervision slip (督办单): sent, received, replied to, closed.
CREATE TABLE plan_slip (
    id BIGINT PRIMARY KEY,
    task_id BIGINT NOT NULL REFERENCES plan_task (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    words TEXT NOT NULL,
    due TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    received_at TEXT,
    reply TEXT NOT NULL,
    replied_at TEXT,
    closed_at TEXT
);
CREATE INDEX plan_slip_task ON plan_slip (task_id, sent_at);
CREATE INDEX plan_slip_org ON plan_slip (org_id, closed_at, due);
-- A change of an issued task or target that is asked for and decided.
CREATE TABLE plan_change (
    id BIGINT PRIMARY KEY,
    task_id BIGINT NOT NULL REFERENCES plan_task (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    -- A target whose figure or day changes; none for the task's own last day.
    target_id BIGINT REFERENCES plan_target (id),
    value_milli BIGINT,
    due TEXT,
    -- What stood there before.
    old_value_milli BIGINT,
    old_due TEXT,
    reason TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    decided_at TEXT
);
CREATE INDEX plan_change_task ON plan_change (task_id, asked_at);
CREATE INDEX plan_change_plan ON plan_change (plan_id, verdict);
-- How a metric moves a target where it is not as the verb says: of which kind, and whether its growth or its level counts.
CREATE TABLE plan_measure (
    target_id BIGINT PRIMARY KEY REFERENCES plan_target (id),
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    grows BOOLEAN NOT NULL,
    kind TEXT NOT NULL
)
