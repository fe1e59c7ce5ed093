//! Clauses about removing what is too old.

use salesbridge_model::{OutcomeKind, RecordOutcome, Run, RunId, RunState, Sync, SyncId, Timestamp};

use super::people_samples::{api_key, invitation, person, session, sign_in};
use super::samples::{at, client, first, id, intent, lay_ground, outcome, run, sync, sync_id};
use crate::{JournalEntry, OutcomeFilter, RunFilter, SignInThrottle, Store, TableSize, TimelineBatch, Transaction};

pub(super) async fn outcomes_of_runs_that_ended_long_ago_go_first(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    ended(&mut *tx, 1, 10).await;
    ended(&mut *tx, 2, 20).await;
    tx.runs().insert(&open(3)).await.unwrap();
    for number in 1..=3 {
        let outcomes = ["a", "b"].map(|key| of_run(number, key));
        tx.outcomes().record(&outcomes).await.unwrap();
    }
    assert_eq!(tx.housekeeping().remove_outcomes(at(10), 9).await.unwrap(), 0, "ended then, not before");
    assert_eq!(tx.housekeeping().remove_outcomes(at(21), 3).await.unwrap(), 3, "no more than was said");
    assert_eq!((outcomes(&mut *tx, 1).await, outcomes(&mut *tx, 2).await), (0, 1));
    assert_eq!(tx.housekeeping().remove_outcomes(at(99), 9).await.unwrap(), 1, "an open run keeps its own");
    assert_eq!(outcomes(&mut *tx, 3).await, 2);
}

pub(super) async fn old_runs_go_but_for_the_newest_of_each_sync(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.syncs().insert(&sync(2, "other")).await.unwrap();
    ended(&mut *tx, 1, 10).await;
    for number in 2..=5 {
        ended(&mut *tx, number, 10).await;
    }
    let other = Run { sync_id: sync_id(2), finished_at: Some(at(10)), ..run(6) };
    tx.runs().insert(&other).await.unwrap();
    let batch = TimelineBatch { at: at(1), rows: 1, calls: 1, took_milliseconds: 1, result: "answered".to_owned() };
    tx.timelines().add(id("run", 1), &batch).await.unwrap();
    tx.outcomes().record(&[of_run(1, "a")]).await.unwrap();
    assert_eq!(tx.housekeeping().remove_runs(at(10), 2, 9).await.unwrap(), 0, "ended then, not before");
    assert_eq!(tx.housekeeping().remove_runs(at(11), 2, 1).await.unwrap(), 1, "no more than was said");
    assert_eq!(tx.housekeeping().remove_runs(at(11), 2, 9).await.unwrap(), 2);
    assert_eq!(tx.housekeeping().remove_runs(at(11), 2, 9).await.unwrap(), 0, "the newest two stay");
    let left = tx.runs().list(&RunFilter::default(), &first(9)).await.unwrap().items;
    assert_eq!(left.iter().map(|run| run.id).collect::<Vec<RunId>>(), [6, 5, 4].map(|number| id("run", number)));
    assert_eq!(outcomes(&mut *tx, 1).await, 0);
    assert_eq!(tx.timelines().list(id("run", 1)).await.unwrap(), []);
}

/// F19: a run that is removed would take its unsettled intents along.
pub(super) async fn a_run_that_is_open_or_has_an_unsettled_intent_stays_f19(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    ended(&mut *tx, 1, 10).await;
    tx.runs().insert(&open(2)).await.unwrap();
    tx.journal().record(&intent(1)).await.unwrap();
    assert_eq!(tx.housekeeping().remove_runs(at(99), 0, 9).await.unwrap(), 0);
    let unsettled: Vec<JournalEntry> = tx.journal().unsettled(sync_id(1)).await.unwrap();
    assert_eq!(unsettled, [intent(1)]);
    tx.journal().settle(id("intent", 1)).await.unwrap();
    assert_eq!(tx.housekeeping().remove_runs(at(99), 0, 9).await.unwrap(), 1);
}

pub(super) async fn a_sync_that_is_outpaced_is_named(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    let others = [Sync { enabled: false, ..sync(2, "disabled") }, Sync { stream: "deals".into(), ..sync(3, "deals") }];
    for other in &others {
        tx.syncs().insert(other).await.unwrap();
    }
    tx.syncs().insert(&sync(4, "quick")).await.unwrap();
    change(&mut *tx, "a", at(1)).await;
    change(&mut *tx, "b", at(2)).await;
    tx.due().take_in(sync_id(4), "clients", at(2)).await.unwrap();
    change(&mut *tx, "c", at(3)).await;
    let nobody: Vec<SyncId> = Vec::new();
    assert_eq!(tx.housekeeping().outpace(at(1), 9).await.unwrap(), (0, nobody.clone()));
    assert_eq!(tx.housekeeping().outpace(at(3), 1).await.unwrap(), (1, vec![sync_id(1)]), "no more than was said");
    assert_eq!(tx.housekeeping().outpace(at(3), 9).await.unwrap(), (1, vec![sync_id(1)]));
    assert_eq!(tx.housekeeping().outpace(at(3), 9).await.unwrap(), (0, nobody));
    assert_eq!(tx.due().take_in(sync_id(1), "clients", at(4)).await.unwrap(), 1, "what is left is taken in");
    assert_eq!(tx.due().take_in(sync_id(4), "clients", at(4)).await.unwrap(), 1);
}

pub(super) async fn sizes_are_told_by_table(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    change(&mut *tx, "a", at(1)).await;
    change(&mut *tx, "b", at(1)).await;
    tx.people().insert(&person(1, "ann")).await.unwrap();
    tx.person_sessions().insert(&session(1), b"t").await.unwrap();
    tx.api_keys().insert(&api_key(1), b"k").await.unwrap();
    tx.invitations().insert(&invitation(), b"i").await.unwrap();
    let throttle = SignInThrottle { failures: 1, window_began_at: at(1), blocked_until: None };
    tx.throttles().save("key", &throttle).await.unwrap();
    tx.sign_ins().insert(&sign_in(1)).await.unwrap();
    let sizes = tx.housekeeping().sizes().await.unwrap();
    let expected = [
        ("api_keys", 1),
        ("audit", 0),
        ("clients", 2),
        ("due", 0),
        ("idempotent_answers", 0),
        ("invitations", 1),
        ("journal", 0),
        ("links", 0),
        ("outbox", 2),
        ("outcomes", 0),
        ("people", 1),
        ("person_sessions", 1),
        ("runs", 1),
        ("sign_in_attempts", 1),
        ("sign_in_throttles", 1),
        ("timelines", 0),
    ];
    assert_eq!(sizes, expected.map(|(table, rows)| TableSize { table: table.to_owned(), rows }));
}

async fn ended(tx: &mut dyn Transaction, number: u32, seconds: i64) {
    let ended = Run { finished_at: Some(at(seconds)), ..run(number) };
    if !tx.runs().update(&ended).await.unwrap() {
        tx.runs().insert(&ended).await.unwrap();
    }
}

fn open(number: u32) -> Run {
    Run { state: RunState::Running, finished_at: None, ..run(number) }
}

fn of_run(number: u32, key: &str) -> RecordOutcome {
    RecordOutcome { run_id: id("run", number), ..outcome(key, OutcomeKind::Refused) }
}

async fn outcomes(tx: &mut dyn Transaction, number: u32) -> u64 {
    tx.outcomes().list(id("run", number), &OutcomeFilter::default(), &first(9)).await.unwrap().total
}

async fn change(tx: &mut dyn Transaction, key: &str, at: Timestamp) {
    tx.clients().save(&[client(key)], at).await.unwrap();
}
