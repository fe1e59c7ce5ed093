//! Days as the caller's clock on the wall shows them. The org's clock stands at 2026-11-23 10:00 UTC, a Monday.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Caller, error};

/// Opportunities named after their close date.
async fn closing_on(days: &[&str]) -> Caller {
    let caller = Caller::new().await;
    for day in days {
        let row = json!({"Name": day, "StageName": "Prospecting", "CloseDate": day, "Amount": 10});
        caller.create("Opportunity", row).await;
    }
    caller
}

async fn check_found(caller: &Caller, condition: &str, expected: &[&str]) {
    let soql = format!("SELECT Name FROM Opportunity WHERE {condition} ORDER BY CloseDate");
    assert_eq!(caller.column("Name", &soql).await, expected, "{condition}");
}

async fn live_in(caller: &Caller, zone: &str) {
    let id = caller.column("Id", "SELECT Id FROM User WHERE Name = 'Local Admin'").await.remove(0);
    let path = format!("/sobjects/User/{}", id.as_str().unwrap());
    let (status, body) = caller.patch(&path, json!({"TimeZoneSidKey": zone})).await;
    assert!(status.is_success(), "{body}");
}

/// Moves the clock and signs in again: no session lives that long.
async fn later(caller: &mut Caller, by: TimeDelta) {
    caller.clock.advance(by);
    caller.token = caller.sign_in(&[]).await.1["access_token"].as_str().unwrap().to_owned();
}

/// The last n days include today, the last n of anything else exclude the current one; weeks start on Sunday.
#[tokio::test]
async fn date_literals_mean_what_the_reference_says() {
    let caller = closing_on(&[
        "2025-11-30",
        "2026-08-25",
        "2026-09-30",
        "2026-10-31",
        "2026-11-14",
        "2026-11-15",
        "2026-11-21",
        "2026-11-22",
        "2026-11-23",
        "2026-11-24",
        "2026-11-28",
        "2026-11-29",
        "2026-12-31",
        "2027-01-01",
        "2027-02-21",
        "2027-02-22",
    ])
    .await;
    for (condition, expected) in [
        ("CloseDate = TODAY", vec!["2026-11-23"]),
        ("CloseDate = YESTERDAY", vec!["2026-11-22"]),
        ("CloseDate = TOMORROW", vec!["2026-11-24"]),
        ("CloseDate = THIS_WEEK", vec!["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-28"]),
        ("CloseDate = LAST_WEEK", vec!["2026-11-15", "2026-11-21"]),
        ("CloseDate = NEXT_WEEK", vec!["2026-11-29"]),
        ("CloseDate = LAST_MONTH", vec!["2026-10-31"]),
        ("CloseDate = NEXT_MONTH", vec!["2026-12-31"]),
        ("CloseDate = LAST_QUARTER", vec!["2026-08-25", "2026-09-30"]),
        ("CloseDate = NEXT_QUARTER", vec!["2027-01-01", "2027-02-21", "2027-02-22"]),
        ("CloseDate = LAST_YEAR", vec!["2025-11-30"]),
        ("CloseDate = NEXT_YEAR AND CloseDate = NEXT_FISCAL_YEAR", vec!["2027-01-01", "2027-02-21", "2027-02-22"]),
        ("CloseDate = LAST_FISCAL_QUARTER", vec!["2026-08-25", "2026-09-30"]),
        ("CloseDate = LAST_N_DAYS:2", vec!["2026-11-21", "2026-11-22", "2026-11-23"]),
        ("CloseDate = NEXT_N_DAYS:5", vec!["2026-11-24", "2026-11-28"]),
        ("CloseDate = N_DAYS_AGO:2", vec!["2026-11-21"]),
        ("CloseDate = LAST_N_WEEKS:2", vec!["2026-11-14", "2026-11-15", "2026-11-21"]),
        ("CloseDate = N_WEEKS_AGO:2", vec!["2026-11-14"]),
        ("CloseDate = LAST_N_MONTHS:2", vec!["2026-09-30", "2026-10-31"]),
        ("CloseDate = NEXT_N_MONTHS:1", vec!["2026-12-31"]),
        ("CloseDate = N_MONTHS_AGO:3", vec!["2026-08-25"]),
        ("CloseDate = LAST_N_QUARTERS:1", vec!["2026-08-25", "2026-09-30"]),
        ("CloseDate = N_YEARS_AGO:1", vec!["2025-11-30"]),
        ("CloseDate = N_FISCAL_QUARTERS_AGO:1", vec!["2026-08-25", "2026-09-30"]),
        ("CloseDate = NEXT_90_DAYS AND CloseDate > NEXT_MONTH", vec!["2027-01-01", "2027-02-21"]),
        ("CloseDate = LAST_90_DAYS AND CloseDate < LAST_MONTH", vec!["2026-08-25", "2026-09-30"]),
        ("CloseDate < LAST_MONTH", vec!["2025-11-30", "2026-08-25", "2026-09-30"]),
        ("CloseDate <= LAST_MONTH AND CloseDate > LAST_YEAR", vec!["2026-08-25", "2026-09-30", "2026-10-31"]),
        ("CloseDate >= NEXT_MONTH AND CloseDate != NEXT_YEAR", vec!["2026-12-31"]),
        ("CloseDate > NEXT_N_WEEKS:4 AND CloseDate < 2027-02-01", vec!["2026-12-31", "2027-01-01"]),
        ("CloseDate IN (TODAY, 2026-11-24)", vec!["2026-11-23", "2026-11-24"]),
        ("CloseDate NOT IN (THIS_YEAR, NEXT_YEAR)", vec!["2025-11-30"]),
        ("CloseDate < N_YEARS_AGO:99999999", vec![]),
    ] {
        check_found(&caller, condition, &expected).await;
    }
}

/// A day begins at midnight where the user lives, whatever the time in Greenwich.
#[tokio::test]
async fn days_are_those_of_the_users_time_zone() {
    let mut caller = Caller::new().await;
    caller.create("Lead", json!({"LastName": "Ten", "Company": "x"})).await;
    // 23:30 UTC is half past noon of the next day in Auckland, and still the same day in Los Angeles.
    later(&mut caller, TimeDelta::minutes(13 * 60 + 30)).await;
    caller.create("Lead", json!({"LastName": "Late", "Company": "x"})).await;
    let today = "SELECT LastName FROM Lead WHERE CreatedDate = TODAY ORDER BY LastName";
    assert_eq!(caller.column("LastName", today).await, ["Late", "Ten"]);
    live_in(&caller, "America/Los_Angeles").await;
    assert_eq!(caller.column("LastName", today).await, ["Late", "Ten"]);
    live_in(&caller, "Pacific/Auckland").await;
    assert_eq!(caller.column("LastName", today).await, ["Late"]);
    let before = "SELECT LastName FROM Lead WHERE CreatedDate < TODAY";
    assert_eq!(caller.column("LastName", before).await, ["Ten"]);
}

/// Parts of a date are those of UTC, and of the user's zone inside `convertTimezone()`.
#[tokio::test]
async fn parts_of_dates_are_numbers() {
    let mut caller = Caller::new().await;
    // 2027-01-01 01:00 UTC, a Friday; still the last day of 2026 in Los Angeles.
    later(&mut caller, TimeDelta::hours(38 * 24 + 15)).await;
    caller.create("Lead", json!({"LastName": "New", "Company": "x"})).await;
    live_in(&caller, "America/Los_Angeles").await;
    for (part, in_utc, at_home) in [
        ("CALENDAR_YEAR", json!(2027), json!(2026)),
        ("CALENDAR_QUARTER", json!(1), json!(4)),
        ("CALENDAR_MONTH", json!(1), json!(12)),
        ("FISCAL_YEAR", json!(2027), json!(2026)),
        ("FISCAL_QUARTER", json!(1), json!(4)),
        ("FISCAL_MONTH", json!(1), json!(12)),
        ("DAY_IN_MONTH", json!(1), json!(31)),
        ("DAY_IN_WEEK", json!(6), json!(5)),
        ("DAY_IN_YEAR", json!(1), json!(365)),
        ("DAY_ONLY", json!("2027-01-01"), json!("2026-12-31")),
        ("HOUR_IN_DAY", json!(1), json!(17)),
        ("WEEK_IN_MONTH", json!(1), json!(5)),
        ("WEEK_IN_YEAR", json!(1), json!(53)),
    ] {
        for (argument, expected) in
            [("CreatedDate".to_owned(), in_utc), ("convertTimezone(CreatedDate)".to_owned(), at_home)]
        {
            let call = format!("{part}({argument})");
            let grouped = format!("SELECT {call} part, COUNT(Id) FROM Lead GROUP BY {call} ORDER BY {call}");
            assert_eq!(caller.column("part", &grouped).await, std::slice::from_ref(&expected), "{call}");
            let literal = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
            let filtered = format!("SELECT LastName FROM Lead WHERE {call} = {literal}");
            assert_eq!(caller.column("LastName", &filtered).await, ["New"], "{call}");
        }
    }
}

#[tokio::test]
async fn months_are_groups() {
    let caller = closing_on(&["2026-01-05", "2026-01-25", "2026-03-01"]).await;
    let soql = "SELECT CALENDAR_MONTH(CloseDate), SUM(Amount) total FROM Opportunity GROUP BY CALENDAR_MONTH(CloseDate) \
                HAVING SUM(Amount) > 5 ORDER BY CALENDAR_MONTH(CloseDate) DESC";
    let (_, body) = caller.query(soql).await;
    let rows: Vec<(&Value, &Value)> =
        body["records"].as_array().unwrap().iter().map(|row| (&row["expr0"], &row["total"])).collect();
    assert_eq!(rows, [(&json!(3), &json!(10.0)), (&json!(1), &json!(20.0))]);
}

#[tokio::test]
async fn parts_of_what_is_no_date_are_refused() {
    let caller = Caller::new().await;
    for (soql, text) in [
        ("SELECT Id FROM Lead WHERE CALENDAR_YEAR(LastName) = 2026", "does not support date function CALENDAR_YEAR"),
        ("SELECT Id FROM Opportunity WHERE HOUR_IN_DAY(CloseDate) = 1", "does not support date function HOUR_IN_DAY"),
        ("SELECT CALENDAR_YEAR(CreatedDate) FROM Lead", "Date function CALENDAR_YEAR must be grouped"),
        (
            "SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Lead GROUP BY CALENDAR_MONTH(CreatedDate)",
            "Field must be grouped or aggregated: CreatedDate",
        ),
    ] {
        let told = error(caller.query(soql).await);
        assert!(told.starts_with("400 MALFORMED_QUERY ") && told.contains(text), "{soql}: {told}");
    }
    let told = error(caller.query("SELECT Id FROM Lead WHERE LastName = TODAY").await);
    assert!(told.contains("must be of type string and should be enclosed in quotes"), "{told}");
}
