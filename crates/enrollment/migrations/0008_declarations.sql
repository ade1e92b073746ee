-- Which papers a class asks for, by version: of an org, or of the program itself where org_id is null; the nearest org above a class counts.
-- consent_age: full years from which the family signs, null for nobody. health, risks: never, strenuous, always.
-- valid_days: for how long a signature is good. online_hours, counter_days: how long a seat is kept for who owes a paper. bring: what a learner reads.
CREATE TABLE paper_rule (
    id BIGINT PRIMARY KEY,
    org_id BIGINT REFERENCES org (id),
    version BIGINT NOT NULL,
    consent_age BIGINT,
    health TEXT NOT NULL,
    risks TEXT NOT NULL,
    valid_days BIGINT NOT NULL,
    online_hours BIGINT NOT NULL,
    counter_days BIGINT NOT NULL,
    bring TEXT NOT NULL,
    created_at TEXT NOT NULL,
    actor_person BIGINT
);
CREATE UNIQUE INDEX paper_rule_version ON paper_rule (org_id, version);
-- The words that are signed, by version.
CREATE TABLE paper_text (
    id BIGINT PRIMARY KEY,
    org_id BIGINT REFERENCES org (id),
    paper TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    actor_person BIGINT
);
CREATE UNIQUE INDEX paper_text_version ON paper_text (org_id, paper, version);
-- How often rules and texts changed: the seat desk reads its own copies again when this moves.
CREATE TABLE paper_change (
    one BIGINT PRIMARY KEY,
    changes BIGINT NOT NULL
);
INSERT INTO paper_change (one, changes) VALUES (1, 0);
-- What was signed for whom, by whom, on which words, and the first day on which it is no longer good.
CREATE TABLE paper_signature (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    paper TEXT NOT NULL,
    text_id BIGINT NOT NULL REFERENCES paper_text (id),
    relation TEXT NOT NULL,
    signer_person BIGINT REFERENCES person (id),
    signer_sealed TEXT,
    channel TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    actor_person BIGINT
);
CREATE INDEX paper_signature_person ON paper_signature (person_id, paper, valid_until);
CREATE INDEX paper_signature_signer ON paper_signature (signer_person);
INSERT INTO paper_rule (id, org_id, version, consent_age, health, risks, valid_days, online_hours, counter_days, bring, created_at)
VALUES (1, NULL, 1, 80, 'strenuous', 'strenuous', 365, 48, 2, '网上能签；不会用手机的，本人带身份证到学校柜台签。家人同意书由儿女、配偶或其他亲属签：家人在网上签，或带身份证陪着到柜台签。', '2026-01-01T00:00:00.000Z');
INSERT INTO paper_text (id, org_id, paper, version, body, created_at) VALUES
(1, NULL, 'health', 1, '我了解这门课要活动身体。我现在的身体状况适合上课，没有医生说过我不能参加这样的活动。
有心脏病、高血压、严重骨关节病或近期做过手术的，我会先问医生，并告诉老师。
上课时觉得不舒服，我会马上停下来，告诉老师或同学。
身体状况有变化，我会告诉学校。', '2026-01-01T00:00:00.000Z'),
(2, NULL, 'risks', 1, '这门课活动量较大，可能扭伤、摔倒，或让原有的病加重。
请穿合适的鞋和衣服，按老师的要求热身，量力而行，不和别人比。
路上请注意交通安全，走楼梯扶好扶手。
出现意外，学校会马上联系急救和您的家人。请登记紧急联系人。
学校已经把以上情况告诉我，我看懂了。', '2026-01-01T00:00:00.000Z'),
(3, NULL, 'consent', 1, '我是学员的家人，知道学员报名上课，并且同意。
学员的身体状况适合上课和往返。必要时由家人接送。
学员身体不适或有变化，我会告诉学校，并劝学员休息。
学校有事可以随时联系我。', '2026-01-01T00:00:00.000Z')
