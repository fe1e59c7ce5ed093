//! Changes: coalesced, in order, never lost.

use std::time::Duration;

use salesbridge_connector_kit::memory::Fault;
use salesbridge_model::{Client, RunState};
use salesbridge_store::DueState;
use salesbridge_sync::Advance;

use crate::harness::World;
use crate::samples::{client, clients, counts, key};

#[tokio::test]
async fn r55_a_new_client_is_sent_and_r56_so_is_a_change_of_it() {
    let world = World::new(10).await;
    world.person().saves(&[client("a")]).await;
    assert_eq!(world.advance().await, Advance::Idle { next_at: None });
    world.person().edits("a", |client| client.email = Some("a@example.com".into())).await;
    world.advance().await;
    world.assert_exactly_once().await;
    let runs = world.runs().await;
    let [second, first] = &runs[..] else { panic!("a run each: {runs:?}") };
    assert_eq!((first.state, counts(first.counts)), (RunState::Completed, [1, 0, 0, 0, 0, 0]));
    assert_eq!((second.state, counts(second.counts)), (RunState::Completed, [0, 1, 0, 0, 0, 0]));
}

#[tokio::test]
async fn f20_fifty_changes_are_one_send_with_the_final_state() {
    let world = World::new(10).await;
    world.person().saves(&[client("a")]).await;
    world.advance().await;
    for number in 1..=50 {
        world.person().edits("a", |client| client.last_name = Some(format!("Name {number}"))).await;
    }
    world.advance().await;
    assert_eq!(world.there.sizes(), [1, 1]);
    assert_eq!(world.record("a").await["LastName"], "Name 50");
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_change_while_its_row_is_in_flight_is_sent_afterwards() {
    for (by_full_run, updating) in [(false, false), (false, true), (true, false), (true, true)] {
        let world = World::new(10).await;
        world.person().saves(&clients(3)).await;
        if updating {
            world.advance().await;
            for number in 0..3 {
                world.person().edits(&key(number), |client| client.email = Some("a@example.com".into())).await;
            }
        }
        let (person, sends) = (world.person(), world.there.sizes().len());
        let rename = |client: &mut Client| client.last_name = Some("Final".into());
        world.there.during_send(sends, async move { person.edits(&key(1), rename).await });
        if by_full_run {
            world.skips_changes().await;
            world.full_run().await;
        } else {
            world.advance().await;
        }
        world.settle_down().await;
        assert_eq!(world.there.sizes()[sends..], [3, 1], "full {by_full_run}, update {updating}");
        assert_eq!(world.record(&key(1)).await["LastName"], "Final");
        world.assert_exactly_once().await;
    }
}

#[tokio::test]
async fn states_of_a_row_go_out_in_the_order_of_its_changes() {
    let world = World::new(1).await;
    world.person().saves(&clients(2)).await;
    for number in 0..4 {
        let person = world.person();
        let rename = move |client: &mut Client| client.last_name = Some(format!("Name {number}"));
        world.there.during_send(number, async move { person.edits(&key(0), rename).await });
    }
    for _ in 0..5 {
        world.advance().await;
    }
    let names = world.there.sent().into_iter().map(|mut rows| rows.remove(0).remove("LastName").flatten().unwrap());
    let of_first: Vec<String> = names.filter(|name| name != "Name of c00001").collect();
    assert!(
        of_first.is_sorted_by_key(|name| name.strip_prefix("Name ").and_then(|n| n.parse::<i32>().ok())),
        "{of_first:?}"
    );
    assert_eq!(of_first.last().map(String::as_str), Some("Name 3"));
    world.assert_exactly_once().await;
}

/// What the runs tell of is what was made.
#[tokio::test]
async fn a_record_that_was_made_and_changed_before_its_run_ended_is_told_of_as_made_and_as_changed() {
    let world = World::new(1).await;
    world.person().saves(&clients(2)).await;
    let there = world.there.memory.clone();
    world.there.during_send(1, async move { there.script([Fault::NotSent]) });
    assert!(matches!(world.advance().await, Advance::Obstructed(_)), "after the first record, before the second");
    world.person().edits(&key(0), |client| client.last_name = Some("Later".into())).await;
    world.settle_down().await;
    world.assert_exactly_once().await;
    let told: Vec<_> = world.runs().await.iter().map(|run| (run.state, counts(run.counts))).collect();
    assert_eq!(told, [(RunState::Completed, [1, 1, 0, 0, 0, 0]), (RunState::Completed, [1, 0, 0, 0, 0, 0])]);
}

#[tokio::test]
async fn a_row_that_is_gone_at_the_source_is_not_sent_and_no_longer_due() {
    let mut world = World::new(10).await;
    world.person().saves(&clients(2)).await;
    let mut tx = world.store.write().await.unwrap();
    tx.due().take_in(world.sync.id, "clients", world.now()).await.unwrap();
    tx.commit().await.unwrap();
    let elsewhere = World::new(10).await;
    elsewhere.person().saves(&clients(1)).await;
    world.source = Box::new(crate::client_rows::ClientRows(elsewhere.store.clone()));
    world.settle_down().await;
    assert_eq!((world.there.sizes(), world.due_rows().await), (vec![1], vec![]));
    assert_eq!(world.runs().await[0].state, RunState::Completed);
}

#[tokio::test]
async fn a_row_that_was_put_off_comes_back_after_its_pause_and_not_before() {
    let world = World::new(1).await;
    world.there.put_off_rows_with(Some(("Name of a", Duration::from_secs(60))));
    world.person().saves(&[client("a"), client("b")]).await;
    let until = world.now() + Duration::from_secs(60);
    assert_eq!(world.advance().await, Advance::Idle { next_at: Some(until) });
    let run = world.runs().await.remove(0);
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [1, 0, 0, 0, 1, 0]));
    assert_eq!((world.due().await.deferred, world.due_rows().await[0].attempts), (1, 1));

    world.clock.advance(Duration::from_secs(59));
    assert_eq!(world.advance().await, Advance::Idle { next_at: Some(until) });
    assert_eq!(world.there.sizes(), [1, 1]);
    world.there.put_off_rows_with(None);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.advance().await, Advance::Idle { next_at: None });
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn pauses_grow_while_a_row_is_put_off_again() {
    let world = World::new(1).await;
    world.there.put_off_rows_with(Some(("Name of a", Duration::ZERO)));
    world.person().saves(&[client("a")]).await;
    let mut pauses = Vec::new();
    for _ in 0..13 {
        let Advance::Idle { next_at: Some(next_at) } = world.advance().await else { panic!("it is put off") };
        pauses.push((next_at - world.now()).num_milliseconds());
        world.clock.set(next_at);
    }
    assert_eq!(pauses[..4], [500, 1_000, 2_000, 4_000]);
    assert_eq!(pauses[10..], [512_000, 900_000, 900_000]);
}

#[tokio::test]
async fn a_person_may_ask_for_a_refused_row_again() {
    let world = World::new(10).await;
    world.person().saves(&[Client { last_name: Some("x".repeat(21)), ..client("a") }]).await;
    world.advance().await;
    assert_eq!(world.due().await.refused, 1);
    let mut tx = world.store.write().await.unwrap();
    tx.due().retry(world.sync.id, DueState::Refused, Some(&["a".to_owned()]), world.now()).await.unwrap();
    tx.commit().await.unwrap();
    world.advance().await;
    assert_eq!((world.there.sizes(), world.due().await.refused), (vec![1, 1], 1));
}
