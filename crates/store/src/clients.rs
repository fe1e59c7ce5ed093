//! The client directory.

use async_trait::async_trait;
use salesbridge_model::{Client, Page, PageRequest, Timestamp};

use crate::StoreError;
use crate::paging::{ByKey, Order};
use crate::stored::Stored;

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
    /// Those that are archived, instead of the others.
    pub archived: bool,
    /// In which order.
    pub order: Order<ByKey>,
}

impl Saved {
    /// For implementations: what saving a client does where `stored` is the document under its key, and `document` the client's own.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the stored document cannot be read.
    pub fn compare(client: &Client, document: &str, stored: Option<&str>) -> Result<Self, StoreError> {
        let Some(stored) = stored else { return Ok(Self::Created) };
        // Equal texts are equal clients; texts written by another version of the program may differ and still mean the same.
        let equal =
            stored == document || Stored::new("client", &client.key).json::<Client>("document", stored)? == *client;
        Ok(if equal { Self::Unchanged } else { Self::Updated })
    }
}

impl ClientFilter {
    /// For implementations: what a search of this client looks at, in lower case. Lines keep a search from matching across two fields.
    pub fn searched(client: &Client) -> String {
        let name = [&client.first_name, &client.middle_name, &client.last_name];
        let name: Vec<&str> = name.into_iter().flatten().map(String::as_str).collect();
        let mut lines = vec![client.key.as_str()];
        let name = name.join(" ");
        lines.push(&name);
        lines.extend(client.email.as_deref());
        lines.extend(client.company_names.iter().map(String::as_str));
        lines.join("\n").to_lowercase()
    }

    /// For implementations: what is looked for in [`ClientFilter::searched`]; empty text finds all.
    pub fn wanted(&self) -> String {
        self.search.as_deref().map(str::to_lowercase).unwrap_or_default()
    }
}

/// For implementations: what stands in the audit log for the key of a client that was erased.
pub fn erased_target(digest: &str) -> String {
    format!("erased {digest}")
}

/// For implementations: what an answer that tells of a client has in it, its key as JSON writes it.
pub fn told_of(key: &str) -> String {
    let quoted = serde_json::Value::from(key).to_string();
    quoted.trim_matches('"').to_owned()
}

/// The client directory. Keys are ordered by their bytes. A client may be archived; it is found by its key all the same.
#[async_trait]
pub trait ClientRepository: Send {
    /// Stores clients by their keys, in the order given, and records each that was created or updated in the outbox of the stream `clients`, in
    /// this transaction. A key given twice is saved twice, in order. Callers validate first.
    async fn save(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError>;

    /// The client with this key.
    async fn find(&mut self, key: &str) -> Result<Option<Client>, StoreError>;

    /// The clients with these keys, in key order; unknown keys are left out.
    async fn find_many(&mut self, keys: &[String]) -> Result<Vec<Client>, StoreError>;

    /// The first `limit` clients that are not archived and whose key is greater than `after`, in key order.
    async fn after(&mut self, after: Option<&str>, limit: u32) -> Result<Vec<Client>, StoreError>;

    /// A page of those that pass the filter, by key.
    async fn list(&mut self, filter: &ClientFilter, page: &PageRequest) -> Result<Page<Client>, StoreError>;

    /// How many there are that are not archived.
    async fn count(&mut self) -> Result<u64, StoreError>;

    /// Archives clients, or takes them back, and records each that this changes in the outbox; says how many. Saving an archived client leaves it archived.
    async fn set_archived(&mut self, keys: &[String], archived: bool, at: Timestamp) -> Result<u64, StoreError>;

    /// Those of the keys whose clients are archived, in key order.
    async fn archived(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError>;

    /// Removes a client and everything that syncs of the stream `clients` know of it: links, due rows, outcomes, notes of runs, outbox entries, and
    /// answers that name it; what was done to it stays in the audit log under [`erased_target`]; a run whose cursor is the client goes on after the
    /// one before it; and remembers `digest`, which stands for the key. Journal entries stay. False when there is no such client and nothing was known of it.
    async fn erase(&mut self, key: &str, digest: &str, at: Timestamp) -> Result<bool, StoreError>;

    /// Those of the digests that [`ClientRepository::erase`] remembered, in order.
    async fn erased(&mut self, digests: &[String]) -> Result<Vec<String>, StoreError>;

    /// Forgets that a digest was remembered; false when it was not.
    async fn readmit(&mut self, digest: &str) -> Result<bool, StoreError>;
}
