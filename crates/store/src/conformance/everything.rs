//! One of each, for tests that close a store and open it again.

use salesbridge_model::{Ability, OrgAllowance, OutcomeKind};

use super::people_samples::{api_key, audit_entry, grant, invitation, person, person_id, service, session, sign_in};
use super::samples::{
    at, connection, first, full_client, id, intent, keys, lay_ground, link, outcome, run, save_clients, sync, sync_id,
    waiting,
};
use crate::{DueState, OutcomeFilter, SecretOwner, SignInThrottle, Store, StoredSession, Transaction};

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
    tx.secrets().save_data_key(SecretOwner::Connection(id("conn", 1)), b"\0key").await.unwrap();
    tx.secrets().save(SecretOwner::Connection(id("conn", 1)), "consumer_secret", b"\0sealed").await.unwrap();
    tx.allowances().grant(id("conn", 1), 7, None, at(0)).await.unwrap();
    tx.allowances().remember(id("conn", 1), &said()).await.unwrap();
    tx.sessions().save_if(id("conn", 1), 0, b"\0session").await.unwrap();
    tx.due().hold(&[waiting("C-2", 0, DueState::Refused)]).await.unwrap();
    tx.links().save(&[link("C-3", RECORD)]).await.unwrap();
    tx.outcomes().record(&[outcome("C-2", OutcomeKind::Refused)]).await.unwrap();
    tx.journal().record(&intent(1)).await.unwrap();
    remember_people(&mut *tx).await;
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
    assert_eq!(tx.secrets().data_key(SecretOwner::Connection(id("conn", 1))).await.unwrap(), Some(b"\0key".to_vec()));
    assert_eq!(
        tx.secrets().find(SecretOwner::Connection(id("conn", 1)), "consumer_secret").await.unwrap(),
        Some(b"\0sealed".to_vec())
    );
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
    people_are_remembered(&mut *tx).await;
}

async fn remember_people(tx: &mut dyn Transaction) {
    tx.services().insert(&service(1, "shared")).await.unwrap();
    tx.sign_ins().insert(&sign_in(1)).await.unwrap();
    tx.people().insert(&person(1, "ann")).await.unwrap();
    tx.people().save_grant(person_id(1), &grant(1, &[Ability::See])).await.unwrap();
    tx.person_sessions().insert(&session(1), b"\0token").await.unwrap();
    tx.api_keys().insert(&api_key(1), b"\0hash").await.unwrap();
    tx.invitations().insert(&invitation(), b"\0link").await.unwrap();
    tx.throttles().save("a digest", &throttle()).await.unwrap();
    tx.audit().append(&audit_entry(1)).await.unwrap();
    tx.idempotent_answers().begin("ann", "k", b"\0h", at(0), at(0)).await.unwrap();
}

async fn people_are_remembered(tx: &mut dyn Transaction) {
    assert_eq!(tx.services().find(id("svc", 1)).await.unwrap(), Some(service(1, "shared")));
    assert_eq!(tx.sign_ins().find(id("sgn", 1)).await.unwrap(), Some(sign_in(1)));
    assert_eq!(tx.people().find(person_id(1)).await.unwrap(), Some(person(1, "ann")));
    assert_eq!(tx.people().grants(person_id(1)).await.unwrap(), [grant(1, &[Ability::See])]);
    assert_eq!(tx.person_sessions().find_by_token(b"\0token").await.unwrap(), Some(session(1)));
    assert_eq!(tx.api_keys().find(id("key", 1)).await.unwrap(), Some((api_key(1), b"\0hash".to_vec())));
    assert_eq!(tx.invitations().find(b"\0link").await.unwrap(), Some(invitation()));
    assert_eq!(tx.throttles().find("a digest").await.unwrap(), Some(throttle()));
    assert_eq!(tx.audit().find(1).await.unwrap(), Some(audit_entry(1)));
    let known = tx.idempotent_answers().begin("ann", "k", b"\0h", at(1), at(0)).await.unwrap();
    assert_eq!(known.map(|known| known.request_hash), Some(b"\0h".to_vec()));
}

fn throttle() -> SignInThrottle {
    SignInThrottle { failures: 2, window_began_at: at(1), blocked_until: Some(at(3)) }
}

fn said() -> OrgAllowance {
    OrgAllowance { used: 18, allowed: 15_000, told_at: at(1) }
}
