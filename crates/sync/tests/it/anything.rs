//! Whatever happens in whatever order: in the end every client has exactly one record, with its values.

use std::time::Duration;

use proptest::prelude::*;
use salesbridge_connector_kit::memory::Fault;
use salesbridge_journal::Step;
use salesbridge_model::Client;
use salesbridge_store::DueState;

use crate::harness::World;
use crate::samples::{client, key};

/// Something that happens.
#[derive(Clone, Debug)]
enum Event {
    Saved { client: usize, name: usize, email: bool },
    Advanced,
    FullRunAsked,
    Faulty(Fault),
    Dying { step: Step, passes: usize },
    ChangedInFlight { client: usize, name: usize },
    TimePassed { seconds: u64 },
    Disabled,
    Enabled,
    Retried,
}

/// Last names: alike, empty, and one that is refused.
const NAMES: [Option<&str>; 6] =
    [Some("Li"), Some("Smith"), Some("O'Brien"), None, Some(" "), Some("far too long a last name")];

fn event() -> impl Strategy<Value = Event> {
    let faults = [
        Fault::NotSent,
        Fault::LostBeforeWrite,
        Fault::LostAfterWrite,
        Fault::RefuseWholeIfMoreThan(1),
        Fault::DeferRows,
    ];
    prop_oneof![
        6 => (0..7_usize, 0..NAMES.len(), any::<bool>()).prop_map(|(client, name, email)| Event::Saved { client, name, email }),
        6 => Just(Event::Advanced),
        2 => Just(Event::FullRunAsked),
        3 => prop::sample::select(faults.to_vec()).prop_map(Event::Faulty),
        3 => (prop::sample::select(Step::ALL.to_vec()), 0..3_usize).prop_map(|(step, passes)| Event::Dying { step, passes }),
        2 => (0..7_usize, 0..NAMES.len()).prop_map(|(client, name)| Event::ChangedInFlight { client, name }),
        1 => (1..100_u64).prop_map(|seconds| Event::TimePassed { seconds }),
        1 => Just(Event::Disabled),
        1 => Just(Event::Enabled),
        1 => Just(Event::Retried),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_client_has_one_record_in_the_end(events in prop::collection::vec(event(), 1..40), batch_rows in 1..4_usize, jobs in prop::option::of((1..4_usize, 1..4_usize))) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live_through(events, batch_rows, jobs));
    }
}

async fn live_through(events: Vec<Event>, batch_rows: usize, jobs: Option<(usize, usize)>) {
    let mut world = World::by_routes(batch_rows, jobs, |_| {}).await;
    for event in events {
        happens(&mut world, event).await;
        let (records, clients) = (world.there.memory.records().len(), known(&world).await.len());
        assert!(records <= clients, "{records} records of {clients} clients");
    }
    world.live();
    world.there.forget_script();
    world.person().enables_sync(true).await;
    world.settle_down().await;
    assert_refused_rows_are_the_ones_at_fault(&world).await;
    for client in known(&world).await {
        if is_too_long(&client) {
            world.person().saves(&[Client { last_name: Some("Short".into()), ..client }]).await;
        }
    }
    world.settle_down().await;
    world.assert_exactly_once().await;
    let sent = world.there.sizes().len();
    let run = world.full_run().await;
    let clients = known(&world).await.len() as u64;
    assert_eq!((run.counts.unchanged, run.counts.read(), world.there.sizes().len()), (clients, clients, sent));
}

async fn happens(world: &mut World, event: Event) {
    match event {
        Event::Saved { client, name, email } => world.person().saves(&[version(client, name, email)]).await,
        Event::Advanced => drop(world.advance_or_die().await),
        Event::FullRunAsked => {
            world.person().asks_for_full_run().await;
        }
        Event::Faulty(fault) => world.there.memory.script([fault]),
        Event::Dying { step, passes } => world.die_at(step, passes),
        Event::ChangedInFlight { client, name } => {
            let (person, next) = (world.person(), world.there.sizes().len());
            world.there.during_send(next, async move { person.saves(&[version(client, name, false)]).await });
        }
        Event::TimePassed { seconds } => world.clock.advance(Duration::from_secs(seconds)),
        Event::Disabled => world.person().enables_sync(false).await,
        Event::Enabled => world.person().enables_sync(true).await,
        Event::Retried => {
            let mut tx = world.store.write().await.unwrap();
            tx.due().retry(world.sync.id, DueState::Refused, None, world.now()).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

fn version(number: usize, name: usize, email: bool) -> Client {
    let email = email.then(|| "li@example.com".to_owned());
    Client { last_name: NAMES[name].map(str::to_owned), email, ..client(&key(number)) }
}

async fn known(world: &World) -> Vec<Client> {
    world.store.read().await.unwrap().clients().after(None, 1_000).await.unwrap()
}

fn is_too_long(client: &Client) -> bool {
    client.last_name.as_ref().is_some_and(|name| name.len() > 20)
}

async fn assert_refused_rows_are_the_ones_at_fault(world: &World) {
    let refused: Vec<String> = world.due_rows().await.into_iter().map(|due| due.source_key).collect();
    let at_fault = known(world).await.into_iter().filter(is_too_long).map(|client| client.key);
    assert_eq!(refused, at_fault.collect::<Vec<_>>());
}
