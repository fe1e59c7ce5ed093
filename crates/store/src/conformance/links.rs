//! Clauses about links.

use salesbridge_model::{ConfirmedFields, Link, LinkState};

use super::samples::{at, first, keys, lay_ground, link, next, sync, sync_id};
use crate::{Store, StoreError};

const ONE: &str = "00Q000000000001AAA";
const TWO: &str = "00Q000000000002AAA";

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    lay_ground(store).await;
    let bare = Link { confirmed: ConfirmedFields::default(), state: LinkState::Active, ..link("B-\u{1F600}\"", ONE) };
    save(store, &[link("C-1", TWO), bare.clone()]).await;
    let mut tx = store.read().await.unwrap();
    let found = tx.links().find_many(sync_id(1), &keys(&["C-1", "nobody", "B-\u{1F600}\"", "C-1"])).await.unwrap();
    assert_eq!(found, [bare, link("C-1", TWO)]);
    assert_eq!(tx.links().find_many(sync_id(2), &keys(&["C-1"])).await.unwrap(), []);
    assert_eq!(tx.links().find_many(sync_id(1), &[]).await.unwrap(), []);
}

pub(super) async fn saving_again_replaces(store: &dyn Store) {
    lay_ground(store).await;
    save(store, &[link("C-1", ONE)]).await;
    let new = Link { state: LinkState::Active, updated_at: at(99), ..link("C-1", TWO) };
    save(store, std::slice::from_ref(&new)).await;
    save(store, &[]).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.links().find_many(sync_id(1), &keys(&["C-1"])).await.unwrap(), [new]);
    assert_eq!(tx.links().count(sync_id(1)).await.unwrap(), 1);
}

pub(super) async fn two_rows_never_share_a_record_r53(store: &dyn Store) {
    lay_ground(store).await;
    save(store, &[link("C-1", ONE)]).await;
    for batch in [vec![link("C-2", ONE)], vec![link("C-3", TWO), link("C-4", TWO)]] {
        let mut tx = store.write().await.unwrap();
        let refused = tx.links().save(&batch).await;
        assert!(matches!(refused, Err(StoreError::Taken { .. })), "{refused:?}");
    }
    // Record ids differ by case alone: these are two records.
    save(store, &[link("C-5", "00Q000000000001aAA")]).await;
}

pub(super) async fn another_sync_may_hold_the_record(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.syncs().insert(&sync(2, "other")).await.unwrap();
    tx.links().save(&[link("C-1", ONE), Link { sync_id: sync_id(2), ..link("C-1", ONE) }]).await.unwrap();
    assert_eq!(tx.links().claimed(&keys(&[ONE])).await.unwrap(), [ONE]);
}

pub(super) async fn claimed_records_are_told(store: &dyn Store) {
    lay_ground(store).await;
    save(store, &[link("C-1", ONE), link("C-2", TWO)]).await;
    let mut tx = store.read().await.unwrap();
    let asked = keys(&[TWO, "00Q000000000003AAA", "00Q000000000001aAA"]);
    assert_eq!(tx.links().claimed(&asked).await.unwrap(), [TWO]);
}

pub(super) async fn they_are_listed_by_key_in_pages(store: &dyn Store) {
    lay_ground(store).await;
    let (a, b, c) = (link("B", ONE), link("a", TWO), link("ä", "00Q000000000003AAA"));
    save(store, &[c.clone(), a.clone(), b.clone()]).await;
    let mut tx = store.read().await.unwrap();
    let one = tx.links().list(sync_id(1), &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![a, b], 3));
    let two = tx.links().list(sync_id(1), &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![c], None, 3));
    assert_eq!(tx.links().list(sync_id(2), &first(2)).await.unwrap().total, 0);
}

pub(super) async fn removing_frees_the_record(store: &dyn Store) {
    lay_ground(store).await;
    save(store, &[link("C-1", ONE), link("C-2", TWO)]).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.links().remove(sync_id(1), &keys(&["C-1", "nobody", "C-1"])).await.unwrap(), 1);
    assert_eq!(tx.links().remove(sync_id(2), &keys(&["C-2"])).await.unwrap(), 0);
    tx.links().save(&[link("C-3", ONE)]).await.unwrap();
    assert_eq!(tx.links().count(sync_id(1)).await.unwrap(), 2);
}

pub(super) async fn a_field_is_forgotten_in_every_link_of_the_sync(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.syncs().insert(&sync(2, "other")).await.unwrap();
    let elsewhere = Link { sync_id: sync_id(2), ..link("C-1", ONE) };
    tx.links().save(&[link("C-1", ONE), link("C-2", TWO), elsewhere.clone()]).await.unwrap();
    tx.links().forget_field(sync_id(1), "Phone").await.unwrap();
    tx.links().forget_field(sync_id(1), "Odd \"name\".$").await.unwrap();
    for found in tx.links().find_many(sync_id(1), &keys(&["C-1", "C-2"])).await.unwrap() {
        let mut expected = link(&found.source_key, &found.record_id);
        expected.confirmed.0.remove("Phone");
        assert_eq!(found, expected);
    }
    assert_eq!(tx.links().find_many(sync_id(2), &keys(&["C-1"])).await.unwrap(), [elsewhere]);
}

pub(super) async fn a_link_needs_its_sync(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.links().save(&[link("C-1", ONE)]).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

async fn save(store: &dyn Store, links: &[Link]) {
    let mut tx = store.write().await.unwrap();
    tx.links().save(links).await.unwrap();
    tx.commit().await.unwrap();
}
