//! Numbers the org counts by itself: display formats such as `A-{0000}`, and the next number of a field.
//! Refuses to know records beyond their count.

use chrono::{DateTime, Datelike, Utc};
use rusqlite::{Connection, params};

/// The most characters of a display format.
const LONGEST_FORMAT: usize = 30;
/// The most digits a format can ask for.
const MOST_DIGITS: usize = 10;

/// The table of the numbers given so far.
pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS auto_number (
    object TEXT NOT NULL, field TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (object, field)) STRICT;";

/// Whether the text is a display format: exactly one run of zeros between braces, and no braces that mean nothing.
pub(crate) fn is_format(format: &str) -> bool {
    let parts = parts(format);
    let is_counter = |part: &&Part<'_>| matches!(part, Part::Counter(digits) if (1..=MOST_DIGITS).contains(digits));
    format.chars().count() <= LONGEST_FORMAT
        && parts.iter().filter(is_counter).count() == 1
        && !parts.iter().any(|part| matches!(part, Part::Unknown))
}

/// The number as the format shows it. A number with more digits than the format has is shown whole.
pub(crate) fn formatted(format: &str, number: u64, now: DateTime<Utc>) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Counter(digits) => format!("{number:0digits$}"),
        Part::Year => now.year().to_string(),
        Part::ShortYear => format!("{:02}", now.year().rem_euclid(100)),
        Part::Month => format!("{:02}", now.month()),
        Part::Day => format!("{:02}", now.day()),
        Part::Unknown => String::new(),
    };
    parts(format).iter().map(part).collect()
}

/// Lets the counting of a field begin with this number.
pub(crate) fn begin(sql: &Connection, object: &str, field: &str, first: u32) -> rusqlite::Result<()> {
    let statement = "INSERT OR REPLACE INTO auto_number (object, field, last) VALUES (?1, ?2, ?3)";
    sql.execute(statement, params![object, field, i64::from(first) - 1]).map(drop)
}

/// The next number of a field; never given twice.
pub(crate) fn next(sql: &Connection, object: &str, field: &str) -> rusqlite::Result<u64> {
    let number: i64 = sql
        .prepare_cached(
            "INSERT INTO auto_number (object, field, last) VALUES (?1, ?2, 1)
             ON CONFLICT (object, field) DO UPDATE SET last = last + 1 RETURNING last",
        )?
        .query_row([object, field], |row| row.get(0))?;
    Ok(number.unsigned_abs())
}

/// Forgets the count of a field, or of all fields of an object.
pub(crate) fn forget(sql: &Connection, object: &str, field: Option<&str>) -> rusqlite::Result<()> {
    let statement = "DELETE FROM auto_number WHERE object = ?1 AND (?2 IS NULL OR field = ?2)";
    sql.execute(statement, params![object, field]).map(drop)
}

enum Part<'format> {
    Text(&'format str),
    Counter(usize),
    Year,
    ShortYear,
    Month,
    Day,
    Unknown,
}

fn parts(format: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some((text, braced)) = rest.split_once('{') {
        parts.push(Part::Text(text));
        let Some((inner, after)) = braced.split_once('}') else {
            parts.push(Part::Unknown);
            return parts;
        };
        parts.push(match inner {
            "YYYY" => Part::Year,
            "YY" => Part::ShortYear,
            "MM" => Part::Month,
            "DD" => Part::Day,
            zeros if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => Part::Counter(zeros.len()),
            _ => Part::Unknown,
        });
        rest = after;
    }
    parts.push(if rest.contains('}') { Part::Unknown } else { Part::Text(rest) });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_show_numbers_and_dates() {
        let now: DateTime<Utc> = "2026-03-04T05:06:07Z".parse().unwrap();
        for (format, number, expected) in [
            ("{0}", 7, "7"),
            ("A-{0000}", 42, "A-0042"),
            ("{00}", 12345, "12345"),
            ("{YYYY}{MM}{DD}-{YY}/{000}x", 1, "20260304-26/001x"),
        ] {
            assert!(is_format(format), "{format}");
            assert_eq!(formatted(format, number, now), expected);
        }
    }

    #[test]
    fn what_counts_nothing_is_no_format() {
        for format in ["", "A", "{", "}", "{0", "0}", "{0}{0}", "{XX}{0}", "{00000000000}", "{}", "{0}}"] {
            assert!(!is_format(format), "{format}");
        }
    }
}
