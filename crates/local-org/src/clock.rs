//! The time of the org. The only file of this crate that may ask the machine.

use chrono::{DateTime, SubsecRound, Utc};

/// Where an org takes the time from. Tests hand in one they can move.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the local org reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A time as the API writes it: UTC, milliseconds, `+0000` without a colon. Records keep whole seconds.
pub(crate) fn stamp(time: DateTime<Utc>) -> String {
    shown(time.trunc_subsecs(0))
}

/// As [`stamp`], milliseconds kept.
pub(crate) fn shown(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string()
}

/// A time as HTTP headers write it (RFC 9110, section 5.6.7).
pub(crate) fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads the forms of a time that the API takes: `Z`, `+hh:mm` or `+hhmm`, with or without a fraction.
pub(crate) fn read(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .ok()
        .filter(|_| text.contains('T'))
        .map(|time| time.with_timezone(&Utc))
}
