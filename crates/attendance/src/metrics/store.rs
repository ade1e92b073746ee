//! SQL of what is counted, and nothing else. A source may read tables of the domains below along the listed edges: a
//! count over millions of rows cannot ask for each of them (ADR 0017).

use super::category;
use metrics::SpanSource;
use metrics::definition::Touch;

/// A lesson that was moved may have stood in another month, with its roll, one that was cancelled too, for it may have been moved
/// before: all months of its org are looked at. Of any other, its own month alone.
const TOUCHED: &[Touch] = &[
    Touch {
        subject: "session",
        sql: "SELECT DISTINCT s.org_id, CASE WHEN s.status IN ('moved', 'cancelled') THEN '' ELSE substr(s.day, 1, 7) END AS month \
              FROM session s WHERE s.id {any $1} {unscoped: counted for everybody}",
    },
    Touch {
        subject: "class",
        sql: "SELECT DISTINCT s.org_id, substr(s.day, 1, 7) AS month FROM session s WHERE s.class_id {any $1} \
              {unscoped: counted for everybody}",
    },
];

pub(super) const MARKS: SpanSource = SpanSource {
    id: "attendance",
    // Counted before the person is looked up: a person of many lessons is looked up once.
    facts: "SELECT f.org_id, f.month, f.person_id, p.sex, p.birth, f.tag, f.kind, f.n, f.m FROM \
            (SELECT s.org_id, substr(s.day, 1, 7) AS month, a.person_id, a.status AS tag, k.category AS kind, count(*) AS n, \
             CAST(sum(s.minutes) AS BIGINT) AS m \
             FROM session s JOIN class c ON c.id = s.class_id JOIN course k ON k.id = c.course_id \
             JOIN attendance a ON a.session_id = s.id \
             WHERE s.org_id {any $1} AND s.day >= $2 AND s.day < $3 AND s.status <> 'cancelled' \
             AND EXISTS (SELECT 1 FROM attendance b WHERE b.session_id = s.id AND b.method <> 'leave') \
             GROUP BY s.org_id, substr(s.day, 1, 7), a.person_id, a.status, k.category) f \
            JOIN person p ON p.id = f.person_id {unscoped: counted for everybody}",
    touched: TOUCHED,
    rows: "SELECT c.name AS label, s.day || ' ' || s.starts AS detail, 'session' AS subject, s.id AS subject_id, \
           count(*) AS n, CAST(sum(s.minutes) AS BIGINT) AS m \
           FROM session s JOIN class c ON c.id = s.class_id JOIN attendance a ON a.session_id = s.id \
           WHERE s.org_id {any $1} AND s.day >= $2 AND s.day < $3 AND s.status <> 'cancelled' \
           AND EXISTS (SELECT 1 FROM attendance b WHERE b.session_id = s.id AND b.method <> 'leave') \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || a.status || ',%') AND {scope s.org_id} \
           GROUP BY s.id, s.day, s.starts, c.name ORDER BY s.day, s.starts, s.id LIMIT $6 OFFSET $5",
    kind_label: category,
};

/// Lessons of which there is a roll: nobody marks a lesson as given besides. A leave granted before is no roll.
pub(super) const SESSIONS: SpanSource = SpanSource {
    id: "sessions",
    facts: "SELECT s.org_id, substr(s.day, 1, 7) AS month, CAST(0 AS BIGINT) AS person_id, NULL AS sex, NULL AS birth, \
            '' AS tag, k.category AS kind, count(*) AS n, CAST(sum(s.minutes) AS BIGINT) AS m \
            FROM session s JOIN class c ON c.id = s.class_id JOIN course k ON k.id = c.course_id \
            WHERE s.org_id {any $1} AND s.day >= $2 AND s.day < $3 AND s.status <> 'cancelled' \
            AND EXISTS (SELECT 1 FROM attendance b WHERE b.session_id = s.id AND b.method <> 'leave') {unscoped: counted for everybody} \
            GROUP BY s.org_id, substr(s.day, 1, 7), k.category",
    touched: TOUCHED,
    rows: "SELECT c.name AS label, s.day || ' ' || s.starts AS detail, 'session' AS subject, s.id AS subject_id, \
           CAST(1 AS BIGINT) AS n, s.minutes AS m FROM session s JOIN class c ON c.id = s.class_id WHERE s.org_id {any $1} \
           AND s.day >= $2 AND s.day < $3 AND (CAST($4 AS TEXT) = '' OR TRUE) AND s.status <> 'cancelled' \
           AND EXISTS (SELECT 1 FROM attendance b WHERE b.session_id = s.id AND b.method <> 'leave') AND {scope s.org_id} \
           ORDER BY s.day, s.starts, s.id LIMIT $6 OFFSET $5",
    kind_label: category,
};
