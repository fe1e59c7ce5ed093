//! Days in formulas. Refuses to know time zones: days are those of the record's own time, UTC.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

use crate::validation::value::Value;

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// The farthest a date is moved; beyond it there is no date Salesforce knows.
const FARTHEST_DAYS: f64 = 1_500_000.0;

pub(super) fn date(year: f64, month: f64, day: f64) -> Value {
    let (Some(year), Some(month), Some(day)) = (whole(year), whole(month), whole(day)) else { return Value::Blank };
    let (Ok(month), Ok(day)) = (u32::try_from(month), u32::try_from(day)) else { return Value::Blank };
    NaiveDate::from_ymd_opt(year, month, day).map_or(Value::Blank, Value::Date)
}

/// A day out of a moment or of text.
pub(super) fn date_value(value: &Value) -> Value {
    match value {
        Value::Date(_) => value.clone(),
        Value::DateTime(moment) => Value::Date(moment.date_naive()),
        Value::Text(text) => NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_or(Value::Blank, Value::Date),
        _ => Value::Blank,
    }
}

/// A part of a day as a number.
pub(super) fn part(value: &Value, part: fn(&NaiveDate) -> i32) -> Value {
    match value {
        Value::Date(date) => Value::Number(f64::from(part(date))),
        _ => Value::Blank,
    }
}

pub(super) fn year(date: &NaiveDate) -> i32 {
    date.year()
}

pub(super) fn month(date: &NaiveDate) -> i32 {
    i32::try_from(date.month()).unwrap_or_default()
}

pub(super) fn day(date: &NaiveDate) -> i32 {
    i32::try_from(date.day()).unwrap_or_default()
}

/// A day or a moment, moved by days and parts of days.
pub(super) fn moved(value: &Value, days: f64) -> Value {
    if days.abs() > FARTHEST_DAYS {
        return Value::Blank;
    }
    match value {
        Value::Date(date) => date.checked_add_signed(Duration::days(trunc(days))).map_or(Value::Blank, Value::Date),
        Value::DateTime(moment) => {
            moment.checked_add_signed(Duration::seconds(trunc(days * DAY))).map_or(Value::Blank, Value::DateTime)
        }
        _ => Value::Blank,
    }
}

/// The days from the second to the first.
pub(super) fn between(first: &Value, second: &Value) -> Value {
    match (first, second) {
        (Value::Date(first), Value::Date(second)) => days(first.signed_duration_since(*second)),
        (Value::DateTime(first), Value::DateTime(second)) => days(difference(first, second)),
        _ => Value::Blank,
    }
}

fn difference(first: &DateTime<Utc>, second: &DateTime<Utc>) -> Duration {
    first.signed_duration_since(*second)
}

fn days(duration: Duration) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "seconds between two dates fit a double")]
    let seconds = duration.num_seconds() as f64;
    Value::Number(seconds / DAY)
}

#[expect(clippy::cast_possible_truncation, reason = "callers keep it within days of the calendar")]
fn trunc(number: f64) -> i64 {
    number.trunc() as i64
}

fn whole(number: f64) -> Option<i32> {
    if number.abs() > f64::from(i32::MAX) {
        return None;
    }
    i32::try_from(trunc(number)).ok()
}
