//! SQL of what must not be among the data, and nothing else.

/// Lessons that are over, have learners and no mark but leave.
pub(super) const WITHOUT_ROLL: &str = "SELECT c.name AS label, s.day || ' 第 ' || CAST(s.number AS TEXT) || ' 次课没有点名' AS detail, \
     'class' AS subject, c.id AS subject_id FROM session s JOIN class c ON c.id = s.class_id \
     WHERE s.day >= $2 AND s.day < $1 AND s.status <> 'cancelled' AND c.status IN ('published', 'running', 'closed') \
     AND c.enrolled > 0 AND {scope s.org_id} \
     AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.method <> 'leave') \
     ORDER BY s.day DESC, s.id LIMIT $3";

/// Lessons at which somebody is marked who never asked for a place in the class nor for a trial.
pub(super) const WITHOUT_PLACE: &str = "SELECT c.name AS label, s.day || ' 第 ' || CAST(s.number AS TEXT) || ' 次课，' \
     || CAST(count(*) AS TEXT) || ' 人没有报名' AS detail, 'class' AS subject, c.id AS subject_id \
     FROM session s JOIN class c ON c.id = s.class_id JOIN attendance a ON a.session_id = s.id \
     WHERE s.day >= $2 AND s.day <= $1 AND {scope s.org_id} \
     AND NOT EXISTS (SELECT 1 FROM enrollment e WHERE e.class_id = s.class_id AND e.person_id = a.person_id) \
     AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.session_id = s.id AND t.person_id = a.person_id) \
     GROUP BY s.id, s.day, s.number, c.id, c.name ORDER BY s.day DESC, s.id LIMIT $3";
