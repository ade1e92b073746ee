//! SQL of what is counted, and nothing else. A source may read tables of the domains below along the listed edges: a
//! count over millions of rows cannot ask for each of them (ADR 0017).

use super::category;
use metrics::SpanSource;
use metrics::definition::Touch;

const OF_ENROLLMENT: Touch = Touch {
    subject: "enrollment",
    sql: "SELECT DISTINCT c.org_id, substr(c.starts_on, 1, 7) AS month FROM enrollment e \
          JOIN class c ON c.id = e.class_id WHERE e.id {any $1} {unscoped: counted for everybody}",
};

/// A change of a class may move it to another month or end its places: all months of its org are counted anew.
const OF_CLASS: Touch = Touch {
    subject: "class",
    sql: "SELECT DISTINCT c.org_id, '' AS month FROM class c WHERE c.id {any $1} {unscoped: counted for everybody}",
};

/// Rows behind places: the classes, with how many of their places count.
const CLASSES_BEHIND: &str = "SELECT c.name AS label, c.starts_on AS detail, 'class' AS subject, c.id AS subject_id, count(*) AS n, CAST(0 AS BIGINT) AS m \
     FROM class c JOIN enrollment e ON e.class_id = c.id WHERE c.org_id {any $1} AND c.starts_on >= $2 AND c.starts_on < $3 \
     AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || e.status || ',%') AND {scope c.org_id} \
     GROUP BY c.id, c.name, c.starts_on, c.sort_key ORDER BY c.starts_on, c.sort_key, c.id LIMIT $6 OFFSET $5";

pub(super) const PLACES: SpanSource = SpanSource {
    id: "enrollments",
    facts: "SELECT c.org_id, substr(c.starts_on, 1, 7) AS month, e.person_id, p.sex, p.birth, e.status AS tag, \
            k.category AS kind, count(*) AS n, CAST(0 AS BIGINT) AS m \
            FROM class c JOIN course k ON k.id = c.course_id JOIN enrollment e ON e.class_id = c.id \
            JOIN person p ON p.id = e.person_id WHERE c.org_id {any $1} AND c.starts_on >= $2 AND c.starts_on < $3 \
            {unscoped: counted for everybody} \
            GROUP BY c.org_id, substr(c.starts_on, 1, 7), e.person_id, p.sex, p.birth, e.status, k.category",
    touched: &[OF_ENROLLMENT, OF_CLASS],
    rows: CLASSES_BEHIND,
    kind_label: category,
};

/// Only who never had a place before: no earlier one of the same person that was or is a seat.
pub(super) const FIRST_PLACES: SpanSource = SpanSource {
    id: "first_enrollments",
    facts: "SELECT c.org_id, substr(c.starts_on, 1, 7) AS month, e.person_id, p.sex, p.birth, e.status AS tag, \
            k.category AS kind, count(*) AS n, CAST(0 AS BIGINT) AS m \
            FROM class c JOIN course k ON k.id = c.course_id JOIN enrollment e ON e.class_id = c.id \
            JOIN person p ON p.id = e.person_id WHERE c.org_id {any $1} AND c.starts_on >= $2 AND c.starts_on < $3 \
            AND e.status IN ('confirmed', 'attending', 'suspended', 'completed') AND NOT EXISTS (SELECT 1 FROM enrollment x JOIN class y ON y.id = x.class_id \
            WHERE x.person_id = e.person_id AND x.status IN ('confirmed', 'attending', 'suspended', 'completed') AND y.starts_on < c.starts_on) \
            {unscoped: counted for everybody} \
            GROUP BY c.org_id, substr(c.starts_on, 1, 7), e.person_id, p.sex, p.birth, e.status, k.category",
    touched: &[
        Touch {
            subject: "enrollment",
            // An earlier place makes a later one no first one: all places of the person are looked at.
            sql: "SELECT DISTINCT c.org_id, substr(c.starts_on, 1, 7) AS month FROM enrollment e \
                  JOIN enrollment x ON x.person_id = e.person_id JOIN class c ON c.id = x.class_id WHERE e.id {any $1} \
                  {unscoped: counted for everybody}",
        },
        OF_CLASS,
    ],
    rows: CLASSES_BEHIND,
    kind_label: category,
};

pub(super) const TRIALS: SpanSource = SpanSource {
    id: "trials",
    facts: "SELECT t.org_id, substr(s.day, 1, 7) AS month, t.person_id, p.sex, p.birth, t.state AS tag, \
            k.category AS kind, count(*) AS n, CAST(0 AS BIGINT) AS m \
            FROM trial t JOIN session s ON s.id = t.session_id JOIN class c ON c.id = t.class_id \
            JOIN course k ON k.id = c.course_id JOIN person p ON p.id = t.person_id \
            WHERE t.org_id {any $1} AND s.day >= $2 AND s.day < $3 {unscoped: counted for everybody} \
            GROUP BY t.org_id, substr(s.day, 1, 7), t.person_id, p.sex, p.birth, t.state, k.category",
    touched: &[Touch {
        subject: "trial",
        sql: "SELECT DISTINCT t.org_id, substr(s.day, 1, 7) AS month FROM trial t JOIN session s ON s.id = t.session_id \
              WHERE t.id {any $1} {unscoped: counted for everybody}",
    }],
    rows: "SELECT c.name AS label, s.day AS detail, 'session' AS subject, s.id AS subject_id, count(*) AS n, CAST(0 AS BIGINT) AS m \
           FROM trial t JOIN session s ON s.id = t.session_id JOIN class c ON c.id = t.class_id WHERE t.org_id {any $1} \
           AND s.day >= $2 AND s.day < $3 AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || t.state || ',%') \
           AND {scope t.org_id} GROUP BY s.id, s.day, c.name ORDER BY s.day, s.id LIMIT $6 OFFSET $5",
    kind_label: category,
};
