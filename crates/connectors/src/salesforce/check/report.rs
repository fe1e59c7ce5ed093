//! What the checks found so far, in their order.

use salesbridge_connector_kit::{ConnectorError, NextStep};
use salesbridge_model::Timestamp;
use salesbridge_salesforce::{ApiError, ConnectionCheck, DomainUrl, SetupPage};

use super::{Check, CheckState, SetupLink};
use crate::salesforce::judge::connector_error;

/// What the checks found so far.
pub(super) struct Findings<'a> {
    domain: &'a DomainUrl,
    found: Vec<(ConnectionCheck, Check)>,
    /// The check that failed so that those after it were not made.
    ended_at: Option<ConnectionCheck>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(domain: &'a DomainUrl) -> Self {
        Self { domain, found: Vec::new(), ended_at: None }
    }

    pub(super) fn pass(&mut self, check: ConnectionCheck, message: impl Into<String>) {
        self.put(check, found(check, CheckState::Passed, message.into()));
    }

    pub(super) fn skip(&mut self, check: ConnectionCheck, why: impl Into<String>) {
        self.put(check, found(check, CheckState::Skipped, why.into()));
    }

    /// A check failed; the ones after it are made all the same.
    pub(super) fn fail(&mut self, check: ConnectionCheck, error: ConnectorError, page: Option<SetupPage>) {
        let link = page.map(|page| SetupLink { path: page.path(), address: page.address(self.domain) });
        let failed = Check {
            code: Some(error.code),
            remedy: Some(error.remedy),
            setup_page: link,
            holds: error.next == NextStep::HoldConnection,
            ..found(check, CheckState::Failed, error.message)
        };
        self.put(check, failed);
    }

    /// A call for `check` failed, and with it the check that the error belongs to: those after it cannot be made.
    pub(super) fn end_at(&mut self, check: ConnectionCheck, error: ApiError) {
        self.end_at_until(check, error, None);
    }

    /// The same, of what is tried again by itself until then.
    pub(super) fn end_at_until(&mut self, check: ConnectionCheck, error: ApiError, retry_until: Option<Timestamp>) {
        let place = error.place();
        let (failed, page) = place.as_ref().map_or((check, None), |place| (place.check, place.setup_page.clone()));
        for proved in place.iter().flat_map(|place| place.proves) {
            if !self.has(*proved) {
                self.pass(*proved, proved_message(*proved));
            }
        }
        self.fail(failed, connector_error(error), page);
        if let Some((_, check)) = self.found.iter_mut().find(|(found, _)| *found == failed) {
            check.retry_until = retry_until;
        }
        self.ended_at = Some(failed);
    }

    /// Every check: those that were not made say why.
    pub(super) fn into_checks(mut self) -> Vec<Check> {
        let ended_at = self.ended_at;
        ConnectionCheck::ALL
            .into_iter()
            .map(|check| match self.found.iter().position(|(found, _)| *found == check) {
                Some(position) => self.found.swap_remove(position).1,
                None => found(check, CheckState::Skipped, why_not_made(check, ended_at)),
            })
            .collect()
    }

    fn has(&self, check: ConnectionCheck) -> bool {
        self.found.iter().any(|(found, _)| *found == check)
    }

    /// What is found out later about a check counts.
    fn put(&mut self, check: ConnectionCheck, found: Check) {
        self.found.retain(|(known, _)| *known != check);
        self.found.push((check, found));
    }
}

fn found(check: ConnectionCheck, state: CheckState, message: String) -> Check {
    Check {
        name: check.name().to_owned(),
        state,
        message,
        code: None,
        remedy: None,
        setup_page: None,
        retry_until: None,
        holds: false,
    }
}

/// Salesforce came further than this check.
fn proved_message(check: ConnectionCheck) -> String {
    match check {
        ConnectionCheck::App => "Salesforce knows the app",
        ConnectionCheck::Flow => "the app allows this way of signing in",
        ConnectionCheck::RunAs => "there is a user to act as",
        _ => "Salesforce came further than this",
    }
    .to_owned()
}

fn why_not_made(check: ConnectionCheck, ended_at: Option<ConnectionCheck>) -> String {
    match ended_at {
        Some(failed) if check < failed => {
            format!("not known: Salesforce does not tell it before `{}` is mended", failed.name())
        }
        Some(failed) => format!("not looked at, because `{}` failed", failed.name()),
        None => "not looked at".to_owned(),
    }
}
