//! What stretch of days a date literal means today, in the user's time zone.

use chrono::{DateTime, Datelike, Days, LocalResult, Months, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use salesbridge_soql::{DateLiteral, Span, Unit};

use crate::answers::Fault;
use crate::clock;
use crate::schema::FieldType;
use crate::soql_execution::asking::Asking;

/// The days SOQL knows; literals that reach beyond stop there.
const FIRST_YEAR: i32 = 1700;
const LAST_YEAR: i32 = 4000;
/// Further than this no literal reaches within the days SOQL knows.
const FURTHEST: u32 = 1_000_000;

/// The first day of a literal and the first day after it.
pub(crate) fn days(asking: &Asking<'_, '_>, literal: DateLiteral) -> Result<(NaiveDate, NaiveDate), Fault> {
    let today = asking.today()?;
    let unit = Steps { unit: literal.unit, fiscal_start: asking.fiscal_start()? };
    let current = unit.start(today);
    let at = |steps: i64| unit.moved(current, steps);
    let n = |n: u32| i64::from(n.min(FURTHEST));
    Ok(match literal.span {
        Span::Last => (at(-1), at(0)),
        Span::This => (at(0), at(1)),
        Span::Next => (at(1), at(2)),
        Span::LastNinety => (at(-90), at(1)),
        Span::NextNinety => (at(1), at(91)),
        // The last n days include today; the last n of anything else exclude the current one.
        Span::LastN(count) => (at(-n(count)), if literal.unit == Unit::Day { at(1) } else { at(0) }),
        Span::NextN(count) => (at(1), at(1 + n(count))),
        Span::Ago(count) => (at(-n(count)), at(1 - n(count))),
    })
}

/// The start of a day as records of this type keep it.
pub(crate) fn stored(asking: &Asking<'_, '_>, kind: FieldType, day: NaiveDate) -> Result<String, Fault> {
    if kind == FieldType::Date {
        return Ok(day.format("%Y-%m-%d").to_string());
    }
    Ok(clock::shown(midnight(asking.zone()?, day)))
}

/// The first moment of a day. Where clocks are moved at midnight, the day starts later.
fn midnight(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let start = day.and_time(chrono::NaiveTime::MIN);
    let moment = (0..=4_i64).find_map(|hours| match zone.from_local_datetime(&(start + TimeDelta::hours(hours))) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Some(moment),
        LocalResult::None => None,
    });
    moment.map_or_else(|| start.and_utc(), |moment| moment.with_timezone(&Utc))
}

struct Steps {
    unit: Unit,
    fiscal_start: u32,
}

impl Steps {
    /// The first day of the unit that `day` is in.
    fn start(&self, day: NaiveDate) -> NaiveDate {
        let months = |length: u32, first: u32| {
            let into = (day.month() + 12 - first) % length;
            let month = day - Days::new(u64::from(day.day() - 1));
            month.checked_sub_months(Months::new(into)).unwrap_or(month)
        };
        match self.unit {
            Unit::Day => day,
            Unit::Week => day - Days::new(u64::from(day.weekday().num_days_from_sunday())),
            Unit::Month => months(1, 1),
            Unit::Quarter => months(3, 1),
            Unit::Year => months(12, 1),
            Unit::FiscalQuarter => months(3, self.fiscal_start),
            Unit::FiscalYear => months(12, self.fiscal_start),
        }
    }

    fn moved(&self, start: NaiveDate, steps: i64) -> NaiveDate {
        let months = match self.unit {
            Unit::Day | Unit::Week => 0,
            Unit::Month => 1,
            Unit::Quarter | Unit::FiscalQuarter => 3,
            Unit::Year | Unit::FiscalYear => 12,
        };
        let moved =
            if months == 0 {
                let days = if self.unit == Unit::Week { 7 } else { 1 };
                TimeDelta::try_days(steps * days).and_then(|days| start.checked_add_signed(days))
            } else {
                let count = u32::try_from(steps.unsigned_abs() * months).map(Months::new).ok();
                count.and_then(|count| {
                    if steps < 0 { start.checked_sub_months(count) } else { start.checked_add_months(count) }
                })
            };
        let (first, last) = (NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1), NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31));
        let edge = if steps < 0 { first } else { last }.unwrap_or(start);
        moved.map_or(edge, |day| day.clamp(first.unwrap_or(day), last.unwrap_or(day)))
    }
}
