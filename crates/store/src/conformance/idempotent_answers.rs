//! Clauses about requests that may be sent twice.

use super::samples::{at, client};
use crate::{IdempotentAnswer, IdempotentRequest, Store};

pub(super) async fn a_key_is_begun_once_and_its_answer_is_kept(store: &dyn Store) {
    let answer =
        IdempotentAnswer { status: 201, content_type: Some("application/json".to_owned()), body: vec![0, 255, b'{'] };
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.idempotent_answers().begin("ann", "k", b"h1", at(1), at(0)).await.unwrap(), None);
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    let working = IdempotentRequest { request_hash: b"h1".to_vec(), answer: None };
    assert_eq!(tx.idempotent_answers().begin("ann", "k", b"h2", at(2), at(1)).await.unwrap(), Some(working));
    assert_eq!(tx.idempotent_answers().begin("bob", "k", b"h2", at(2), at(1)).await.unwrap(), None, "another's key");
    assert!(tx.idempotent_answers().finish("ann", "k", &answer).await.unwrap());
    assert!(!tx.idempotent_answers().finish("ann", "k", &answer).await.unwrap());
    assert!(!tx.idempotent_answers().abandon("ann", "k").await.unwrap(), "it has its answer");
    let answered = IdempotentRequest { request_hash: b"h1".to_vec(), answer: Some(answer) };
    assert_eq!(tx.idempotent_answers().begin("ann", "k", b"h1", at(9), at(9)).await.unwrap(), Some(answered));
}

pub(super) async fn one_that_was_given_up_or_left_may_begin_again(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.idempotent_answers().begin("ann", "k", b"h1", at(1), at(0)).await.unwrap();
    assert!(tx.idempotent_answers().abandon("ann", "k").await.unwrap());
    assert_eq!(tx.idempotent_answers().begin("ann", "k", b"h2", at(2), at(0)).await.unwrap(), None);
    assert_eq!(tx.idempotent_answers().begin("ann", "k", b"h3", at(9), at(3)).await.unwrap(), None, "left behind");
    assert_eq!(tx.idempotent_answers().prune(at(9), 9).await.unwrap(), 0, "it began anew");
    assert_eq!(tx.idempotent_answers().prune(at(10), 9).await.unwrap(), 1);
}

pub(super) async fn an_answer_that_tells_of_an_erased_client_is_forgotten(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    for (key, body) in [("k1", "{\"key\":\"C-\\\"1\"}"), ("k2", "{\"key\":\"D-2\"}")] {
        tx.idempotent_answers().begin("ann", key, b"h", at(1), at(0)).await.unwrap();
        let answer = IdempotentAnswer { status: 200, content_type: None, body: body.as_bytes().to_vec() };
        tx.idempotent_answers().finish("ann", key, &answer).await.unwrap();
    }
    tx.clients().save(&[client("C-\"1")], at(0)).await.unwrap();
    assert!(tx.clients().erase("C-\"1", "digest", at(2)).await.unwrap());
    assert_eq!(tx.idempotent_answers().begin("ann", "k1", b"h", at(3), at(0)).await.unwrap(), None);
    assert!(tx.idempotent_answers().begin("ann", "k2", b"h", at(3), at(0)).await.unwrap().is_some());
}
