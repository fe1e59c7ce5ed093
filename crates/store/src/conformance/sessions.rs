//! Clauses about shared sessions.

use super::samples::{at, connection, id, lay_ground};
use crate::{Store, StoreError, StoredSession};

pub(super) async fn a_session_is_replaced_by_who_knows_it(store: &dyn Store) {
    lay_ground(store).await;
    let all_bytes: Vec<u8> = (0..=255).collect();
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    assert_eq!(tx.sessions().find(id("conn", 1)).await.unwrap(), None);
    assert!(!tx.sessions().save_if(id("conn", 1), 1, b"early").await.unwrap(), "there is no version 1 yet");
    assert!(tx.sessions().save_if(id("conn", 1), 0, b"first").await.unwrap());
    assert!(!tx.sessions().save_if(id("conn", 1), 0, b"late").await.unwrap(), "somebody was faster");
    assert!(tx.sessions().save_if(id("conn", 1), 1, &all_bytes).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.read().await.unwrap();
    let expected = StoredSession { version: 2, sealed: all_bytes };
    assert_eq!(tx.sessions().find(id("conn", 1)).await.unwrap(), Some(expected));
    assert_eq!(tx.sessions().find(id("conn", 2)).await.unwrap(), None);
}

pub(super) async fn a_session_needs_its_connection_and_goes_with_it(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(1, "acme")).await.unwrap();
    assert!(tx.sessions().save_if(id("conn", 1), 0, b"x").await.unwrap());
    assert!(tx.connections().delete(id("conn", 1)).await.unwrap());
    assert_eq!(tx.sessions().find(id("conn", 1)).await.unwrap(), None);
    let refused = tx.sessions().save_if(id("conn", 1), 0, b"x").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn one_at_a_time_gets_a_new_one(store: &dyn Store) {
    lay_ground(store).await;
    let conn = id("conn", 1);
    let mut tx = store.write().await.unwrap();
    assert!(tx.sessions().begin_refresh(conn, 0, "a", at(0), at(30)).await.unwrap());
    assert_eq!(tx.sessions().find(conn).await.unwrap(), None, "there is none yet");
    assert!(!tx.sessions().begin_refresh(conn, 0, "b", at(29), at(60)).await.unwrap());
    assert!(tx.sessions().begin_refresh(conn, 0, "a", at(29), at(40)).await.unwrap(), "whoever is at it may go on");
    assert!(!tx.sessions().begin_refresh(conn, 0, "b", at(39), at(60)).await.unwrap());
    assert!(tx.sessions().save_if(conn, 0, b"first").await.unwrap());
    assert!(!tx.sessions().begin_refresh(conn, 0, "b", at(29), at(60)).await.unwrap(), "there is a newer one");
    assert!(tx.sessions().begin_refresh(conn, 1, "b", at(29), at(60)).await.unwrap(), "whoever saved is done");
    assert!(!tx.sessions().end_refresh(conn, "a").await.unwrap());
    assert!(tx.sessions().end_refresh(conn, "b").await.unwrap());
    assert!(!tx.sessions().end_refresh(conn, "b").await.unwrap());
    assert!(tx.sessions().begin_refresh(conn, 1, "a", at(61), at(90)).await.unwrap());
    assert!(tx.sessions().begin_refresh(conn, 1, "b", at(90), at(120)).await.unwrap(), "the time of a is over");
    assert!(!tx.sessions().end_refresh(conn, "a").await.unwrap());
    assert!(tx.sessions().save_if(conn, 1, b"second").await.unwrap());
    let stored = tx.sessions().find(conn).await.unwrap();
    assert_eq!(stored, Some(StoredSession { version: 2, sealed: b"second".to_vec() }));
    assert!(tx.sessions().begin_refresh(conn, 2, "b", at(100), at(130)).await.unwrap());
    assert_eq!(tx.sessions().end_every_refresh().await.unwrap(), 1);
    assert!(tx.sessions().begin_refresh(conn, 2, "a", at(101), at(130)).await.unwrap(), "nobody is at it any more");
    let refused = tx.sessions().begin_refresh(id("conn", 9), 0, "a", at(0), at(30)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
