-- Rounds by interview and by hand. What an officer notes of a signup for a class: chosen, reserve (place: its order),
-- declined (reason: what the person reads). Read by the person only when it is published.
CREATE TABLE selection_note (
    signup_id BIGINT NOT NULL REFERENCES signup (id),
    class_id BIGINT NOT NULL REFERENCES class (id),
    round_id BIGINT NOT NULL REFERENCES round (id),
    outcome TEXT NOT NULL,
    place BIGINT NOT NULL,
    reason TEXT NOT NULL,
    noted_by BIGINT,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (signup_id, class_id)
);
CREATE INDEX selection_note_round ON selection_note (round_id, class_id);
-- When and where a signup is interviewed.
CREATE TABLE interview (
    signup_id BIGINT PRIMARY KEY REFERENCES signup (id),
    round_id BIGINT NOT NULL REFERENCES round (id),
    at TEXT NOT NULL,
    place TEXT NOT NULL
);
CREATE INDEX interview_round ON interview (round_id, at);
-- The two officers of a selection: who handed it in, and who confirmed it. returned: why it went back to the first.
CREATE TABLE selection_check (
    round_id BIGINT PRIMARY KEY REFERENCES round (id),
    proposed_by BIGINT NOT NULL,
    proposed_at TEXT NOT NULL,
    confirmed_by BIGINT,
    confirmed_at TEXT,
    returned TEXT NOT NULL
)
