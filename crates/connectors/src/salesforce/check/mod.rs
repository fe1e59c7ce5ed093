//! The connection test: named checks in order, from the outside in, each passed, failed or skipped, with what mends it.
//!
//! It changes nothing in the org and stores nothing. It refuses to know which syncs there are: what is written through the connection is told by [`Need`]s.

mod reaching;
mod report;
mod signing_in;
mod using;
mod writing;

use salesbridge_connector_kit::ObjectSchema;
use salesbridge_model::{OrgIdentity, Timestamp};
use salesbridge_salesforce::ConnectionCheck;

use self::report::Findings;
use super::SalesforceConnector;

/// One check of a connection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Check {
    /// Its name, such as `sign_in`.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// What was found; of a skipped one, why it was not looked at.
    pub message: String,
    /// Stable code of what is wrong, when it failed; Salesforce's own where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The one thing to do next, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The page of Salesforce Setup that mends it, when it failed and there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_page: Option<SetupLink>,
    /// Until when it is tried again by itself, when it failed only because the app is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retry_until: Option<Timestamp>,
    /// Nothing should go through the connection until it is mended.
    #[serde(skip)]
    pub holds: bool,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// Not looked at; the message says why.
    Skipped,
}

/// A page of Salesforce Setup.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SetupLink {
    /// Its place in the menu, such as `Setup > My Domain`.
    pub path: String,
    /// Its address in the org; absent where the org's own address is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An object that is written through the connection.
pub struct Need {
    /// Its API name.
    pub object: String,
    /// Looks at the object for what is to be written to it.
    pub look: Box<dyn Fn(&ObjectSchema) -> NeedFindings + Send + Sync>,
}

/// What an object lacks of what is to be written to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeedFindings {
    /// Fields that somebody chose and that cannot be written; each a sentence that names its field.
    pub missing: Vec<String>,
    /// Fields that nobody chose and that are simply not filled; each a sentence.
    pub left_out: Vec<String>,
}

impl Need {
    /// An object of which only the object itself is looked at.
    pub fn of_object(object: &str) -> Self {
        Self { object: object.to_owned(), look: Box::new(|_| NeedFindings::default()) }
    }
}

/// What a connection test found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The org, when it was reached.
    pub org: Option<OrgIdentity>,
    /// The checks, in order; every one is there.
    pub checks: Vec<Check>,
}

impl CheckReport {
    /// Whether nothing failed.
    pub fn has_passed(&self) -> bool {
        self.checks.iter().all(|check| check.state != CheckState::Failed)
    }

    /// The first check that failed.
    pub fn first_failed(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.state == CheckState::Failed)
    }

    /// The failed check that keeps everything from going through the connection. Calls that are used up, and objects and fields that lack something, do not:
    /// they concern some work only, or pass by themselves.
    pub fn obstacle(&self) -> Option<&Check> {
        self.first_failed().filter(|check| {
            let some_work = [ConnectionCheck::Allowance, ConnectionCheck::Objects, ConnectionCheck::Fields];
            some_work.iter().all(|spared| spared.name() != check.name)
        })
    }
}

impl SalesforceConnector {
    /// Checks the connection from the outside in: that it can be signed in to, and that what `needs` says can be written.
    pub async fn check(&self, needs: &[Need]) -> CheckReport {
        let mut findings = Findings::new(&self.domain);
        let org = self.look_at_everything(needs, &mut findings).await.unwrap_or_default();
        CheckReport { org, checks: findings.into_checks() }
    }

    /// `None` when it ended at an obstacle.
    async fn look_at_everything(&self, needs: &[Need], findings: &mut Findings<'_>) -> Option<Option<OrgIdentity>> {
        let offered = self.check_reach(findings).await?;
        let session = self.check_sign_in(findings).await?;
        let org = self.check_use(&session, &offered, findings).await?;
        self.check_needs(needs, findings).await;
        self.check_refresh(findings).await;
        Some(Some(org))
    }
}
