//! Clauses about connected services.

use salesbridge_model::{Connection, Service};

use super::people_samples::service;
use super::samples::{at, connection, first, id, keys, next};
use crate::{SecretOwner, Store, StoreError};

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    let full = service(1, "shared");
    let mut tx = store.write().await.unwrap();
    tx.services().insert(&full).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.services().find(full.id).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.services().find_by_name(&full.name).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.services().find(id("svc", 2)).await.unwrap(), None);
    let again = tx.services().insert(&service(2, "shared")).await;
    assert!(matches!(again, Err(StoreError::Taken { what: "service name" })), "{again:?}");
}

pub(super) async fn an_update_keeps_id_name_and_creation(store: &dyn Store) {
    let old = service(1, "shared");
    let new = Service {
        name: "other".parse().unwrap(),
        caption: "New".to_owned(),
        description: String::new(),
        provider: "other".to_owned(),
        sign_in_host: "https://login.salesforce.com".to_owned(),
        consumer_key: "new".to_owned(),
        scopes: keys(&["full"]),
        created_at: at(90),
        updated_at: at(91),
        ..old.clone()
    };
    let mut tx = store.write().await.unwrap();
    tx.services().insert(&old).await.unwrap();
    assert!(tx.services().update(&new).await.unwrap());
    assert!(!tx.services().update(&service(9, "nobody")).await.unwrap());
    let expected = Service { name: old.name, created_at: old.created_at, ..new };
    assert_eq!(tx.services().find(old.id).await.unwrap(), Some(expected));
}

pub(super) async fn they_are_listed_by_name_in_pages(store: &dyn Store) {
    let (a, b, c) = (service(3, "a"), service(1, "b"), service(2, "c"));
    let mut tx = store.write().await.unwrap();
    for service in [&b, &c, &a] {
        tx.services().insert(service).await.unwrap();
    }
    let one = tx.services().list(&first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![a, b], 3));
    let two = tx.services().list(&next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![c], None, 3));
}

pub(super) async fn removing_one_removes_its_secrets(store: &dyn Store) {
    let owner = SecretOwner::Service(id("svc", 1));
    let mut tx = store.write().await.unwrap();
    tx.services().insert(&service(1, "gone")).await.unwrap();
    tx.connections().insert(&connection(1, "acme")).await.unwrap();
    tx.secrets().save_data_key(owner, b"of the service").await.unwrap();
    tx.secrets().save_data_key(id::<salesbridge_model::ConnectionId>("conn", 1).into(), b"other").await.unwrap();
    tx.secrets().save(owner, "consumer_secret", b"sealed").await.unwrap();
    let wrapped: Vec<Vec<u8>> = tx.secrets().data_keys().await.unwrap().into_iter().map(|(_, key)| key).collect();
    assert_eq!(wrapped, [b"other".to_vec(), b"of the service".to_vec()]);
    assert_eq!(tx.secrets().find(owner, "consumer_secret").await.unwrap(), Some(b"sealed".to_vec()));
    assert!(tx.services().delete(id("svc", 1)).await.unwrap());
    assert!(!tx.services().delete(id("svc", 1)).await.unwrap());
    assert_eq!(tx.secrets().fields(owner).await.unwrap(), Vec::<String>::new());
    assert_eq!(tx.secrets().data_keys().await.unwrap().len(), 1);
    let refused = tx.secrets().save(owner, "consumer_secret", b"sealed").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn one_that_a_connection_uses_stays(store: &dyn Store) {
    let used = Connection { service_id: Some(id("svc", 1)), ..connection(1, "acme") };
    let mut tx = store.write().await.unwrap();
    tx.services().insert(&service(1, "shared")).await.unwrap();
    tx.connections().insert(&used).await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    assert_eq!(tx.connections().of_service(id("svc", 1)).await.unwrap(), [used]);
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    let refused = tx.services().delete(id("svc", 1)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let lost = Connection { service_id: Some(id("svc", 9)), ..connection(3, "lost") };
    let refused = tx.connections().insert(&lost).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
