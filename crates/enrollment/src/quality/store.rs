//! SQL of what must not be among the data, and nothing else.

/// Classes with more seats taken than there are, or than are counted at the class.
pub(super) const OVER_CAPACITY: &str = "SELECT c.name AS label, '占名额 ' || CAST(n.seated AS TEXT) || ' 人，记着在册 ' || CAST(c.enrolled AS TEXT) \
     || ' 人，名额 ' || CAST(c.capacity AS TEXT) AS detail, 'class' AS subject, c.id AS subject_id \
     FROM (SELECT k.id, (SELECT count(*) FROM enrollment e WHERE e.class_id = k.id AND e.live = TRUE \
     AND e.status IN ('offered', 'reserved', 'confirmed', 'attending', 'suspended')) AS seated \
     FROM class k WHERE k.status IN ('published', 'running') AND {scope k.org_id}) n JOIN class c ON c.id = n.id \
     WHERE (n.seated > c.capacity OR n.seated <> c.enrolled) AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) \
     ORDER BY c.starts_on DESC, c.id LIMIT $3";
