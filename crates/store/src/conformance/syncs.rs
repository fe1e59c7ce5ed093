//! Clauses about syncs.

use salesbridge_model::{Mapping, OutcomeKind, Sync};

use super::samples::{
    at, client, connection, due_row, first, id, intent, keys, lay_ground, link, next, outcome, run, save_clients, sync,
    sync_id,
};
use crate::{OutcomeFilter, Sees, Store, StoreError, SyncFilter};

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    let bare = Sync { preset: None, held: None, enabled: false, mapping: Mapping::default(), ..sync(2, "bare") };
    lay_ground(store).await;
    insert(store, &[&bare]).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.syncs().find(sync_id(1)).await.unwrap(), Some(sync(1, "acme-leads")));
    assert_eq!(tx.syncs().find_by_name(&bare.name).await.unwrap().as_ref(), Some(&bare));
    assert_eq!(tx.syncs().find(sync_id(3)).await.unwrap(), None);
    assert_eq!(tx.syncs().find_by_name(&"nobody".parse().unwrap()).await.unwrap(), None);
}

pub(super) async fn a_name_is_taken_once(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let again = tx.syncs().insert(&sync(2, "acme-leads")).await;
    assert!(matches!(again, Err(StoreError::Taken { what: "sync name" })), "{again:?}");
}

pub(super) async fn one_starts_at_the_newest_change(store: &dyn Store) {
    save_clients(store, &[client("before")]).await;
    lay_ground(store).await;
    save_clients(store, &[client("after")]).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.due().take_in(sync_id(1), "clients", at(0)).await.unwrap(), 1);
    assert_eq!(tx.due().ready(sync_id(1), at(0), 10).await.unwrap(), [due_row("after", 2)]);
}

pub(super) async fn an_update_keeps_id_name_and_connection(store: &dyn Store) {
    lay_ground(store).await;
    let old = sync(1, "acme-leads");
    let mut new = Sync { preset: None, held: None, enabled: false, mapping: Mapping::default(), ..old.clone() };
    new.stream = "orders".to_owned();
    new.object = "Account".to_owned();
    new.options.external_id_field = None;
    new.updated_at = at(99);
    let moved = Sync { name: "x".parse().unwrap(), connection_id: id("conn", 9), created_at: at(98), ..new.clone() };
    let mut tx = store.write().await.unwrap();
    assert!(tx.syncs().update(&moved).await.unwrap());
    assert!(!tx.syncs().update(&sync(9, "nobody")).await.unwrap());
    assert_eq!(tx.syncs().find(old.id).await.unwrap(), Some(new));
}

pub(super) async fn they_are_listed_by_name_in_pages(store: &dyn Store) {
    lay_ground(store).await;
    let (a, b) = (sync(3, "a"), sync(2, "b"));
    insert(store, &[&b, &a]).await;
    let mut tx = store.read().await.unwrap();
    let one = tx.syncs().list(&SyncFilter::default(), &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![a, sync(1, "acme-leads")], 3));
    let two = tx.syncs().list(&SyncFilter::default(), &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![b], None, 3));
}

pub(super) async fn they_are_listed_under_the_filter_in_any_order(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    let of_other = Sync {
        connection_id: id("conn", 2),
        stream: "orders".to_owned(),
        object: "Order".to_owned(),
        enabled: false,
        held: None,
        updated_at: at(99),
        ..sync(2, "other-orders")
    };
    tx.syncs().insert(&of_other).await.unwrap();
    let (of_first, all) = (sync(1, "acme-leads"), SyncFilter::default());
    let text = |text: &str| Some(text.to_owned());
    let filters = [
        (all.clone(), vec!["acme-leads", "other-orders"]),
        (SyncFilter { sees: Sees::Only([id("conn", 2)].into()), ..all.clone() }, vec!["other-orders"]),
        (SyncFilter { sees: Sees::AllBut([id("conn", 2)].into()), ..all.clone() }, vec!["acme-leads"]),
        (SyncFilter { connection: Some(id("conn", 1)), ..all.clone() }, vec!["acme-leads"]),
        (SyncFilter { stream: text("orders"), ..all.clone() }, vec!["other-orders"]),
        (SyncFilter { object: text("Order"), ..all.clone() }, vec!["other-orders"]),
        (SyncFilter { enabled: Some(of_first.enabled), ..all.clone() }, vec!["acme-leads"]),
        (SyncFilter { held: Some(false), ..all.clone() }, vec!["other-orders"]),
        (SyncFilter { search: text("LEADS"), ..all.clone() }, vec!["acme-leads"]),
        (SyncFilter { order: "-updated_at".parse().unwrap(), ..all.clone() }, vec!["other-orders", "acme-leads"]),
    ];
    for (filter, expected) in filters {
        let page = tx.syncs().list(&filter, &first(9)).await.unwrap();
        let names: Vec<&str> = page.items.iter().map(|sync| sync.name.as_str()).collect();
        assert_eq!((names, page.total), (expected.clone(), expected.len() as u64), "{filter:?}");
    }
}

pub(super) async fn those_of_a_connection_are_found(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    tx.syncs().insert(&Sync { connection_id: id("conn", 2), ..sync(2, "of-other") }).await.unwrap();
    tx.syncs().insert(&sync(3, "a")).await.unwrap();
    let names: Vec<_> =
        tx.syncs().of_connection(id("conn", 1)).await.unwrap().iter().map(|sync| sync.name.to_string()).collect();
    assert_eq!(names, ["a", "acme-leads"]);
    assert_eq!(tx.syncs().of_connection(id("conn", 3)).await.unwrap(), []);
}

pub(super) async fn removing_one_removes_all_that_is_its_own(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.due().hold(&[due_row("C-1", 0)]).await.unwrap();
    tx.links().save(&[link("C-1", "00Q000000000001AAA")]).await.unwrap();
    tx.outcomes().record(&[outcome("C-1", OutcomeKind::Refused)]).await.unwrap();
    tx.journal().record(&intent(1)).await.unwrap();
    assert!(tx.syncs().delete(sync_id(1)).await.unwrap());
    assert!(!tx.syncs().delete(sync_id(1)).await.unwrap());
    tx.commit().await.unwrap();

    // The same ids again: nothing of the old rows comes back with them.
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.runs().find(id("run", 1)).await.unwrap(), None);
    tx.syncs().insert(&sync(1, "acme-leads")).await.unwrap();
    tx.runs().insert(&run(1)).await.unwrap();
    assert_eq!(tx.due().find_many(sync_id(1), &keys(&["C-1"])).await.unwrap(), []);
    assert_eq!(tx.links().count(sync_id(1)).await.unwrap(), 0);
    let outcomes = tx.outcomes().list(id("run", 1), &OutcomeFilter::default(), &first(1)).await.unwrap();
    assert_eq!(outcomes.total, 0);
    assert_eq!(tx.journal().unsettled(sync_id(1)).await.unwrap(), []);
    tx.commit().await.unwrap();
}

pub(super) async fn one_needs_its_connection(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.syncs().insert(&sync(1, "acme-leads")).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

async fn insert(store: &dyn Store, syncs: &[&Sync]) {
    let mut tx = store.write().await.unwrap();
    for sync in syncs {
        tx.syncs().insert(sync).await.unwrap();
    }
    tx.commit().await.unwrap();
}
