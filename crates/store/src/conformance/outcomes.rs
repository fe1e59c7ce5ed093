//! Clauses about outcomes.

use salesbridge_model::{OutcomeKind, RecordOutcome};

use super::samples::{first, id, keys, lay_ground, next, outcome, run};
use crate::{OutcomeFilter, Store, StoreError};

pub(super) async fn recording_says_what_it_replaced(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.runs().insert(&run(2)).await.unwrap();
    let elsewhere = RecordOutcome { run_id: id("run", 2), ..outcome("a", OutcomeKind::Created) };
    let one = [outcome("a", OutcomeKind::Deferred), elsewhere, outcome("b", OutcomeKind::Refused)];
    assert_eq!(tx.outcomes().record(&one).await.unwrap(), [None, None, None]);
    let two = [
        outcome("b", OutcomeKind::Updated),
        outcome("c", OutcomeKind::Created),
        outcome("a", OutcomeKind::Uncertain),
        outcome("a", OutcomeKind::Created),
    ];
    let replaced = [Some(OutcomeKind::Refused), None, Some(OutcomeKind::Deferred), Some(OutcomeKind::Uncertain)];
    assert_eq!(tx.outcomes().record(&two).await.unwrap(), replaced);
    assert_eq!(tx.outcomes().record(&[]).await.unwrap(), []);

    let page = tx.outcomes().list(id("run", 1), &OutcomeFilter::default(), &first(10)).await.unwrap();
    let [b, c, _, a] = two;
    assert_eq!(page.items, [a, b, c], "one outcome per row, the latest");
}

pub(super) async fn recorded_keys_are_told(store: &dyn Store) {
    lay_ground(store).await;
    let mut tx = store.write().await.unwrap();
    tx.outcomes().record(&["b", "a"].map(|key| outcome(key, OutcomeKind::Created))).await.unwrap();
    let recorded = tx.outcomes().recorded(id("run", 1), &keys(&["b", "x", "a"])).await.unwrap();
    assert_eq!(recorded, ["a", "b"]);
    assert_eq!(tx.outcomes().recorded(id("run", 2), &keys(&["a"])).await.unwrap(), Vec::<String>::new());
}

pub(super) async fn they_are_listed_by_key_in_pages_under_the_filter(store: &dyn Store) {
    lay_ground(store).await;
    let refused = ["d", "a", "c"].map(|key| outcome(key, OutcomeKind::Refused));
    let bare = RecordOutcome {
        record_id: None,
        code: None,
        message: None,
        fields: Vec::new(),
        remedy: None,
        ..outcome("b", OutcomeKind::Created)
    };
    let mut tx = store.write().await.unwrap();
    tx.outcomes().record(&refused).await.unwrap();
    tx.outcomes().record(std::slice::from_ref(&bare)).await.unwrap();
    let [d, a, c] = refused;
    let filter = OutcomeFilter::of(OutcomeKind::Refused);
    let one = tx.outcomes().list(id("run", 1), &filter, &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![a.clone(), c.clone()], 3));
    let two = tx.outcomes().list(id("run", 1), &filter, &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![d.clone()], None, 3));
    let all = tx.outcomes().list(id("run", 1), &OutcomeFilter::default(), &first(10)).await.unwrap();
    assert_eq!((all.items, all.total), (vec![a.clone(), bare.clone(), c.clone(), d.clone()], 4));
    let falling = OutcomeFilter { order: "-key".parse().unwrap(), ..OutcomeFilter::default() };
    let one = tx.outcomes().list(id("run", 1), &falling, &first(3)).await.unwrap();
    assert_eq!(one.items, [d.clone(), c.clone(), bare]);
    assert_eq!(tx.outcomes().list(id("run", 1), &falling, &next(one.next, 3)).await.unwrap().items, [a]);
    let of_key = OutcomeFilter { key: Some("c".to_owned()), ..OutcomeFilter::default() };
    assert_eq!(tx.outcomes().list(id("run", 1), &of_key, &first(9)).await.unwrap().items, [c]);
    let with_code = OutcomeFilter { code: d.code, ..OutcomeFilter::default() };
    assert_eq!(tx.outcomes().list(id("run", 1), &with_code, &first(9)).await.unwrap().total, 3);
    let other_code = OutcomeFilter { code: Some("OTHER".to_owned()), ..OutcomeFilter::default() };
    assert_eq!(tx.outcomes().list(id("run", 1), &other_code, &first(9)).await.unwrap().total, 0);
}

pub(super) async fn an_outcome_needs_its_run(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    let refused = tx.outcomes().record(&[outcome("a", OutcomeKind::Created)]).await;
    assert!(matches!(refused, Err(StoreError::Reference { .. })), "{refused:?}");
}
