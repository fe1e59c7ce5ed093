//! Which records stand for a client.

use salesbridge_model::{Ability, Link, PageRequest, Slug, Sync};
use salesbridge_store::SyncFilter;
use salesbridge_sync::CLIENTS_STREAM;

use crate::{Caller, Hub, HubError};

/// A record that stands for a client.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ClientLink {
    /// The sync that made or adopted it.
    pub sync: Slug,
    /// API name of its object.
    pub object: String,
    /// The link.
    #[serde(flatten)]
    pub link: Link,
}

fn shows(caller: &Caller, sync: &Sync) -> bool {
    sync.stream == CLIENTS_STREAM && caller.sees(sync.connection_id)
}

impl Hub {
    /// The records that stand for a client, one of each sync that has one, by the sync's name.
    pub async fn client_links(&self, caller: &Caller, key: &str) -> Result<Vec<ClientLink>, HubError> {
        caller.may(Ability::See)?;
        let mut found = Vec::new();
        let mut tx = self.store.read().await?;
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let syncs = tx.syncs().list(&SyncFilter::default(), &page).await?;
            for sync in syncs.items.into_iter().filter(|sync| shows(caller, sync)) {
                let links = tx.links().find_many(sync.id, &[key.to_owned()]).await?;
                found.extend(links.into_iter().map(|link| ClientLink {
                    sync: sync.name.clone(),
                    object: sync.object.clone(),
                    link,
                }));
            }
            let Some(next) = syncs.next else { return Ok(found) };
            page.after = Some(next);
        }
    }
}
