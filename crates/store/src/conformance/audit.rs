//! Clauses about the audit log.

use salesbridge_model::AuditEntry;

use super::people_samples::audit_entry;
use super::samples::{at, client, first, id, next};
use crate::{AuditFilter, Store, erased_target};

/// Statements that an implementation's database refuses, whoever asks, once [`super::remember_everything`] has been called on it.
pub const CHANGES_OF_THE_AUDIT_LOG: &[&str] = &[
    "UPDATE audit SET actor_name = 'nobody'",
    "UPDATE audit SET at = 0",
    "UPDATE audit SET before = NULL, after = NULL",
    "UPDATE audit SET target_id = 'another'",
    "UPDATE audit SET target_id = 'erased x', target_name = NULL",
];

pub(super) async fn an_entry_comes_back_whole_with_the_next_number(store: &dyn Store) {
    let bare = AuditEntry {
        address: None,
        target_id: None,
        target_name: None,
        connection_id: None,
        before: None,
        after: None,
        request_id: None,
        ..audit_entry(2)
    };
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.audit().append(&AuditEntry { sequence: 77, ..audit_entry(1) }).await.unwrap(), 1);
    assert_eq!(tx.audit().append(&bare).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.audit().find(1).await.unwrap(), Some(AuditEntry { at: audit_entry(1).at, ..audit_entry(1) }));
    assert_eq!(tx.audit().find(2).await.unwrap(), Some(bare));
    assert_eq!(tx.audit().find(3).await.unwrap(), None);
    assert_eq!(tx.audit().append(&audit_entry(0)).await.unwrap(), 3);
}

pub(super) async fn they_are_listed_newest_first_under_the_filter(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let other = AuditEntry {
        actor_id: "per_2".to_owned(),
        actor_name: "bob".to_owned(),
        action: "sync.run".to_owned(),
        noun: "sync".to_owned(),
        target_id: Some("sync_2".to_owned()),
        target_name: Some("leads".to_owned()),
        connection_id: Some(id("conn", 2)),
        ..audit_entry(2)
    };
    for entry in [&audit_entry(1), &other, &audit_entry(3)] {
        tx.audit().append(entry).await.unwrap();
    }
    let all = AuditFilter::default();
    let one = tx.audit().list(&all, &first(2)).await.unwrap();
    assert_eq!((numbers(&one.items), one.total), (vec![3, 2], 3));
    let two = tx.audit().list(&all, &next(one.next, 2)).await.unwrap();
    assert_eq!((numbers(&two.items), two.next, two.total), (vec![1], None, 3));
    let some = |text: &str| Some(text.to_owned());
    let filters = [
        (AuditFilter { actor: some("per_2"), ..all.clone() }, vec![2]),
        (AuditFilter { actor: some("ann"), ..all.clone() }, vec![3, 1]),
        (AuditFilter { action: some("sync.run"), ..all.clone() }, vec![2]),
        (AuditFilter { noun: some("connection"), ..all.clone() }, vec![3, 1]),
        (AuditFilter { target: some("leads"), ..all.clone() }, vec![2]),
        (AuditFilter { target: some("sync_2"), ..all.clone() }, vec![2]),
        (AuditFilter { connection: Some(id("conn", 2)), ..all.clone() }, vec![2]),
        (AuditFilter { since: Some(at(92)), until: Some(at(93)), ..all.clone() }, vec![2]),
        (AuditFilter { actor: some("per_2"), noun: some("connection"), ..all.clone() }, vec![]),
        (AuditFilter { order: "at".parse().unwrap(), ..all.clone() }, vec![1, 2, 3]),
    ];
    for (filter, expected) in filters {
        let found = tx.audit().list(&filter, &first(9)).await.unwrap();
        assert_eq!((numbers(&found.items), found.total), (expected.clone(), expected.len() as u64), "{filter:?}");
    }
    let oldest = AuditFilter { order: "at".parse().unwrap(), ..all };
    assert_eq!(numbers(&tx.audit().list(&oldest, &next(some("1"), 9)).await.unwrap().items), [2, 3]);
    let odd = tx.audit().list(&oldest, &next(some("no position"), 9)).await.unwrap();
    assert_eq!(numbers(&odd.items), [1, 2, 3], "a position that is none begins at the beginning");
}

pub(super) async fn old_ones_go_but_the_newest_stays_so_that_numbers_grow(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    for number in 1..=4 {
        tx.audit().append(&audit_entry(number)).await.unwrap();
    }
    assert_eq!(tx.audit().prune(at(91), 9).await.unwrap(), 0);
    assert_eq!(tx.audit().prune(at(99), 2).await.unwrap(), 2, "no more than was said");
    assert_eq!(tx.audit().prune(at(99), 9).await.unwrap(), 1);
    assert_eq!(tx.audit().prune(at(99), 9).await.unwrap(), 0);
    let left = tx.audit().list(&AuditFilter::default(), &first(9)).await.unwrap().items;
    assert_eq!(numbers(&left), [4]);
    assert_eq!(tx.audit().append(&audit_entry(0)).await.unwrap(), 5);
}

pub(super) async fn an_erased_client_is_told_by_its_digest(store: &dyn Store) {
    let of_client = |number| AuditEntry {
        noun: "client".to_owned(),
        target_id: Some("C-1".to_owned()),
        target_name: Some("C-1".to_owned()),
        ..audit_entry(number)
    };
    let other = AuditEntry { target_id: Some("C-10".to_owned()), ..of_client(3) };
    let mut tx = store.write().await.unwrap();
    for entry in [&of_client(1), &audit_entry(2), &other] {
        tx.audit().append(entry).await.unwrap();
    }
    tx.clients().save(&[client("C-1")], at(0)).await.unwrap();
    assert!(tx.clients().erase("C-1", "digest", at(1)).await.unwrap());
    let erased = AuditEntry { target_id: Some(erased_target("digest")), target_name: None, ..of_client(1) };
    assert_eq!(tx.audit().find(1).await.unwrap(), Some(erased));
    assert_eq!(tx.audit().find(2).await.unwrap(), Some(audit_entry(2)));
    assert_eq!(tx.audit().find(3).await.unwrap(), Some(other));
}

fn numbers(entries: &[AuditEntry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.sequence).collect()
}
