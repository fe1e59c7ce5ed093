//! The client directory.

use async_trait::async_trait;
use salesbridge_model::{Client, Page, PageRequest, Timestamp};

use crate::StoreError;

/// What saving a client did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is new.
    Created,
    /// It differed from what was stored.
    Updated,
    /// It was stored like this already; nothing was written.
    Unchanged,
}

/// Which clients are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFilter {
    /// Text that the key, the full name, a company name or the e-mail address contains, in any case. Empty text finds all.
    pub search: Option<String>,
}

/// The client directory. Keys are ordered by their bytes.
#[async_trait]
pub trait ClientRepository: Send {
    /// Stores clients by their keys, in the order given, and records each that was created or updated in the outbox of the stream `clients`, in
    /// this transaction. A key given twice is saved twice, in order. Callers validate first.
    async fn save(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError>;

    /// The client with this key.
    async fn find(&mut self, key: &str) -> Result<Option<Client>, StoreError>;

    /// The clients with these keys, in key order; unknown keys are left out.
    async fn find_many(&mut self, keys: &[String]) -> Result<Vec<Client>, StoreError>;

    /// The first `limit` clients whose key is greater than `after`, in key order.
    async fn after(&mut self, after: Option<&str>, limit: u32) -> Result<Vec<Client>, StoreError>;

    /// A page of those that pass the filter, by key.
    async fn list(&mut self, filter: &ClientFilter, page: &PageRequest) -> Result<Page<Client>, StoreError>;

    /// How many there are.
    async fn count(&mut self) -> Result<u64, StoreError>;
}
