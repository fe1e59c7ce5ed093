//! The test tools themselves.

use std::time::Duration;

use salesbridge_model::{Clock, IdMaker, RunId};
use salesbridge_testkit::{ManualClock, SequentialIds, TempFolder, address, client, connection, moment, phone, sync};

#[test]
fn the_clock_moves_only_when_told() {
    let clock = ManualClock::default();
    assert_eq!((clock.now(), clock.now()), (moment(0), moment(0)));
    clock.advance(Duration::from_secs(90));
    assert_eq!(clock.now(), moment(90));
    clock.set(moment(-5));
    assert_eq!(clock.now(), moment(-5));
    assert_eq!(moment(0).to_rfc3339(), "2026-01-05T09:00:00+00:00");
}

#[test]
fn ids_grow_and_are_of_version_7() {
    let ids = SequentialIds::default();
    let made: Vec<_> = (0..1_000).map(|_| ids.next()).collect();
    assert!(made.is_sorted() && made.iter().all(|id| id.get_version_num() == 7));
    assert_eq!(RunId::make(&SequentialIds::starting_at(7)).to_string(), "run_00000000000070008000000000000007");
}

#[test]
fn built_clients_may_be_stored() {
    let mut client = client("C-1");
    client.phones = vec![phone("+49 30 5550100", true, 1), phone("+49 30 5550101", false, 2)];
    client.addresses = vec![address("residential", "Berlin", 1), address("billing", "Bonn", 2)];
    assert_eq!(client.problems(), []);
}

#[test]
fn a_built_sync_writes_through_its_connection() {
    let ids = SequentialIds::default();
    let connection = connection(&ids, "acme");
    assert_eq!(sync(&ids, "acme-leads", &connection).connection_id, connection.id);
}

#[test]
fn a_folder_disappears_with_its_test() {
    let folder = TempFolder::new();
    let path = folder.path().to_owned();
    std::fs::write(folder.join("a-file"), "text").unwrap();
    drop(folder);
    assert!(!path.exists());
}
