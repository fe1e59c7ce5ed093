//! Saving and looking up clients.

use std::collections::HashMap;

use salesbridge_model::{Ability, Address, Client, ClientProblem, Page, PageRequest, Phone, Timestamp};
use salesbridge_store::{ClientFilter, Saved, Transaction};
use serde_json::json;

use super::erase::ERASED;
use super::import::{ReadClient, RepeatedKey, RowProblem};
use crate::audit::{Deed, changed_fields};
use crate::error::FieldProblem;
use crate::{Caller, Hub, HubError};

/// What saving some clients did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SaveReport {
    /// New clients.
    pub created: u64,
    /// Clients that differed.
    pub updated: u64,
    /// Clients that were stored like this already.
    pub unchanged: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
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
    /// Say what would happen, and store nothing. A key that comes twice is counted as often as it comes.
    pub dry_run: bool,
}

/// Rows stored in one transaction.
const BATCH: usize = 500;
/// Refused rows that a report describes; more are only counted.
const DESCRIBED_PROBLEMS: usize = 1000;

impl Hub {
    /// Stores one client; new, or in place of the one with its key.
    pub async fn save_client(&self, caller: &Caller, client: &Client) -> Result<SaveReport, HubError> {
        caller.may(Ability::Edit)?;
        let problems: Vec<FieldProblem> = client
            .problems()
            .into_iter()
            .map(|problem| FieldProblem { field: problem.field, message: problem.message })
            .collect();
        if !problems.is_empty() {
            return Err(HubError::Invalid { problems });
        }
        self.save_valid_client(caller, client).await
    }

    /// Stores the good rows of an import in batches and describes the others. `rows` may be read from anywhere; memory holds one batch.
    ///
    /// What the rows do not tell about stays as the directory has it.
    pub async fn import_clients<R>(
        &self,
        caller: &Caller,
        mut rows: R,
        manner: &ImportManner,
    ) -> Result<ImportReport, HubError>
    where
        R: AsyncRows,
    {
        caller.may(Ability::Edit)?;
        let mut report = ImportReport::default();
        let mut batch = Vec::with_capacity(BATCH);
        let mut part = Part::First;
        while let Some(row) = rows.next().await {
            report.read += 1;
            match row {
                Ok(read) => batch.push(read),
                Err(problem) => report.refuse(problem),
            }
            if batch.len() == BATCH {
                self.import_batch(caller, std::mem::take(&mut batch), manner, part, &mut report).await?;
                part = Part::Next;
            }
        }
        self.import_batch(caller, batch, manner, Part::Last, &mut report).await?;
        Ok(report)
    }

    /// The client with this key.
    pub async fn client(&self, caller: &Caller, key: &str) -> Result<Client, HubError> {
        caller.may(Ability::See)?;
        self.find_client(key).await
    }

    pub(super) async fn find_client(&self, key: &str) -> Result<Client, HubError> {
        let found = self.store.read().await?.clients().find(key).await?;
        found.ok_or_else(|| HubError::NotFound { noun: "client", name: key.to_owned() })
    }

    /// A page of clients, by key.
    pub async fn clients(
        &self,
        caller: &Caller,
        filter: &ClientFilter,
        page: &PageRequest,
    ) -> Result<Page<Client>, HubError> {
        caller.may(Ability::See)?;
        Ok(self.store.read().await?.clients().list(filter, page).await?)
    }

    /// How many clients there are.
    pub(crate) async fn client_count(&self) -> Result<u64, HubError> {
        Ok(self.store.read().await?.clients().count().await?)
    }

    async fn import_batch(
        &self,
        caller: &Caller,
        read: Vec<ReadClient>,
        manner: &ImportManner,
        part: Part,
        report: &mut ImportReport,
    ) -> Result<(), HubError> {
        if manner.dry_run {
            let mut tx = self.store.read().await?;
            let read = self.without_erased(&mut *tx, read, report).await?;
            let (clients, stored) = completed(&mut *tx, read, manner).await?;
            for client in &clients {
                report.saved.count(match stored.get(&client.key) {
                    None => Saved::Created,
                    Some(stored) if stored == client => Saved::Unchanged,
                    Some(_) => Saved::Updated,
                });
            }
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        let read = self.without_erased(&mut *tx, read, report).await?;
        let (clients, _) = completed(&mut *tx, read, manner).await?;
        let saved = tx.clients().save(&clients, self.clock.now()).await?;
        saved.into_iter().for_each(|one| report.saved.count(one));
        if let Some(deed) = part.deed(report) {
            self.record(&mut *tx, caller, deed).await?;
        }
        tx.commit().await?;
        self.signal();
        Ok(())
    }

    /// The rows whose client was not erased; the others are refused.
    async fn without_erased(
        &self,
        tx: &mut dyn Transaction,
        read: Vec<ReadClient>,
        report: &mut ImportReport,
    ) -> Result<Vec<ReadClient>, HubError> {
        let erased = self.erased_among(tx, read.iter().map(|read| &read.client.key)).await?;
        let (refused, read) = read.into_iter().partition(|read| erased.contains(&read.client.key));
        for ReadClient { line, client, .. } in refused {
            let problem = ClientProblem { field: "key".to_owned(), message: ERASED.to_owned() };
            report.refuse(RowProblem { line, key: Some(client.key), problems: vec![problem] });
        }
        Ok(read)
    }

    async fn save_valid_client(&self, caller: &Caller, client: &Client) -> Result<SaveReport, HubError> {
        let mut report = SaveReport::default();
        let mut tx = self.store.write().await?;
        if let Some(key) = self.erased_among(&mut *tx, std::iter::once(&client.key)).await?.into_iter().next() {
            return Err(HubError::NotPossible {
                code: "client_erased",
                message: format!("the client {key} was erased"),
                remedy: format!(
                    "To use its key again, for a new client: `salesbridge client edit {key} --create --readmit`"
                ),
            });
        }
        let was = tx.clients().find(&client.key).await?;
        let saved = tx.clients().save(std::slice::from_ref(client), self.clock.now()).await?;
        saved.into_iter().for_each(|one| report.count(one));
        if report.unchanged == 0 {
            let deed = Deed::to_client("client.save", &client.key).is(changed_fields(was.as_ref(), client));
            self.record(&mut *tx, caller, deed).await?;
        }
        tx.commit().await?;
        self.signal();
        Ok(report)
    }
}

/// Which of an import's batches one is. Each is stored for itself, so an import that breaks off has left its beginning behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The first, and more may follow.
    First,
    /// One in the middle.
    Next,
    /// The last, maybe the only one.
    Last,
}

impl Part {
    /// What is written down with it: that the import began, in case its end never comes, and at its end what it did.
    fn deed(self, report: &ImportReport) -> Option<Deed> {
        let ImportReport { read, saved, refused, .. } = report;
        let told = match self {
            Self::First => json!({ "begun": true }),
            Self::Last if *read > 0 => json!({
                "read": read,
                "created": saved.created,
                "updated": saved.updated,
                "unchanged": saved.unchanged,
                "refused": refused,
            }),
            Self::Next | Self::Last => return None,
        };
        Some(Deed::new("client.import").is(told))
    }
}

impl SaveReport {
    fn count(&mut self, saved: Saved) {
        match saved {
            Saved::Created => self.created += 1,
            Saved::Updated => self.updated += 1,
            Saved::Unchanged => self.unchanged += 1,
        }
    }
}

/// The clients with what their rows do not tell about, from those that are stored, and these by their keys.
async fn completed(
    tx: &mut dyn Transaction,
    read: Vec<ReadClient>,
    manner: &ImportManner,
) -> Result<(Vec<Client>, HashMap<String, Client>), HubError> {
    let keys: Vec<String> = read.iter().map(|read| read.client.key.clone()).collect();
    let stored = tx.clients().find_many(&keys).await?;
    let stored: HashMap<String, Client> = stored.into_iter().map(|client| (client.key.clone(), client)).collect();
    let complete = |ReadClient { mut client, covered, .. }: ReadClient| {
        if let Some(stored) = stored.get(&client.key) {
            if let Some(covered) = covered {
                covered.complete(&mut client, stored);
            }
            keep_known_times(&mut client, stored, manner.assumed);
        }
        client
    };
    let clients = read.into_iter().map(complete).collect();
    Ok((clients, stored))
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
    fn next(&mut self) -> impl Future<Output = Option<Result<ReadClient, RowProblem>>> + Send;
}

impl AsyncRows for tokio::sync::mpsc::Receiver<Result<ReadClient, RowProblem>> {
    async fn next(&mut self) -> Option<Result<ReadClient, RowProblem>> {
        self.recv().await
    }
}

/// Whole clients.
impl AsyncRows for tokio::sync::mpsc::Receiver<Result<Client, RowProblem>> {
    async fn next(&mut self) -> Option<Result<ReadClient, RowProblem>> {
        Some(self.recv().await?.map(|client| ReadClient { line: 0, client, covered: None }))
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
