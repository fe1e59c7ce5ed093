//! A value on its way to a field.

use chrono::NaiveDate;
use salesbridge_model::Timestamp;

/// A value on its way to a field. Emptiness is not a value: see [`crate::Cell`].
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// A text, byte for byte as the source has it.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// True or false.
    Boolean(bool),
    /// A calendar day.
    Date(NaiveDate),
    /// An instant.
    Instant(Timestamp),
}

impl FieldValue {
    /// Bytes that differ whenever two values differ, for fingerprints. The first byte is the kind.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let (kind, bytes) = match self {
            FieldValue::Text(text) => (b't', text.as_bytes().to_vec()),
            FieldValue::Integer(number) => (b'i', number.to_be_bytes().to_vec()),
            FieldValue::Decimal(number) => (b'f', number.to_be_bytes().to_vec()),
            FieldValue::Boolean(truth) => (b'b', vec![u8::from(*truth)]),
            FieldValue::Date(day) => (b'd', day.to_string().into_bytes()),
            FieldValue::Instant(instant) => (b'n', instant.timestamp_micros().to_be_bytes().to_vec()),
        };
        let mut canonical = Vec::with_capacity(bytes.len() + 1);
        canonical.push(kind);
        canonical.extend(bytes);
        canonical
    }
}

impl std::fmt::Display for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FieldValue::Text(text) => f.write_str(text),
            FieldValue::Integer(number) => write!(f, "{number}"),
            FieldValue::Decimal(number) => write!(f, "{number}"),
            FieldValue::Boolean(truth) => write!(f, "{truth}"),
            FieldValue::Date(day) => write!(f, "{day}"),
            FieldValue::Instant(instant) => f.write_str(&instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        }
    }
}
