//! Parts of dates, computed beside SQLite, which knows no time zones.
//!
//! A fiscal year is named after the calendar year it ends in, Salesforce's default.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::Tz;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Cell;
use salesbridge_soql::{DateFunction, DatePart};

use crate::answers::Fault;
use crate::clock;
use crate::soql_execution::asking::Asking;

/// The name of the SQL function: `soql_date_part(function, stored value, zone, first fiscal month)`.
const FUNCTION: &str = "soql_date_part";

/// SQL of a part of the date in `sql`.
pub(crate) fn date_part_sql(asking: &Asking<'_, '_>, part: &DatePart, sql: &str) -> Result<String, Fault> {
    let zone = if part.in_user_zone { asking.zone()? } else { Tz::UTC };
    let (function, fiscal_start) = (part.function.as_str(), asking.fiscal_start()?);
    Ok(format!("{FUNCTION}('{function}', {sql}, '{}', {fiscal_start})", zone.name()))
}

/// Teaches a connection the function.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(FUNCTION, 4, flags, |call| {
        let stored: Option<String> = call.get(1)?;
        let (function, zone, fiscal_start): (String, String, u32) = (call.get(0)?, call.get(2)?, call.get(3)?);
        let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
        let moment = stored.and_then(|text| local(&text, zone));
        Ok(moment.map_or(Cell::Null, |moment| part(&function, moment, fiscal_start)))
    })
}

fn local(text: &str, zone: Tz) -> Option<NaiveDateTime> {
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(date) => date.and_hms_opt(0, 0, 0),
        Err(_) => clock::read(text).map(|time: DateTime<_>| time.with_timezone(&zone).naive_local()),
    }
}

fn part(function: &str, moment: NaiveDateTime, fiscal_start: u32) -> Cell {
    let (year, month, day) = (moment.year(), moment.month(), moment.day());
    // Months since the fiscal year began.
    let fiscal_month = (month + 12 - fiscal_start) % 12;
    let named = |known: DateFunction| function == known.as_str();
    let number: i64 = if named(DateFunction::DayOnly) {
        return Cell::Text(moment.format("%Y-%m-%d").to_string());
    } else if named(DateFunction::CalendarMonth) {
        month.into()
    } else if named(DateFunction::CalendarQuarter) {
        month.div_ceil(3).into()
    } else if named(DateFunction::CalendarYear) {
        year.into()
    } else if named(DateFunction::FiscalMonth) {
        (fiscal_month + 1).into()
    } else if named(DateFunction::FiscalQuarter) {
        (fiscal_month / 3 + 1).into()
    } else if named(DateFunction::FiscalYear) {
        (year + i32::from(fiscal_start > 1 && month >= fiscal_start)).into()
    } else if named(DateFunction::DayInMonth) {
        day.into()
    } else if named(DateFunction::DayInWeek) {
        (moment.weekday().num_days_from_sunday() + 1).into()
    } else if named(DateFunction::DayInYear) {
        moment.ordinal().into()
    } else if named(DateFunction::HourInDay) {
        moment.hour().into()
    } else if named(DateFunction::WeekInMonth) {
        day.div_ceil(7).into()
    } else {
        moment.ordinal().div_ceil(7).into()
    };
    Cell::Integer(number)
}
