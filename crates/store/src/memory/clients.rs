//! The client directory.

use async_trait::async_trait;
use salesbridge_model::{Client, Page, PageRequest, Timestamp};

use super::paging::cut_ordered;
use super::table::{Table, rows_of};
use super::transaction::MemoryTransaction;
use crate::{ClientFilter, ClientRepository, Saved, StoreError};

pub(super) struct MemoryClients<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl ClientRepository for MemoryClients<'_> {
    async fn save(&mut self, clients: &[Client], at: Timestamp) -> Result<Vec<Saved>, StoreError> {
        let state = self.0.changed("clients.save")?;
        let mut saved = Vec::with_capacity(clients.len());
        for client in clients {
            let what = match state.clients.get(client.key.as_str()) {
                None => Saved::Created,
                Some(stored) if stored == client => Saved::Unchanged,
                Some(_) => Saved::Updated,
            };
            saved.push(what);
            if what != Saved::Unchanged {
                state.clients.insert(client.key.clone(), client.clone());
                state.announce_client(&client.key, at);
            }
        }
        Ok(saved)
    }

    async fn find(&mut self, key: &str) -> Result<Option<Client>, StoreError> {
        Ok(self.0.seen("clients.find")?.clients.get(key).cloned())
    }

    async fn find_many(&mut self, keys: &[String]) -> Result<Vec<Client>, StoreError> {
        Ok(rows_of(Some(&self.0.seen("clients.find_many")?.clients), keys))
    }

    async fn after(&mut self, after: Option<&str>, limit: u32) -> Result<Vec<Client>, StoreError> {
        let state = self.0.seen("clients.after")?;
        let rows = state.clients.after(after.unwrap_or_default());
        let rows = rows.filter(|(key, _)| !state.archived.contains(key.as_str()));
        Ok(rows.take(limit as usize).map(|(_, client)| client.clone()).collect())
    }

    async fn list(&mut self, filter: &ClientFilter, page: &PageRequest) -> Result<Page<Client>, StoreError> {
        let state = self.0.seen("clients.list")?;
        let search = filter.search.as_deref().map(str::to_lowercase).unwrap_or_default();
        let rows: Vec<&Client> =
            state.clients.rows().filter(|client| search.is_empty() || holds(client, &search)).collect();
        let rows: Vec<&Client> =
            rows.into_iter().filter(|client| state.archived.contains(client.key.as_str()) == filter.archived).collect();
        Ok(cut_ordered(rows, filter.order, page, |client| client.key.clone()))
    }

    async fn count(&mut self) -> Result<u64, StoreError> {
        let state = self.0.seen("clients.count")?;
        Ok(state.clients.len() - state.archived.len())
    }

    async fn set_archived(&mut self, keys: &[String], archived: bool, at: Timestamp) -> Result<u64, StoreError> {
        let state = self.0.changed("clients.set_archived")?;
        let mut changed = 0;
        for key in keys {
            let differs = state.archived.contains(key.as_str()) != archived;
            if differs && state.clients.contains(key.as_str()) {
                if archived {
                    state.archived.insert(key.clone(), ());
                } else {
                    state.archived.remove(key.as_str());
                }
                state.announce_client(key, at);
                changed += 1;
            }
        }
        Ok(changed)
    }

    async fn archived(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        Ok(known(&self.0.seen("clients.archived")?.archived, keys))
    }

    async fn erase(&mut self, key: &str, digest: &str, _: Timestamp) -> Result<bool, StoreError> {
        let state = self.0.changed("clients.erase")?;
        let erased = state.erase_client(key, digest);
        if erased {
            state.erased.insert(digest.to_owned(), ());
        }
        Ok(erased)
    }

    async fn erased(&mut self, digests: &[String]) -> Result<Vec<String>, StoreError> {
        Ok(known(&self.0.seen("clients.erased")?.erased, digests))
    }

    async fn readmit(&mut self, digest: &str) -> Result<bool, StoreError> {
        Ok(self.0.changed("clients.readmit")?.erased.remove(digest))
    }
}

/// Those of the texts that are keys of a table, each once, in order.
fn known(table: &Table<String, ()>, texts: &[String]) -> Vec<String> {
    let mut known: Vec<String> = texts.iter().filter(|text| table.contains(text.as_str())).cloned().collect();
    known.sort_unstable();
    known.dedup();
    known
}

/// Whether the key, the full name, a company name or the e-mail address holds a text in lower case.
fn holds(client: &Client, search: &str) -> bool {
    let name = [&client.first_name, &client.middle_name, &client.last_name];
    let name: Vec<&str> = name.into_iter().flatten().map(String::as_str).collect();
    let name = name.join(" ");
    let texts = [client.key.as_str(), &name].into_iter().chain(client.email.as_deref());
    let mut texts = texts.chain(client.company_names.iter().map(String::as_str));
    texts.any(|text| text.to_lowercase().contains(search))
}
