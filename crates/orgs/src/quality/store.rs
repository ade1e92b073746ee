//! SQL of what must not be among the data, and nothing else.

/// Institutions that people come to and whose place is not known.
pub(super) const WITHOUT_PLACE: &str = "SELECT o.name AS label, '没有登记位置' AS detail, 'org' AS subject, o.id AS subject_id FROM org o \
     LEFT JOIN org_facts f ON f.org_id = o.id \
     WHERE o.status = 'open' AND o.kind IN ('college', 'senior_university', 'street_school', 'neighborhood_site', \
     'social_site', 'care_site', 'minors_site', 'family_station', 'smart_scene', 'base') \
     AND (f.lng_e6 IS NULL OR f.lat_e6 IS NULL) AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) AND {scope o.id} \
     ORDER BY o.sort_key, o.id LIMIT $3";

/// Schools whose floor area is not known.
pub(super) const WITHOUT_FLOOR_AREA: &str = "SELECT o.name AS label, '没有登记建筑面积' AS detail, 'org' AS subject, o.id AS subject_id FROM org o \
     LEFT JOIN org_facts f ON f.org_id = o.id \
     WHERE o.status = 'open' AND o.kind IN ('college', 'senior_university', 'street_school') \
     AND COALESCE(f.floor_area_m2, 0) = 0 AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) AND {scope o.id} \
     ORDER BY o.sort_key, o.id LIMIT $3";
