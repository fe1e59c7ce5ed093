//! How things stand inside, for `doctor` and support bundles: no secret and no client's data.

use salesbridge_model::{Ability, Health, Held, PageRequest, Run};
use salesbridge_store::{ConnectionFilter, RunFilter, SyncFilter, TableSize, Verification};

use crate::{Caller, Hub, HubError};

/// Newest runs in a report.
const RUNS: u32 = 50;

/// How things stand inside.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct UpkeepReport {
    /// Rows by table.
    pub tables: Vec<TableSize>,
    /// Every connection, by name.
    pub connections: Vec<ConnectionReport>,
    /// Every sync, by name.
    pub syncs: Vec<SyncReport>,
    /// The newest runs. What stands in their way is told by its code alone.
    pub runs: Vec<Run>,
}

/// How a connection stands.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ConnectionReport {
    /// Its name.
    pub name: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// Why it is held.
    pub held: Option<Held>,
    /// What the last look at it told.
    pub health: Option<Health>,
    /// Why its secret cannot be opened.
    pub secret_problem: Option<String>,
    /// Seconds that the org's clock is ahead of ours, or why that is not known.
    #[schema(value_type = ClockAnswer)]
    pub clock: Result<Option<i64>, String>,
}

/// What is known of an org's clock.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its form is of use: the API sends a `Result`")]
enum ClockAnswer {
    /// Seconds that it is ahead of ours; null when it told nothing, or was not asked.
    Ok(Option<i64>),
    /// Why it is not known.
    Err(String),
}

/// How a sync stands.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SyncReport {
    /// Its name.
    pub name: String,
    /// Whether it may send.
    pub enabled: bool,
    /// Why it is held.
    pub held: Option<Held>,
    /// What it has to find again after a restore.
    pub verification: Option<Verification>,
}

impl Hub {
    /// How things stand now. Asks every enabled org for its time.
    pub async fn upkeep_report(&self, caller: &Caller) -> Result<UpkeepReport, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        let mut tx = self.store.read().await?;
        let tables = tx.housekeeping().sizes().await?;
        let mut syncs = Vec::new();
        loop {
            let found = tx.syncs().list(&SyncFilter::default(), &page).await?;
            for sync in found.items {
                let verification = tx.verifications().find(sync.id).await?;
                let (name, enabled, held) = (sync.name.to_string(), sync.enabled, sync.held);
                syncs.push(SyncReport { name, enabled, held, verification });
            }
            let Some(next) = found.next else { break };
            page.after = Some(next);
        }
        let newest = PageRequest { after: None, limit: Some(RUNS) };
        let runs =
            tx.runs().list(&RunFilter::default(), &newest).await?.items.into_iter().map(without_client_data).collect();
        drop(tx);
        Ok(UpkeepReport { tables, connections: self.connection_reports().await?, syncs, runs })
    }

    async fn connection_reports(&self) -> Result<Vec<ConnectionReport>, HubError> {
        let without_key = self.connections_without_key().await?;
        let mut reports = Vec::new();
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let found = self.store.read().await?.connections().list(&ConnectionFilter::default(), &page).await?;
            for connection in found.items {
                let problem = without_key.iter().find(|(name, _)| *name == connection.name);
                let secret_problem = problem.map(|(_, problem)| problem.to_string());
                let clock = match &secret_problem {
                    None if connection.enabled && connection.held.is_none() => self.org_clock(&connection).await,
                    _ => Ok(None),
                };
                let (name, enabled) = (connection.name.to_string(), connection.enabled);
                let (held, health) = (connection.held, connection.health);
                reports.push(ConnectionReport { name, enabled, held, health, secret_problem, clock });
            }
            let Some(next) = found.next else { return Ok(reports) };
            page.after = Some(next);
        }
    }

    async fn org_clock(&self, connection: &salesbridge_model::Connection) -> Result<Option<i64>, String> {
        let asked = async {
            let connector = self.connector(connection).await?;
            connector.org().await?;
            Ok::<_, HubError>(connector.org_clock_ahead().map(|ahead| ahead.num_seconds()))
        };
        asked.await.map_err(|error| error.to_string())
    }
}

/// A source key may be a name or an address, and a message may repeat a value.
fn without_client_data(mut run: Run) -> Run {
    run.cursor = None;
    if let Some(problem) = &mut run.problem {
        problem.message.clear();
    }
    run
}
