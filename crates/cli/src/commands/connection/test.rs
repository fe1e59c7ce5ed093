//! A check of a connection test, for people to read.

use salesbridge_hub::{Check, CheckState};
use salesbridge_model::Timestamp;

use crate::terminal::print_line;

/// Width of what stands before the message of a check.
const INDENT: usize = 20;

/// Prints a check; a failed one with what mends it, and where.
pub(super) fn show(check: &Check) {
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
