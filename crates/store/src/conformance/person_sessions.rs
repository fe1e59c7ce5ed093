//! Clauses about people who have signed in.

use salesbridge_model::{PersonSession, PersonSessionId};

use super::people_samples::{lay_people, person, person_id, session};
use super::samples::{at, first, id, next};
use crate::{PersonSessionFilter, Store, StoreError};

pub(super) async fn one_comes_back_whole_by_its_token(store: &dyn Store) {
    lay_people(store).await;
    let bare = PersonSession { address: None, user_agent: None, ..session(2) };
    let mut tx = store.write().await.unwrap();
    tx.person_sessions().insert(&session(1), &[0, 255]).await.unwrap();
    tx.person_sessions().insert(&bare, &[0, 254]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.person_sessions().find_by_token(&[0, 255]).await.unwrap(), Some(session(1)));
    assert_eq!(tx.person_sessions().find(id("ses", 2)).await.unwrap(), Some(bare));
    assert_eq!(tx.person_sessions().find_by_token(&[0]).await.unwrap(), None);
    assert!(tx.person_sessions().touch(id("ses", 1), at(77)).await.unwrap());
    assert!(!tx.person_sessions().touch(id("ses", 9), at(77)).await.unwrap());
    let touched = PersonSession { last_seen_at: at(77), ..session(1) };
    assert_eq!(tx.person_sessions().find(id("ses", 1)).await.unwrap(), Some(touched));
    let taken = tx.person_sessions().insert(&session(3), &[0, 255]).await;
    assert!(matches!(taken, Err(StoreError::Taken { .. })), "{taken:?}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let lost = PersonSession { person_id: person_id(9), ..session(4) };
    let refused = tx.person_sessions().insert(&lost, b"x").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn those_that_have_not_ended_are_listed_newest_first(store: &dyn Store) {
    lay_people(store).await;
    let mut tx = store.write().await.unwrap();
    tx.people().insert(&person(2, "bob")).await.unwrap();
    for number in 1..=4 {
        let owner = if number == 4 { person_id(2) } else { person_id(1) };
        let ends = at(if number == 2 { 10 } else { 100 });
        let session = PersonSession { person_id: owner, expires_at: ends, ..session(number) };
        tx.person_sessions().insert(&session, &number.to_be_bytes()).await.unwrap();
    }
    let ids = |sessions: Vec<PersonSession>| sessions.iter().map(|session| session.id).collect::<Vec<_>>();
    let expected = |numbers: &[u32]| numbers.iter().map(|number| id("ses", *number)).collect::<Vec<PersonSessionId>>();
    let all = PersonSessionFilter::default();
    let one = tx.person_sessions().list(&all, at(10), &first(2)).await.unwrap();
    assert_eq!((ids(one.items), one.total), (expected(&[4, 3]), 3));
    let two = tx.person_sessions().list(&all, at(10), &next(one.next, 2)).await.unwrap();
    assert_eq!((ids(two.items), two.next), (expected(&[1]), None));
    let of_one = PersonSessionFilter { person: Some(person_id(1)), ..all.clone() };
    let own = tx.person_sessions().list(&of_one, at(9), &first(9)).await.unwrap();
    assert_eq!((ids(own.items), own.total), (expected(&[3, 2, 1]), 3));
    let rising = PersonSessionFilter { order: "created_at".parse().unwrap(), ..of_one };
    assert_eq!(ids(tx.person_sessions().list(&rising, at(9), &first(9)).await.unwrap().items), expected(&[1, 2, 3]));
    assert!(tx.person_sessions().touch(id("ses", 3), at(90)).await.unwrap());
    let used = PersonSessionFilter { seen_after: Some(at(89)), ..all.clone() };
    let found = tx.person_sessions().list(&used, at(10), &first(9)).await.unwrap();
    assert_eq!((ids(found.items), found.total), (expected(&[3]), 1));
    let used = PersonSessionFilter { seen_after: Some(at(90)), ..all };
    assert_eq!(tx.person_sessions().list(&used, at(10), &first(9)).await.unwrap().total, 0);
    assert_eq!(tx.person_sessions().prune(at(10), 9).await.unwrap(), 0);
    assert_eq!(tx.person_sessions().prune(at(101), 1).await.unwrap(), 1, "no more than was said");
    assert_eq!(tx.person_sessions().find(id("ses", 2)).await.unwrap(), None, "the one that ended first");
    assert_eq!(tx.person_sessions().delete_of(person_id(1), Some(id("ses", 3))).await.unwrap(), 1);
    assert_eq!(tx.person_sessions().delete_of(person_id(1), None).await.unwrap(), 1);
    assert!(tx.person_sessions().delete(id("ses", 4)).await.unwrap());
    assert!(!tx.person_sessions().delete(id("ses", 4)).await.unwrap());
}
