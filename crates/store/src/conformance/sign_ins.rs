//! Clauses about sign-ins that were begun.

use salesbridge_model::SignInState;

use super::people_samples::{pending_sign_in, sign_in};
use super::samples::{at, connection, id, lay_ground};
use crate::{Store, StoreError, StoredSignIn};

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    lay_ground(store).await;
    let full = sign_in(1);
    let mut bare = StoredSignIn { state_hash: None, browser_hash: None, ..pending_sign_in(2) };
    bare.attempt.connection_id = None;
    bare.attempt.redirect_uri = None;
    let mut other = bare.clone();
    other.attempt.id = id("sgn", 3);
    let mut tx = store.write().await.unwrap();
    for sign_in in [&full, &bare, &other] {
        tx.sign_ins().insert(sign_in).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.sign_ins().find(full.attempt.id).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.sign_ins().find(bare.attempt.id).await.unwrap().as_ref(), Some(&bare));
    assert_eq!(tx.sign_ins().find_by_state(&[0, 255, 1]).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.sign_ins().find_by_state(&[0]).await.unwrap(), None);
    let mut again = sign_in(9);
    again.state_hash.clone_from(&full.state_hash);
    let refused = tx.sign_ins().insert(&again).await;
    assert!(matches!(refused, Err(StoreError::Taken { .. })), "{refused:?}");
}

pub(super) async fn one_is_taken_once_and_in_time(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    for number in [1, 2, 3] {
        tx.sign_ins().insert(&pending_sign_in(number)).await.unwrap();
    }
    let pending = |found: Vec<StoredSignIn>| found.into_iter().map(|found| found.attempt.id).collect::<Vec<_>>();
    assert!(!tx.sign_ins().take(id("sgn", 1), b"code", at(940)).await.unwrap(), "it has expired then");
    assert!(tx.sign_ins().take(id("sgn", 1), b"code", at(939)).await.unwrap());
    assert!(!tx.sign_ins().take(id("sgn", 1), b"code", at(50)).await.unwrap());
    assert!(!tx.sign_ins().take(id("sgn", 9), b"code", at(50)).await.unwrap());
    assert_eq!(pending(tx.sign_ins().pending(at(50)).await.unwrap()), [id("sgn", 2), id("sgn", 3)]);
    assert_eq!(tx.sign_ins().pending(at(940)).await.unwrap(), []);
    assert_eq!(pending(tx.sign_ins().taken(at(939)).await.unwrap()), [id("sgn", 1)]);
    assert_eq!(tx.sign_ins().taken(at(940)).await.unwrap(), []);
    let taken = tx.sign_ins().find(id("sgn", 1)).await.unwrap().unwrap();
    assert_eq!((taken.sealed, taken.attempt.state), (b"code".to_vec(), SignInState::Taken));
    let failure = sign_in(1).attempt.failure;
    assert!(tx.sign_ins().finish(id("sgn", 1), SignInState::Failed, failure.as_ref(), at(41)).await.unwrap());
    assert!(!tx.sign_ins().finish(id("sgn", 1), SignInState::Done, None, at(42)).await.unwrap(), "it has ended");
    let expected = StoredSignIn { sealed: Vec::new(), ..sign_in(1) };
    assert_eq!(tx.sign_ins().find(id("sgn", 1)).await.unwrap(), Some(expected), "what would finish it is forgotten");
    assert!(tx.sign_ins().finish(id("sgn", 2), SignInState::Cancelled, None, at(43)).await.unwrap());
    assert!(!tx.sign_ins().take(id("sgn", 2), b"code", at(50)).await.unwrap());
}

pub(super) async fn a_link_binds_one_browser(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.sign_ins().insert(&pending_sign_in(1)).await.unwrap();
    assert!(!tx.sign_ins().bind(id("sgn", 1), &[7], b"browser", at(50)).await.unwrap(), "another link");
    assert!(!tx.sign_ins().bind(id("sgn", 1), &[7, 0], b"browser", at(940)).await.unwrap(), "it has expired then");
    assert!(tx.sign_ins().bind(id("sgn", 1), &[7, 0], b"browser", at(50)).await.unwrap());
    assert!(!tx.sign_ins().bind(id("sgn", 1), &[7, 0], b"other", at(50)).await.unwrap(), "the link has been used");
    let bound = tx.sign_ins().find(id("sgn", 1)).await.unwrap().unwrap();
    assert_eq!(bound.browser_hash.as_deref(), Some(&b"browser"[..]));
    assert!(tx.sign_ins().take(id("sgn", 1), b"code", at(50)).await.unwrap());
    assert!(!tx.sign_ins().bind(id("sgn", 1), b"browser", b"other", at(50)).await.unwrap(), "its answer has come");
}

pub(super) async fn the_newest_of_a_connection_is_found(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.sign_ins().newest_of(id("conn", 1)).await.unwrap(), None);
    let older = pending_sign_in(2);
    let mut newer = sign_in(1);
    newer.attempt.created_at = at(41);
    let mut elsewhere = pending_sign_in(3);
    elsewhere.attempt.connection_id = None;
    elsewhere.attempt.created_at = at(42);
    for sign_in in [&newer, &older, &elsewhere] {
        tx.sign_ins().insert(sign_in).await.unwrap();
    }
    assert_eq!(tx.sign_ins().newest_of(id("conn", 1)).await.unwrap(), Some(newer));
}

pub(super) async fn their_data_keys_are_replaced(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.sign_ins().insert(&sign_in(1)).await.unwrap();
    assert_eq!(tx.sign_ins().data_keys().await.unwrap(), [(id("sgn", 1), b"\0key".to_vec())]);
    assert!(tx.sign_ins().save_data_key(id("sgn", 1), b"new").await.unwrap());
    assert!(!tx.sign_ins().save_data_key(id("sgn", 2), b"new").await.unwrap());
    assert_eq!(tx.sign_ins().data_keys().await.unwrap(), [(id("sgn", 1), b"new".to_vec())]);
}

pub(super) async fn old_ones_go_and_so_do_those_of_a_removed_connection(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(1, "acme")).await.unwrap();
    for number in [1, 2, 3] {
        let mut sign_in = sign_in(number);
        sign_in.attempt.created_at = at(i64::from(number));
        tx.sign_ins().insert(&sign_in).await.unwrap();
    }
    assert_eq!(tx.sign_ins().prune(at(1), 9).await.unwrap(), 0);
    assert_eq!(tx.sign_ins().prune(at(3), 1).await.unwrap(), 1, "no more than was said");
    assert_eq!(tx.sign_ins().prune(at(3), 9).await.unwrap(), 1);
    assert!(tx.sign_ins().find(id("sgn", 3)).await.unwrap().is_some());
    assert!(tx.connections().delete(id("conn", 1)).await.unwrap());
    assert_eq!(tx.sign_ins().find(id("sgn", 3)).await.unwrap(), None);
    let refused = tx.sign_ins().insert(&sign_in(4)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
