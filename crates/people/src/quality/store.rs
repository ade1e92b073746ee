//! SQL of what must not be among the data, and nothing else.

/// People born after today, or more than 110 years old today.
pub(super) const IMPOSSIBLE_AGE: &str = "SELECT p.name AS label, p.number || '，' || p.birth || ' 出生' AS detail, 'person' AS subject, \
     p.id AS subject_id FROM person p WHERE p.status = 'active' AND p.erased_at IS NULL \
     AND (p.birth > CAST($1 AS TEXT) OR p.birth <= \
     CAST(CAST(substr(CAST($1 AS TEXT), 1, 4) AS BIGINT) - 111 AS TEXT) || substr(CAST($1 AS TEXT), 5)) \
     AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) AND ({scope p.registered_at_org_id} OR {scope p.home_org_id} \
     OR EXISTS (SELECT 1 FROM person_org o WHERE o.person_id = p.id AND {scope o.org_id})) \
     ORDER BY p.sort_key, p.id LIMIT $3";

/// People with the name, sex and birth of another whom the reader may see too: nobody learns of a person elsewhere.
/// The pairs are found first, in this order of tables, so that the scope is asked for a few people and not for all.
pub(super) const SAME_PERSON: &str = "SELECT p.name AS label, p.number || '，' || p.birth || ' 出生' AS detail, 'person' AS subject, \
     p.id AS subject_id FROM person p WHERE p.id IN (SELECT a.id FROM person a CROSS JOIN person q \
     WHERE a.status = 'active' AND a.erased_at IS NULL AND q.birth = a.birth AND q.name = a.name AND q.sex = a.sex \
     AND q.id <> a.id AND q.status = 'active' AND q.erased_at IS NULL AND ({scope q.registered_at_org_id} \
     OR {scope q.home_org_id} OR EXISTS (SELECT 1 FROM person_org r WHERE r.person_id = q.id AND {scope r.org_id}))) \
     AND ({scope p.registered_at_org_id} OR {scope p.home_org_id} \
     OR EXISTS (SELECT 1 FROM person_org o WHERE o.person_id = p.id AND {scope o.org_id})) \
     AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) ORDER BY p.sort_key, p.id LIMIT $3";
