//! Events: start, end and duration agree, whichever two of them were given.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::clock;
use crate::rows::Saving;
use crate::rules::automatic::activities::find_account;
use crate::rules::look_up::{flag, number};

/// Minutes of an event that lasts a day.
const WHOLE_DAY: i64 = 1_440;
/// What an event without a start, or without an end and a duration, is told (unconfirmed).
const NO_TIME: &str = "Required fields are missing: [DurationInMinutes, ActivityDateTime]";
/// What an event that ends before it starts is told (unconfirmed).
const ENDS_BEFORE_START: &str = "Event duration can't be negative.";
/// What an event is told whose end and duration disagree (unconfirmed).
const DISAGREES: &str = "Activity Duration, End Date/time or both must be consistent with the start.";

pub(super) fn complete(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let touches =
        ["StartDateTime", "ActivityDateTime", "ActivityDate", "EndDateTime", "DurationInMinutes", "IsAllDayEvent"]
            .iter()
            .any(|name| saving.changes(name));
    if touches {
        if flag(saving.cell("IsAllDayEvent")) { whole_day(saving) } else { timed(saving) }
    }
    find_account(saving)
}

fn whole_day(saving: &mut Saving<'_, '_>) {
    let day = saving.text("ActivityDate").and_then(|day| day.parse::<NaiveDate>().ok());
    let start = if saving.gives("ActivityDate") { None } else { start(saving) };
    let Some(day) = start.map(|start| start.date_naive()).or(day) else { return refuse(saving, NO_TIME) };
    let start = day.and_time(NaiveTime::MIN).and_utc();
    let minutes = match (given_end(saving), given_duration(saving)) {
        (Some(end), _) => (end.date_naive() - day).num_minutes() + WHOLE_DAY,
        (None, Some(minutes)) => minutes,
        (None, None) => WHOLE_DAY,
    };
    keep(saving, start, minutes);
    let last_day = start + TimeDelta::minutes((minutes - 1).max(0));
    set_time(saving, "EndDateTime", Some(last_day.date_naive().and_time(NaiveTime::MIN).and_utc()));
    set_time(saving, "ActivityDateTime", None);
}

fn timed(saving: &mut Saving<'_, '_>) {
    let Some(start) = start(saving) else { return refuse(saving, NO_TIME) };
    let minutes = match (given_end(saving), given_duration(saving)) {
        (Some(end), Some(minutes)) if (end - start).num_minutes() != minutes => return refuse(saving, DISAGREES),
        (Some(end), _) => (end - start).num_minutes(),
        (None, Some(minutes)) => minutes,
        (None, None) => match number(saving.cell("DurationInMinutes")) {
            Some(minutes) => whole(minutes),
            None => return refuse(saving, NO_TIME),
        },
    };
    keep(saving, start, minutes);
}

/// Sets all that follows from a start and a duration.
fn keep(saving: &mut Saving<'_, '_>, start: DateTime<Utc>, minutes: i64) {
    if minutes < 0 {
        return refuse(saving, ENDS_BEFORE_START);
    }
    let Some(end) = TimeDelta::try_minutes(minutes).and_then(|length| start.checked_add_signed(length)) else {
        return refuse(saving, DISAGREES);
    };
    set_time(saving, "StartDateTime", Some(start));
    set_time(saving, "ActivityDateTime", Some(start));
    set_time(saving, "EndDateTime", Some(end));
    saving.set("DurationInMinutes", Cell::Integer(minutes));
    saving.set("ActivityDate", Cell::Text(start.date_naive().to_string()));
    saving.set("EndDate", Cell::Text(end.date_naive().to_string()));
}

/// The start that was given under either of its names, else the one there is.
fn start(saving: &Saving<'_, '_>) -> Option<DateTime<Utc>> {
    let name = if saving.gives("ActivityDateTime") && !saving.gives("StartDateTime") {
        "ActivityDateTime"
    } else {
        "StartDateTime"
    };
    time(saving, name)
}

fn given_end(saving: &Saving<'_, '_>) -> Option<DateTime<Utc>> {
    if saving.gives("EndDateTime") { time(saving, "EndDateTime") } else { None }
}

fn given_duration(saving: &Saving<'_, '_>) -> Option<i64> {
    if saving.gives("DurationInMinutes") { number(saving.cell("DurationInMinutes")).map(whole) } else { None }
}

fn time(saving: &Saving<'_, '_>, name: &str) -> Option<DateTime<Utc>> {
    saving.text(name).and_then(clock::read)
}

fn set_time(saving: &mut Saving<'_, '_>, name: &str, time: Option<DateTime<Utc>>) {
    saving.set(name, time.map_or(Cell::Null, |time| Cell::Text(clock::stamp(time))));
}

#[expect(clippy::cast_possible_truncation, reason = "an int field holds 32 bits")]
fn whole(minutes: f64) -> i64 {
    minutes as i64
}

fn refuse(saving: &mut Saving<'_, '_>, text: &str) {
    saving.errors.push(RowError::on("FIELD_INTEGRITY_EXCEPTION", text, &[]));
}
