//! Values of formulas, and how they compare. Refuses to know fields.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};

/// A value, or none: a blank.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Blank,
    Text(String),
    Number(f64),
    Boolean(bool),
    Date(NaiveDate),
    DateTime(DateTime<Utc>),
}

impl Value {
    pub(crate) fn is_true(&self) -> bool {
        *self == Self::Boolean(true)
    }

    /// Nothing, or text without a character.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// As text; a blank is the empty text.
    pub(crate) fn as_text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(flag) => flag.to_string(),
            Self::Date(date) => date.to_string(),
            Self::DateTime(moment) => moment.format("%Y-%m-%d %H:%M:%SZ").to_string(),
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number that can be kept; what overflows is blank.
    pub(super) fn of_number(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Blank }
    }

    /// Whether both are the same: text with its case, a blank equal to empty text.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (left, right) if left.is_blank() || right.is_blank() => left.is_blank() && right.is_blank(),
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// The order of two values of one kind; a blank has none.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left.partial_cmp(right),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Boolean(left), Self::Boolean(right)) => Some(left.cmp(right)),
            (Self::Date(left), Self::Date(right)) => Some(left.cmp(right)),
            (Self::DateTime(left), Self::DateTime(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}
