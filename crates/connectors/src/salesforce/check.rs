//! The connection test: named checks in order, each passed, failed or skipped, with what mends it.

use salesbridge_connector_kit::ConnectorError;
use salesbridge_model::OrgIdentity;

use super::SalesforceConnector;
use super::judge::connector_error;

/// One check of a connection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// Its name, such as `sign-in`.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// What was found.
    pub message: String,
    /// The one thing to do next, when it failed.
    pub remedy: Option<String>,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// Not looked at, because an earlier check failed.
    Skipped,
}

/// The checks, in order; each needs the ones before it.
const CHECKS: [&str; 4] = ["sign-in", "org", "allowance", "object"];

impl SalesforceConnector {
    /// Checks the connection from the outside in, up to writing `object`. Changes nothing.
    pub async fn check(&self, object: &str) -> (Option<OrgIdentity>, Vec<Check>) {
        let mut org = None;
        let mut checks = Vec::new();
        for name in CHECKS {
            let outcome = match name {
                "sign-in" => self.check_sign_in().await,
                "org" => self.check_org(&mut org).await,
                "allowance" => self.check_allowance().await,
                _ => self.check_object(object).await,
            };
            let failed = outcome.is_err();
            checks.push(check(name, outcome));
            if failed {
                break;
            }
        }
        checks.extend(CHECKS[checks.len()..].iter().map(|name| skipped(name)));
        (org, checks)
    }

    /// A session that is still good would not tell whether the key and the secret are.
    async fn check_sign_in(&self) -> Result<String, ConnectorError> {
        self.client.prove_credentials().await.map_err(connector_error)?;
        Ok(format!("signed in at {}", self.domain.host()))
    }

    async fn check_org(&self, org: &mut Option<OrgIdentity>) -> Result<String, ConnectorError> {
        let found = self.org().await?;
        let name = found.name.as_deref().unwrap_or("unnamed");
        let message = format!("{name} ({}, {}), as user {}", found.org_id, found.kind, found.user_id);
        *org = Some(found);
        Ok(message)
    }

    async fn check_allowance(&self) -> Result<String, ConnectorError> {
        match self.client.limits().await {
            Ok(limits) => Ok(limits.daily_api_requests().map_or_else(
                || "the org does not tell its limit of calls".to_owned(),
                |limit| format!("{} of {} calls left today", limit.remaining, limit.max),
            )),
            Err(error) => Err(connector_error(error)),
        }
    }

    async fn check_object(&self, object: &str) -> Result<String, ConnectorError> {
        let describe = self.client.refresh_describe(object).await.map_err(connector_error)?;
        if describe.createable && describe.updateable {
            let fields = describe.fields.iter().filter(|field| field.createable).count();
            return Ok(format!("{object} can be made and changed, in {fields} fields"));
        }
        Err(ConnectorError {
            code: "object_not_writable".to_owned(),
            message: format!("the user may not make and change {object}"),
            remedy: format!("Give the run-as user Create and Edit on {object}, in a permission set"),
            next: salesbridge_connector_kit::NextStep::HoldConnection,
            cause: None,
        })
    }
}

fn check(name: &str, outcome: Result<String, ConnectorError>) -> Check {
    let (state, message, remedy) = match outcome {
        Ok(message) => (CheckState::Passed, message, None),
        Err(error) => (CheckState::Failed, format!("{} [{}]", error.message, error.code), Some(error.remedy)),
    };
    Check { name: name.to_owned(), state, message, remedy }
}

fn skipped(name: &str) -> Check {
    Check {
        name: name.to_owned(),
        state: CheckState::Skipped,
        message: "not looked at, because an earlier check failed".to_owned(),
        remedy: None,
    }
}
