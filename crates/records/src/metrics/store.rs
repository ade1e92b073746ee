//! SQL of what is counted, and nothing else. A source may read tables of the domains below along the listed edges: a
//! count over millions of rows cannot ask for each of them (ADR 0017).

use super::outcome_kind;
use metrics::SpanSource;
use metrics::definition::Touch;

pub(super) const OUTCOMES: SpanSource = SpanSource {
    id: "outcomes",
    facts: "SELECT o.org_id, substr(o.earned_on, 1, 7) AS month, o.person_id, p.sex, p.birth, o.status AS tag, o.kind, \
            count(*) AS n, CAST(sum(o.minutes) AS BIGINT) AS m FROM outcome o JOIN person p ON p.id = o.person_id \
            WHERE o.org_id {any $1} AND o.earned_on >= $2 AND o.earned_on < $3 {unscoped: counted for everybody} \
            GROUP BY o.org_id, substr(o.earned_on, 1, 7), o.person_id, p.sex, p.birth, o.status, o.kind",
    touched: &[
        Touch {
            subject: "class",
            sql: "SELECT DISTINCT o.org_id, substr(o.earned_on, 1, 7) AS month FROM outcome o WHERE o.class_id {any $1} \
                  {unscoped: counted for everybody}",
        },
        Touch {
            subject: "certificate",
            sql: "SELECT DISTINCT o.org_id, substr(o.earned_on, 1, 7) AS month FROM certificate t \
                  JOIN outcome o ON o.id = t.outcome_id WHERE t.id {any $1} {unscoped: counted for everybody}",
        },
    ],
    rows: "SELECT COALESCE(c.name, o.kind) AS label, o.earned_on AS detail, 'class' AS subject, \
           COALESCE(o.class_id, 0) AS subject_id, count(*) AS n, CAST(sum(o.minutes) AS BIGINT) AS m FROM outcome o LEFT JOIN class c ON c.id = o.class_id \
           WHERE o.org_id {any $1} AND o.earned_on >= $2 AND o.earned_on < $3 \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || o.status || ',%') AND {scope o.org_id} \
           GROUP BY o.class_id, c.name, o.kind, o.earned_on ORDER BY o.earned_on, o.class_id, o.kind LIMIT $6 OFFSET $5",
    kind_label: outcome_kind,
};

pub(super) const CERTIFICATES: SpanSource = SpanSource {
    id: "certificates",
    facts: "SELECT t.org_id, substr(t.issued_on, 1, 7) AS month, t.person_id, p.sex, p.birth, t.status AS tag, o.kind, \
            count(*) AS n, CAST(0 AS BIGINT) AS m FROM certificate t JOIN outcome o ON o.id = t.outcome_id \
            JOIN person p ON p.id = t.person_id WHERE t.org_id {any $1} AND t.issued_on >= $2 AND t.issued_on < $3 \
            {unscoped: counted for everybody} \
            GROUP BY t.org_id, substr(t.issued_on, 1, 7), t.person_id, p.sex, p.birth, t.status, o.kind",
    touched: &[
        Touch {
            subject: "certificate",
            sql: "SELECT DISTINCT t.org_id, substr(t.issued_on, 1, 7) AS month FROM certificate t WHERE t.id {any $1} \
                  {unscoped: counted for everybody}",
        },
        Touch {
            subject: "class",
            sql: "SELECT DISTINCT t.org_id, substr(t.issued_on, 1, 7) AS month FROM certificate t \
                  JOIN outcome o ON o.id = t.outcome_id WHERE o.class_id {any $1} {unscoped: counted for everybody}",
        },
    ],
    rows: "SELECT COALESCE(c.name, o.kind) AS label, t.issued_on AS detail, 'class' AS subject, \
           COALESCE(o.class_id, 0) AS subject_id, count(*) AS n, CAST(0 AS BIGINT) AS m FROM certificate t JOIN outcome o ON o.id = t.outcome_id \
           LEFT JOIN class c ON c.id = o.class_id WHERE t.org_id {any $1} AND t.issued_on >= $2 AND t.issued_on < $3 \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || t.status || ',%') AND {scope t.org_id} \
           GROUP BY o.class_id, c.name, o.kind, t.issued_on ORDER BY t.issued_on, o.class_id, o.kind LIMIT $6 OFFSET $5",
    kind_label: outcome_kind,
};
