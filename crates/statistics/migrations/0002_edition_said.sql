-- What everybody reads of each figure of an edition, as JSON: decided once, beside what was published when it was frozen.
CREATE TABLE stat_edition_said (
    edition_id BIGINT PRIMARY KEY REFERENCES stat_edition (id),
    said TEXT NOT NULL
);
