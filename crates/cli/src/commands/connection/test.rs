//! `salesbridge connection test`: checks for people to read, and waiting for an app that is not known everywhere yet.

use std::time::Duration;

use salesbridge_hub::connections::TestReport;
use salesbridge_hub::{Check, CheckState};
use salesbridge_model::{Clock, Timestamp};
use serde_json::json;

use crate::api::{Api, segment};
use crate::system::SystemClock;
use crate::terminal::{DONE, FAILED, hint, print_json, print_line, progress_bar};

/// Between two tests of a connection whose app is not known everywhere yet.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Width of what stands before the message of a check.
const INDENT: usize = 20;

/// Tests a connection; with `wait` again and again while time alone may mend what failed (R16).
pub(super) async fn run(api: &Api, name: &str, wait: bool, json: bool) -> anyhow::Result<u8> {
    let path = format!("/connections/{}/test", segment(name));
    let mut report: TestReport = api.post(&path, &json!({})).await?;
    while let Some(until) = until(&report).filter(|until| wait && SystemClock.now() < *until) {
        count_down(until).await;
        report = api.post(&path, &json!({})).await?;
    }
    if json {
        print_json(&report);
    } else {
        report.checks.iter().for_each(show);
        if !wait && until(&report).is_some() {
            hint(&format!("`salesbridge connection test {name} --wait` tests again until the app is known"));
        }
    }
    Ok(if report.passed { DONE } else { FAILED })
}

/// Until when time alone may mend what failed.
fn until(report: &TestReport) -> Option<Timestamp> {
    report.checks.iter().filter(|check| check.state == CheckState::Failed).find_map(|check| check.retry_until)
}

/// Waits for the next test, and tells a terminal how long it may still take.
async fn count_down(until: Timestamp) {
    let bar = progress_bar(AGAIN_AFTER.as_secs(), "seconds until the next test");
    for _ in 0..AGAIN_AFTER.as_secs() {
        let left = (until - SystemClock.now()).num_seconds().max(0);
        bar.set_message(format!("; Salesforce does not know the app yet, and has {}:{:02} left", left / 60, left % 60));
        tokio::time::sleep(Duration::from_secs(1)).await;
        bar.inc(1);
    }
    bar.finish_and_clear();
}

/// Prints a check; a failed one with what mends it, and where.
fn show(check: &Check) {
    lines(check).iter().for_each(|line| print_line(line));
}

fn lines(check: &Check) -> Vec<String> {
    let state = match check.state {
        CheckState::Passed => "passed",
        CheckState::Failed => "FAILED",
        CheckState::Skipped => "skipped",
    };
    let code = check.code.as_ref().map(|code| format!(" [{code}]")).unwrap_or_default();
    let mut lines = vec![format!("{state:8} {:10} {}{code}", check.name, check.message)];
    let mut below = |text: String| lines.push(format!("{:INDENT$}{text}", ""));
    if let Some(remedy) = &check.remedy {
        below(remedy.clone());
    }
    if let Some(page) = &check.setup_page {
        below(match &page.address {
            Some(address) => format!("{}: {address}", page.path),
            None => page.path.clone(),
        });
    }
    if let Some(until) = check.retry_until {
        below(format!("tried again by itself until {}", clock_time(until)));
    }
    lines
}

fn clock_time(at: Timestamp) -> String {
    at.format("%H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use salesbridge_hub::SetupLink;

    use super::*;

    #[test]
    fn r16_a_failed_check_is_followed_by_what_mends_it_and_until_when_it_is_tried_again() {
        let check = Check {
            name: "app".to_owned(),
            state: CheckState::Failed,
            message: "Salesforce does not know the consumer key yet".to_owned(),
            code: Some("oauth.invalid_client_id".to_owned()),
            remedy: Some("Nothing to do for ten minutes".to_owned()),
            setup_page: Some(SetupLink { path: "Setup > External Client App Manager".to_owned(), address: None }),
            retry_until: Some(Timestamp::UNIX_EPOCH),
            holds: false,
        };
        insta::assert_snapshot!(lines(&check).join("\n"), @r"
        FAILED   app        Salesforce does not know the consumer key yet [oauth.invalid_client_id]
                            Nothing to do for ten minutes
                            Setup > External Client App Manager
                            tried again by itself until 00:00:00 UTC
        ");
    }
}
