-- What a person said of an item and an item of an upper plan: that the one serves the other, or that it does not.
-- What nobody has said anything of is suggested anew each time.
CREATE TABLE plan_link (
    plan_id BIGINT NOT NULL REFERENCES plan (id),
    item_id BIGINT NOT NULL REFERENCES plan_item (id),
    upper_plan_id BIGINT NOT NULL REFERENCES plan (id),
    upper_item_id BIGINT NOT NULL REFERENCES plan_item (id),
    verdict TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (item_id, upper_item_id)
);
CREATE INDEX plan_link_pair ON plan_link (plan_id, upper_plan_id)
