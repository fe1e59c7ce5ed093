//! Values between Rust and SQLite: instants, words, ids, counts and JSON. What cannot be read back is `Corrupt`, never a panic.

use std::fmt::Write;
use std::str::FromStr;

use salesbridge_model::Timestamp;
use salesbridge_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An instant as SQLite keeps it: microseconds since 1970.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.timestamp_micros()
}

/// A count as SQLite keeps it. No counter of ours gets near the limit.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A structure as JSON text.
pub(crate) fn json<T: Serialize + ?Sized>(operation: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|cause| StoreError::Database { operation, cause: Box::new(cause) })
}

/// An optional structure as JSON text.
pub(crate) fn json_or_null<T: Serialize>(
    operation: &'static str,
    value: Option<&T>,
) -> Result<Option<String>, StoreError> {
    value.map(|value| json(operation, value)).transpose()
}

/// An enumeration's word, as serde names it.
pub(crate) fn word<T: Serialize>(operation: &'static str, value: T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::Database { operation, cause: format!("`{other}` is not a word").into() }),
        Err(cause) => Err(StoreError::Database { operation, cause: Box::new(cause) }),
    }
}

/// A row that was read, by the name people know it under.
pub(crate) struct Stored<'r> {
    noun: &'static str,
    key: &'r str,
}

impl<'r> Stored<'r> {
    pub(crate) fn new(noun: &'static str, key: &'r str) -> Self {
        Self { noun, key }
    }

    pub(crate) fn instant(&self, what: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_timestamp_micros(micros)
            .ok_or_else(|| self.corrupt(what, format!("{micros} microseconds are out of range").into()))
    }

    pub(crate) fn instant_or_none(
        &self,
        what: &'static str,
        micros: Option<i64>,
    ) -> Result<Option<Timestamp>, StoreError> {
        micros.map(|micros| self.instant(what, micros)).transpose()
    }

    pub(crate) fn parse<T: FromStr>(&self, what: &'static str, text: &str) -> Result<T, StoreError>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        text.parse().map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    pub(crate) fn word<T: DeserializeOwned>(&self, what: &'static str, text: &str) -> Result<T, StoreError> {
        T::deserialize(StrDeserializer::<WordError>::new(text)).map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, what: &'static str, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    pub(crate) fn json_or_none<T: DeserializeOwned>(
        &self,
        what: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(what, text)).transpose()
    }

    pub(crate) fn number<T: TryFrom<i64>>(&self, what: &'static str, number: i64) -> Result<T, StoreError> {
        T::try_from(number).map_err(|_| self.corrupt(what, format!("{number} is out of range").into()))
    }

    fn corrupt(&self, what: &'static str, cause: Cause) -> StoreError {
        StoreError::Corrupt { what, row: format!("{} {}", self.noun, self.key), cause }
    }
}

/// Rows for one statement: a JSON array of arrays, unfolded by `json_each`.
pub(crate) struct Rows {
    text: String,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self { text: String::from("[") }
    }

    /// Adds a row whose members are JSON texts already.
    pub(crate) fn push(&mut self, members: std::fmt::Arguments<'_>) {
        let separator = if self.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{separator}[{members}]");
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push(']');
        self.text
    }
}
