//! For implementations: values between Rust and a row, the same in every database: instants, words, ids, counts and JSON. What cannot
//! be read back is [`StoreError::Corrupt`], never a panic.

use std::str::FromStr;

use salesbridge_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};

use crate::StoreError;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An instant as it is kept: microseconds since 1970.
pub fn micros(at: Timestamp) -> i64 {
    at.timestamp_micros()
}

/// A count as it is kept. No counter of ours gets near the limit.
pub fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A structure as JSON text.
///
/// # Errors
/// [`StoreError::Database`] when it has no JSON form; none of ours is like that.
pub fn json<T: Serialize + ?Sized>(operation: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|cause| StoreError::Database { operation, cause: Box::new(cause) })
}

/// An optional structure as JSON text.
///
/// # Errors
/// As [`json`].
pub fn json_or_null<T: Serialize>(operation: &'static str, value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(|value| json(operation, value)).transpose()
}

/// An enumeration's word, as serde names it.
///
/// # Errors
/// [`StoreError::Database`] when serde does not write it as a text.
pub fn word<T: Serialize>(operation: &'static str, value: T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        Ok(other) => Err(StoreError::Database { operation, cause: format!("`{other}` is not a word").into() }),
        Err(cause) => Err(StoreError::Database { operation, cause: Box::new(cause) }),
    }
}

/// A row that was read, by the name people know it under.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'r> {
    noun: &'static str,
    key: &'r str,
}

impl<'r> Stored<'r> {
    /// The row of a noun with this key.
    pub fn new(noun: &'static str, key: &'r str) -> Self {
        Self { noun, key }
    }

    /// The instant so many microseconds after 1970.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is out of range.
    pub fn instant(&self, what: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_timestamp_micros(micros)
            .ok_or_else(|| self.corrupt(what, format!("{micros} microseconds are out of range").into()))
    }

    /// As [`Stored::instant`], for a column that may be empty.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is out of range.
    pub fn instant_or_none(&self, what: &'static str, micros: Option<i64>) -> Result<Option<Timestamp>, StoreError> {
        micros.map(|micros| self.instant(what, micros)).transpose()
    }

    /// An id, a slug or another value that is read from its text.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the text does not have its form.
    pub fn parse<T: FromStr>(&self, what: &'static str, text: &str) -> Result<T, StoreError>
    where
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        text.parse().map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    /// An enumeration's word.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it has no such word.
    pub fn word<T: DeserializeOwned>(&self, what: &'static str, text: &str) -> Result<T, StoreError> {
        T::deserialize(StrDeserializer::<WordError>::new(text)).map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    /// A structure from its JSON text.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the text is not that structure.
    pub fn json<T: DeserializeOwned>(&self, what: &'static str, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    /// As [`Stored::json`], for a structure that borrows from the text.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the text is not that structure.
    pub(crate) fn borrowed_json<'t, T: serde::Deserialize<'t>>(
        &self,
        what: &'static str,
        text: &'t str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.corrupt(what, Box::new(cause)))
    }

    /// As [`Stored::json`], for a column that may be empty.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the text is not that structure.
    pub fn json_or_none<T: DeserializeOwned>(
        &self,
        what: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(what, text)).transpose()
    }

    /// A whole number of another width.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is out of range.
    pub fn number<T: TryFrom<i64>>(&self, what: &'static str, number: i64) -> Result<T, StoreError> {
        T::try_from(number).map_err(|_| self.corrupt(what, format!("{number} is out of range").into()))
    }

    pub(crate) fn corrupt(&self, what: &'static str, cause: Cause) -> StoreError {
        StoreError::Corrupt { what, row: format!("{} {}", self.noun, self.key), cause }
    }
}
