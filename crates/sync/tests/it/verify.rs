//! After a restore: what was made since the backup is found again before anything is written.

use salesbridge_model::LinkState;
use salesbridge_store::{DueCounts, Verification, VerificationState};
use salesbridge_sync::RESTORED;

use crate::harness::World;
use crate::samples::{clients, key};

/// A day is lost: the backup knows the first four clients' records, the day made the other four.
async fn a_day_is_lost(external_id: bool) -> World {
    let mut world = World::with(3, |sync| {
        sync.options.external_id_field = external_id.then(|| "Key__c".to_owned());
    })
    .await;
    world.person().saves(&clients(4)).await;
    world.settle_down().await;
    let backup = world.backup().await;
    world.person().saves(&clients(8)).await;
    world.settle_down().await;
    world.assert_exactly_once().await;
    world.restore(&backup).await;
    world
}

#[tokio::test]
async fn r54_clients_imported_again_after_a_restore_get_no_second_record() {
    for external_id in [true, false] {
        let world = a_day_is_lost(external_id).await;
        world.person().saves(&clients(8)).await;
        world.settle_down().await;
        world.assert_exactly_once().await;
        assert_eq!(world.verification().await, None, "everything was found again");
    }
}

#[tokio::test]
async fn r54_clients_that_come_back_one_by_one_get_no_second_record() {
    let world = a_day_is_lost(false).await;
    world.settle_down().await;
    assert_eq!(world.verification().await.map(|found| found.state), Some(VerificationState::Guarding));
    for client in clients(8).split_off(4) {
        world.person().saves(&[client]).await;
        world.settle_down().await;
    }
    world.assert_exactly_once().await;
    assert_eq!(world.verification().await, None);
}

#[tokio::test]
async fn a_row_that_may_be_one_of_the_lost_records_waits_until_all_are_found() {
    let world = a_day_is_lost(false).await;
    let [mut changed] = [clients(5).remove(4)];
    changed.last_name = Some("Other".to_owned());
    world.person().saves(std::slice::from_ref(&changed)).await;
    world.settle_down().await;
    assert_eq!(world.there.memory.records().len(), 8, "nothing was made");
    let waiting = world.due_rows().await;
    assert_eq!(waiting.iter().map(|row| row.source_key.clone()).collect::<Vec<_>>(), [key(4)]);
    assert_eq!(waiting[0].code.as_deref(), Some(RESTORED));
    assert!(waiting[0].remedy.as_ref().is_some_and(|remedy| remedy.contains("sync release")), "{waiting:?}");

    world.person().saves(&clients(8)).await;
    world.settle_down().await;
    assert_eq!(world.there.memory.records().len(), 8);
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_person_may_say_that_the_found_records_are_nobodys() {
    let world = a_day_is_lost(false).await;
    let stranger = salesbridge_testkit::client("stranger");
    world.person().saves(&[stranger]).await;
    world.settle_down().await;
    assert_eq!(world.due().await, DueCounts { uncertain: 1, ..DueCounts::default() });
    let mut tx = world.store.write().await.unwrap();
    assert_eq!(world.engine().release_restored(&mut *tx, world.sync.id).await.unwrap(), 1);
    tx.commit().await.unwrap();
    world.settle_down().await;
    assert_eq!(world.due().await, DueCounts::default());
    assert_eq!(world.there.memory.records().len(), 9);
}

#[tokio::test]
async fn links_of_a_restored_sync_are_compared_before_they_are_trusted() {
    let mut world = World::new(3).await;
    world.person().saves(&clients(4)).await;
    world.settle_down().await;
    let backup = world.backup().await;
    let gone = world.links().await[&key(0)].record_id.clone();
    world.there.memory.remove(&gone);
    world.person().edits(&key(1), |client| client.last_name = Some("Edited".into())).await;
    world.settle_down().await;
    world.restore(&backup).await;
    world.settle_down().await;
    assert_eq!(world.links().await[&key(0)].state, LinkState::Broken);
    let last_name = clients(4)[1].last_name.clone();
    assert_eq!(world.record(&key(1)).await.get("LastName").cloned(), last_name, "what the restored directory says");
    assert_eq!(world.there.memory.records().len(), 3);
}

/// F19: a process may die while it verifies.
#[tokio::test]
async fn f19_an_intent_of_the_backup_is_not_sent_again() {
    let mut world = World::new(8).await;
    world.person().saves(&clients(8)).await;
    world.there.memory.script([salesbridge_connector_kit::memory::Fault::LostAfterWrite]);
    world.advance().await;
    assert_eq!(world.unsettled().await, 1);
    let backup = world.backup().await;
    world.settle_down().await;
    world.person().edits(&key(1), |client| client.last_name = Some("Edited".into())).await;
    world.settle_down().await;
    world.restore(&backup).await;
    world.person().edits(&key(1), |client| client.last_name = Some("Edited".into())).await;
    world.settle_down().await;
    world.assert_exactly_once().await;
}

impl World {
    pub(crate) async fn verification(&self) -> Option<Verification> {
        self.store.read().await.unwrap().verifications().find(self.sync.id).await.unwrap()
    }
}
