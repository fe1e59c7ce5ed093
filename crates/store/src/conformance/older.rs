//! What a database that an earlier schema wrote has to tell, once the newest has opened it.
//!
//! The rows themselves are SQL, and lie beside each implementation's tests (`tests/rows/`). They are the samples, so that every column is set.

use salesbridge_model::{
    Ability, AuditEntry, Client, Connection, LinkState, OrgAllowance, OutcomeKind, RecordOutcome, Sync, SyncOptions,
    WriteWhen,
};

use super::people_samples::{api_key, audit_entry, grant, invitation, person, person_id, service, session, sign_in};
use super::samples::{
    at, client, connection, due_row, first, full_client, id, intent, keys, link, outcome, run, sync, sync_id, waiting,
};
use crate::{
    ClientFilter, ConnectionFilter, DueFilter, DueState, IdempotentAnswer, IdempotentRequest, OutcomeFilter, RunFilter,
    SecretOwner, SignInThrottle, Store, StoredSession, TimelineBatch, Transaction, Verification, VerificationState,
};

/// Checks that all the rows are there which a database has that was written by `schema`, and that the work goes on where it stood.
///
/// # Panics
/// When something is missing or different.
pub async fn rows_of_an_earlier_schema_are_remembered(store: &dyn Store, schema: i64) {
    let mut tx = store.write().await.unwrap();
    find_ground(&mut *tx, schema).await;
    find_clients(&mut *tx, schema).await;
    find_syncs(&mut *tx, schema).await;
    find_rows(&mut *tx, schema).await;
    find_runs(&mut *tx, schema).await;
    find_what_processes_share(&mut *tx, schema).await;
    if schema >= 8 {
        find_people(&mut *tx).await;
        find_what_lets_them_in(&mut *tx).await;
    }
    go_on(&mut *tx).await;
}

async fn find_ground(tx: &mut dyn Transaction, schema: i64) {
    assert_eq!(tx.installation().id().await.unwrap(), Some(id("inst", 1)));
    let connections = tx.connections().list(&ConnectionFilter::default(), &first(10)).await.unwrap().items;
    let mut expected = Connection { service_id: Some(id("svc", 1)), ..connection(1, "acme") };
    // It lies in a document, whose older forms are without it.
    expected.org.as_mut().unwrap().edition = None;
    if schema < 8 {
        expected = Connection { description: String::new(), tags: vec![], service_id: None, health: None, ..expected };
    }
    assert_eq!(connections[0], expected);
    let other = &connections[1];
    assert_eq!((other.name.as_str(), other.enabled, &other.held, &other.org), ("other", false, &None, &None));
    assert_eq!((&other.health, other.service_id, other.tags.len()), (&None, None, 0));
    assert_eq!(connections.len(), 2);
    assert_eq!(tx.secrets().data_key(SecretOwner::Connection(id("conn", 1))).await.unwrap(), Some(b"\0key".to_vec()));
    assert_eq!(
        tx.secrets().find(SecretOwner::Connection(id("conn", 1)), "consumer_secret").await.unwrap(),
        Some(vec![0, 255])
    );
}

async fn find_clients(tx: &mut dyn Transaction, schema: i64) {
    let both = keys(&["C-1", "C-2"]);
    assert_eq!(tx.clients().find_many(&both).await.unwrap(), [full_client("C-1"), client("C-2")]);
    let searched = |search: &str| ClientFilter { search: Some(search.to_owned()), ..ClientFilter::default() };
    let found: Vec<Client> = tx.clients().list(&searched("C-1"), &first(10)).await.unwrap().items;
    assert_eq!(found, [full_client("C-1")]);
    let archived = if schema >= 3 { keys(&["C-2"]) } else { Vec::new() };
    assert_eq!(tx.clients().archived(&both).await.unwrap(), archived);
    let erased = if schema >= 3 { keys(&["d1"]) } else { Vec::new() };
    assert_eq!(tx.clients().erased(&keys(&["d1", "d2"])).await.unwrap(), erased);
}

async fn find_syncs(tx: &mut dyn Transaction, schema: i64) {
    let full = sync(1, "acme-leads");
    let left_out = if schema >= 7 { full.left_out.clone() } else { Vec::new() };
    assert_eq!(tx.syncs().find(sync_id(1)).await.unwrap(), Some(Sync { left_out, ..full }));
    let plain = tx.syncs().find(sync_id(2)).await.unwrap().unwrap();
    assert_eq!(plain.preset.map(|preset| preset.company).as_deref(), Some("Acme"));
    assert_eq!((plain.mapping.lines.len(), plain.mapping.lines[0].when), (1, WriteWhen::Always));
    let options = SyncOptions { external_id_field: None, allow_duplicates: false, assignment_rules: true };
    assert_eq!((plain.options, plain.enabled, plain.held), (options, false, None));
    let verification = Verification { since: at(0), until: at(1), state: VerificationState::Guarding };
    let verification = (schema >= 4).then_some(verification);
    assert_eq!(tx.verifications().find(sync_id(1)).await.unwrap(), verification);
}

async fn find_rows(tx: &mut dyn Transaction, schema: i64) {
    let due = tx.due().list(sync_id(1), &DueFilter::default(), &first(10)).await.unwrap().items;
    assert_eq!(due, [waiting("C-3", 5, DueState::Refused), due_row("C-4", 6)]);
    let mut linked = link("C-1", "00Q000000000001AAA");
    if schema < 7 {
        linked.successors.clear();
    }
    assert_eq!(linked.state, LinkState::Broken);
    assert_eq!(tx.links().list(sync_id(1), &first(10)).await.unwrap().items, [linked]);
}

async fn find_runs(tx: &mut dyn Transaction, schema: i64) {
    assert_eq!(tx.runs().list(&RunFilter::of(sync_id(1)), &first(10)).await.unwrap().items, [run(1)]);
    let outcomes = tx.outcomes().list(id("run", 1), &OutcomeFilter::default(), &first(10)).await.unwrap();
    let message = Some("Required fields are missing: [\"Größe\"]".to_owned());
    assert_eq!(outcomes.items, [RecordOutcome { message, ..outcome("C-3", OutcomeKind::Refused) }]);
    let mut entry = intent(1);
    entry.lease = if schema >= 2 { entry.lease } else { 0 };
    assert_eq!(tx.journal().unsettled(sync_id(1)).await.unwrap(), [entry]);
    let batches = [(at(8), 200, 1, 250, "answered"), (at(9), 3, 2, 30_000, "UNABLE_TO_LOCK_ROW")];
    let batches = batches.map(|(at, rows, calls, took_milliseconds, result)| TimelineBatch {
        at,
        rows,
        calls,
        took_milliseconds,
        result: result.to_owned(),
    });
    let expected = if schema >= 4 { batches.to_vec() } else { Vec::new() };
    assert_eq!(tx.timelines().list(id("run", 1)).await.unwrap(), expected);
}

async fn find_what_processes_share(tx: &mut dyn Transaction, schema: i64) {
    let holder = (schema >= 2).then(|| "process 1".to_owned());
    assert_eq!(tx.leases().holder("sync", at(0)).await.unwrap(), holder);
    let token = if schema >= 2 { 4 } else { 1 };
    assert_eq!(tx.leases().take("free", "process 2", at(0), at(60)).await.unwrap(), Some(token));
    let session = (schema >= 5).then(|| StoredSession { version: 2, sealed: b"\0s".to_vec() });
    assert_eq!(tx.sessions().find(id("conn", 1)).await.unwrap(), session);
    let allowance = tx.allowances().find(id("conn", 1)).await.unwrap();
    let said = OrgAllowance { used: 18, allowed: 15_000, told_at: at(1) };
    let expected = (schema >= 6).then_some((7, Some(said)));
    assert_eq!(allowance.map(|allowance| (allowance.calls, allowance.org)), expected);
}

async fn find_people(tx: &mut dyn Transaction) {
    assert_eq!(tx.services().list(&first(10)).await.unwrap().items, [service(1, "shared")]);
    let owner = SecretOwner::Service(id("svc", 1));
    assert_eq!(tx.secrets().data_key(owner).await.unwrap(), Some(b"\0svc".to_vec()));
    assert_eq!(tx.secrets().find(owner, "consumer_secret").await.unwrap(), Some(vec![0, 253]));
    assert_eq!(tx.sign_ins().find(id("sgn", 1)).await.unwrap(), Some(sign_in(1)));
    assert_eq!(tx.people().find(person_id(1)).await.unwrap(), Some(person(1, "ann")));
    let hash = tx.people().password_hash(person_id(1)).await.unwrap();
    assert_eq!(hash.map(|hash| hash.expose().clone()).as_deref(), Some("$argon2id$v=19$"));
    assert_eq!(tx.people().grants(person_id(1)).await.unwrap(), [grant(1, &[Ability::See, Ability::Raw])]);
    assert_eq!(tx.audit().find(7).await.unwrap(), Some(AuditEntry { at: at(91), ..audit_entry(7) }));
    assert_eq!(tx.audit().append(&audit_entry(1)).await.unwrap(), 8);
}

async fn find_what_lets_them_in(tx: &mut dyn Transaction) {
    assert_eq!(tx.person_sessions().find_by_token(&[0, 1]).await.unwrap(), Some(session(1)));
    assert_eq!(tx.api_keys().find(id("key", 1)).await.unwrap(), Some((api_key(1), vec![0, 2])));
    assert_eq!(tx.invitations().find(&[0, 3]).await.unwrap(), Some(invitation()));
    let throttle = SignInThrottle { failures: 3, window_began_at: at(1), blocked_until: Some(at(2)) };
    assert_eq!(tx.throttles().find("digest").await.unwrap(), Some(throttle));
    let answer =
        IdempotentAnswer { status: 201, content_type: Some("application/json".to_owned()), body: b"{}".to_vec() };
    let known = IdempotentRequest { request_hash: vec![0, 4], answer: Some(answer) };
    assert_eq!(tx.idempotent_answers().begin("per_1", "k", b"x", at(9), at(0)).await.unwrap(), Some(known));
    let conn = id("conn", 1);
    assert!(!tx.sessions().begin_refresh(conn, 2, "another", at(0), at(60)).await.unwrap(), "process 1 is at it");
    assert!(tx.sessions().end_refresh(conn, "process 1").await.unwrap());
}

/// A sync takes in what it has not seen, and the next change has the next number.
async fn go_on(tx: &mut dyn Transaction) {
    assert_eq!(tx.outbox().newest().await.unwrap(), 8);
    assert_eq!(tx.due().take_in(sync_id(1), "clients", at(20)).await.unwrap(), 1);
    let due = tx.due().find_many(sync_id(1), &keys(&["C-1"])).await.unwrap();
    assert_eq!(due.iter().map(|row| (row.revision, row.state)).collect::<Vec<_>>(), [(8, DueState::Due)]);
    tx.clients().save(&[client("C-9")], at(21)).await.unwrap();
    assert_eq!(tx.outbox().newest().await.unwrap(), 9);
}
