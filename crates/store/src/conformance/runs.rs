//! Clauses about runs.

use salesbridge_model::{Run, RunCounts, RunId, RunState, RunTrigger, Sync};

use super::samples::{at, connection, first, id, lay_ground, next, run, sync, sync_id};
use crate::{RunFilter, Sees, Store, StoreError};

pub(super) async fn one_comes_back_whole(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let bare = fresh(2);
    tx.runs().insert(&bare).await.unwrap();
    assert_eq!(tx.runs().find(id("run", 1)).await.unwrap(), Some(run(1)));
    assert_eq!(tx.runs().find(id("run", 2)).await.unwrap(), Some(bare));
    assert_eq!(tx.runs().find(id("run", 3)).await.unwrap(), None);
}

pub(super) async fn an_update_keeps_what_it_is(store: &dyn Store) {
    lay_ground(store).await;
    let moved = Run { sync_id: sync_id(9), trigger: RunTrigger::Full, created_at: at(98), ..fresh(1) };
    let mut tx = store.write().await.unwrap();
    assert!(tx.runs().update(&moved).await.unwrap());
    assert!(!tx.runs().update(&run(9)).await.unwrap());
    let old = run(1);
    let expected = Run { sync_id: old.sync_id, trigger: old.trigger, created_at: old.created_at, ..moved };
    assert_eq!(tx.runs().find(id("run", 1)).await.unwrap(), Some(expected));
}

pub(super) async fn open_runs_are_told_oldest_first(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.syncs().insert(&sync(2, "other")).await.unwrap();
    tx.runs().insert(&Run { sync_id: sync_id(2), ..fresh(20) }).await.unwrap();
    let states = [
        (7, RunState::Queued),
        (3, RunState::Running),
        (4, RunState::Completed),
        (5, RunState::Failed),
        (6, RunState::Cancelled),
    ];
    for (number, state) in states {
        tx.runs().insert(&Run { state, ..fresh(number) }).await.unwrap();
    }
    let open = tx.runs().open(sync_id(1)).await.unwrap();
    assert_eq!(open, [Run { state: RunState::Running, ..fresh(3) }, fresh(7)]);
    let all: Vec<RunId> = tx.runs().all_open().await.unwrap().iter().map(|run| run.id).collect();
    assert_eq!(all, [3, 7, 20].map(|number| id("run", number)));
    let newer = tx.runs().newer(Some(id("run", 5)), 2).await.unwrap();
    assert_eq!(newer.iter().map(|run| run.id).collect::<Vec<_>>(), [6, 7].map(|number| id("run", number)));
    assert_eq!(tx.runs().newer(None, 1).await.unwrap().len(), 1);
    assert_eq!(tx.runs().newer(Some(id("run", 20)), 9).await.unwrap(), []);
}

pub(super) async fn they_are_listed_newest_first_in_pages(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.syncs().insert(&sync(2, "other")).await.unwrap();
    let other = Run { sync_id: sync_id(2), ..fresh(3) };
    for run in [&fresh(4), &fresh(2), &other] {
        tx.runs().insert(run).await.unwrap();
    }
    let one = tx.runs().list(&RunFilter::of(sync_id(1)), &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![fresh(4), fresh(2)], 3));
    let two = tx.runs().list(&RunFilter::of(sync_id(1)), &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![run(1)], None, 3));
    let all = tx.runs().list(&RunFilter::default(), &first(10)).await.unwrap();
    assert_eq!((all.items, all.next, all.total), (vec![fresh(4), other, fresh(2), run(1)], None, 4));
}

pub(super) async fn they_are_listed_under_the_filter(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.connections().insert(&connection(2, "other")).await.unwrap();
    tx.syncs().insert(&Sync { connection_id: id("conn", 2), ..sync(2, "other") }).await.unwrap();
    let early = Run { created_at: at(10), ..fresh(2) };
    let other = Run { sync_id: sync_id(2), created_at: at(20), state: RunState::Failed, ..fresh(3) };
    let late = Run { created_at: at(30), trigger: RunTrigger::Full, state: RunState::Running, ..fresh(4) };
    for run in [&early, &other, &late] {
        tx.runs().insert(run).await.unwrap();
    }
    let all = RunFilter { since: Some(at(10)), until: Some(at(31)), ..RunFilter::default() };
    let filters = [
        (all.clone(), vec![4, 3, 2]),
        (RunFilter { order: "created_at".parse().unwrap(), ..all.clone() }, vec![2, 3, 4]),
        (RunFilter { sees: Sees::Only([id("conn", 2)].into()), ..all.clone() }, vec![3]),
        (RunFilter { sees: Sees::AllBut([id("conn", 2)].into()), ..all.clone() }, vec![4, 2]),
        (RunFilter { sees: Sees::Only([].into()), ..all.clone() }, vec![]),
        (RunFilter { connection: Some(id("conn", 1)), ..all.clone() }, vec![4, 2]),
        (RunFilter { sync: Some(sync_id(2)), ..all.clone() }, vec![3]),
        (RunFilter { sync: Some(sync_id(1)), sees: Sees::AllBut([id("conn", 1)].into()), ..all.clone() }, vec![]),
        (RunFilter { state: Some(RunState::Failed), ..all.clone() }, vec![3]),
        (RunFilter { trigger: Some(RunTrigger::Full), ..all.clone() }, vec![4]),
        (RunFilter { since: Some(at(20)), until: Some(at(30)), ..all.clone() }, vec![3]),
    ];
    for (filter, expected) in filters {
        let page = tx.runs().list(&filter, &first(9)).await.unwrap();
        let expected: Vec<RunId> = expected.into_iter().map(|number| id("run", number)).collect();
        let ids: Vec<RunId> = page.items.iter().map(|run| run.id).collect();
        assert_eq!((&ids, page.total), (&expected, expected.len() as u64), "{filter:?}");
        let start = tx.runs().list(&filter, &first(1)).await.unwrap();
        if let Some(position) = start.next {
            let rest = tx.runs().list(&filter, &next(Some(position), 9)).await.unwrap();
            assert_eq!((rest.items, rest.total), (page.items[1..].to_vec(), page.total), "{filter:?}");
        }
    }
}

pub(super) async fn a_run_needs_its_sync(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.runs().insert(&run(1)).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}

/// A run that was asked for and has not begun.
fn fresh(number: u32) -> Run {
    Run {
        state: RunState::Queued,
        cursor: None,
        counts: RunCounts::default(),
        api_calls: 0,
        problem: None,
        warnings: Vec::new(),
        finished_at: None,
        ..run(number)
    }
}
