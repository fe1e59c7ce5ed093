//! Clauses about people and their grants.

use salesbridge_model::{Ability, Person, Reach, Role, Secret};

use super::people_samples::{api_key, grant, invitation, person, person_id, session};
use super::samples::{at, connection, first, id, next};
use crate::{PersonFilter, Store, StoreError};

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    let full = person(1, "ann");
    let bare = Person { disabled_at: None, last_signed_in_at: None, reach: Reach::All, ..person(2, "bob") };
    let mut tx = store.write().await.unwrap();
    tx.people().insert(&full).await.unwrap();
    tx.people().insert(&bare).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.people().find(full.id).await.unwrap().as_ref(), Some(&full));
    assert_eq!(tx.people().find_by_name(&bare.name).await.unwrap().as_ref(), Some(&bare));
    assert_eq!(tx.people().find_by_name(&"nobody".parse().unwrap()).await.unwrap(), None);
    let again = tx.people().insert(&person(3, "ann")).await;
    assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
}

pub(super) async fn an_update_keeps_id_name_creation_and_password(store: &dyn Store) {
    let old = person(1, "ann");
    let new = Person {
        name: "other".parse().unwrap(),
        full_name: "New".to_owned(),
        role: Role::Viewer,
        reach: Reach::All,
        disabled_at: None,
        created_at: at(90),
        updated_at: at(91),
        last_signed_in_at: None,
        ..old.clone()
    };
    let mut tx = store.write().await.unwrap();
    tx.people().insert(&old).await.unwrap();
    assert!(tx.people().password_hash(old.id).await.unwrap().is_none());
    let hash = Secret::new("$argon2id$".to_owned());
    assert!(tx.people().set_password_hash(old.id, Some(&hash)).await.unwrap());
    assert!(tx.people().update(&new).await.unwrap());
    assert!(!tx.people().update(&person(9, "nobody")).await.unwrap());
    let stored = tx.people().password_hash(old.id).await.unwrap();
    assert_eq!(stored.map(|hash| hash.expose().clone()).as_deref(), Some("$argon2id$"));
    assert!(tx.people().set_signed_in(old.id, at(92)).await.unwrap());
    let expected = Person { name: old.name, created_at: old.created_at, last_signed_in_at: Some(at(92)), ..new };
    assert_eq!(tx.people().find(old.id).await.unwrap(), Some(expected));
    assert!(tx.people().set_password_hash(old.id, None).await.unwrap());
    assert!(tx.people().password_hash(old.id).await.unwrap().is_none());
    assert!(!tx.people().set_password_hash(person_id(9), None).await.unwrap());
    assert!(!tx.people().set_signed_in(person_id(9), at(92)).await.unwrap());
}

pub(super) async fn they_are_found_in_any_case_and_listed_in_pages(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    for (number, name) in [(1, "bea"), (2, "cem"), (3, "ann")] {
        let full_name = if number == 2 { "Cem ÜNAL".to_owned() } else { "Somebody".to_owned() };
        tx.people().insert(&Person { full_name, ..person(number, name) }).await.unwrap();
    }
    let names = |people: Vec<Person>| people.iter().map(|person| person.name.to_string()).collect::<Vec<_>>();
    let all = PersonFilter::default();
    let holding = |text: &str| PersonFilter { search: Some(text.to_owned()), ..PersonFilter::default() };
    let one = tx.people().list(&all, &first(2)).await.unwrap();
    assert_eq!(one.total, 3);
    assert_eq!(names(one.items), ["ann", "bea"]);
    let two = tx.people().list(&all, &next(one.next, 2)).await.unwrap();
    assert_eq!((names(two.items), two.next), (vec!["cem".to_owned()], None));
    let found = tx.people().list(&holding("ünal"), &first(9)).await.unwrap();
    assert_eq!((names(found.items), found.total), (vec!["cem".to_owned()], 1));
    assert_eq!(names(tx.people().list(&holding("EA"), &first(9)).await.unwrap().items), ["bea"]);
    let sorted = PersonFilter { order: "-full_name".parse().unwrap(), ..all.clone() };
    assert_eq!(names(tx.people().list(&sorted, &first(9)).await.unwrap().items), ["bea", "ann", "cem"]);
    for (filter, expected) in [
        (PersonFilter { role: Some(Role::Editor), ..all.clone() }, 3),
        (PersonFilter { role: Some(Role::Viewer), ..all.clone() }, 0),
        (PersonFilter { reach: Some(Reach::All), ..all.clone() }, 0),
        (PersonFilter { disabled: Some(true), ..all.clone() }, 3),
        (PersonFilter { disabled: Some(false), ..all }, 0),
    ] {
        assert_eq!(tx.people().list(&filter, &first(9)).await.unwrap().total, expected, "{filter:?}");
    }
}

pub(super) async fn administrators_are_counted(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let rows = [(Role::Administrator, None), (Role::Administrator, Some(at(1))), (Role::Editor, None)];
    for (number, (role, disabled_at)) in (1..).zip(rows) {
        let person = Person { role, disabled_at, ..person(number, &format!("p{number}")) };
        tx.people().insert(&person).await.unwrap();
    }
    assert_eq!(tx.people().administrators().await.unwrap(), 1);
}

pub(super) async fn a_grant_is_replaced_and_goes_with_either_end(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    for number in [1, 2] {
        tx.connections().insert(&connection(number, &format!("c{number}"))).await.unwrap();
        tx.people().insert(&person(number, &format!("p{number}"))).await.unwrap();
    }
    let wide = grant(1, &[Ability::Raw, Ability::See]);
    tx.people().save_grant(person_id(1), &grant(2, &[])).await.unwrap();
    tx.people().save_grant(person_id(1), &grant(1, &[Ability::Edit])).await.unwrap();
    tx.people().save_grant(person_id(1), &wide).await.unwrap();
    tx.people().save_grant(person_id(2), &grant(2, &[Ability::See])).await.unwrap();
    assert_eq!(tx.people().grants(person_id(1)).await.unwrap(), [wide.clone(), grant(2, &[])]);
    assert!(tx.people().remove_grant(person_id(1), id("conn", 1)).await.unwrap());
    assert!(!tx.people().remove_grant(person_id(1), id("conn", 1)).await.unwrap());
    assert!(tx.connections().delete(id("conn", 2)).await.unwrap());
    assert_eq!(tx.people().grants(person_id(2)).await.unwrap(), []);
    tx.people().save_grant(person_id(1), &wide).await.unwrap();
    assert!(tx.people().delete(person_id(1)).await.unwrap());
    assert_eq!(tx.people().grants(person_id(1)).await.unwrap(), []);
    let refused = tx.people().save_grant(person_id(1), &wide).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn removing_one_removes_what_lets_them_in(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    tx.people().insert(&person(1, "ann")).await.unwrap();
    tx.person_sessions().insert(&session(1), b"t").await.unwrap();
    tx.api_keys().insert(&api_key(1), b"k").await.unwrap();
    tx.invitations().insert(&invitation(), b"i").await.unwrap();
    assert!(tx.people().delete(person_id(1)).await.unwrap());
    assert!(!tx.people().delete(person_id(1)).await.unwrap());
    assert_eq!(tx.person_sessions().find_by_token(b"t").await.unwrap(), None);
    assert_eq!(tx.api_keys().find(id("key", 1)).await.unwrap(), None);
    assert_eq!(tx.invitations().find(b"i").await.unwrap(), None);
}
