//! Disabled, held, cancelled, stopped: nothing further leaves, and nothing is lost.

use std::sync::{Arc, Mutex};

use salesbridge_model::{Connection, Held, RunState, Sync};
use salesbridge_sync::Advance;

use crate::harness::World;
use crate::person::Person;
use crate::samples::{clients, key};

#[tokio::test]
async fn r41_nothing_is_sent_while_the_sync_or_its_connection_is_disabled() {
    for by_full_run in [false, true] {
        for of_connection in [false, true] {
            let world = ready(by_full_run).await;
            switch(&world.person(), of_connection, false).await;
            assert_eq!(world.advance().await, Advance::Stopped);
            world.person().edits(&key(1), |client| client.email = Some("a@example.com".into())).await;
            assert_eq!(world.advance().await, Advance::Stopped);
            assert_eq!((world.there.sizes(), world.unsettled().await), (vec![], 0));
            switch(&world.person(), of_connection, true).await;
            world.settle_down().await;
            world.assert_exactly_once().await;
        }
    }
}

#[tokio::test]
async fn r41_nothing_is_begun_after_it_was_disabled_in_the_middle() {
    for by_full_run in [false, true] {
        for of_connection in [false, true] {
            let world = ready(by_full_run).await;
            let person = world.person();
            world.there.during_send(1, async move { switch(&person, of_connection, false).await });
            assert_eq!(world.advance().await, Advance::Stopped);
            assert_eq!(world.there.sizes(), [3, 3], "the batch under way is finished");
            assert_eq!((world.unsettled().await, world.links().await.len()), (0, 6), "and recorded");
            switch(&world.person(), of_connection, true).await;
            world.settle_down().await;
            assert_eq!(world.there.sizes(), [3, 3, 2]);
            world.assert_exactly_once().await;
        }
    }
}

#[tokio::test]
async fn r54_disabling_and_enabling_again_makes_no_second_record() {
    let world = ready(true).await;
    world.settle_down().await;
    for _ in 0..3 {
        switch(&world.person(), false, false).await;
        switch(&world.person(), false, true).await;
        world.full_run().await;
    }
    assert_eq!(world.there.sizes(), [3, 3, 2]);
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn nothing_is_sent_while_the_sync_or_its_connection_is_held() {
    let world = ready(false).await;
    let held = || Some(Held { code: "X".into(), reason: "no".into(), remedy: "mend".into(), since: world.now() });
    world.person().stores_sync(&Sync { held: held(), ..world.sync.clone() }).await;
    assert_eq!((world.advance().await, world.there.sizes()), (Advance::Stopped, vec![]));
    world.person().stores_sync(&world.sync).await;
    world.person().stores_connection(&Connection { held: held(), ..world.connection.clone() }).await;
    assert_eq!((world.advance().await, world.there.sizes()), (Advance::Stopped, vec![]));
    world.person().stores_connection(&world.connection).await;
    world.settle_down().await;
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_cancelled_run_begins_no_further_batch_and_the_next_one_sends_the_rest() {
    let world = World::new(3).await;
    world.person().saves(&clients(8)).await;
    world.skips_changes().await;
    let run = world.person().asks_for_full_run().await;
    let person = world.person();
    world.there.during_send(1, async move { person.cancels(run).await });
    assert_eq!(world.advance().await, Advance::Stopped);
    assert_eq!((world.there.sizes(), world.links().await.len(), world.unsettled().await), (vec![3, 3], 6, 0));
    let cancelled = world.run(run).await;
    assert_eq!((cancelled.state, cancelled.counts.created), (RunState::Cancelled, 6), "what was sent is counted");
    assert_eq!(world.advance().await, Advance::Idle { next_at: None });
    assert_eq!(world.there.sizes(), [3, 3], "a person ended it");
    let next = world.full_run().await;
    assert_eq!((next.counts.created, next.counts.unchanged), (2, 6));
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_cancelled_run_whose_last_answer_was_lost_is_recovered_all_the_same() {
    let world = World::new(3).await;
    world.person().saves(&clients(3)).await;
    world.skips_changes().await;
    let run = world.person().asks_for_full_run().await;
    world.there.memory.script([salesbridge_connector_kit::memory::Fault::LostAfterWrite]);
    world.advance().await;
    world.person().cancels(run).await;
    world.settle_down().await;
    assert_eq!((world.run(run).await.state, world.there.sizes()), (RunState::Cancelled, vec![3]));
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_process_that_is_to_stop_finishes_its_batch_and_begins_no_other() {
    for by_full_run in [false, true] {
        let mut world = ready(by_full_run).await;
        let stop = world.stop.clone();
        world.there.during_send(0, async move { stop.cancel() });
        assert_eq!(world.advance().await, Advance::Stopped);
        assert_eq!((world.there.sizes(), world.unsettled().await, world.links().await.len()), (vec![3], 0, 3));
        world.stop = Default::default();
        world.restart().await;
        world.settle_down().await;
        assert_eq!(world.there.sizes(), [3, 3, 2]);
        world.assert_exactly_once().await;
    }
}

/// Whatever a person switches and when: what is not allowed is not journalled.
#[tokio::test]
async fn r41_an_intent_is_journalled_in_the_transaction_that_sees_that_it_is_wanted() {
    let world = ready(false).await;
    let journalled = Arc::new(Mutex::new(0));
    for send in 0..3 {
        let (person, store, sync, seen) = (world.person(), world.store.clone(), world.sync.id, journalled.clone());
        world.there.during_send(send, async move {
            *seen.lock().unwrap() += store.read().await.unwrap().journal().unsettled(sync).await.unwrap().len();
            person.enables_sync(false).await;
            person.enables_sync(true).await;
        });
    }
    world.settle_down().await;
    assert_eq!(*journalled.lock().unwrap(), 3, "each send is journalled, alone, before it leaves");
    world.assert_exactly_once().await;
}

/// Eight clients to be sent in batches of three.
async fn ready(by_full_run: bool) -> World {
    let world = World::new(3).await;
    world.person().saves(&clients(8)).await;
    if by_full_run {
        world.skips_changes().await;
        world.person().asks_for_full_run().await;
    }
    world
}

async fn switch(person: &Person, of_connection: bool, enabled: bool) {
    if of_connection { person.enables_connection(enabled).await } else { person.enables_sync(enabled).await }
}
