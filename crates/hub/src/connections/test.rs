//! Testing a connection: named checks, each with what would mend it.

use salesbridge_connectors::salesforce::{Check, CheckState};
use salesbridge_model::{Ability, OrgIdentity};
use salesbridge_sync::LEAD_OBJECT;

use super::NewConnection;
use crate::{Caller, Hub, HubError};

/// What a test found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TestReport {
    /// Whether nothing failed.
    pub passed: bool,
    /// The org, when it was reached.
    pub org: Option<OrgIdentity>,
    /// The checks, in order.
    pub checks: Vec<Check>,
}

impl Hub {
    /// Tests a connection. One that was held and passes goes on by itself.
    pub async fn test_connection(&self, caller: &Caller, name: &str) -> Result<TestReport, HubError> {
        let connection = self.find_connection(caller, name, Ability::Run).await?;
        let report = report(self.connector(&connection).await?.check(LEAD_OBJECT).await);
        self.destinations.tell(&connection).await?;
        let mut tx = self.store.write().await?;
        // It may have been edited while we asked.
        let now = tx.connections().find(connection.id).await?;
        if let Some(mut stored) = now.filter(|stored| stored.updated_at == connection.updated_at) {
            stored.org = report.org.clone().or(stored.org);
            stored.held = stored.held.filter(|_| !report.passed);
            tx.connections().update(&stored).await?;
            tx.commit().await?;
        }
        self.signal_mended();
        Ok(report)
    }

    /// Tests settings that are not stored, and stores nothing (R48).
    pub async fn test_new_connection(&self, caller: &Caller, new: &NewConnection) -> Result<TestReport, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let connection = self.unsaved(new)?;
        let connector = self.connector_for(&connection, new.consumer_secret.clone())?;
        Ok(report(connector.check(LEAD_OBJECT).await))
    }
}

fn report((org, checks): (Option<OrgIdentity>, Vec<Check>)) -> TestReport {
    TestReport { passed: checks.iter().all(|check| check.state != CheckState::Failed), org, checks }
}
