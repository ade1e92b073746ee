-- What was counted: the facts of one source, of one org (rolled: with all below it) in one month.
-- cells: a line for each tag, sex, age band and kind that occurs: 'tag,sex,band,kind,n,m'.
-- members: for sources of persons, the set of persons of each line, in the same order.
CREATE TABLE metric_cell (
    source TEXT NOT NULL,
    org_id BIGINT NOT NULL,
    rolled BOOLEAN NOT NULL,
    month TEXT NOT NULL,
    cells TEXT NOT NULL,
    members BYTEA,
    PRIMARY KEY (source, org_id, rolled, month)
);
CREATE INDEX metric_cell_month ON metric_cell (source, rolled, month, org_id);
-- Small numbers for persons, so that sets of them are small. Means nothing outside this table.
CREATE TABLE metric_member (
    person_id BIGINT PRIMARY KEY,
    number BIGINT NOT NULL
);
CREATE UNIQUE INDEX metric_member_number ON metric_member (number);
-- The tree on which a month was rolled up, as a hash of who stood below whom.
CREATE TABLE metric_month (
    source TEXT NOT NULL,
    month TEXT NOT NULL,
    tree_hash TEXT NOT NULL,
    counted_at TEXT NOT NULL,
    PRIMARY KEY (source, month)
);
-- Up to which event of each node the counts have followed.
CREATE TABLE metric_follower (
    node BIGINT PRIMARY KEY,
    event_id BIGINT NOT NULL
);
-- Goes up by one with each writing of cells: what was counted before it is counted again.
CREATE TABLE metric_turn (
    one BIGINT PRIMARY KEY,
    number BIGINT NOT NULL
)
