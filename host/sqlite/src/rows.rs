//! How values cross between Rust and a column.
//!
//! What is deliberately not here: which columns there are.

use rollcall_host::document::Document;
use rusqlite::Row;
use rusqlite::types::{Type, ValueRef};
use serde::Serialize;
use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, DeserializeOwned};

/// The JSON text of a value, for a column.
pub(super) fn to_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// The value whose JSON text is in this column.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| broken(column, error))
}

/// As [`from_json`], for a column that may be null.
pub(super) fn from_nullable_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    if row.get_ref(column)? == ValueRef::Null { Ok(None) } else { from_json(row, column).map(Some) }
}

/// The document whose text is in this column.
pub(super) fn document(row: &Row<'_>, column: usize) -> rusqlite::Result<Document> {
    Document::read(row.get(column)?).map_err(|error| broken(column, error))
}

/// As [`document`], for a column that may be null.
pub(super) fn nullable_document(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Document>> {
    if row.get_ref(column)? == ValueRef::Null { Ok(None) } else { document(row, column).map(Some) }
}

/// The text whose UTF-8 is in this column of bytes.
pub(super) fn from_utf8(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes: Vec<u8> = row.get(column)?;
    String::from_utf8(bytes).map_err(|error| broken(column, error))
}

/// The value of an enum whose serialised name is in this column.
pub(super) fn from_name<T: for<'de> Deserialize<'de>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    let deserializer = StrDeserializer::<serde::de::value::Error>::new(&name);
    T::deserialize(deserializer).map_err(|error| broken(column, error))
}

/// As [`from_name`], for a column that may be null.
pub(super) fn from_nullable_name<T: for<'de> Deserialize<'de>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    if row.get_ref(column)? == ValueRef::Null { Ok(None) } else { from_name(row, column).map(Some) }
}

/// A count for a column; SQLite's integers have a sign.
pub(super) fn to_integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The count in this column.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let integer: i64 = row.get(column)?;
    u64::try_from(integer).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, integer))
}

/// A column holds a number that stands for nothing this version knows.
pub(super) fn unknown(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, "unknown number".into())
}

fn broken(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
