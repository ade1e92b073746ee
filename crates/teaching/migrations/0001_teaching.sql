-- What is taught. The syllabus is in course_version; a class is given from one approved version.
CREATE TABLE course (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    category TEXT NOT NULL,
    level TEXT NOT NULL,
    current_version_id BIGINT,
    shared BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX course_org ON course (org_id, sort_key, id);
CREATE TABLE course_version (
    id BIGINT PRIMARY KEY,
    course_id BIGINT NOT NULL REFERENCES course (id),
    number BIGINT NOT NULL,
    summary TEXT NOT NULL,
    goals TEXT NOT NULL,
    audience TEXT NOT NULL,
    outline TEXT NOT NULL,
    assessment TEXT NOT NULL,
    materials TEXT NOT NULL,
    sessions BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    risk TEXT NOT NULL,
    status TEXT NOT NULL,
    written_by BIGINT,
    reviewed_by BIGINT,
    review_note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    reviewed_at TEXT
);
CREATE UNIQUE INDEX course_version_number ON course_version (course_id, number);
CREATE TABLE term (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    enrollment_opens TEXT NOT NULL,
    enrollment_closes TEXT NOT NULL,
    class_limit BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX term_name ON term (org_id, name);
-- A course given in a term at a place, with seats. enrolled and waitlisted are kept by the seat desk.
CREATE TABLE class (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    course_id BIGINT NOT NULL REFERENCES course (id),
    course_version_id BIGINT NOT NULL REFERENCES course_version (id),
    term_id BIGINT NOT NULL REFERENCES term (id),
    name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    room_id BIGINT REFERENCES room (id),
    teacher_id BIGINT REFERENCES person (id),
    mode TEXT NOT NULL,
    level TEXT NOT NULL,
    risk TEXT NOT NULL,
    fee_fen BIGINT NOT NULL CHECK (fee_fen >= 0),
    capacity BIGINT NOT NULL CHECK (capacity > 0),
    minimum BIGINT NOT NULL,
    enrolled BIGINT NOT NULL CHECK (enrolled >= 0 AND enrolled <= capacity),
    waitlisted BIGINT NOT NULL CHECK (waitlisted >= 0),
    age_min BIGINT,
    age_max BIGINT,
    residence_note TEXT NOT NULL,
    enrollment_opens TEXT NOT NULL,
    enrollment_closes TEXT NOT NULL,
    weekday BIGINT NOT NULL,
    starts TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    session_count BIGINT NOT NULL,
    pass_percent BIGINT NOT NULL CHECK (pass_percent BETWEEN 0 AND 100),
    status TEXT NOT NULL,
    status_note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX class_org_term ON class (org_id, term_id, id);
CREATE INDEX class_term ON class (term_id, status, id);
CREATE INDEX class_teacher ON class (teacher_id, term_id);
-- Who helps with a class beside its teacher: assistant, monitor.
CREATE TABLE class_duty (
    class_id BIGINT NOT NULL REFERENCES class (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    duty TEXT NOT NULL,
    PRIMARY KEY (class_id, person_id)
);
CREATE INDEX class_duty_person ON class_duty (person_id);
-- One meeting of a class.
CREATE TABLE session (
    id BIGINT PRIMARY KEY,
    class_id BIGINT NOT NULL REFERENCES class (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    number BIGINT NOT NULL,
    day TEXT NOT NULL,
    starts TEXT NOT NULL,
    minutes BIGINT NOT NULL CHECK (minutes > 0),
    room_id BIGINT,
    teacher_id BIGINT,
    topic TEXT NOT NULL,
    status TEXT NOT NULL,
    status_note TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX session_number ON session (class_id, number);
CREATE INDEX session_day ON session (day, room_id);
CREATE INDEX session_teacher ON session (teacher_id, day)
