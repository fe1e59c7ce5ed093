//! Clauses about API keys.

use salesbridge_model::ApiKey;

use super::people_samples::{api_key, lay_people, person, person_id};
use super::samples::{at, first, id, next};
use crate::{ApiKeyFilter, Store, StoreError};

pub(super) async fn one_comes_back_whole_with_its_hash(store: &dyn Store) {
    lay_people(store).await;
    let bare = fresh(2);
    let mut tx = store.write().await.unwrap();
    tx.api_keys().insert(&api_key(1), &[0, 255]).await.unwrap();
    tx.api_keys().insert(&bare, &[0, 254]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.api_keys().find(id("key", 1)).await.unwrap(), Some((api_key(1), vec![0, 255])));
    assert_eq!(tx.api_keys().find(id("key", 2)).await.unwrap(), Some((bare.clone(), vec![0, 254])));
    assert_eq!(tx.api_keys().find(id("key", 3)).await.unwrap(), None);
    assert!(tx.api_keys().touch(bare.id, at(77)).await.unwrap());
    assert!(!tx.api_keys().touch(id("key", 9), at(77)).await.unwrap());
    let touched = ApiKey { last_used_at: Some(at(77)), ..bare };
    assert_eq!(tx.api_keys().find(id("key", 2)).await.unwrap().map(|(key, _)| key), Some(touched));
    let lost = ApiKey { person_id: person_id(9), ..api_key(3) };
    let refused = tx.api_keys().insert(&lost, b"x").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn they_are_listed_newest_first_and_revoked_once(store: &dyn Store) {
    lay_people(store).await;
    let mut tx = store.write().await.unwrap();
    tx.people().insert(&person(2, "bob")).await.unwrap();
    for number in 1..=4 {
        let owner = if number == 4 { person_id(2) } else { person_id(1) };
        let key = ApiKey { person_id: owner, ..fresh(number) };
        tx.api_keys().insert(&key, &number.to_be_bytes()).await.unwrap();
    }
    let ids = |keys: Vec<ApiKey>| keys.iter().map(|key| key.id.to_string()).collect::<Vec<_>>();
    let expected = |numbers: &[u32]| numbers.iter().map(|number| fresh(*number).id.to_string()).collect::<Vec<_>>();
    let all = ApiKeyFilter::default();
    let one = tx.api_keys().list(&all, &first(3)).await.unwrap();
    assert_eq!((ids(one.items), one.total), (expected(&[4, 3, 2]), 4));
    let two = tx.api_keys().list(&all, &next(one.next, 3)).await.unwrap();
    assert_eq!((ids(two.items), two.next), (expected(&[1]), None));
    let of_one = ApiKeyFilter { person: Some(person_id(1)), ..all.clone() };
    let own = tx.api_keys().list(&of_one, &first(9)).await.unwrap();
    assert_eq!((ids(own.items), own.total), (expected(&[3, 2, 1]), 3));
    let rising = ApiKeyFilter { order: "created_at".parse().unwrap(), ..of_one };
    assert_eq!(ids(tx.api_keys().list(&rising, &first(9)).await.unwrap().items), expected(&[1, 2, 3]));
    assert!(tx.api_keys().revoke(id("key", 1), at(80)).await.unwrap());
    assert!(!tx.api_keys().revoke(id("key", 1), at(81)).await.unwrap());
    assert!(!tx.api_keys().revoke(id("key", 9), at(81)).await.unwrap());
    assert_eq!(tx.api_keys().revoke_of(person_id(1), at(82)).await.unwrap(), 2);
    let revoked = tx.api_keys().list(&all, &first(9)).await.unwrap().items;
    let times: Vec<_> = revoked.iter().map(|key| key.revoked_at).collect();
    assert_eq!(times, [None, Some(at(82)), Some(at(82)), Some(at(80))]);
}

/// One that was never used, and does not end.
fn fresh(number: u32) -> ApiKey {
    ApiKey { expires_at: None, last_used_at: None, revoked_at: None, ..api_key(number) }
}
