//! How the model's values are kept in SQLite's types.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use muster_model::{Excerpt, Instant, ProductId, Stack};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

use crate::words::Word;

/// A value in a column.
pub(crate) struct Kept<T>(pub(crate) T);

/// Reads the columns of a row, one after the other.
pub(crate) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(crate) fn take<T: Column>(&mut self) -> rusqlite::Result<T> {
        self.read::<Kept<T>>().map(|kept| kept.0)
    }

    /// The next column, which may be NULL.
    pub(crate) fn option<T: Column>(&mut self) -> rusqlite::Result<Option<T>> {
        self.read::<Option<Kept<T>>>().map(|kept| kept.map(|kept| kept.0))
    }

    fn read<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }
}

/// A row of one column.
pub(crate) fn only<T: Column>(columns: &mut Columns<'_>) -> rusqlite::Result<T> {
    columns.take()
}

/// A type that a column can hold.
pub(crate) trait Column: Sized {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>>;

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self>;
}

impl<T: Column> ToSql for Kept<&T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.keep()
    }
}

impl<T: Column> FromSql for Kept<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::recall(value).map(Kept)
    }
}

/// A value that may be missing, to be written.
pub(crate) fn option<T: Column>(value: &Option<T>) -> Option<Kept<&T>> {
    value.as_ref().map(Kept)
}

impl<T: Word> Column for T {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let word =
            self.word().ok_or_else(|| rusqlite::Error::ToSqlConversionFailure("no word for it".into()))?;
        Ok(ToSqlOutput::from(word))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        T::of_word(word).ok_or_else(|| unreadable("unknown word", word))
    }
}

/// Types that SQLite or rusqlite know.
macro_rules! plain {
    ($($type:ty)+) => {$(
        impl Column for $type {
            fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.to_sql()
            }

            fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromSql::column_result(value)
            }
        }
    )+};
}

plain! { bool i64 u8 u16 String Vec<u8> }

impl Column for u64 {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.cast_signed()))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(i64::cast_unsigned)
    }
}

impl Column for Instant {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_nanos().cast_signed()))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u64::recall(value).map(Self::from_nanos)
    }
}

/// Nanoseconds. What lasts longer than 584 years was not measured and is kept as 584 years.
impl Column for Duration {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let nanoseconds = u64::try_from(self.as_nanos()).unwrap_or(u64::MAX);
        Ok(ToSqlOutput::from(nanoseconds.cast_signed()))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u64::recall(value).map(Self::from_nanos)
    }
}

/// The family's number comes first: blobs sort by their bytes, as addresses do.
impl Column for IpAddr {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let bytes = match self {
            Self::V4(address) => [&[4], &address.octets()[..]].concat(),
            Self::V6(address) => [&[6], &address.octets()[..]].concat(),
        };
        Ok(ToSqlOutput::Owned(Value::Blob(bytes)))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let (&family, octets) =
            value.as_blob()?.split_first().ok_or_else(|| unreadable("not an address", ""))?;
        let address = match family {
            4 => <[u8; 4]>::try_from(octets).map(|octets| Self::V4(Ipv4Addr::from(octets))),
            6 => <[u8; 16]>::try_from(octets).map(|octets| Self::V6(Ipv6Addr::from(octets))),
            _ => return Err(unreadable("not an address", "")),
        };
        address.map_err(FromSqlError::other)
    }
}

/// The address of a network card.
impl Column for [u8; 6] {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(&self[..]))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)
    }
}

impl Column for Excerpt {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        // What is wrong with it is unsafe to print.
        Self::of_kept(value.as_str()?).ok_or_else(|| unreadable("not an excerpt", ""))
    }
}

impl Column for ProductId {
    fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }

    fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

/// Types that print as they are read, and exactly.
macro_rules! printed {
    ($($type:ty)+) => {$(
        impl Column for $type {
            fn keep(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.to_string()))
            }

            fn recall(value: ValueRef<'_>) -> FromSqlResult<Self> {
                parsed(value)
            }
        }
    )+};
}

printed! { Timestamp Date Stack }

fn parsed<T: FromStr>(value: ValueRef<'_>) -> FromSqlResult<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    value.as_str()?.parse().map_err(FromSqlError::other)
}

fn unreadable(what: &str, text: &str) -> FromSqlError {
    let what = match text {
        "" => what.to_owned(),
        _ => format!("{what}: {}", Excerpt::of(text)),
    };
    FromSqlError::Other(what.into())
}
