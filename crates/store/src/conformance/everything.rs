//! One of each, for tests that close a store and open it again.

use salesbridge_model::{OrgAllowance, OutcomeKind};

use super::samples::{
    at, connection, first, full_client, id, intent, keys, lay_ground, link, outcome, run, save_clients, sync, sync_id,
    waiting,
};
use crate::{DueState, OutcomeFilter, Store, StoredSession};

const RECORD: &str = "00Q000000000001AAA";

/// Stores one of each noun in a fresh store.
///
/// # Panics
/// When the store refuses.
pub async fn remember_everything(store: &dyn Store) {
    lay_ground(store).await;
    save_clients(store, &[full_client("C-1")]).await;
    let mut tx = store.write().await.unwrap();
    tx.installation().create(id("inst", 1), at(0)).await.unwrap();
    tx.secrets().save_data_key(id("conn", 1), b"\0key").await.unwrap();
    tx.secrets().save(id("conn", 1), "consumer_secret", b"\0sealed").await.unwrap();
    tx.allowances().grant(id("conn", 1), 7, None, at(0)).await.unwrap();
    tx.allowances().remember(id("conn", 1), &said()).await.unwrap();
    tx.sessions().save_if(id("conn", 1), 0, b"\0session").await.unwrap();
    tx.due().hold(&[waiting("C-2", 0, DueState::Refused)]).await.unwrap();
    tx.links().save(&[link("C-3", RECORD)]).await.unwrap();
    tx.outcomes().record(&[outcome("C-2", OutcomeKind::Refused)]).await.unwrap();
    tx.journal().record(&intent(1)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Checks that all of [`remember_everything`] is there, and that the sync still stands where it stood in the outbox.
///
/// # Panics
/// When something is missing or different.
pub async fn everything_is_remembered(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.installation().id().await.unwrap(), Some(id("inst", 1)));
    assert_eq!(tx.connections().find(id("conn", 1)).await.unwrap(), Some(connection(1, "acme")));
    assert_eq!(tx.secrets().data_key(id("conn", 1)).await.unwrap(), Some(b"\0key".to_vec()));
    assert_eq!(tx.secrets().find(id("conn", 1), "consumer_secret").await.unwrap(), Some(b"\0sealed".to_vec()));
    let allowance = tx.allowances().find(id("conn", 1)).await.unwrap().unwrap();
    assert_eq!((allowance.calls, allowance.org), (7, Some(said())));
    let session = StoredSession { version: 1, sealed: b"\0session".to_vec() };
    assert_eq!(tx.sessions().find(id("conn", 1)).await.unwrap(), Some(session));
    assert_eq!(tx.clients().after(None, 10).await.unwrap(), [full_client("C-1")]);
    assert_eq!(tx.outbox().newest().await.unwrap(), 1);
    assert_eq!(tx.syncs().find(sync_id(1)).await.unwrap(), Some(sync(1, "acme-leads")));
    let due = tx.due().find_many(sync_id(1), &keys(&["C-1", "C-2"])).await.unwrap();
    assert_eq!(due, [waiting("C-2", 0, DueState::Refused)]);
    assert_eq!(tx.links().find_many(sync_id(1), &keys(&["C-3"])).await.unwrap(), [link("C-3", RECORD)]);
    assert_eq!(tx.runs().find(id("run", 1)).await.unwrap(), Some(run(1)));
    let outcomes = tx.outcomes().list(id("run", 1), &OutcomeFilter::default(), &first(10)).await.unwrap();
    assert_eq!(outcomes.items, [outcome("C-2", OutcomeKind::Refused)]);
    assert_eq!(tx.journal().unsettled(sync_id(1)).await.unwrap(), [intent(1)]);
    assert_eq!(tx.due().take_in(sync_id(1), "clients", at(0)).await.unwrap(), 1);
}

fn said() -> OrgAllowance {
    OrgAllowance { used: 18, allowed: 15_000, told_at: at(1) }
}
