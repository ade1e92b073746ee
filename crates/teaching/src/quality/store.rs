//! SQL of what must not be among the data, and nothing else.

/// Classes that run and have no teacher.
pub(super) const WITHOUT_TEACHER: &str = "SELECT c.name AS label, c.starts_on || ' 开课，没有教师' AS detail, 'class' AS subject, \
     c.id AS subject_id FROM class c WHERE c.status = 'running' AND c.teacher_id IS NULL \
     AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) AND {scope c.org_id} ORDER BY c.starts_on DESC, c.id LIMIT $3";

/// Classes that people come to and that have no room.
pub(super) const WITHOUT_ROOM: &str = "SELECT c.name AS label, c.starts_on || ' 开课，没有教室' AS detail, 'class' AS subject, \
     c.id AS subject_id FROM class c WHERE c.status IN ('published', 'running') AND c.mode <> 'online' \
     AND c.room_id IS NULL AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) AND {scope c.org_id} \
     ORDER BY c.starts_on DESC, c.id LIMIT $3";
