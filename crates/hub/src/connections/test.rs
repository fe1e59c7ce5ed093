//! Testing a connection: named checks, each with what would mend it.

use salesbridge_connectors::salesforce::{Check, CheckReport, JWT_BEARER, Need, PRIVATE_KEY};
use salesbridge_model::{Ability, Connection, OrgIdentity};
use salesbridge_sync::LEAD_OBJECT;

use super::NewConnection;
use crate::{Caller, Hub, HubError};

/// What a test found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TestReport {
    /// Whether nothing failed.
    pub passed: bool,
    /// The org, when it was reached.
    pub org: Option<OrgIdentity>,
    /// The checks, in order.
    pub checks: Vec<Check>,
}

impl Hub {
    /// Tests a connection. One that was held goes on by itself when nothing that the test found keeps it from being used.
    pub async fn test_connection(&self, caller: &Caller, name: &str) -> Result<TestReport, HubError> {
        let connection = self.find_connection(caller, name, Ability::Run).await?;
        let report = self.look_at(&connection).await?;
        self.store_report(caller, &connection, &report).await?;
        self.signal_mended();
        Ok(report.into())
    }

    /// Makes every check of a stored connection, and stores nothing.
    pub(crate) async fn look_at(&self, connection: &Connection) -> Result<CheckReport, HubError> {
        let needs = self.needs(connection).await?;
        Ok(self.connector(connection).await?.check(&needs).await)
    }

    /// Tests settings that are not stored, and stores nothing (R48).
    pub async fn test_new_connection(&self, caller: &Caller, new: &NewConnection) -> Result<TestReport, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let connection = self.unsaved(new)?;
        if connection.method == JWT_BEARER && !new.secrets.contains_key(PRIVATE_KEY) {
            let message =
                "is made when the connection is saved: save it, upload its certificate to the app, then test it";
            return Err(HubError::invalid(&format!("secrets.{PRIVATE_KEY}"), message));
        }
        let edited = self.edited(connection, Vec::new(), new.clone().into()).await?;
        let connector = self.connector_for(&edited.connection, &edited.secrets).await?;
        let needs = match edited.preset {
            Some(sync) => vec![self.need_of(sync)?],
            None => vec![Need::of_object(LEAD_OBJECT)],
        };
        Ok(connector.check(&needs).await.into())
    }
}

impl From<CheckReport> for TestReport {
    fn from(report: CheckReport) -> Self {
        Self { passed: report.has_passed(), org: report.org, checks: report.checks }
    }
}
