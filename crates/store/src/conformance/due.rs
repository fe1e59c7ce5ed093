//! Clauses about due rows.

use salesbridge_model::Client;

use super::samples::{at, client, due_row, first, keys, lay_ground, next, save_clients, sync, sync_id, waiting};
use crate::{DueCounts, DueFilter, DueRow, DueState, LONGEST_PAUSE, Store, StoreError};

pub(super) async fn fifty_changes_are_one_row_f20(store: &dyn Store) {
    lay_ground(store).await;
    for change in 0..50 {
        save_clients(store, &[changed("C-1", change)]).await;
    }
    assert_eq!(take_in(store).await, 1);
    assert_eq!(all(store).await, [due_row("C-1", 50)]);
}

pub(super) async fn a_change_is_taken_in_once(store: &dyn Store) {
    lay_ground(store).await;
    save_clients(store, &[client("b"), client("a")]).await;
    assert_eq!(take_in(store).await, 2);
    assert_eq!(take_in(store).await, 0);
    save_clients(store, &[changed("b", 1)]).await;
    assert_eq!(take_in(store).await, 1);
    assert_eq!(all(store).await, [due_row("a", 2), due_row("b", 3)]);
}

pub(super) async fn other_streams_are_not_taken_in(store: &dyn Store) {
    lay_ground(store).await;
    save_clients(store, &[client("a")]).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.due().take_in(sync_id(1), "orders", at(0)).await.unwrap(), 0);
    assert_eq!(tx.due().take_in(sync_id(1), "clients", at(0)).await.unwrap(), 0, "its position has passed the change");
}

pub(super) async fn a_change_makes_a_waiting_row_due_at_once(store: &dyn Store) {
    lay_ground(store).await;
    hold(
        store,
        &[waiting("a", 0, DueState::Refused), waiting("b", 0, DueState::Due), waiting("c", 0, DueState::Refused)],
    )
    .await;
    save_clients(store, &[client("a"), client("b")]).await;
    assert_eq!(take_in(store).await, 2);
    assert_eq!(all(store).await, [due_row("a", 1), due_row("b", 2), waiting("c", 0, DueState::Refused)]);
}

pub(super) async fn an_uncertain_row_stays_uncertain(store: &dyn Store) {
    lay_ground(store).await;
    hold(store, &[waiting("a", 0, DueState::Uncertain)]).await;
    save_clients(store, &[client("a")]).await;
    assert_eq!(take_in(store).await, 1);
    assert_eq!(all(store).await, [waiting("a", 1, DueState::Uncertain)]);
}

pub(super) async fn an_unknown_sync_takes_nothing_in(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.due().take_in(sync_id(1), "clients", at(0)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let refused = tx.due().skip_to_newest(sync_id(1)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
    drop(tx);
    let mut tx = store.write().await.unwrap();
    let refused = tx.due().hold(&[due_row("a", 0)]).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

pub(super) async fn skipping_takes_nothing_in(store: &dyn Store) {
    lay_ground(store).await;
    save_clients(store, &[client("a")]).await;
    let mut tx = store.write().await.unwrap();
    tx.due().skip_to_newest(sync_id(1)).await.unwrap();
    tx.commit().await.unwrap();
    save_clients(store, &[client("b")]).await;
    assert_eq!(take_in(store).await, 1);
    assert_eq!(all(store).await, [due_row("b", 2)]);
}

pub(super) async fn rows_are_ready_in_order_and_in_time(store: &dyn Store) {
    lay_ground(store).await;
    let now_again = DueRow { not_before: Some(at(30)), ..due_row("d", 1) };
    let later = DueRow { not_before: Some(at(31)), ..due_row("e", 0) };
    let refused = waiting("f", 0, DueState::Refused);
    hold(store, &[due_row("b", 2), due_row("c", 1), due_row("a", 2), now_again.clone(), later, refused]).await;
    let mut tx = store.read().await.unwrap();
    let ready = tx.due().ready(sync_id(1), at(30), 10).await.unwrap();
    assert_eq!(ready, [due_row("c", 1), now_again, due_row("a", 2), due_row("b", 2)]);
    assert_eq!(tx.due().ready(sync_id(1), at(0), 1).await.unwrap(), [due_row("c", 1)]);
}

pub(super) async fn the_next_time_is_the_earliest_later_one(store: &dyn Store) {
    lay_ground(store).await;
    let at_time = |key, seconds| DueRow { not_before: Some(at(seconds)), ..due_row(key, 0) };
    let refused = DueRow { not_before: Some(at(11)), ..waiting("d", 0, DueState::Refused) };
    hold(store, &[due_row("z", 0), at_time("a", 10), at_time("b", 30), at_time("c", 20), refused]).await;
    let mut tx = store.read().await.unwrap();
    for (now, expected) in [(9, Some(at(10))), (10, Some(at(20))), (29, Some(at(30))), (30, None)] {
        assert_eq!(tx.due().next_ready_at(sync_id(1), at(now)).await.unwrap(), expected, "at {now}");
    }
}

pub(super) async fn holding_respects_a_newer_change(store: &dyn Store) {
    lay_ground(store).await;
    hold(store, &["a", "b", "c"].map(|key| due_row(key, 5))).await;
    let (older, equal, newer) =
        (waiting("a", 4, DueState::Refused), waiting("b", 5, DueState::Refused), waiting("c", 6, DueState::Due));
    hold(store, &[older, equal.clone(), newer.clone()]).await;
    hold(store, &[]).await;
    assert_eq!(all(store).await, [due_row("a", 5), equal, newer]);
}

pub(super) async fn what_may_be_made_is_held_over_a_newer_change(store: &dyn Store) {
    lay_ground(store).await;
    hold(store, &[due_row("a", 5)]).await;
    hold(store, &[waiting("a", 4, DueState::Uncertain)]).await;
    assert_eq!(all(store).await, [waiting("a", 5, DueState::Uncertain)]);
}

pub(super) async fn clearing_respects_a_newer_change(store: &dyn Store) {
    lay_ground(store).await;
    hold(store, &["a", "b", "c", "d"].map(|key| due_row(key, 5))).await;
    let mut tx = store.write().await.unwrap();
    let settled = [("a", 4), ("b", 5), ("c", 6), ("nobody", 9)].map(|(key, revision)| (key.to_owned(), revision));
    tx.due().clear(sync_id(1), &settled).await.unwrap();
    tx.due().clear(sync_id(1), &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(all(store).await, [due_row("a", 5), due_row("d", 5)]);
}

/// Such a row was put off by a clock that has been set back since.
pub(super) async fn one_put_off_for_longer_than_the_longest_pause_is_ready(store: &dyn Store) {
    lay_ground(store).await;
    let longest = i64::try_from(LONGEST_PAUSE.as_secs()).unwrap();
    let (near, far) = (waiting("near", 1, DueState::Due), waiting("far", 2, DueState::Due));
    let near = DueRow { not_before: Some(at(longest)), ..near };
    let far = DueRow { not_before: Some(at(longest + 1)), ..far };
    hold(store, &[near.clone(), far.clone()]).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.due().ready(sync_id(1), at(0), 9).await.unwrap(), std::slice::from_ref(&far));
    assert_eq!(tx.due().next_ready_at(sync_id(1), at(0)).await.unwrap(), near.not_before);
    assert_eq!(
        tx.due().counts(sync_id(1), at(0)).await.unwrap(),
        DueCounts { due: 1, deferred: 1, ..DueCounts::default() }
    );
    assert_eq!(tx.due().ready(sync_id(1), at(1), 9).await.unwrap(), [], "the clock is right after all");
    assert_eq!(tx.due().ready(sync_id(1), at(longest + 1), 9).await.unwrap(), [near, far]);
}

pub(super) async fn a_retry_makes_rows_due_at_once(store: &dyn Store) {
    lay_ground(store).await;
    let refused = ["a", "b", "c"].map(|key| waiting(key, 1, DueState::Refused));
    let uncertain = waiting("d", 1, DueState::Uncertain);
    hold(store, &refused).await;
    hold(store, std::slice::from_ref(&uncertain)).await;
    let [_, b, c] = refused;
    let mut tx = store.write().await.unwrap();
    let some = keys(&["a", "d", "nobody"]);
    assert_eq!(tx.due().retry(sync_id(1), DueState::Refused, Some(&some), at(0)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(all(store).await, [due_row("a", 1), b, c, uncertain]);

    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.due().retry(sync_id(1), DueState::Refused, Some(&[]), at(0)).await.unwrap(), 0, "no keys, no rows");
    assert_eq!(tx.due().retry(sync_id(1), DueState::Refused, None, at(0)).await.unwrap(), 2);
    assert_eq!(tx.due().retry(sync_id(1), DueState::Uncertain, None, at(0)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(all(store).await, ["a", "b", "c", "d"].map(|key| due_row(key, 1)));
}

pub(super) async fn dropping_removes_rows_of_a_state(store: &dyn Store) {
    lay_ground(store).await;
    let refused = ["a", "b", "c"].map(|key| waiting(key, 1, DueState::Refused));
    hold(store, &refused).await;
    hold(store, &[due_row("d", 1)]).await;
    let mut tx = store.write().await.unwrap();
    let some = keys(&["a", "d"]);
    assert_eq!(tx.due().drop_rows(sync_id(1), DueState::Refused, Some(&some)).await.unwrap(), 1);
    assert_eq!(tx.due().drop_rows(sync_id(1), DueState::Refused, Some(&[])).await.unwrap(), 0, "no keys, no rows");
    assert_eq!(tx.due().drop_rows(sync_id(1), DueState::Refused, None).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert_eq!(all(store).await, [due_row("d", 1)]);
}

pub(super) async fn rows_are_listed_in_pages_and_counted(store: &dyn Store) {
    lay_ground(store).await;
    let refused = ["a", "c", "e"].map(|key| waiting(key, 1, DueState::Refused));
    let others =
        [due_row("b", 1), waiting("d", 1, DueState::Due), waiting("f", 1, DueState::Uncertain), due_row("g", 1)];
    hold(store, &refused).await;
    hold(store, &others).await;
    let [a, c, e] = refused;
    let mut tx = store.read().await.unwrap();
    let one = tx.due().list(sync_id(1), &DueFilter::of(DueState::Refused), &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![a.clone(), c], 3));
    let two = tx.due().list(sync_id(1), &DueFilter::of(DueState::Refused), &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![e], None, 3));
    let any = tx.due().list(sync_id(1), &DueFilter::default(), &first(2)).await.unwrap();
    assert_eq!((any.items, any.total), (vec![a, due_row("b", 1)], 7));
    let falling = DueFilter { order: "-key".parse().unwrap(), ..DueFilter::default() };
    let last = tx.due().list(sync_id(1), &falling, &first(1)).await.unwrap();
    assert_eq!(last.items, [due_row("g", 1)]);
    let before = tx.due().list(sync_id(1), &falling, &next(last.next, 1)).await.unwrap().items;
    assert_eq!(before, [waiting("f", 1, DueState::Uncertain)]);
    let of_key = DueFilter { key: Some("f".to_owned()), ..DueFilter::default() };
    assert_eq!(tx.due().list(sync_id(1), &of_key, &first(9)).await.unwrap().items, before);
    let with_code = DueFilter { code: before[0].code.clone(), ..DueFilter::default() };
    let with_code = tx.due().list(sync_id(1), &with_code, &first(9)).await.unwrap().items;
    assert!(with_code.iter().all(|row| row.code == before[0].code) && with_code.contains(&before[0]));
    let counts = tx.due().counts(sync_id(1), at(59)).await.unwrap();
    assert_eq!(counts, DueCounts { due: 2, deferred: 1, refused: 3, uncertain: 1 });
    let counts = tx.due().counts(sync_id(1), at(60)).await.unwrap();
    assert_eq!(counts, DueCounts { due: 3, deferred: 0, refused: 3, uncertain: 1 });
}

pub(super) async fn rows_of_another_sync_stay(store: &dyn Store) {
    lay_ground(store).await;
    let other = DueRow { sync_id: sync_id(2), ..waiting("a", 1, DueState::Refused) };
    let mut tx = store.write().await.unwrap();
    tx.syncs().insert(&sync(2, "other")).await.unwrap();
    tx.due().hold(&[waiting("a", 1, DueState::Refused), other.clone()]).await.unwrap();
    tx.due().retry(sync_id(1), DueState::Refused, None, at(0)).await.unwrap();
    tx.due().clear(sync_id(1), &[("a".to_owned(), 9)]).await.unwrap();
    tx.due().drop_rows(sync_id(1), DueState::Refused, None).await.unwrap();
    assert_eq!(tx.due().find_many(sync_id(1), &keys(&["a"])).await.unwrap(), []);
    assert_eq!(tx.due().find_many(sync_id(2), &keys(&["a", "b"])).await.unwrap(), [other]);
    assert_eq!(tx.due().counts(sync_id(1), at(0)).await.unwrap(), DueCounts::default());
}

fn changed(key: &str, change: u32) -> Client {
    Client { verification_level: Some(change), ..client(key) }
}

async fn take_in(store: &dyn Store) -> u64 {
    let mut tx = store.write().await.unwrap();
    let taken = tx.due().take_in(sync_id(1), "clients", at(0)).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

async fn hold(store: &dyn Store, rows: &[DueRow]) {
    let mut tx = store.write().await.unwrap();
    tx.due().hold(rows).await.unwrap();
    tx.commit().await.unwrap();
}

async fn all(store: &dyn Store) -> Vec<DueRow> {
    let mut tx = store.read().await.unwrap();
    tx.due().list(sync_id(1), &DueFilter::default(), &first(100)).await.unwrap().items
}
