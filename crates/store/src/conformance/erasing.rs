//! A client that everything a store can hold tells of, so that a look into its tables shows whether anything is left after erasing.

use salesbridge_model::{Address, Client, LinkState, OutcomeKind, Phone, RecordOutcome, RecordReference, Run};

use super::samples::{at, client, keys, lay_ground, link, outcome, run, save_clients, waiting};
use crate::{DueRow, DueState, Store};

const KEY: &str = "QX-771";
const RECORD: &str = "00Q000000000771AAA";
const SUCCESSOR: &str = "003000000000771AAA";

/// Stores a client, what a sync knows of it, and another client; gives the texts, in lower case, of which [`erase_the_client`] leaves none. Whoever
/// calls it looks for them in all tables, before and after.
///
/// # Panics
/// When the store refuses.
pub async fn know_a_client(store: &dyn Store) -> Vec<String> {
    lay_ground(store).await;
    save_clients(store, &[client("C-1"), quixote()]).await;
    let told = format!("Quixotewitz of Quedlinburg ({KEY}) is a duplicate");
    let mut linked = link(KEY, RECORD);
    linked.state = LinkState::Converted;
    linked.successors = vec![RecordReference { object: "Contact".to_owned(), id: SUCCESSOR.to_owned() }];
    let due = DueRow { message: Some(told.clone()), ..waiting(KEY, 9, DueState::Refused) };
    let happened = RecordOutcome {
        record_id: Some(RECORD.to_owned()),
        message: Some(told.clone()),
        remedy: Some(format!("Merge {KEY} with the other one")),
        ..outcome(KEY, OutcomeKind::Refused)
    };
    let other = outcome("C-1", OutcomeKind::Created);
    let ran = Run {
        cursor: Some(KEY.to_owned()),
        warnings: keys(&["QX-771: City: Quedlinburg is in no list", "C-1: City is left out"]),
        ..run(1)
    };
    let mut tx = store.write().await.unwrap();
    tx.clients().set_archived(&keys(&[KEY]), true, at(1)).await.unwrap();
    tx.links().save(&[linked]).await.unwrap();
    tx.due().hold(&[due]).await.unwrap();
    tx.outcomes().record(&[happened, other]).await.unwrap();
    tx.runs().update(&ran).await.unwrap();
    tx.commit().await.unwrap();
    let texts =
        [KEY, RECORD, SUCCESSOR, "quixote", "quentin", "quilla", "5550771", "quarry street", "quedlinburg", "06484q"];
    texts.map(str::to_lowercase).to_vec()
}

/// Erases the client of [`know_a_client`].
///
/// # Panics
/// When the store refuses.
pub async fn erase_the_client(store: &dyn Store) {
    let mut tx = store.write().await.unwrap();
    assert!(tx.clients().erase(KEY, "a digest", at(2)).await.unwrap());
    tx.commit().await.unwrap();
}

fn quixote() -> Client {
    Client {
        email: Some("quixote@example.com".to_owned()),
        first_name: Some("Quentin".to_owned()),
        middle_name: Some("Quilla".to_owned()),
        last_name: Some("Quixotewitz".to_owned()),
        phones: vec![Phone { number: "+49 30 5550771".to_owned(), confirmed: true, updated_at: at(1) }],
        addresses: vec![Address {
            kind: "residential".to_owned(),
            street: Some("Quarry Street 7".to_owned()),
            city: Some("Quedlinburg".to_owned()),
            state: None,
            postal_code: Some("06484Q".to_owned()),
            updated_at: at(2),
        }],
        company_names: vec!["Quixote & Sons".to_owned()],
        ..client(KEY)
    }
}
