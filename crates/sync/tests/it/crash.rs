//! The process dies at a step; the next one goes on where the store says.

use salesbridge_journal::Step;
use salesbridge_model::{Client, RunState, Sync};

use crate::harness::World;
use crate::samples::{clients, counts, key};

#[tokio::test]
async fn f19_a_process_may_die_at_any_step_of_a_create() {
    for external_id in [None, Some("Key__c".to_owned())] {
        for (step, by_jobs) in steps_of_both_routes() {
            let world = world(by_jobs, external_id.clone()).await;
            world.person().saves(&clients(8)).await;
            dies_and_goes_on(world, step, [8, 0]).await;
        }
    }
}

/// A world whose batches have three rows.
async fn world(by_jobs: bool, external_id_field: Option<String>) -> World {
    let edit = |sync: &mut Sync| sync.options.external_id_field = external_id_field;
    if by_jobs { World::by_jobs(3, edit).await } else { World::with(3, edit).await }
}

/// Every step of a write by one call, and every step of one by a job.
fn steps_of_both_routes() -> impl Iterator<Item = (Step, bool)> {
    let of_calls = Step::ALL.into_iter().filter(|step| !step.is_of_jobs()).map(|step| (step, false));
    of_calls.chain(Step::ALL.map(|step| (step, true)))
}

#[tokio::test]
async fn f19_a_process_may_die_at_any_step_of_an_update() {
    for (step, by_jobs) in steps_of_both_routes() {
        let world = world(by_jobs, None).await;
        world.person().saves(&clients(8)).await;
        world.settle_down().await;
        for number in 0..8 {
            world.person().edits(&key(number), |client| client.email = Some(format!("{number}@example.com"))).await;
        }
        dies_and_goes_on(world, step, [0, 8]).await;
    }
}

#[tokio::test]
async fn f19_changes_may_be_on_their_way_when_the_process_dies() {
    for (step, by_jobs) in steps_of_both_routes() {
        for batch in 0..3 {
            let mut world = world(by_jobs, None).await;
            world.person().saves(&clients(8)).await;
            world.die_at(step, batch);
            assert!(world.advance_or_die().await, "{step:?}, batch {batch}");
            world.person().edits(&key(batch * 3), |client| client.last_name = Some("Later".into())).await;
            world.settle_down().await;
            world.assert_exactly_once().await;
        }
    }
}

#[tokio::test]
async fn a_process_may_die_again_and_again() {
    for by_jobs in [false, true] {
        dies_again_and_again(world(by_jobs, None).await).await;
    }
}

async fn dies_again_and_again(mut world: World) {
    world.person().saves(&clients(30)).await;
    world.skips_changes().await;
    let run = world.person().asks_for_full_run().await;
    for step in Step::ALL.into_iter().cycle().take(20) {
        world.die_at(step, 0);
        world.advance_or_die().await;
        world.live();
    }
    world.settle_down().await;
    world.assert_exactly_once().await;
    let run = world.run(run).await;
    assert_eq!((run.state, counts(run.counts)), (RunState::Completed, [30, 0, 0, 0, 0, 0]));
}

#[tokio::test]
async fn a_row_refused_before_and_after_the_process_died_is_counted_once() {
    let mut world = World::new(3).await;
    world.person().saves(&clients(8)).await;
    world.person().edits(&key(1), |client| client.last_name = Some("x".repeat(21))).await;
    world.skips_changes().await;
    let run = world.person().asks_for_full_run().await;
    world.die_at(Step::AfterSettle, 1);
    assert!(world.advance_or_die().await);
    world.settle_down().await;
    let run = world.run(run).await;
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [7, 0, 0, 1, 0, 0]));
}

#[tokio::test]
async fn a_row_that_was_made_before_the_process_died_and_has_changed_since_is_counted_as_made() {
    let mut world = World::new(3).await;
    world.person().saves(&clients(8)).await;
    world.skips_changes().await;
    let run = world.person().asks_for_full_run().await;
    world.die_at(Step::AfterSettle, 1);
    assert!(world.advance_or_die().await);
    // While one change is sent another comes, which the full run sees before it is taken in.
    let (person, next) = (world.person(), world.there.sizes().len());
    let later = |client: &mut Client| client.last_name = Some("Later".into());
    world.there.during_send(next, async move { person.edits(&key(1), later).await });
    world.person().edits(&key(5), later).await;
    world.settle_down().await;
    world.assert_exactly_once().await;
    let run = world.run(run).await;
    assert_eq!((run.state, counts(run.counts)), (RunState::Completed, [8, 0, 0, 0, 0, 0]));
}

/// Dies at a step of the second batch of a full run over eight clients; `written` is what it counts in the end, created and updated.
async fn dies_and_goes_on(mut world: World, step: Step, written: [u64; 2]) {
    world.skips_changes().await;
    let run = world.person().asks_for_full_run().await;
    world.die_at(step, 1);
    assert!(world.advance_or_die().await, "{step:?} is reached");
    world.settle_down().await;
    world.assert_exactly_once().await;
    let run = world.run(run).await;
    let told = counts(run.counts);
    assert_eq!((run.state, told), (RunState::Completed, [written[0], written[1], 0, 0, 0, 0]), "{step:?}");
}
