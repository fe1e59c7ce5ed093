//! Saving and looking up clients.

use std::collections::HashMap;

use salesbridge_model::{Address, Client, Page, PageRequest, Phone, Timestamp};
use salesbridge_store::{ClientFilter, Saved};

use super::import::{Covered, RepeatedKey, RowProblem};
use crate::error::FieldProblem;
use crate::{Hub, HubError};

/// What saving some clients did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SaveReport {
    /// New clients.
    pub created: u64,
    /// Clients that differed.
    pub updated: u64,
    /// Clients that were stored like this already.
    pub unchanged: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ImportReport {
    /// Rows read.
    pub read: u64,
    /// What became of the good ones.
    #[serde(flatten)]
    pub saved: SaveReport,
    /// How many rows were refused.
    pub refused: u64,
    /// The first refused rows, with what is wrong with each.
    pub problems: Vec<RowProblem>,
    /// Keys that came more than once; the later row won.
    pub repeated: Vec<RepeatedKey>,
}

/// How rows of an import are read.
#[derive(Clone, Debug)]
pub struct ImportManner {
    /// The time that the reader gave numbers and addresses whose own time it did not know. One that is in the directory already, just so, keeps the
    /// time it has there, so that importing a file again changes nothing.
    pub assumed: Timestamp,
    /// Which parts of a client the rows tell about; all when absent.
    pub covered: Option<Covered>,
}

/// Rows stored in one transaction.
const BATCH: usize = 500;
/// Refused rows that a report describes; more are only counted.
const DESCRIBED_PROBLEMS: usize = 1000;

impl Hub {
    /// Stores one client; new, or in place of the one with its key.
    pub async fn save_client(&self, client: &Client) -> Result<SaveReport, HubError> {
        let problems: Vec<FieldProblem> = client
            .problems()
            .into_iter()
            .map(|problem| FieldProblem { field: problem.field, message: problem.message })
            .collect();
        if !problems.is_empty() {
            return Err(HubError::Invalid { problems });
        }
        let mut report = SaveReport::default();
        self.save_valid_clients(&mut [client.clone()], None, &mut report).await?;
        Ok(report)
    }

    /// Stores the good rows of an import in batches and describes the others. `rows` may be read from anywhere; memory holds one batch.
    ///
    /// What the rows do not tell about stays as the directory has it.
    pub async fn import_clients<R>(&self, mut rows: R, manner: &ImportManner) -> Result<ImportReport, HubError>
    where
        R: AsyncRows,
    {
        let mut report = ImportReport::default();
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(row) = rows.next().await {
            report.read += 1;
            match row {
                Ok(client) => batch.push(client),
                Err(problem) => report.refuse(problem),
            }
            if batch.len() == BATCH {
                self.save_valid_clients(&mut batch, Some(manner), &mut report.saved).await?;
                batch.clear();
            }
        }
        self.save_valid_clients(&mut batch, Some(manner), &mut report.saved).await?;
        Ok(report)
    }

    /// The client with this key.
    pub async fn client(&self, key: &str) -> Result<Client, HubError> {
        let found = self.store.read().await?.clients().find(key).await?;
        found.ok_or_else(|| HubError::NotFound { noun: "client", name: key.to_owned() })
    }

    /// A page of clients, by key.
    pub async fn clients(&self, search: Option<String>, page: &PageRequest) -> Result<Page<Client>, HubError> {
        Ok(self.store.read().await?.clients().list(&ClientFilter { search }, page).await?)
    }

    /// How many clients there are.
    pub async fn client_count(&self) -> Result<u64, HubError> {
        Ok(self.store.read().await?.clients().count().await?)
    }

    async fn save_valid_clients(
        &self,
        clients: &mut [Client],
        manner: Option<&ImportManner>,
        report: &mut SaveReport,
    ) -> Result<(), HubError> {
        if clients.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        if let Some(manner) = manner {
            let keys: Vec<String> = clients.iter().map(|client| client.key.clone()).collect();
            let stored = tx.clients().find_many(&keys).await?;
            let stored: HashMap<&str, &Client> = stored.iter().map(|client| (client.key.as_str(), client)).collect();
            for client in clients.iter_mut() {
                if let Some(stored) = stored.get(client.key.as_str()) {
                    if let Some(covered) = &manner.covered {
                        covered.complete(client, stored);
                    }
                    keep_known_times(client, stored, manner.assumed);
                }
            }
        }
        let saved = tx.clients().save(clients, self.clock.now()).await?;
        tx.commit().await?;
        for one in saved {
            match one {
                Saved::Created => report.created += 1,
                Saved::Updated => report.updated += 1,
                Saved::Unchanged => report.unchanged += 1,
            }
        }
        self.signal();
        Ok(())
    }
}

/// Gives numbers and addresses of an assumed time the time under which the directory has them, where nothing else differs.
fn keep_known_times(client: &mut Client, stored: &Client, assumed: Timestamp) {
    for phone in client.phones.iter_mut().filter(|phone| phone.updated_at == assumed) {
        let same = |known: &&Phone| known.number == phone.number && known.confirmed == phone.confirmed;
        phone.updated_at = stored.phones.iter().find(same).map_or(assumed, |known| known.updated_at);
    }
    for address in client.addresses.iter_mut().filter(|address| address.updated_at == assumed) {
        let same = |known: &&Address| Address { updated_at: assumed, ..(*known).clone() } == *address;
        address.updated_at = stored.addresses.iter().find(same).map_or(assumed, |known| known.updated_at);
    }
}

/// Rows of an import, one after the other.
pub trait AsyncRows: Send {
    /// The next row; `None` at the end.
    fn next(&mut self) -> impl Future<Output = Option<Result<Client, RowProblem>>> + Send;
}

impl AsyncRows for tokio::sync::mpsc::Receiver<Result<Client, RowProblem>> {
    async fn next(&mut self) -> Option<Result<Client, RowProblem>> {
        self.recv().await
    }
}

impl ImportReport {
    fn refuse(&mut self, problem: RowProblem) {
        self.refused += 1;
        if self.problems.len() < DESCRIBED_PROBLEMS {
            self.problems.push(problem);
        }
    }
}
