//! Clauses about one-time links.

use salesbridge_model::{Invitation, InvitationPurpose};

use super::people_samples::{invitation, lay_people, person_id};
use super::samples::at;
use crate::{Store, StoreError};

pub(super) async fn one_is_spent_once_and_in_time(store: &dyn Store) {
    lay_people(store).await;
    let fresh = Invitation { used_at: None, ..invitation() };
    let mut tx = store.write().await.unwrap();
    tx.invitations().insert(&invitation(), &[0, 255]).await.unwrap();
    tx.invitations().insert(&fresh, &[0, 254]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.invitations().find(&[0, 255]).await.unwrap(), Some(invitation()));
    assert_eq!(tx.invitations().find(&[1]).await.unwrap(), None);
    assert!(!tx.invitations().spend(&[0, 255], at(80)).await.unwrap(), "it was used");
    assert!(!tx.invitations().spend(&[0, 254], at(81)).await.unwrap(), "it has expired then");
    assert!(tx.invitations().spend(&[0, 254], at(80)).await.unwrap());
    assert!(!tx.invitations().spend(&[0, 254], at(80)).await.unwrap());
    let spent = Invitation { used_at: Some(at(80)), ..fresh };
    assert_eq!(tx.invitations().find(&[0, 254]).await.unwrap(), Some(spent));
    let lost = Invitation { person_id: Some(person_id(9)), ..invitation() };
    let refused = tx.invitations().insert(&lost, b"x").await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn those_of_somebody_or_nobody_are_withdrawn(store: &dyn Store) {
    lay_people(store).await;
    let first = InvitationPurpose::FirstAdministrator;
    let of_nobody = Invitation { person_id: None, purpose: first, used_at: None, ..invitation() };
    let of_ann = Invitation { used_at: None, ..invitation() };
    let mut tx = store.write().await.unwrap();
    tx.invitations().insert(&of_nobody, b"1").await.unwrap();
    tx.invitations().insert(&of_ann, b"2").await.unwrap();
    tx.invitations().insert(&invitation(), b"3").await.unwrap();
    assert_eq!(tx.invitations().withdraw(InvitationPurpose::Password, None).await.unwrap(), 0);
    assert_eq!(tx.invitations().withdraw(first, None).await.unwrap(), 1);
    assert_eq!(tx.invitations().withdraw(InvitationPurpose::Password, Some(person_id(1))).await.unwrap(), 1);
    assert_eq!(tx.invitations().prune(at(81)).await.unwrap(), 0);
    assert_eq!(tx.invitations().prune(at(82)).await.unwrap(), 1, "the one that was used");
}
