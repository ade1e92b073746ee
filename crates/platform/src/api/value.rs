//! Kinds of values of JSON bodies: days, times, moments, and the words of enums, each with its description.

use ::serde::de::{IgnoredAny, MapAccess, Visitor};
use kernel::{Date, Id, Instant, Time};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::str::FromStr;

#[doc(hidden)]
pub use ::serde;
#[doc(hidden)]
pub use ::utoipa;
use ::utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use ::utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Gives a type whose value is one text its JSON and its description.
macro_rules! text_field {
    ($type:ident, $format:expr, $example:literal, $sentence:literal, $write:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let write: fn(&Self) -> String = $write;
                serializer.serialize_str(&write(self))
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <Cow<'de, str>>::deserialize(deserializer)?;
                text.parse()
                    .map(Self)
                    .map_err(|_| serde::de::Error::custom($sentence))
            }
        }
        impl utoipa::PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format($format)
                    .examples([$example])
                    .build()
                    .into()
            }
        }
        impl utoipa::ToSchema for $type {}
    };
}

/// A calendar day, `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Date);

text_field!(
    Day,
    Some(SchemaFormat::KnownFormat(KnownFormat::Date)),
    "2026-11-22",
    "日期要写成 2026-11-22 这样。",
    |day| day.0.to_string()
);

/// A time of day in China, `09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub Time);

text_field!(
    TimeOfDay,
    Some(SchemaFormat::Custom("HH:MM".into())),
    "09:00",
    "时间要写成 09:00 这样。",
    |time| format!("{:02}:{:02}", time.0.hour(), time.0.minute())
);

/// A moment: RFC 3339 with offset, `2026-11-22T09:00:00+08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Instant);

text_field!(
    Moment,
    Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
    "2026-11-22T09:00:00+08:00",
    "时刻要写成 2026-11-22T09:00:00+08:00 这样，末尾的时差不能少。",
    |moment| moment.0.to_china_text()
);

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}
impl From<Time> for TimeOfDay {
    fn from(time: Time) -> Self {
        Self(time)
    }
}
impl From<Instant> for Moment {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

/// Another record in a body: its id, or the record with its id as answers have it, so that what was read can be sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ref<T>(pub T);

impl<'de, K> serde::Deserialize<'de> for Ref<Id<K>> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdOrRecord(PhantomData)).map(Self)
    }
}

struct IdOrRecord<K>(PhantomData<fn() -> K>);

impl<'de, K> Visitor<'de> for IdOrRecord<K> {
    type Value = Id<K>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id<K>, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Id<K>, A::Error> {
        let mut id = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "id" {
                id = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        id.ok_or_else(|| serde::de::Error::missing_field("id"))
    }
}

/// Lets enums of [`db::text_enum!`] be fields of JSON bodies: their words, and a sentence that lists them for another.
#[macro_export]
macro_rules! api_words {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::api::serde::Serialize for $type {
            fn serialize<S: $crate::api::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> $crate::api::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::api::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::api::word_of(deserializer, Self::ALL, Self::as_str)
            }
        }
        impl $crate::api::utoipa::PartialSchema for $type {
            fn schema() -> $crate::api::utoipa::openapi::RefOr<$crate::api::utoipa::openapi::Schema> {
                $crate::api::words_schema(Self::ALL, Self::as_str)
            }
        }
        impl $crate::api::utoipa::ToSchema for $type {}
    )+};
}

/// Reads one of the words of an enum.
///
/// # Errors
/// The words there are, when it is none of them.
#[doc(hidden)]
pub fn word_of<'de, D: serde::Deserializer<'de>, T: FromStr + Copy>(
    deserializer: D,
    all: &[T],
    text: fn(T) -> &'static str,
) -> Result<T, D::Error> {
    let typed = <Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    typed.parse().map_err(|_| {
        let known: Vec<&str> = all.iter().map(|one| text(*one)).collect();
        serde::de::Error::custom(format!("这里只能写 {}。", known.join("、")))
    })
}

/// The description of an enum: its words. Clients take new ones.
#[doc(hidden)]
pub fn words_schema<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(all.iter().map(|one| text(*one))))
        .description(Some("In answers more values may come; take them."))
        .build()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    #[test]
    fn values_are_written_as_they_are_read() {
        for text in ["\"2026-11-22\"", "\"2024-02-29\""] {
            let day: Day = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&day).unwrap(), text);
        }
        let time: TimeOfDay = serde_json::from_str("\"09:05\"").unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"09:05\"");
        let moment: Moment = serde_json::from_str("\"2026-11-22T01:00:00Z\"").unwrap();
        assert_eq!(
            serde_json::to_string(&moment).unwrap(),
            "\"2026-11-22T09:00:00+08:00\""
        );
        let role: Role = serde_json::from_str("\"registrar\"").unwrap();
        assert_eq!(serde_json::to_string(&role).unwrap(), "\"registrar\"");
    }

    #[test]
    fn a_record_is_named_by_its_id_or_sent_back_whole() {
        type Room = Ref<Id<()>>;
        let id: Id<()> = Id::from_raw(77);
        for text in [
            format!("\"{id}\""),
            format!("{{\"name\": \"101\", \"id\": \"{id}\"}}"),
        ] {
            assert_eq!(serde_json::from_str::<Room>(&text).unwrap(), Ref(id), "{text}");
        }
        for (text, why) in [
            ("\"x\"", "not an id"),
            ("{\"name\": \"101\"}", "missing field `id`"),
            ("7", "expected a string"),
        ] {
            let error = serde_json::from_str::<Room>(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_none_is_told_in_a_sentence() {
        for (error, sentence) in [
            (
                serde_json::from_str::<Day>("\"2026-02-30\"").unwrap_err(),
                "日期要写成",
            ),
            (
                serde_json::from_str::<TimeOfDay>("\"25:00\"").unwrap_err(),
                "时间要写成",
            ),
            (
                serde_json::from_str::<Moment>("\"2026-11-22 09:00\"").unwrap_err(),
                "时刻要写成",
            ),
            (
                serde_json::from_str::<Role>("\"king\"").unwrap_err(),
                "这里只能写 city、",
            ),
        ] {
            assert!(error.to_string().contains(sentence), "{error}");
        }
    }
}
