//! Due rows against a model that fits on a page: a map and a list.

use std::collections::BTreeMap;

use salesbridge_model::{Client, Timestamp};

use super::samples::{at, client, due_row, first, sync_id, waiting};
use crate::{DueCounts, DueFilter, DueRow, DueState, Store, Transaction};

const KEYS: [&str; 3] = ["a", "B", "ä"];

/// Reads each number as one operation, does it on the store and on the model, and compares all that the repository tells, in a
/// transaction that is dropped at the end. The store must hold the sync that [`super::remember_everything`] stores.
///
/// # Panics
/// When the store and the model disagree.
pub async fn due_agrees_with_a_model(store: &dyn Store, numbers: &[u32]) {
    let mut tx = store.write().await.unwrap();
    tx.due().skip_to_newest(sync_id(1)).await.unwrap();
    for state in [DueState::Due, DueState::Refused, DueState::Uncertain] {
        tx.due().drop_rows(sync_id(1), state, None).await.unwrap();
    }
    let newest = tx.outbox().newest().await.unwrap();
    let mut model = Model { rows: BTreeMap::new(), newest, taken: Vec::new(), seconds: 0 };
    for number in numbers {
        model.step(tx.as_mut(), *number).await;
        model.compare(tx.as_mut()).await;
    }
}

struct Model {
    rows: BTreeMap<String, DueRow>,
    newest: i64,
    /// Changes that were not taken in yet.
    taken: Vec<(String, i64)>,
    seconds: i64,
}

impl Model {
    fn now(&self) -> Timestamp {
        at(self.seconds)
    }

    async fn step(&mut self, tx: &mut dyn Transaction, number: u32) {
        let key = KEYS[(number >> 8) as usize % KEYS.len()];
        let state = [DueState::Due, DueState::Refused, DueState::Uncertain][(number >> 16) as usize % 3];
        let revision = (self.newest - 2 + i64::from(number >> 20) % 4).max(0);
        let only = [key.to_owned()];
        let keys = (number >> 24).is_multiple_of(2).then_some(only.as_slice());
        match number % 9 {
            0 | 1 => self.change(tx, key, number).await,
            2 => self.take_in(tx).await,
            3 | 4 => self.hold(tx, DueRow { updated_at: self.now(), ..held(key, revision, state, number) }).await,
            5 => {
                tx.due().clear(sync_id(1), &[(key.to_owned(), revision)]).await.unwrap();
                self.rows.retain(|stored, row| stored != key || row.revision > revision);
            }
            6 => self.retry(tx, state, keys).await,
            7 => {
                let dropped = tx.due().drop_rows(sync_id(1), state, keys).await.unwrap();
                let before = self.rows.len();
                self.rows.retain(|_, row| !chosen(row, state, keys));
                assert_eq!(dropped, (before - self.rows.len()) as u64);
            }
            _ => self.seconds += i64::from(number >> 8) % 40,
        }
    }

    async fn change(&mut self, tx: &mut dyn Transaction, key: &str, number: u32) {
        self.newest += 1;
        let first_name = Some(format!("{} {number}", self.newest));
        tx.clients().save(&[Client { first_name, ..client(key) }], self.now()).await.unwrap();
        self.taken.push((key.to_owned(), self.newest));
    }

    async fn take_in(&mut self, tx: &mut dyn Transaction) {
        let count = tx.due().take_in(sync_id(1), "clients", self.now()).await.unwrap();
        let changes: BTreeMap<String, i64> = self.taken.drain(..).collect();
        assert_eq!(count, changes.len() as u64);
        for (key, revision) in changes {
            let fresh = DueRow { updated_at: at(self.seconds), ..due_row(&key, revision) };
            let row = self.rows.entry(key).or_insert_with(|| fresh.clone());
            let revision = revision.max(row.revision);
            if row.state != DueState::Uncertain {
                *row = fresh;
            }
            row.revision = revision;
        }
    }

    async fn hold(&mut self, tx: &mut dyn Transaction, row: DueRow) {
        tx.due().hold(std::slice::from_ref(&row)).await.unwrap();
        let stored = self.rows.get(&row.source_key).map_or(i64::MIN, |stored| stored.revision);
        if stored <= row.revision || row.state == DueState::Uncertain {
            let row = DueRow { revision: row.revision.max(stored), ..row };
            self.rows.insert(row.source_key.clone(), row);
        }
    }

    async fn retry(&mut self, tx: &mut dyn Transaction, state: DueState, keys: Option<&[String]>) {
        let now = self.now();
        let retried = tx.due().retry(sync_id(1), state, keys, now).await.unwrap();
        let mut expected = 0;
        for row in self.rows.values_mut().filter(|row| chosen(row, state, keys)) {
            *row = DueRow { updated_at: now, ..due_row(&row.source_key, row.revision) };
            expected += 1;
        }
        assert_eq!(retried, expected);
    }

    async fn compare(&self, tx: &mut dyn Transaction) {
        let rows: Vec<DueRow> = self.rows.values().cloned().collect();
        let later = |row: &&DueRow| row.not_before.is_some_and(|time| time > self.now());
        let due: Vec<&DueRow> = rows.iter().filter(|row| row.state == DueState::Due).collect();
        let mut ready: Vec<DueRow> = due.iter().filter(|row| !later(row)).map(|row| (*row).clone()).collect();
        ready.sort_by_key(|row| row.revision);
        let deferred = (due.len() - ready.len()) as u64;
        let of = |state| rows.iter().filter(|row| row.state == state).count() as u64;
        let counts = DueCounts {
            due: ready.len() as u64,
            deferred,
            refused: of(DueState::Refused),
            uncertain: of(DueState::Uncertain),
        };
        let next = due.iter().filter(|row| later(row)).filter_map(|row| row.not_before).min();

        assert_eq!(tx.due().list(sync_id(1), &DueFilter::default(), &first(10)).await.unwrap().items, rows);
        assert_eq!(tx.due().ready(sync_id(1), self.now(), 10).await.unwrap(), ready);
        assert_eq!(tx.due().next_ready_at(sync_id(1), self.now()).await.unwrap(), next);
        assert_eq!(tx.due().counts(sync_id(1), self.now()).await.unwrap(), counts);
    }
}

fn held(key: &str, revision: i64, state: DueState, number: u32) -> DueRow {
    let not_before = (number >> 12).is_multiple_of(2).then(|| at(i64::from(number >> 8) % 60));
    DueRow { not_before, attempts: number >> 28, ..waiting(key, revision, state) }
}

fn chosen(row: &DueRow, state: DueState, keys: Option<&[String]>) -> bool {
    row.state == state && keys.is_none_or(|keys| keys.contains(&row.source_key))
}
