//! SQL of what is counted, and nothing else. A source may read tables of the domains below along the listed edges: a
//! count over millions of rows cannot ask for each of them (ADR 0017).

use super::category;
use metrics::SpanSource;
use metrics::definition::Touch;

/// A change of a class may move it to another month: all months of its org are counted anew.
const OF_CLASS: Touch = Touch {
    subject: "class",
    sql: "SELECT DISTINCT c.org_id, '' AS month FROM class c WHERE c.id {any $1} {unscoped: counted for everybody}",
};

pub(super) const CLASSES: SpanSource = SpanSource {
    id: "classes",
    facts: "SELECT c.org_id, substr(c.starts_on, 1, 7) AS month, CAST(0 AS BIGINT) AS person_id, NULL AS sex, NULL AS birth, \
            c.status AS tag, k.category AS kind, count(*) AS n, CAST(sum(c.session_count * c.minutes) AS BIGINT) AS m \
            FROM class c JOIN course k ON k.id = c.course_id WHERE c.org_id {any $1} AND c.starts_on >= $2 \
            AND c.starts_on < $3 {unscoped: counted for everybody} \
            GROUP BY c.org_id, substr(c.starts_on, 1, 7), c.status, k.category",
    touched: &[OF_CLASS],
    rows: "SELECT c.name AS label, c.starts_on AS detail, 'class' AS subject, c.id AS subject_id, CAST(1 AS BIGINT) AS n, \
           c.session_count * c.minutes AS m FROM class c WHERE c.org_id {any $1} AND c.starts_on >= $2 AND c.starts_on < $3 \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || c.status || ',%') AND {scope c.org_id} \
           ORDER BY c.starts_on, c.sort_key, c.id LIMIT $6 OFFSET $5",
    kind_label: category,
};

pub(super) const SEATS: SpanSource = SpanSource {
    id: "seats",
    facts: "SELECT c.org_id, substr(c.starts_on, 1, 7) AS month, CAST(0 AS BIGINT) AS person_id, NULL AS sex, NULL AS birth, \
            c.status AS tag, k.category AS kind, CAST(sum(c.capacity) AS BIGINT) AS n, CAST(sum(c.enrolled) AS BIGINT) AS m \
            FROM class c JOIN course k ON k.id = c.course_id WHERE c.org_id {any $1} AND c.starts_on >= $2 \
            AND c.starts_on < $3 {unscoped: counted for everybody} \
            GROUP BY c.org_id, substr(c.starts_on, 1, 7), c.status, k.category",
    touched: &[
        OF_CLASS,
        Touch {
            subject: "enrollment",
            sql: "SELECT DISTINCT c.org_id, substr(c.starts_on, 1, 7) AS month FROM enrollment e \
                  JOIN class c ON c.id = e.class_id WHERE e.id {any $1} {unscoped: counted for everybody}",
        },
    ],
    rows: "SELECT c.name AS label, c.starts_on AS detail, 'class' AS subject, c.id AS subject_id, c.capacity AS n, \
           c.enrolled AS m FROM class c WHERE c.org_id {any $1} AND c.starts_on >= $2 AND c.starts_on < $3 \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || c.status || ',%') AND {scope c.org_id} \
           ORDER BY c.starts_on, c.sort_key, c.id LIMIT $6 OFFSET $5",
    kind_label: category,
};
