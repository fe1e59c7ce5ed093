//! Whether the API may be used, which org it is, and what is left of its calls.

use salesbridge_connector_kit::{ConnectorError, NextStep};
use salesbridge_model::OrgIdentity;
use salesbridge_salesforce::{ApiError, ConnectionCheck, OfferedVersion, Session, SetupPage};

use super::report::Findings;
use crate::salesforce::SalesforceConnector;

/// Scopes of which one is needed for calls.
const FOR_CALLS: [&str; 2] = ["api", "full"];
/// Names of the scope that gives a refresh token.
const FOR_REFRESH: [&str; 2] = ["refresh_token", "offline_access"];
/// Codes with which an org keeps its limits from users who may not see its setup.
const MAY_NOT_SEE: [&str; 3] = ["INSUFFICIENT_ACCESS", "FORBIDDEN", "FUNCTIONALITY_NOT_ENABLED"];

impl SalesforceConnector {
    pub(super) async fn check_use(
        &self,
        session: &Session,
        offered: &[OfferedVersion],
        findings: &mut Findings<'_>,
    ) -> Option<OrgIdentity> {
        let org = match self.client.identity(&self.domain).await {
            Ok(org) => org,
            Err(error) => {
                findings.end_at(ConnectionCheck::ApiAccess, error);
                return None;
            }
        };
        findings.pass(ConnectionCheck::ApiAccess, "the user and the org may use the API");
        self.check_scopes(session, findings);
        self.check_org(&org, offered, findings);
        self.check_allowance(findings).await;
        Some(org)
    }

    fn check_scopes(&self, session: &Session, findings: &mut Findings<'_>) {
        let has = |names: &[&str]| session.scopes.iter().any(|scope| names.contains(&scope.as_str()));
        let lacks = match session.scopes.is_empty() {
            true => {
                return findings.pass(ConnectionCheck::Scopes, "a call was allowed; the org does not list its scopes");
            }
            false if !has(&FOR_CALLS) => "api",
            false if self.way.keeps_refresh_token && !has(&FOR_REFRESH) => "refresh_token",
            false => return findings.pass(ConnectionCheck::Scopes, format!("granted: {}", session.scopes.join(" "))),
        };
        let error = ConnectorError {
            code: "oauth.invalid_scope".to_owned(),
            message: format!("the scope {lacks} was not granted; granted are: {}", session.scopes.join(" ")),
            remedy: format!(
                "Add the scope {lacks} to the app in Setup > External Client App Manager > Settings > OAuth Settings, then sign in again"
            ),
            next: NextStep::HoldConnection,
            retry_until: None,
            cause: None,
        };
        findings.fail(ConnectionCheck::Scopes, error, Some(SetupPage::ExternalClientApps));
    }

    fn check_org(&self, org: &OrgIdentity, offered: &[OfferedVersion], findings: &mut Findings<'_>) {
        let spoken = self.client.version().as_str();
        let is_spoken = |offered: &OfferedVersion| spoken.trim_start_matches('v') == offered.version;
        if let (Some(oldest), Some(newest), false) = (offered.first(), offered.last(), offered.iter().any(is_spoken)) {
            let error = ConnectorError {
                code: "UNSUPPORTED_API_VERSION".to_owned(),
                message: format!(
                    "the org speaks the versions {} to {} of the API, and not {spoken}",
                    oldest.version, newest.version
                ),
                remedy: "Update Salesbridge: a newer one speaks a version that the org offers".to_owned(),
                next: NextStep::HoldConnection,
                retry_until: None,
                cause: None,
            };
            return findings.fail(ConnectionCheck::Org, error, None);
        }
        let name = org.name.as_deref().unwrap_or("unnamed");
        let edition = org.edition.as_ref().map(|edition| format!(", {edition}")).unwrap_or_default();
        findings.pass(ConnectionCheck::Org, format!("{name} ({}, {}{edition}), API {spoken}", org.org_id, org.kind));
    }

    async fn check_allowance(&self, findings: &mut Findings<'_>) {
        let left = match self.client.limits().await {
            Ok(limits) => limits.daily_api_requests(),
            Err(error) if may_not_see(&error) => {
                let why = "the user may not see the org's limits (permission View Setup and Configuration); they are read from its answers instead";
                return findings.skip(ConnectionCheck::Allowance, why);
            }
            Err(error) => return findings.end_at(ConnectionCheck::Allowance, error),
        };
        match left {
            None => findings.skip(ConnectionCheck::Allowance, "the org does not tell its limit of calls"),
            Some(limit) if limit.remaining > 0 => {
                let message = format!("{} of {} calls left today", limit.remaining, limit.max);
                findings.pass(ConnectionCheck::Allowance, message);
            }
            Some(limit) => {
                let error = ConnectorError {
                    code: "REQUEST_LIMIT_EXCEEDED".to_owned(),
                    message: format!("all {} calls of the last 24 hours are used up", limit.max),
                    remedy: "Wait until some of them free up, or buy more API calls; Setup > Company Information shows the use".to_owned(),
                    next: NextStep::RetryLater { pause: None },
                    retry_until: None,
                    cause: None,
                };
                findings.fail(ConnectionCheck::Allowance, error, Some(SetupPage::CompanyInformation));
            }
        }
    }
}

fn may_not_see(error: &ApiError) -> bool {
    error.faults().iter().any(|fault| MAY_NOT_SEE.contains(&fault.code.as_str()))
}
