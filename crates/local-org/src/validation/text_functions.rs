//! What functions do with text. Positions count from 1, in characters. Refuses to know fields.

use regex::{Regex, RegexBuilder};

use crate::validation::value::Value;

/// The largest compiled pattern; a larger one is refused.
const LARGEST_PATTERN: usize = 1 << 20;

/// The whole text must match, as in Java; syntax that only Java has is refused.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(LARGEST_PATTERN).build().ok()
}

pub(super) fn left(text: &str, count: f64) -> Value {
    Value::Text(text.chars().take(count_of(count)).collect())
}

pub(super) fn right(text: &str, count: f64) -> Value {
    let length = text.chars().count();
    Value::Text(text.chars().skip(length.saturating_sub(count_of(count))).collect())
}

pub(super) fn middle(text: &str, start: f64, count: f64) -> Value {
    Value::Text(text.chars().skip(count_of(start).saturating_sub(1)).take(count_of(count)).collect())
}

/// Where text begins in other text, from a place on; 0 when nowhere.
pub(super) fn find(searched: &str, text: &str, start: f64) -> Value {
    let skipped = count_of(start).saturating_sub(1);
    let rest: String = text.chars().skip(skipped).collect();
    let found = rest.find(searched).and_then(|at| rest.get(..at)).map(|before| before.chars().count() + skipped + 1);
    Value::Number(length(found.unwrap_or(0)))
}

/// A number out of text.
pub(super) fn number(text: &str) -> Value {
    text.trim().parse::<f64>().map_or(Value::Blank, Value::of_number)
}

/// Whether one of the values of a multi-select picklist is this one.
pub(super) fn includes(values: &str, value: &str) -> bool {
    values.split(';').any(|known| known == value)
}

#[expect(clippy::cast_precision_loss, reason = "texts are shorter than 2 to the 52nd")]
pub(super) fn length(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative numbers count nothing, large ones everything"
)]
fn count_of(number: f64) -> usize {
    number.max(0.0) as usize
}
