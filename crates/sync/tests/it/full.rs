//! A full run: every row is compared, what differs is sent, the counts agree.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use salesbridge_connector_kit::{FieldSchema, Source, SourceError};
use salesbridge_model::{Client, RunId, RunState};
use salesbridge_store::{DueState, Store};
use salesbridge_sync::{Advance, MappingPlan};

use crate::harness::World;
use crate::samples::{client, clients, counts, key, line};

#[tokio::test]
async fn r52_r54_n_rows_become_n_records_in_as_few_sends_as_there_are_batches_and_only_once() {
    for rows in [0_usize, 1, 199, 200, 201, 500, 1_001] {
        let world = World::new(200).await;
        world.person().saves(&clients(rows)).await;
        world.skips_changes().await;
        let run = world.full_run().await;
        assert_eq!((run.state, counts(run.counts)), (RunState::Completed, [rows as u64, 0, 0, 0, 0, 0]));
        assert_eq!(world.there.sizes().len(), rows.div_ceil(200), "{rows} rows");
        assert_eq!((run.api_calls, run.finished_at), (rows.div_ceil(200) as u64, Some(world.now())));
        assert_eq!(world.there.memory.records().len(), rows);

        let sent = world.there.sizes().len();
        let again = world.full_run().await;
        assert_eq!((again.state, counts(again.counts)), (RunState::Completed, [0, 0, rows as u64, 0, 0, 0]));
        assert_eq!((world.there.sizes().len(), again.api_calls), (sent, 0));
    }
}

#[tokio::test]
async fn a_hundred_changed_of_ten_thousand_are_sent_at_once_and_alone() {
    let world = World::new(200).await;
    world.person().saves(&clients(10_000)).await;
    world.skips_changes().await;
    assert_eq!(world.full_run().await.counts.created, 10_000);
    assert_eq!(world.there.sizes(), vec![200; 50]);

    let changed = |email: &'static str| {
        let edit = |number: usize| Client { email: Some(email.into()), ..client(&key(number * 97)) };
        (0..100).map(edit).collect::<Vec<_>>()
    };
    world.person().saves(&changed("a@example.com")).await;
    world.advance().await;
    assert_eq!(world.there.sizes()[50..], [100], "by their changes");
    world.person().saves(&changed("b@example.com")).await;
    world.skips_changes().await;
    let run = world.full_run().await;
    assert_eq!(world.there.sizes()[50..], [100, 100], "by comparing everything");
    assert_eq!(counts(run.counts), [0, 100, 9_900, 0, 0, 0]);
    assert!(world.there.sent()[51].iter().all(|row| row.len() == 1 && row.contains_key("Email")));
}

#[tokio::test]
async fn f9_r85_a_refused_row_is_told_stays_due_is_tried_again_and_may_be_dropped() {
    let world = World::new(10).await;
    world.person().saves(&clients(3)).await;
    let too_long = |client: &mut Client| client.last_name = Some("x".repeat(21));
    world.person().edits(&key(1), too_long).await;
    world.skips_changes().await;
    let run = world.full_run().await;
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [2, 0, 0, 1, 0, 0]));
    let outcome = world.outcomes(run.id).await.remove(1);
    assert_eq!((outcome.source_key, outcome.code.as_deref()), (key(1), Some("STRING_TOO_LONG")));
    assert_eq!((outcome.fields, outcome.remedy.as_deref()), (vec!["LastName".to_owned()], Some("Change the value")));
    let due = world.due_rows().await.remove(0);
    assert_eq!((due.source_key, due.state, due.code.as_deref()), (key(1), DueState::Refused, Some("STRING_TOO_LONG")));

    world.advance().await;
    assert_eq!(world.there.sizes(), [3], "it is not sent again by itself");
    let again = world.full_run().await;
    assert_eq!((again.state, counts(again.counts)), (RunState::CompletedWithRefusals, [0, 0, 2, 1, 0, 0]));
    assert_eq!(world.there.sizes(), [3, 1]);

    world.person().edits(&key(1), |client| client.last_name = Some("Short".into())).await;
    world.advance().await;
    world.assert_exactly_once().await;

    world.person().edits(&key(2), too_long).await;
    world.advance().await;
    assert_eq!(world.due().await.refused, 1);
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(tx.due().drop_rows(world.sync.id, DueState::Refused, None).await.unwrap(), 1);
    tx.commit().await.unwrap();
    world.advance().await;
    assert_eq!((world.due_rows().await, world.there.sizes().len()), (vec![], 4));
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_refused_without_a_send() {
    let world = levels(World::with(10, |sync| sync.mapping.lines.push(line("Status", "status"))).await);
    world.person().saves(&[client("a"), Client { status: Some("high".into()), ..client("b") }]).await;
    world.skips_changes().await;
    let run = world.full_run().await;
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [1, 0, 0, 1, 0, 0]));
    assert_eq!(world.there.sizes(), [1]);
    world.person().edits("b", |client| client.status = Some("3".into())).await;
    world.advance().await;
    assert_eq!(world.record("b").await["Status"], "3");
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn r53_f10_clients_alike_in_everything_become_two_records() {
    let world = World::new(10).await;
    let twin = |key: &str| Client { last_name: Some("Li".into()), email: Some("li@example.com".into()), ..client(key) };
    world.person().saves(&[twin("a"), twin("b")]).await;
    world.full_run().await;
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn f17_a_record_that_is_gone_breaks_its_link_and_is_not_made_again() {
    let world = World::new(10).await;
    world.person().saves(&clients(2)).await;
    world.advance().await;
    world.there.memory.remove(&world.links().await[&key(0)].record_id);
    for number in 0..3 {
        world.person().edits(&key(0), |client| client.last_name = Some(format!("Li {number}"))).await;
        world.advance().await;
        let run = world.full_run().await;
        assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [0, 0, 1, 1, 0, 0]));
    }
    assert_eq!(world.there.sizes(), [2, 1], "what is known to be gone is not asked for again");
    assert_eq!((world.there.memory.records().len(), world.due().await.refused), (1, 1));
    assert_eq!(world.due_rows().await[0].code.as_deref(), Some("LINK_BROKEN"));
    let run = world.runs().await.remove(0);
    let link = world.links().await.remove(&key(0)).unwrap();
    assert_eq!(
        world.outcomes(run.id).await[0].record_id.as_deref(),
        Some(link.record_id.as_str()),
        "a refusal names the record"
    );
}

#[tokio::test]
async fn a_row_that_was_put_off_is_not_sent_early_by_a_full_run() {
    let world = World::new(1).await;
    world.person().saves(&clients(2)).await;
    world.there.put_off_rows_with(Some(("Name of c00001", Duration::from_secs(60))));
    world.advance().await;
    world.there.put_off_rows_with(None);
    let run = world.full_run().await;
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [0, 0, 1, 0, 1, 0]));
    assert_eq!(world.outcomes(run.id).await[0].code.as_deref(), Some("LATER"));
    assert_eq!(world.there.sizes(), [1, 1]);
    world.settle_down().await;
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn an_edit_of_the_mapping_during_a_run_is_not_lost() {
    let mut world = World::new(10).await;
    world.person().saves(&clients(30)).await;
    world.skips_changes().await;
    let first = world.person().asks_for_full_run().await;
    let person = world.person();
    let mut edited = world.sync.clone();
    edited.mapping.lines.push(line("Status", "key"));
    let stored = edited.clone();
    let asked = Arc::new(Mutex::new(None));
    let keep = asked.clone();
    world.there.during_send(2, async move {
        person.stores_sync(&stored).await;
        let second = person.asks_for_full_run().await;
        *keep.lock().unwrap() = Some(second);
    });
    assert_eq!(world.advance().await, Advance::Stopped, "the job has to be opened anew");
    assert_eq!(world.run(first).await.state, RunState::Completed);
    let second: RunId = asked.lock().unwrap().unwrap();
    assert_eq!(world.run(second).await.state, RunState::Queued, "not begun by the mapping from before");
    world.redefine(|sync| *sync = edited).await;
    world.settle_down().await;
    assert_eq!(counts(world.run(second).await.counts), [0, 30, 0, 0, 0, 0]);
    assert_eq!(world.record(&key(4)).await["Status"], key(4));
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn nothing_is_written_by_a_mapping_that_was_edited_meanwhile() {
    let world = World::new(10).await;
    world.person().saves(&clients(30)).await;
    let (person, mut edited) = (world.person(), world.sync.clone());
    edited.mapping.lines.push(line("Status", "key"));
    world.there.during_send(0, async move { person.stores_sync(&edited).await });
    assert_eq!(world.advance().await, Advance::Stopped);
    assert_eq!(world.there.sizes(), [10]);
}

/// Memory stays flat: what is remembered between two checkpoints is a stretch, whatever becomes of the rows in it.
#[tokio::test]
async fn the_cursor_is_never_far_behind_though_every_row_but_one_is_refused() {
    let mut world = levels(World::with(200, |sync| sync.mapping.lines.push(line("Status", "status"))).await);
    let rows: Vec<Client> = clients(21_000)
        .into_iter()
        .map(|client| if client.key == key(3) { client } else { Client { status: Some("high".into()), ..client } })
        .collect();
    world.person().saves(&rows).await;
    world.skips_changes().await;
    let id = world.person().asks_for_full_run().await;
    let inner = crate::client_rows::ClientRows(world.store.clone());
    let lags = Arc::new(Mutex::new(Vec::new()));
    world.source = Box::new(Watched { inner, store: world.store.clone(), run: id, lags: lags.clone() });
    world.advance().await;
    let run = world.run(id).await;
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [1, 0, 0, 20_999, 0, 0]));
    let longest = lags.lock().unwrap().iter().max().copied();
    assert_eq!(longest, Some(9_500), "rows read beyond the cursor");
}

/// Notes how many rows have been read beyond the run's cursor when more are asked for.
struct Watched {
    inner: crate::client_rows::ClientRows,
    store: Arc<dyn Store>,
    run: RunId,
    lags: Arc<Mutex<Vec<usize>>>,
}

#[async_trait]
impl Source for Watched {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }

    fn key_column(&self) -> &str {
        self.inner.key_column()
    }

    async fn count(&self) -> Result<Option<u64>, SourceError> {
        self.inner.count().await
    }

    async fn after(&self, key: Option<&str>, limit: usize) -> Result<RecordBatch, SourceError> {
        let run = self.store.read().await.unwrap().runs().find(self.run).await.unwrap().unwrap();
        let rows_until = |key: Option<&str>| key.map_or(0, |key| key[1..].parse::<usize>().unwrap() + 1);
        self.lags.lock().unwrap().push(rows_until(key) - rows_until(run.cursor.as_deref()));
        self.inner.after(key, limit).await
    }

    async fn with_keys(&self, keys: &[String]) -> Result<RecordBatch, SourceError> {
        self.inner.with_keys(keys).await
    }
}

/// The world with an object whose `Status` is a whole number.
fn levels(mut world: World) -> World {
    for field in &mut world.object.fields {
        if field.name == "Status" {
            *field = FieldSchema { kind: "int".into(), ..field.clone() };
        }
    }
    world.plan = MappingPlan::new(&world.sync.mapping, &world.source.schema(), "key", &world.object).unwrap();
    world
}
