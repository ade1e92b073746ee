//! Values that go in and come out.

use crate::{DbError, DbResult};
use kernel::{Date, Id, Instant, Time};

/// One argument or one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number: ids, counts, amounts in the smallest unit.
    Int(i64),
    /// Text; dates and instants travel as text too.
    Text(String),
    /// Text that the program holds, such as a status; it goes in and never comes out.
    Word(&'static str),
    /// A truth value.
    Bool(bool),
    /// Bytes.
    Blob(Vec<u8>),
    /// A list for `{any $n}`; never stored.
    Ints(Vec<i64>),
    /// A list for `{any $n}`; never stored.
    Texts(Vec<String>),
}

impl Value {
    /// Refuses what not every database can hold.
    pub(crate) fn check_all(values: &[Self]) -> DbResult<()> {
        let broken = |value: &Self| match value {
            Self::Text(text) => text.contains('\0'),
            Self::Texts(texts) => texts.iter().any(|text| text.contains('\0')),
            _ => false,
        };
        if values.iter().any(broken) {
            return Err(DbError::NulInText);
        }
        Ok(())
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "int",
            Self::Text(_) | Self::Word(_) => "text",
            Self::Bool(_) => "bool",
            Self::Blob(_) => "blob",
            Self::Ints(_) => "int list",
            Self::Texts(_) => "text list",
        }
    }
}

macro_rules! value_from {
    ($($type:ty => |$v:ident| $make:expr),* $(,)?) => {
        $(impl From<$type> for Value { fn from($v: $type) -> Self { $make } })*
    };
}

value_from! {
    i64 => |v| Self::Int(v),
    i32 => |v| Self::Int(v.into()),
    u32 => |v| Self::Int(v.into()),
    u16 => |v| Self::Int(v.into()),
    u8 => |v| Self::Int(v.into()),
    bool => |v| Self::Bool(v),
    String => |v| Self::Text(v),
    &String => |v| Self::Text(v.clone()),
    &str => |v| Self::Text(v.to_owned()),
    Vec<u8> => |v| Self::Blob(v),
    &[u8] => |v| Self::Blob(v.to_vec()),
    Date => |v| Self::Text(v.to_string()),
    Instant => |v| Self::Text(v.to_string()),
    Time => |v| Self::Text(format!("{:02}:{:02}", v.hour(), v.minute())),
    Vec<i64> => |v| Self::Ints(v),
    Vec<String> => |v| Self::Texts(v),
}

impl<K> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        Self::Int(id.raw())
    }
}

impl<K> From<&[Id<K>]> for Value {
    fn from(ids: &[Id<K>]) -> Self {
        Self::Ints(ids.iter().map(|id| id.raw()).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a cell can be read as.
pub trait FromValue: Sized {
    /// Reads the cell.
    ///
    /// # Errors
    /// [`DbError::Statement`] when the kinds do not fit.
    fn from_value(value: &Value) -> DbResult<Self>;
}

fn misfit<T>(want: &str, value: &Value) -> DbResult<T> {
    Err(DbError::Statement(format!(
        "a {want} was asked for, the cell holds a {}",
        value.kind()
    )))
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> DbResult<Self> {
        match value {
            Value::Int(number) => Ok(*number),
            other => misfit("whole number", other),
        }
    }
}

macro_rules! small_int {
    ($($type:ty),*) => {
        $(impl FromValue for $type {
            fn from_value(value: &Value) -> DbResult<Self> {
                <$type>::try_from(i64::from_value(value)?)
                    .map_err(|_| DbError::Statement(concat!("number outside ", stringify!($type)).into()))
            }
        })*
    };
}
small_int!(i32, u32, u16, u8, u64, usize);

impl FromValue for bool {
    fn from_value(value: &Value) -> DbResult<Self> {
        match value {
            Value::Bool(truth) => Ok(*truth),
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => misfit("truth value", other),
        }
    }
}

impl Value {
    /// The text of a cell, without copying it.
    ///
    /// # Errors
    /// [`DbError::Statement`] when the cell holds none.
    pub fn text(&self) -> DbResult<&str> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Word(text) => Ok(text),
            other => misfit("text", other),
        }
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> DbResult<Self> {
        value.text().map(str::to_owned)
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> DbResult<Self> {
        match value {
            Value::Blob(bytes) => Ok(bytes.clone()),
            other => misfit("blob", other),
        }
    }
}

fn parsed<T: std::str::FromStr>(want: &str, value: &Value) -> DbResult<T> {
    match value {
        Value::Text(text) => text
            .parse()
            .map_err(|_| DbError::Statement(format!("a {want} was asked for, the text is none"))),
        other => misfit(want, other),
    }
}

impl FromValue for Date {
    fn from_value(value: &Value) -> DbResult<Self> {
        parsed("date", value)
    }
}
impl FromValue for Instant {
    fn from_value(value: &Value) -> DbResult<Self> {
        parsed("instant", value)
    }
}
impl FromValue for Time {
    fn from_value(value: &Value) -> DbResult<Self> {
        parsed("time", value)
    }
}
impl<K> FromValue for Id<K> {
    fn from_value(value: &Value) -> DbResult<Self> {
        i64::from_value(value).map(Id::from_raw)
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> DbResult<Self> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// Reads and writes an enum that has `as_str()` and `FromStr` as text.
#[macro_export]
macro_rules! text_value {
    ($($type:ty),* $(,)?) => {
        $(
            impl From<$type> for $crate::Value {
                fn from(value: $type) -> Self { Self::Word(value.as_str()) }
            }
            impl $crate::FromValue for $type {
                fn from_value(value: &$crate::Value) -> $crate::DbResult<Self> {
                    let text = value.text()?;
                    text.parse().map_err(|_| $crate::DbError::Statement(
                        format!(concat!("no ", stringify!($type), ": {}"), text)))
                }
            }
        )*
    };
}

/// An enum kept as text: gives `as_str`, `FromStr`, `ALL`, and reading and writing.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident => $text:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$variant_meta])* $variant),+ }
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The text kept in the database and used in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
        $crate::text_value!($name);
    };
}
