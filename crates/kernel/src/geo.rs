//! Places on the map, distances and minutes on foot.
//!
//! Everything is kept in WGS-84; Chinese base maps draw in GCJ-02, so a point is shifted at the border of the program.

use crate::names::normalise_width;
use crate::speaks;
use serde::{Deserialize, Serialize};

/// Mean radius of the earth in metres (IUGG).
const EARTH_METRES: f64 = 6_371_008.8;
/// Long axis in metres and squared eccentricity of the Krasovsky ellipsoid, on which GCJ-02 is built.
const KRASOVSKY_AXIS: f64 = 6_378_245.0;
const KRASOVSKY_EE: f64 = 0.006_693_421_622_965_943;

/// A place in WGS-84, in millionths of a degree (about 0.1 m).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    /// Longitude, east positive, millionths of a degree.
    pub lng_e6: i32,
    /// Latitude, north positive, millionths of a degree.
    pub lat_e6: i32,
}

impl Point {
    /// The place at these degrees; `None` outside -180 to 180 and -90 to 90.
    #[must_use]
    pub fn from_degrees(lng: f64, lat: f64) -> Option<Self> {
        if !(lng.abs() <= 180.0 && lat.abs() <= 90.0) {
            return None;
        }
        Some(Self {
            lng_e6: (lng * 1e6).round() as i32,
            lat_e6: (lat * 1e6).round() as i32,
        })
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lng(self) -> f64 {
        f64::from(self.lng_e6) / 1e6
    }

    /// Latitude in degrees.
    #[must_use]
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e6) / 1e6
    }

    /// Reads `121.381700,31.112800`: longitude first, degrees; a Chinese comma and spaces are taken too.
    ///
    /// Two numbers that are a place in China only the other way round are refused as swapped; taken as written they
    /// would lie in the sea north of Europe.
    pub fn parse(text: &str) -> Result<Self, PointError> {
        let text = normalise_width(text).replace('、', ",");
        let (lng, lat) = text.split_once(',').ok_or(PointError::Shape)?;
        let lng = degrees(lng).ok_or(PointError::Shape)?;
        let lat = degrees(lat).ok_or(PointError::Shape)?;
        if (3.0..=54.0).contains(&lng) && (73.0..=136.0).contains(&lat) {
            return Err(PointError::Swapped);
        }
        Self::from_degrees(lng, lat).ok_or(PointError::Range)
    }

    /// The text that `parse` reads: `121.381700,31.112800`.
    #[must_use]
    pub fn text(self) -> String {
        format!("{:.6},{:.6}", self.lng(), self.lat())
    }

    /// Metres along the great circle to another place (haversine; error against the real ellipsoid under 0.6 %).
    #[must_use]
    pub fn metres_to(self, other: Self) -> u32 {
        let (lat_a, lat_b) = (self.lat().to_radians(), other.lat().to_radians());
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lng = (other.lng() - self.lng()).to_radians() / 2.0;
        let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lng.sin().powi(2);
        (2.0 * EARTH_METRES * h.clamp(0.0, 1.0).sqrt().asin()).round() as u32
    }

    /// This WGS-84 place as a GCJ-02 map draws it; unchanged outside the rectangle around China.
    #[must_use]
    pub fn wgs84_to_gcj02(self) -> Self {
        if !self.near_china() {
            return self;
        }
        let (lng, lat) = shifted(self.lng(), self.lat());
        Self::from_degrees(lng, lat).unwrap_or(self)
    }

    /// The WGS-84 place of a point given in GCJ-02; found step by step, back and forth is under 1 m in China.
    #[must_use]
    pub fn gcj02_to_wgs84(self) -> Self {
        if !self.near_china() {
            return self;
        }
        let (goal_lng, goal_lat) = (self.lng(), self.lat());
        let (mut lng, mut lat) = (goal_lng, goal_lat);
        // The shift changes so little over its own length that each step gains two to three digits.
        for _ in 0..8 {
            let (lng_now, lat_now) = shifted(lng, lat);
            lng += goal_lng - lng_now;
            lat += goal_lat - lat_now;
        }
        Self::from_degrees(lng, lat).unwrap_or(self)
    }

    /// The rectangle in which public map programs apply the shift.
    fn near_china(self) -> bool {
        (72_004_000..=137_834_700).contains(&self.lng_e6) && (829_300..=55_827_100).contains(&self.lat_e6)
    }
}

/// Minutes on foot for so many metres in a straight line, rounded up.
///
/// Product default, no official figure: the way is 1.3 times the straight line, and an elder walks 0.8 m/s.
#[must_use]
pub fn walking_minutes(metres: u32) -> u32 {
    // metres × 1.3 ÷ 0.8 ÷ 60, in whole numbers.
    let minutes = (u64::from(metres) * 13).div_ceil(8 * 60);
    u32::try_from(minutes).unwrap_or(u32::MAX)
}

fn degrees(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    text.parse().ok().filter(|_| plain)
}

/// Degrees in GCJ-02 of degrees in WGS-84, by the formula that public map programs share.
fn shifted(lng: f64, lat: f64) -> (f64, f64) {
    let pi = std::f64::consts::PI;
    let (x, y) = (lng - 105.0, lat - 35.0);
    let short_waves = 20.0 * (6.0 * x * pi).sin() + 20.0 * (2.0 * x * pi).sin();
    let north_waves = short_waves
        + 20.0 * (y * pi).sin()
        + 40.0 * (y / 3.0 * pi).sin()
        + 160.0 * (y / 12.0 * pi).sin()
        + 320.0 * (y / 30.0 * pi).sin();
    let east_waves = short_waves
        + 20.0 * (x * pi).sin()
        + 40.0 * (x / 3.0 * pi).sin()
        + 150.0 * (x / 12.0 * pi).sin()
        + 300.0 * (x / 30.0 * pi).sin();
    let root = x.abs().sqrt();
    let north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + north_waves * 2.0 / 3.0;
    let east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + east_waves * 2.0 / 3.0;
    let lat_radians = lat.to_radians();
    let bend = 1.0 - KRASOVSKY_EE * lat_radians.sin().powi(2);
    let metres_per_north = KRASOVSKY_AXIS * (1.0 - KRASOVSKY_EE) / (bend * bend.sqrt()) * pi / 180.0;
    let metres_per_east = KRASOVSKY_AXIS / bend.sqrt() * lat_radians.cos() * pi / 180.0;
    (lng + east / metres_per_east, lat + north / metres_per_north)
}

/// Why a text is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointError {
    /// Not two numbers with a comma.
    Shape,
    /// Outside the earth.
    Range,
    /// Latitude before longitude.
    Swapped,
}

impl PointError {
    /// What is wrong and what to do, in Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Shape => "坐标看不懂。请填「经度,纬度」，例如 121.3817,31.1128。",
            Self::Range => "坐标超出了范围。经度在 -180 到 180 之间，纬度在 -90 到 90 之间，请检查。",
            Self::Swapped => "经度和纬度好像填反了。请把经度（较大的数）写在前面，例如 121.3817,31.1128。",
        }
        .to_owned()
    }
}
speaks!(PointError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lng: f64, lat: f64) -> Point {
        Point::from_degrees(lng, lat).unwrap()
    }

    #[test]
    fn typed_places() {
        let minhang = Point {
            lng_e6: 121_381_700,
            lat_e6: 31_112_800,
        };
        for (text, result) in [
            ("121.3817,31.1128", Ok(minhang)),
            (" 121.3817， 31.1128 ", Ok(minhang)),
            ("１２１．３８１７，３１．１１２８", Ok(minhang)),
            (
                "-0.1276,51.5072",
                Ok(Point {
                    lng_e6: -127_600,
                    lat_e6: 51_507_200,
                }),
            ),
            ("31.1128,121.3817", Err(PointError::Swapped)),
            ("181,31", Err(PointError::Range)),
            ("121,91", Err(PointError::Range)),
            ("121.3817", Err(PointError::Shape)),
            ("121,31,5", Err(PointError::Shape)),
            ("NaN,31", Err(PointError::Shape)),
            ("inf,31", Err(PointError::Shape)),
            ("1e2,31", Err(PointError::Shape)),
            ("", Err(PointError::Shape)),
        ] {
            assert_eq!(Point::parse(text), result, "{text}");
        }
        assert_eq!(minhang.text(), "121.381700,31.112800");
        assert!(PointError::Swapped.to_string().contains("填反"));
    }

    #[test]
    fn distances() {
        for (a, b, metres) in [
            (at(121.0, 31.0), at(121.0, 31.0), 0),
            // One degree of a meridian on the mean sphere.
            (at(121.0, 31.0), at(121.0, 32.0), 111_195),
            (at(179.5, 0.0), at(-179.5, 0.0), 111_195),
            (at(0.0, 90.0), at(0.0, -90.0), 20_015_115),
        ] {
            assert!(
                a.metres_to(b).abs_diff(metres) <= 1,
                "{a:?} {b:?} {}",
                a.metres_to(b)
            );
        }
    }

    #[test]
    fn minutes_on_foot() {
        for (metres, minutes) in [
            (0, 0),
            (1, 1),
            (36, 1),
            (37, 2),
            (443, 12),
            (553, 15),
            (554, 16),
            (1000, 28),
        ] {
            assert_eq!(walking_minutes(metres), minutes, "{metres}");
        }
        assert_eq!(walking_minutes(u32::MAX), 116_322_031);
    }

    #[test]
    fn the_shift_agrees_with_public_programs() {
        // Test points shared by the open-source ports of this formula; they may differ by a metre in the ellipsoid.
        for (wgs, gcj) in [
            (
                at(121.527_210_6, 31.177_427_6),
                at(121.531_541_859, 31.175_303_984),
            ),
            (at(113.912_316, 22.543_847), at(113.917_176_481, 22.540_796_132)),
            (at(116.377_817, 39.911_954), at(116.384_047_225, 39.913_345_455)),
        ] {
            assert!(wgs.wgs84_to_gcj02().metres_to(gcj) <= 1, "{wgs:?}");
            assert!(gcj.gcj02_to_wgs84().metres_to(wgs) <= 1, "{wgs:?}");
        }
        let denver = at(-104.9903, 39.7392);
        assert_eq!(denver.wgs84_to_gcj02(), denver);
        assert_eq!(denver.gcj02_to_wgs84(), denver);
    }

    proptest! {
        #[test]
        fn shift_and_back_is_under_a_metre(lng in 73.5..135.1_f64, lat in 18.1..53.6_f64) {
            let here = at(lng, lat);
            let back = here.wgs84_to_gcj02().gcj02_to_wgs84();
            prop_assert!(here.lng_e6.abs_diff(back.lng_e6) <= 4 && here.lat_e6.abs_diff(back.lat_e6) <= 4);
        }

        #[test]
        fn distance_is_the_same_both_ways(a in (-180.0..180.0_f64, -90.0..90.0_f64), b in (-180.0..180.0_f64, -90.0..90.0_f64)) {
            let (a, b) = (at(a.0, a.1), at(b.0, b.1));
            prop_assert!(a.metres_to(b).abs_diff(b.metres_to(a)) <= 1);
        }

        #[test]
        fn the_text_reads_back(lng in 60.0..180.0_f64, lat in -90.0..90.0_f64) {
            let here = at(lng, lat);
            prop_assert_eq!(Point::parse(&here.text()), Ok(here));
        }
    }
}
