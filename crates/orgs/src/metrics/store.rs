//! SQL of what is counted, and nothing else. A source may read tables of the domains below along the listed edges: a
//! count over millions of rows cannot ask for each of them (ADR 0017).

use super::{kind_label, no_kind};
use db::{Db, DbResult, args};
use kernel::{Date, OrgId};
use metrics::{MomentSource, Rollup};

pub(super) const PLACES: MomentSource = MomentSource {
    id: "places",
    facts: "SELECT o.id AS org_id, '' AS tag, o.kind, '' AS sex, '' AS band, CAST(1 AS BIGINT) AS n, \
            COALESCE(f.floor_area_m2, 0) AS m FROM org o LEFT JOIN org_facts f ON f.org_id = o.id \
            WHERE o.opened_on <= $1 AND (o.closed_on IS NULL OR o.closed_on > $1) AND NOT o.special \
            {unscoped: counted for everybody} ORDER BY o.id LIMIT 200000",
    subjects: &["org"],
    rows: "SELECT o.name AS label, o.kind AS detail, 'org' AS subject, o.id AS subject_id, CAST(1 AS BIGINT) AS n, \
           COALESCE(f.floor_area_m2, 0) AS m FROM org o LEFT JOIN org_facts f ON f.org_id = o.id WHERE o.id {any $1} AND o.opened_on <= $2 \
           AND (o.closed_on IS NULL OR o.closed_on > $2) AND NOT o.special \
           AND (CAST($3 AS TEXT) = '' OR TRUE) AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || o.kind || ',%') \
           AND {scope o.id} ORDER BY o.sort_key, o.id LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: true,
    kind_label,
};

pub(super) const ROOMS: MomentSource = MomentSource {
    id: "rooms",
    facts: "SELECT r.org_id, '' AS tag, o.kind, '' AS sex, '' AS band, count(*) AS n, CAST(sum(r.seats) AS BIGINT) AS m \
            FROM room r JOIN org o ON o.id = r.org_id WHERE r.active AND o.opened_on <= $1 \
            AND (o.closed_on IS NULL OR o.closed_on > $1) {unscoped: counted for everybody} \
            GROUP BY r.org_id, o.kind ORDER BY r.org_id LIMIT 200000",
    subjects: &["org", "room"],
    rows: "SELECT o.name || '：' || r.name AS label, r.floor AS detail, 'room' AS subject, r.id AS subject_id, \
           CAST(1 AS BIGINT) AS n, r.seats AS m FROM room r JOIN org o ON o.id = r.org_id WHERE r.org_id {any $1} AND r.active \
           AND o.opened_on <= $2 AND (o.closed_on IS NULL OR o.closed_on > $2) AND (CAST($3 AS TEXT) = '' OR TRUE) \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || o.kind || ',%') \
           AND {scope r.org_id} ORDER BY o.sort_key, r.name, r.id LIMIT $6 OFFSET $5",
    rollup: Rollup::Sum,
    absent_is_zero: true,
    kind_label,
};

/// The newest year that had ended by the day; population is that of a year's end. `m` is the year.
pub(super) const POPULATION: MomentSource = MomentSource {
    id: "population",
    facts: "SELECT p.org_id, p.basis AS tag, '' AS kind, 'male' AS sex, p.band, p.male AS n, p.year AS m \
            FROM population p WHERE p.year = (SELECT max(q.year) FROM population q WHERE q.org_id = p.org_id \
            AND CAST(q.year AS TEXT) || '-12-31' <= $1) \
            UNION ALL SELECT p.org_id, p.basis, '', 'female', p.band, p.female, p.year \
            FROM population p WHERE p.year = (SELECT max(q.year) FROM population q WHERE q.org_id = p.org_id \
            AND CAST(q.year AS TEXT) || '-12-31' <= $1) {unscoped: counted for everybody}",
    subjects: &["org"],
    // Kinds are age bands here.
    rows: "SELECT o.name AS label, CAST(p.year AS TEXT) || ' 年末，' || p.source AS detail, 'org' AS subject, \
           o.id AS subject_id, CAST(sum(p.male + p.female) AS BIGINT) AS n, CAST(0 AS BIGINT) AS m \
           FROM population p JOIN org o ON o.id = p.org_id \
           WHERE p.org_id {any $1} AND p.year = (SELECT max(q.year) FROM population q WHERE q.org_id = p.org_id \
           AND CAST(q.year AS TEXT) || '-12-31' <= $2) AND (CAST($3 AS TEXT) = '' OR TRUE) \
           AND (CAST($4 AS TEXT) = '' OR $4 LIKE '%,' || p.band || ',%') AND {scope p.org_id} \
           GROUP BY o.id, o.name, o.sort_key, p.year, p.source ORDER BY o.sort_key, o.id LIMIT $6 OFFSET $5",
    rollup: Rollup::OwnElseChildren,
    absent_is_zero: false,
    kind_label: no_kind,
};

db::record! {
    /// An org and one of its places in the tree.
    pub struct PlacedRow {
        /// Id.
        pub id: OrgId,
        /// Kind.
        pub kind: String,
        /// Of which it became part.
        pub successor_id: Option<OrgId>,
        /// First day.
        pub opened_on: Date,
        /// Whether it stands on the day.
        pub standing: bool,
        /// Short name on the day, or today's where it had none.
        pub name: String,
        /// Above it in this place.
        pub parent_id: Option<OrgId>,
    }
}

/// Every org with each place in the tree that it had by a day, the newest last; one opened later with its first place, so
/// that what was entered of it for earlier days is not lost above it.
pub(super) async fn places_of(db: &Db, day: Date) -> DbResult<Vec<PlacedRow>> {
    db.query(
        "SELECT o.id, o.kind, o.successor_id, o.opened_on, \
         (o.opened_on <= $1 AND (o.closed_on IS NULL OR o.closed_on > $1)) AS standing, \
         COALESCE(n.short_name, o.short_name) AS name, e.parent_id FROM org o \
         LEFT JOIN org_name n ON n.org_id = o.id AND n.valid_from <= $1 AND (n.valid_to IS NULL OR n.valid_to > $1) \
         LEFT JOIN org_edge e ON e.org_id = o.id \
         AND (e.valid_from <= $1 OR (o.opened_on > $1 AND e.valid_from = o.opened_on)) \
         ORDER BY o.id, e.valid_from LIMIT 1000000",
        args![day],
    )
    .await
}
