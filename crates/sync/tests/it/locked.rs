//! Rows that find a record locked: put off, then sent by parent and in smaller batches.

use std::collections::BTreeSet;

use salesbridge_model::{Client, RunState};

use crate::harness::World;
use crate::samples::clients;

/// Clients of two families in turn.
fn of_two_families(number: usize) -> Vec<Client> {
    let family = |place: usize| Some(["Ash", "Birch"][place % 2].to_owned());
    let client = |(place, client): (usize, Client)| Client { first_name: family(place), ..client };
    clients(number).into_iter().enumerate().map(client).collect()
}

#[tokio::test]
async fn locked_rows_are_sent_again_by_parent_and_in_smaller_batches_each_time() {
    let world = World::new(4).await;
    world.person().saves(&of_two_families(6)).await;
    world.there.lock("Ash", 4);
    world.settle_down().await;
    assert_eq!(world.there.sizes()[..2], [4, 2], "nobody knew");
    assert_eq!(world.there.sizes()[2..6], [2, 1, 2, 1], "half as many, each of one parent");
    assert_eq!(world.there.sizes()[6..], [1, 1, 1], "those that were locked again go alone");
    for send in &world.there.sent()[2..] {
        let parents: BTreeSet<_> = send.iter().map(|row| row["FirstName"].clone()).collect();
        assert_eq!(parents.len(), 1, "{send:?}");
    }
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn a_lock_that_lasts_puts_rows_off_with_growing_pauses_and_others_go_on() {
    let world = World::new(1).await;
    world.person().saves(&of_two_families(2)).await;
    world.there.lock("Ash", 3);
    world.advance().await;
    assert_eq!((world.there.memory.records().len(), world.due().await.deferred), (1, 1), "R85: the other row is there");
    let mut pauses = Vec::new();
    while let Some(row) = world.due_rows().await.first() {
        let not_before = row.not_before.expect("a pause");
        pauses.push(not_before - row.updated_at);
        world.clock.set(not_before);
        world.advance().await;
    }
    assert_eq!(pauses.len(), 3);
    assert!(pauses.windows(2).all(|two| two[1] > two[0]), "{pauses:?}");
    assert!(world.runs().await.iter().all(|run| run.state.is_final() && run.state != RunState::Failed));
    world.assert_exactly_once().await;
}
