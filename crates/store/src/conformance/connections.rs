//! Clauses about connections.

use salesbridge_model::{Connection, HealthState};

use super::samples::{at, connection, first, id, lay_ground, next};
use crate::{ConnectionFilter, Sees, Store, StoreError};

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    let full = connection(1, "acme");
    let bare = Connection { held: None, health: None, org: None, enabled: false, ..connection(2, "bare") };
    insert(store, &[&full, &bare]).await;

    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.connections().find(full.id).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.connections().find_by_name(&bare.name).await.unwrap().as_ref(), Some(&bare));
    assert_eq!(tx.connections().find(id("conn", 3)).await.unwrap(), None);
    assert_eq!(tx.connections().find_by_name(&"nobody".parse().unwrap()).await.unwrap(), None);
}

pub(super) async fn a_name_is_taken_once(store: &dyn Store) {
    insert(store, &[&connection(1, "acme")]).await;
    let mut tx = store.write().await.unwrap();
    let again = tx.connections().insert(&connection(2, "acme")).await;
    assert!(matches!(again, Err(StoreError::Taken { what: "connection name" })), "{again:?}");
}

pub(super) async fn an_update_keeps_id_name_and_creation(store: &dyn Store) {
    let old = connection(1, "acme");
    insert(store, &[&old]).await;
    let new = Connection {
        name: "other".parse().unwrap(),
        caption: "New".to_owned(),
        description: String::new(),
        tags: Vec::new(),
        provider: "other".to_owned(),
        method: "password".to_owned(),
        settings: [("a".to_owned(), "b".to_owned())].into(),
        enabled: false,
        held: None,
        health: None,
        org: None,
        created_at: at(90),
        updated_at: at(91),
        ..old.clone()
    };
    let mut tx = store.write().await.unwrap();
    assert!(tx.connections().update(&new).await.unwrap());
    assert!(!tx.connections().update(&connection(9, "nobody")).await.unwrap());
    let expected = Connection { name: old.name, created_at: old.created_at, ..new };
    assert_eq!(tx.connections().find(old.id).await.unwrap(), Some(expected));
}

pub(super) async fn they_are_listed_by_name_in_pages(store: &dyn Store) {
    let (a, b, c) = (connection(3, "a"), connection(1, "b"), connection(2, "c"));
    insert(store, &[&b, &c, &a]).await;
    let mut tx = store.read().await.unwrap();
    let one = tx.connections().list(&ConnectionFilter::default(), &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![a, b], 3));
    let two = tx.connections().list(&ConnectionFilter::default(), &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![c], None, 3));
    assert_eq!(
        tx.connections().list(&ConnectionFilter::default(), &first(3)).await.unwrap().next,
        None,
        "a full last page has no next one"
    );
}

pub(super) async fn they_are_listed_under_the_filter_in_any_order(store: &dyn Store) {
    let bare = Connection {
        caption: "Zebra".to_owned(),
        description: "Für die Ölhändler".to_owned(),
        provider: "other".to_owned(),
        method: "password".to_owned(),
        enabled: false,
        held: None,
        health: None,
        tags: vec!["test".to_owned()],
        ..connection(2, "bare")
    };
    let full = Connection { caption: "Älter".to_owned(), created_at: at(40), ..connection(1, "full") };
    insert(store, &[&bare, &full]).await;
    let (one, other) = (id("conn", 1), id("conn", 2));
    let all = ConnectionFilter::default();
    let text = |text: &str| Some(text.to_owned());
    let by = |sort: &str| ConnectionFilter { order: sort.parse().unwrap(), ..ConnectionFilter::default() };
    let filters = [
        (all.clone(), vec!["bare", "full"]),
        (ConnectionFilter { sees: Sees::Only([one].into()), ..all.clone() }, vec!["full"]),
        (ConnectionFilter { sees: Sees::AllBut([one].into()), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { sees: Sees::Only([].into()), ..all.clone() }, vec![]),
        (ConnectionFilter { sees: Sees::AllBut([other].into()), search: text("bare"), ..all.clone() }, vec![]),
        (ConnectionFilter { provider: text("other"), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { method: text("password"), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { enabled: Some(true), ..all.clone() }, vec!["full"]),
        (ConnectionFilter { held: Some(false), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { health: Some(HealthState::Unknown), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { tag: text("test"), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { search: text("ÖLHÄND"), ..all.clone() }, vec!["bare"]),
        (ConnectionFilter { search: text("äl"), ..all.clone() }, vec!["full"]),
        (by("-name"), vec!["full", "bare"]),
        (by("-caption"), vec!["full", "bare"]),
        (by("created_at"), if full.created_at < bare.created_at { vec!["full", "bare"] } else { vec!["bare", "full"] }),
    ];
    let mut tx = store.read().await.unwrap();
    for (filter, expected) in filters {
        let page = tx.connections().list(&filter, &first(9)).await.unwrap();
        let names: Vec<&str> = page.items.iter().map(|connection| connection.name.as_str()).collect();
        assert_eq!((names, page.total), (expected.clone(), expected.len() as u64), "{filter:?}");
        let start = tx.connections().list(&filter, &first(1)).await.unwrap();
        let rest = match start.next {
            Some(next_one) => tx.connections().list(&filter, &next(Some(next_one), 9)).await.unwrap().items,
            None => Vec::new(),
        };
        let parts: Vec<_> = start.items.into_iter().chain(rest).collect();
        assert_eq!(parts, page.items, "pages make the list: {filter:?}");
    }
}

pub(super) async fn removing_one_removes_its_secrets(store: &dyn Store) {
    let (gone, stays) = (connection(1, "gone"), connection(2, "stays"));
    insert(store, &[&gone, &stays]).await;
    let mut tx = store.write().await.unwrap();
    for connection in [&gone, &stays] {
        tx.secrets().save_data_key(connection.id.into(), b"key").await.unwrap();
        tx.secrets().save(connection.id.into(), "consumer_secret", b"sealed").await.unwrap();
    }
    assert!(tx.connections().delete(gone.id).await.unwrap());
    assert!(!tx.connections().delete(gone.id).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&gone).await.unwrap();
    assert_eq!(tx.secrets().fields(gone.id.into()).await.unwrap(), Vec::<String>::new());
    assert_eq!(tx.secrets().data_keys().await.unwrap(), [(stays.id.into(), b"key".to_vec())]);
    assert_eq!(tx.secrets().fields(stays.id.into()).await.unwrap(), ["consumer_secret"]);
}

pub(super) async fn one_that_a_sync_uses_stays(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let refused = tx.connections().delete(id("conn", 1)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    let mut tx = store.read().await.unwrap();
    assert!(tx.connections().find(id("conn", 1)).await.unwrap().is_some());
}

async fn insert(store: &dyn Store, connections: &[&Connection]) {
    let mut tx = store.write().await.unwrap();
    for connection in connections {
        tx.connections().insert(connection).await.unwrap();
    }
    tx.commit().await.unwrap();
}
