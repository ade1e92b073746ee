//! SQL of what the registers count, and nothing else.

use super::{level_label, org_kind_label, staff_label, title_kind_label, title_level_label};
use metrics::{MomentSource, Rollup};

/// Declarations in force on the day, full-time and part-time apart.
pub(super) const STAFF: MomentSource = MomentSource {
    id: "staff",
    facts: "SELECT s.org_id, w.what AS tag, s.kind, '' AS sex, '' AS band, \
            CASE WHEN w.what = 'full' THEN s.full_time ELSE s.part_time END AS n, CAST(0 AS BIGINT) AS m \
            FROM staff_count s JOIN org o ON o.id = s.org_id JOIN (SELECT 'full' AS what UNION ALL SELECT 'part') w ON TRUE \
            WHERE s.in_force AND s.valid_from <= $1 AND (s.valid_to IS NULL OR s.valid_to > $1) \
            AND (o.closed_on IS NULL OR o.closed_on > $1) {unscoped: counted for everybody} \
            ORDER BY s.org_id, w.what, s.kind LIMIT 1000000",
    subjects: &["org"],
    rows: "SELECT o.name AS label, s.kind AS detail, 'org' AS subject, o.id AS subject_id, \
           CASE WHEN w.what = 'full' THEN s.full_time ELSE s.part_time END AS n, CAST(0 AS BIGINT) AS m \
           FROM staff_count s JOIN org o ON o.id = s.org_id JOIN (SELECT 'full' AS what UNION ALL SELECT 'part') w ON TRUE \
           WHERE s.org_id {any $1} AND s.in_force AND s.valid_from <= $2 AND (s.valid_to IS NULL OR s.valid_to > $2) \
           AND (o.closed_on IS NULL OR o.closed_on > $2) AND (s.full_time > 0 OR w.what = 'part') \
           AND (s.part_time > 0 OR w.what = 'full') \
           AND (CAST($3 AS TEXT) = '' OR $3 LIKE '%,' || w.what || ',%') \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || s.kind || ',%') \
           AND {scope s.org_id} ORDER BY o.sort_key, o.id, w.what, s.kind LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: false,
    kind_label: staff_label,
};

/// Lines in force of the day's year, what was budgeted and what was paid apart. An org's money counts for the whole year,
/// also when the org has ended in it.
pub(super) const BUDGETS: MomentSource = MomentSource {
    id: "budgets",
    facts: "SELECT b.org_id, w.what || '.' || b.population || '.' || b.level AS tag, b.level AS kind, '' AS sex, \
            '' AS band, CAST(sum(CASE WHEN w.what = 'budget' THEN b.budgeted_fen ELSE b.paid_fen END) AS BIGINT) AS n, \
            CAST(0 AS BIGINT) AS m FROM budget_line b JOIN (SELECT 'budget' AS what UNION ALL SELECT 'paid') w ON TRUE \
            WHERE b.state = 'in_force' AND CAST(b.year AS TEXT) = substr(CAST($1 AS TEXT), 1, 4) \
            {unscoped: counted for everybody} GROUP BY b.org_id, w.what, b.population, b.level \
            ORDER BY b.org_id, w.what, b.population, b.level LIMIT 1000000",
    subjects: &["budget_line"],
    rows: "SELECT o.name || '：' || b.payer AS label, b.level AS detail, 'budget_line' AS subject, b.id AS subject_id, \
           CASE WHEN w.what = 'budget' THEN b.budgeted_fen ELSE b.paid_fen END AS n, CAST(0 AS BIGINT) AS m FROM budget_line b \
           JOIN org o ON o.id = b.org_id JOIN (SELECT 'budget' AS what UNION ALL SELECT 'paid') w ON TRUE \
           WHERE b.org_id {any $1} AND b.state = 'in_force' AND CAST(b.year AS TEXT) = substr(CAST($2 AS TEXT), 1, 4) \
           AND (CAST($3 AS TEXT) = '' OR $3 LIKE '%,' || w.what || '.' || b.population || '.' || b.level || ',%') \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || b.level || ',%') \
           AND {scope b.org_id} ORDER BY o.sort_key, o.id, b.level, b.id, w.what LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: false,
    kind_label: level_label,
};

/// The day's year less the one before, and the one before.
pub(super) const GROWTH: MomentSource = MomentSource {
    id: "budget_growth",
    facts: "SELECT b.org_id, '' AS tag, b.level AS kind, '' AS sex, '' AS band, \
            CAST(sum(CASE WHEN CAST(b.year AS TEXT) = substr(CAST($1 AS TEXT), 1, 4) THEN b.budgeted_fen \
            ELSE 0 - b.budgeted_fen END) AS BIGINT) AS n, \
            CAST(sum(CASE WHEN CAST(b.year AS TEXT) = substr(CAST($1 AS TEXT), 1, 4) THEN 0 ELSE b.budgeted_fen END) AS BIGINT) \
            AS m FROM budget_line b WHERE b.state = 'in_force' AND (CAST(b.year AS TEXT) = substr(CAST($1 AS TEXT), 1, 4) \
            OR CAST(b.year + 1 AS TEXT) = substr(CAST($1 AS TEXT), 1, 4)) {unscoped: counted for everybody} \
            GROUP BY b.org_id, b.level ORDER BY b.org_id, b.level LIMIT 1000000",
    subjects: &["budget_line"],
    rows: "SELECT o.name || '：' || b.payer || '，' || CAST(b.year AS TEXT) || ' 年' AS label, b.level AS detail, \
           'budget_line' AS subject, b.id AS subject_id, CASE WHEN CAST(b.year AS TEXT) = substr(CAST($2 AS TEXT), 1, 4) \
           THEN b.budgeted_fen ELSE 0 - b.budgeted_fen END AS n, \
           CASE WHEN CAST(b.year AS TEXT) = substr(CAST($2 AS TEXT), 1, 4) THEN 0 ELSE b.budgeted_fen END AS m FROM budget_line b JOIN org o ON o.id = b.org_id \
           WHERE b.org_id {any $1} AND b.state = 'in_force' AND (CAST(b.year AS TEXT) = substr(CAST($2 AS TEXT), 1, 4) \
           OR CAST(b.year + 1 AS TEXT) = substr(CAST($2 AS TEXT), 1, 4)) AND (CAST($3 AS TEXT) = '' OR TRUE) \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || b.level || ',%') \
           AND {scope b.org_id} ORDER BY o.sort_key, o.id, b.year, b.level, b.id LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: false,
    kind_label: level_label,
};

/// Titles that count on the day, by what is honoured.
pub(super) const TITLES: MomentSource = MomentSource {
    id: "titles",
    facts: "SELECT t.org_id, t.level AS tag, t.kind, '' AS sex, '' AS band, count(*) AS n, CAST(0 AS BIGINT) AS m \
            FROM title t JOIN org o ON o.id = t.org_id WHERE t.granted_on <= $1 AND (t.valid_to IS NULL OR t.valid_to >= $1) \
            AND (t.revoked_on IS NULL OR t.revoked_on > $1) AND (o.closed_on IS NULL OR o.closed_on > $1) \
            {unscoped: counted for everybody} GROUP BY t.org_id, t.level, t.kind ORDER BY t.org_id, t.level, t.kind LIMIT 1000000",
    subjects: &["title"],
    rows: "SELECT o.name || '：' || t.name AS label, t.kind AS detail, 'title' AS subject, t.id AS subject_id, \
           CAST(1 AS BIGINT) AS n, CAST(0 AS BIGINT) AS m FROM title t JOIN org o ON o.id = t.org_id WHERE t.org_id {any $1} AND t.granted_on <= $2 \
           AND (t.valid_to IS NULL OR t.valid_to >= $2) AND (t.revoked_on IS NULL OR t.revoked_on > $2) \
           AND (o.closed_on IS NULL OR o.closed_on > $2) AND (CAST($3 AS TEXT) = '' OR $3 LIKE '%,' || t.level || ',%') \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || t.kind || ',%') \
           AND {scope t.org_id} ORDER BY o.sort_key, o.id, t.granted_on, t.id LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: true,
    kind_label: title_kind_label,
};

/// The same titles by the level that granted them.
pub(super) const TITLES_BY_LEVEL: MomentSource = MomentSource {
    id: "titles_by_level",
    facts: "SELECT t.org_id, '' AS tag, t.level AS kind, '' AS sex, '' AS band, count(*) AS n, CAST(0 AS BIGINT) AS m \
            FROM title t JOIN org o ON o.id = t.org_id WHERE t.granted_on <= $1 AND (t.valid_to IS NULL OR t.valid_to >= $1) \
            AND (t.revoked_on IS NULL OR t.revoked_on > $1) AND (o.closed_on IS NULL OR o.closed_on > $1) \
            {unscoped: counted for everybody} GROUP BY t.org_id, t.level ORDER BY t.org_id, t.level LIMIT 1000000",
    subjects: &["title"],
    rows: "SELECT o.name || '：' || t.name AS label, t.level AS detail, 'title' AS subject, t.id AS subject_id, \
           CAST(1 AS BIGINT) AS n, CAST(0 AS BIGINT) AS m FROM title t JOIN org o ON o.id = t.org_id WHERE t.org_id {any $1} AND t.granted_on <= $2 \
           AND (t.valid_to IS NULL OR t.valid_to >= $2) AND (t.revoked_on IS NULL OR t.revoked_on > $2) \
           AND (o.closed_on IS NULL OR o.closed_on > $2) AND (CAST($3 AS TEXT) = '' OR TRUE) \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || t.level || ',%') \
           AND {scope t.org_id} ORDER BY o.sort_key, o.id, t.granted_on, t.id LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: true,
    kind_label: title_level_label,
};

/// Orgs that hold a title themselves on the day, each once.
pub(super) const TITLED: MomentSource = MomentSource {
    id: "titled",
    facts: "SELECT t.org_id, '' AS tag, o.kind, '' AS sex, '' AS band, CAST(1 AS BIGINT) AS n, count(*) AS m \
            FROM title t JOIN org o ON o.id = t.org_id WHERE t.holder = 'org' AND t.granted_on <= $1 \
            AND (t.valid_to IS NULL OR t.valid_to >= $1) AND (t.revoked_on IS NULL OR t.revoked_on > $1) \
            AND (o.closed_on IS NULL OR o.closed_on > $1) AND NOT o.special {unscoped: counted for everybody} \
            GROUP BY t.org_id, o.kind ORDER BY t.org_id LIMIT 1000000",
    subjects: &["title"],
    rows: "SELECT o.name AS label, o.kind AS detail, 'org' AS subject, o.id AS subject_id, CAST(1 AS BIGINT) AS n, CAST(0 AS BIGINT) AS m \
           FROM org o WHERE o.id {any $1} AND (o.closed_on IS NULL OR o.closed_on > $2) AND NOT o.special \
           AND EXISTS (SELECT 1 FROM title t WHERE t.org_id = o.id AND t.holder = 'org' AND t.granted_on <= $2 \
           AND (t.valid_to IS NULL OR t.valid_to >= $2) AND (t.revoked_on IS NULL OR t.revoked_on > $2)) \
           AND (CAST($3 AS TEXT) = '' OR TRUE) AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || o.kind || ',%') \
           AND {scope o.id} ORDER BY o.sort_key, o.id LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: true,
    kind_label: org_kind_label,
};
