//! `FORMAT()`: values as people write them in the locale `en_US`, the only one this org dresses values for.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rusqlite::types::ValueRef;

use crate::clock;
use crate::schema::FieldType;

/// How values are dressed.
#[derive(Clone, Copy)]
pub(crate) struct Format {
    pub(crate) zone: Tz,
}

impl Format {
    /// A stored value as people read it; `None` where there is none.
    pub(crate) fn dressed(self, kind: FieldType, value: ValueRef<'_>) -> Option<String> {
        match value {
            ValueRef::Null => None,
            ValueRef::Integer(number) if kind == FieldType::Boolean => Some((number != 0).to_string()),
            ValueRef::Integer(number) => Some(whole(kind, number)),
            ValueRef::Real(number) => Some(real(kind, number)),
            ValueRef::Text(text) | ValueRef::Blob(text) => Some(self.text(kind, &String::from_utf8_lossy(text))),
        }
    }

    fn text(self, kind: FieldType, text: &str) -> String {
        let shown = match kind {
            FieldType::Date => {
                NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| date.format("%-m/%-d/%Y").to_string())
            }
            FieldType::DateTime => {
                clock::read(text).map(|time| time.with_timezone(&self.zone).format("%-m/%-d/%Y, %-I:%M %p").to_string())
            }
            _ => None,
        };
        shown.unwrap_or_else(|| text.to_owned())
    }
}

fn real(kind: FieldType, number: f64) -> String {
    let decimals = if kind == FieldType::Currency { 2 } else { 6 };
    let text = format!("{:.decimals$}", number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = if kind == FieldType::Currency { fraction } else { fraction.trim_end_matches('0') };
    let dot = if fraction.is_empty() { "" } else { "." };
    let sign = if number < 0.0 { "-" } else { "" };
    dress(kind, sign, &format!("{}{dot}{fraction}", grouped(whole)))
}

fn whole(kind: FieldType, number: i64) -> String {
    dress(kind, if number < 0 { "-" } else { "" }, &grouped(&number.unsigned_abs().to_string()))
}

fn dress(kind: FieldType, sign: &str, digits: &str) -> String {
    match kind {
        FieldType::Currency => format!("{sign}${digits}"),
        FieldType::Percent => format!("{sign}{digits}%"),
        _ => format!("{sign}{digits}"),
    }
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
