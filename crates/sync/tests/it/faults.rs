//! Faults of the other side: nothing lost, nothing doubled.

use std::time::Duration;

use salesbridge_connector_kit::memory::Fault;
use salesbridge_connector_kit::{NextStep, RecoveredRow, Recovery};
use salesbridge_journal::Step;
use salesbridge_model::{RunState, RunTrigger};
use salesbridge_store::DueState;
use salesbridge_sync::{Advance, Obstacle};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::harness::World;
use crate::samples::{clients, counts, key};

const FAULTS: [Fault; 5] =
    [Fault::NotSent, Fault::LostBeforeWrite, Fault::LostAfterWrite, Fault::RefuseWholeIfMoreThan(1), Fault::DeferRows];

/// F18: also when it happens in the middle.
#[tokio::test]
async fn f18_no_fault_loses_or_doubles_a_row() {
    for fault in FAULTS {
        for by_full_run in [false, true] {
            for (updating, by_jobs) in [(false, false), (false, true), (true, false), (true, true)] {
                let world = if by_jobs { World::by_jobs(3, |_| {}).await } else { World::new(3).await };
                let world = with_rows_to_send(world, 8, updating).await;
                // The second send meets it, and the third once more.
                world.person_scripts_from_second_send(&[fault, fault]);
                if by_full_run {
                    world.skips_changes().await;
                    world.person().asks_for_full_run().await;
                }
                world.settle_down().await;
                world.assert_exactly_once().await;
                let trigger = if by_full_run { RunTrigger::Full } else { RunTrigger::Changes };
                let run = world.runs().await.into_iter().find(|run| run.trigger == trigger).unwrap();
                let told =
                    format!("{fault:?}, full {by_full_run}, update {updating}, jobs {by_jobs}: {:?}", run.counts);
                assert!(!by_full_run || run.counts.read() == 8, "every row is counted once; {told}");
                let put_off = fault == Fault::DeferRows;
                assert_eq!(run.state == RunState::CompletedWithRefusals, put_off && by_full_run, "{told}");
                if by_full_run && !put_off {
                    let written = if updating { run.counts.updated } else { run.counts.created };
                    assert_eq!(written, 8, "the run that sent the rows tells of them; {told}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_lost_answer_ends_the_advance_and_is_recovered_before_anything_else_is_sent() {
    let world = ready_to_send(3, 8, false).await;
    world.there.memory.script([Fault::LostAfterWrite]);
    let Advance::Obstructed(Obstacle::RetryLater { problem, .. }) = world.advance().await else { panic!("obstructed") };
    assert_eq!((problem.code.as_str(), world.unsettled().await, world.links().await.len()), ("SCRIPTED", 1, 0));
    world.there.fail_recovery(NextStep::RetryLater { pause: None });
    assert!(matches!(world.advance().await, Advance::Obstructed(Obstacle::RetryLater { .. })));
    assert_eq!((world.there.sizes(), world.unsettled().await), (vec![3], 1), "nothing is sent while it is not known");
    world.settle_down().await;
    assert_eq!(world.there.sizes(), [3, 3, 2]);
    world.assert_exactly_once().await;
}

/// The other side holds the second value then, though only the first was ever confirmed.
#[tokio::test]
async fn a_change_whose_answer_was_lost_and_that_was_taken_back_meanwhile_is_taken_back_there_too() {
    for fault in [Fault::LostBeforeWrite, Fault::LostAfterWrite] {
        let world = ready_to_send(10, 1, true).await;
        world.there.memory.script([fault]);
        world.advance().await;
        world.person().edits(&key(0), |client| client.email = None).await;
        world.settle_down().await;
        world.assert_exactly_once().await;
    }
}

#[tokio::test]
async fn a_write_that_may_be_under_way_is_asked_for_again_at_the_time_given() {
    let world = ready_to_send(10, 2, false).await;
    world.there.memory.script([Fault::LostAfterWrite]);
    world.advance().await;
    let wait = Duration::from_secs(300);
    world.there.answer_recovery(Recovery::Wait { pause: wait });
    let Advance::Obstructed(obstacle) = world.advance().await else { panic!("it waits") };
    let Obstacle::RetryLater { problem, pause } = &obstacle else { panic!("it comes back: {obstacle:?}") };
    assert_eq!((problem.code.as_str(), *pause), ("ANSWER_LOST", Some(wait)));
    assert_eq!((world.there.sizes(), world.unsettled().await), (vec![2], 1));
    world.settle_down().await;
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn what_cannot_be_told_waits_for_a_person_whatever_changes() {
    let world = ready_to_send(10, 2, false).await;
    world.there.memory.script([Fault::LostAfterWrite]);
    world.advance().await;
    let uncertain = || RecoveredRow::Uncertain { reason: "two alike".into() };
    world.there.answer_recovery(Recovery::Rows(vec![uncertain(), uncertain()]));
    world.settle_down().await;
    assert_eq!((world.due().await.uncertain, world.unsettled().await), (2, 0));
    let run = world.runs().await.remove(0);
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [0, 0, 0, 0, 0, 2]));

    world.person().edits(&key(0), |client| client.email = Some("a@example.com".into())).await;
    let run = world.full_run().await;
    assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [0, 0, 0, 0, 0, 2]));
    assert_eq!(world.outcomes(run.id).await[1].message.as_deref(), Some("two alike"));
    assert_eq!(world.there.sizes(), [2], "nothing of it is sent again");

    world.there.memory.records().iter().for_each(|record| world.there.memory.remove(&record.id));
    let mut tx = world.store.write().await.unwrap();
    tx.due().retry(world.sync.id, DueState::Uncertain, None, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    world.settle_down().await;
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_is_halved_to_the_row_at_fault() {
    for by_full_run in [false, true] {
        let world = ready_to_send(64, 64, false).await;
        if by_full_run {
            world.skips_changes().await;
            world.person().asks_for_full_run().await;
        }
        world.there.refuse_batches_with("Name of c00041");
        world.settle_down().await;
        assert_eq!(world.there.sizes(), [64, 32, 32, 16, 8, 8, 4, 2, 1, 1, 2, 4, 16], "full {by_full_run}");
        let run = world.runs().await.remove(0);
        assert_eq!((run.state, counts(run.counts)), (RunState::CompletedWithRefusals, [63, 0, 0, 1, 0, 0]));
        let refused = world.due_rows().await;
        assert_eq!(refused.len(), 1);
        assert_eq!((&refused[0].source_key, refused[0].code.as_deref()), (&key(41), Some("POISON")));
        assert_eq!((world.there.memory.records().len(), world.unsettled().await), (63, 0));
    }
}

#[tokio::test]
async fn a_failure_that_a_person_must_mend_ends_the_advance_and_loses_nothing() {
    for next in [NextStep::HoldConnection, NextStep::HoldSync] {
        for by_full_run in [false, true] {
            for call in ["prepare", "send", "recover"] {
                let world = ready_to_send(3, 8, false).await;
                if by_full_run {
                    world.skips_changes().await;
                    world.person().asks_for_full_run().await;
                }
                match call {
                    "prepare" => world.there.fail_prepare(next),
                    "send" => world.there.fail_send(next),
                    _ => {
                        world.there.memory.script([Fault::LostAfterWrite]);
                        world.advance().await;
                        world.there.fail_recovery(next);
                    }
                }
                let Advance::Obstructed(obstacle) = world.advance().await else { panic!("{call} is in the way") };
                let holds = match next {
                    NextStep::HoldConnection => matches!(obstacle, Obstacle::HoldConnection(_)),
                    _ => matches!(obstacle, Obstacle::HoldSync(_)),
                };
                assert!(holds, "{call}, {next:?}: {obstacle:?}");
                assert_eq!(obstacle.problem().remedy, "Mend it");
                world.settle_down().await;
                world.assert_exactly_once().await;
            }
        }
    }
}

#[tokio::test]
async fn a_pause_that_the_other_side_asks_for_is_told() {
    let world = ready_to_send(3, 8, false).await;
    world.there.fail_send(NextStep::RetryLater { pause: Some(Duration::from_secs(90)) });
    let Advance::Obstructed(Obstacle::RetryLater { pause, .. }) = world.advance().await else { panic!("obstructed") };
    assert_eq!(pause, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn an_obstacle_is_noted_on_open_runs_until_it_has_passed() {
    let world = ready_to_send(3, 8, false).await;
    world.there.fail_send(NextStep::HoldSync);
    let Advance::Obstructed(obstacle) = world.advance().await else { panic!("obstructed") };
    world.engine().note_obstacle(&world.sync, Some(&obstacle)).await.unwrap();
    let run = world.runs().await.remove(0);
    assert_eq!((run.state, run.problem.as_ref()), (RunState::Running, Some(obstacle.problem())));
    world.settle_down().await;
    let run = world.run(run.id).await;
    assert_eq!((run.state, run.problem), (RunState::Completed, None));
}

#[tokio::test]
async fn answers_that_do_not_match_the_rows_settle_none_of_them() {
    let world = ready_to_send(10, 4, false).await;
    world.there.forget_an_answer();
    let Advance::Obstructed(obstacle) = world.advance().await else { panic!("obstructed") };
    assert_eq!(obstacle.problem().code, "ANSWERS_MISCOUNTED");
    assert_eq!((world.unsettled().await, world.links().await.len()), (1, 0));
    world.there.answer_recovery(Recovery::Rows(vec![RecoveredRow::NotSent]));
    assert!(matches!(world.advance().await, Advance::Obstructed(Obstacle::HoldSync(_))));
    assert_eq!(world.unsettled().await, 1);
    world.settle_down().await;
    world.assert_exactly_once().await;
}

/// Or else a write that is under way would count as one that was over when the process began.
#[tokio::test]
async fn an_advance_given_up_in_mid_send_counts_as_silent_from_when_that_was_found() {
    let mut world = ready_to_send(10, 2, false).await;
    world.clock.advance(Duration::from_secs(3_600));
    let (begun, has_begun) = oneshot::channel();
    world.there.during_send(0, async move {
        begun.send(()).unwrap();
        std::future::pending().await
    });
    tokio::select! {
        _ = world.advance() => panic!("the send never ends"),
        begun = has_begun => begun.unwrap(),
    }
    world.clock.advance(Duration::from_secs(5));
    let wait = || Recovery::Wait { pause: Duration::from_secs(1) };
    world.there.answer_recovery(wait());
    world.advance().await;
    world.clock.advance(Duration::from_secs(5));
    world.there.answer_recovery(wait());
    world.advance().await;
    world.clock.advance(Duration::from_secs(5));
    world.restart().await;
    world.clock.advance(Duration::from_secs(3));
    world.settle_down().await;
    let silent = [0, 5, 3].map(Duration::from_secs);
    assert_eq!(world.there.silent_for(), silent, "the last by another process");
    world.assert_exactly_once().await;
}

/// Or else a process that takes a lease for each advance would wait for ever.
#[tokio::test]
async fn a_sender_that_died_is_silent_since_the_first_lease_after_it_whatever_leases_follow() {
    let mut world = ready_to_send(10, 2, false).await;
    world.die_at(Step::AfterSend, 0);
    assert!(world.advance_or_die().await);
    for _ in 0..3 {
        world.there.answer_recovery(Recovery::Wait { pause: Duration::from_secs(5) });
        world.advance().await;
        world.clock.advance(Duration::from_secs(5));
        world.takes_its_lease_anew().await;
    }
    world.settle_down().await;
    assert_eq!(world.there.silent_for(), [0, 5, 10, 15].map(Duration::from_secs));
    world.assert_exactly_once().await;
}

impl World {
    fn person_scripts_from_second_send(&self, faults: &[Fault]) {
        let (there, faults) = (self.there.memory.clone(), faults.to_vec());
        let next = self.there.sizes().len() + 1;
        self.there.during_send(next, async move { there.script(faults) });
    }
}

/// A world with so many clients, to be sent in batches of so many rows: records to be made, or to be changed.
async fn ready_to_send(batch_rows: usize, rows: usize, updating: bool) -> World {
    with_rows_to_send(World::new(batch_rows).await, rows, updating).await
}

async fn with_rows_to_send(world: World, rows: usize, updating: bool) -> World {
    world.person().saves(&clients(rows)).await;
    if updating {
        world.settle_down().await;
        for number in 0..rows {
            world.person().edits(&key(number), |client| client.email = Some(format!("{number}@example.com"))).await;
        }
    }
    world
}

/// Many rows go by jobs, few by calls: also those that are left when a job is refused as a whole.
#[tokio::test]
async fn the_number_of_rows_chooses_the_route() {
    for by_full_run in [false, true] {
        let world = World::by_routes(2, Some((4, 6)), |_| {}).await;
        world.person().saves(&clients(9)).await;
        if by_full_run {
            world.skips_changes().await;
            world.person().asks_for_full_run().await;
        }
        world.settle_down().await;
        assert_eq!(world.there.sizes(), [6, 2, 1], "full run {by_full_run}");
        world.assert_exactly_once().await;

        world.there.refuse_batches_with("poison@example.com");
        for number in 0..9 {
            let email = if number == 2 { "poison@example.com".to_owned() } else { format!("{number}@example.com") };
            world.person().edits(&key(number), |client| client.email = Some(email)).await;
        }
        world.settle_down().await;
        assert_eq!(world.there.sizes()[3..], [6, 2, 1, 2, 1, 2, 1], "halves of a refused job go by calls");
    }
}

/// R41: whoever switches a sync off, or the process, does not wait for a job; nothing of it is lost.
#[tokio::test]
async fn r41_a_job_under_way_is_not_waited_for_once_nobody_wants_it() {
    for by_stop in [true, false] {
        let mut world = World::by_jobs(3, |_| {}).await;
        world.person().saves(&clients(5)).await;
        let (stop, person) = (world.stop.clone(), world.person());
        world
            .there
            .during_send(0, async move { if by_stop { stop.cancel() } else { person.enables_sync(false).await } });
        assert_eq!(world.advance().await, Advance::Stopped, "stop {by_stop}");
        assert_eq!((world.there.sizes(), world.unsettled().await, world.links().await.len()), (vec![3], 1, 0));
        world.stop = CancellationToken::new();
        world.person().enables_sync(true).await;
        world.settle_down().await;
        world.assert_exactly_once().await;
        assert_eq!(world.there.sizes(), [3, 2], "what was under way is not sent again");
    }
}
