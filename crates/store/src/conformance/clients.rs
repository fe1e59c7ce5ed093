//! Clauses about the client directory.

use salesbridge_model::{Client, OutcomeKind, Run};

use super::samples::{
    at, client, first, full_client, id, keys, lay_ground, link, next, outcome, run, save_clients, sync_id, waiting,
};
use crate::{ClientFilter, DueState, Saved, Store, Transaction};

pub(super) async fn one_comes_back_byte_for_byte_f8(store: &dyn Store) {
    let keys = ["C-1", "ключ 2", "quote\"back\\slash'%"];
    let clients: Vec<Client> = keys.into_iter().map(full_client).collect();
    save_clients(store, &clients).await;
    let mut tx = store.read().await.unwrap();
    for client in &clients {
        assert_eq!(tx.clients().find(&client.key).await.unwrap().as_ref(), Some(client));
    }
    assert_eq!(tx.clients().find("c-1").await.unwrap(), None, "keys compare by their bytes");
}

pub(super) async fn saving_says_what_it_did(store: &dyn Store) {
    save_clients(store, &[full_client("C-1"), client("C-2")]).await;
    let mut changed = client("C-2");
    changed.status = Some("Banned".to_owned());
    let mut tx = store.write().await.unwrap();
    let saved = tx.clients().save(&[client("C-3"), changed.clone(), full_client("C-1")], at(1)).await.unwrap();
    assert_eq!(saved, [Saved::Created, Saved::Updated, Saved::Unchanged]);
    assert_eq!(tx.clients().find("C-2").await.unwrap(), Some(changed));
    assert_eq!(tx.clients().save(&[], at(1)).await.unwrap(), []);
}

pub(super) async fn a_key_given_twice_is_saved_twice(store: &dyn Store) {
    let (one, mut two) = (client("C-1"), client("C-1"));
    two.first_name = Some("Ann".to_owned());
    let mut tx = store.write().await.unwrap();
    let saved = tx.clients().save(&[one.clone(), two.clone(), two.clone(), one.clone()], at(0)).await.unwrap();
    assert_eq!(saved, [Saved::Created, Saved::Updated, Saved::Unchanged, Saved::Updated]);
    assert_eq!(tx.clients().find("C-1").await.unwrap(), Some(one));
    assert_eq!(tx.clients().count().await.unwrap(), 1);
    assert_eq!(tx.outbox().after(0, 10).await.unwrap().len(), 3);
}

pub(super) async fn two_may_be_equal_but_for_the_key_f10(store: &dyn Store) {
    save_clients(store, &[full_client("C-1"), full_client("C-2")]).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.clients().count().await.unwrap(), 2);
}

pub(super) async fn they_are_found_in_key_order(store: &dyn Store) {
    save_clients(store, &["b", "ä", "a", "B"].map(client)).await;
    let mut tx = store.read().await.unwrap();
    let found = tx.clients().find_many(&keys(&["ä", "a", "nobody", "B", "a"])).await.unwrap();
    assert_eq!(found, ["B", "a", "ä"].map(client));
    assert_eq!(tx.clients().find_many(&[]).await.unwrap(), []);
}

pub(super) async fn they_are_read_on_from_a_key(store: &dyn Store) {
    save_clients(store, &["b", "ä", "a", "B"].map(client)).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.clients().after(None, 2).await.unwrap(), ["B", "a"].map(client));
    assert_eq!(tx.clients().after(Some("a"), 9).await.unwrap(), ["b", "ä"].map(client));
    assert_eq!(tx.clients().after(Some("aa"), 1).await.unwrap(), ["b"].map(client));
    assert_eq!(tx.clients().after(Some("ä"), 1).await.unwrap(), []);
}

pub(super) async fn a_search_finds_names_in_any_case(store: &dyn Store) {
    let ann = Client { first_name: Some("Ann".into()), last_name: Some("ÖZTÜRK".into()), ..client("C-1") };
    let firm = Client { last_name: None, company_names: vec!["Blue Whale Ltd".into()], ..client("C-2") };
    let mail = Client { email: Some("Someone@Example.com".into()), last_name: None, ..client("Ключ-3") };
    save_clients(store, &[ann, firm, mail]).await;
    for (search, found) in [
        ("ann özt", vec!["C-1"]),
        ("WHALE", vec!["C-2"]),
        ("someone@example", vec!["Ключ-3"]),
        ("ключ", vec!["Ключ-3"]),
        ("c-", vec!["C-1", "C-2"]),
        ("", vec!["C-1", "C-2", "Ключ-3"]),
        ("nobody", vec![]),
    ] {
        assert_eq!(search_for(store, search).await, found, "search for `{search}`");
    }
}

pub(super) async fn a_search_has_no_wildcards(store: &dyn Store) {
    save_clients(store, &["a%b", "axb", "a_b", "a\\b"].map(client)).await;
    for key in ["a%b", "a_b", "a\\b"] {
        assert_eq!(search_for(store, key).await, [key]);
    }
}

pub(super) async fn a_list_has_pages_and_a_total_under_the_filter(store: &dyn Store) {
    let other = Client { last_name: Some("Other".to_owned()), ..client("b") };
    save_clients(store, &[client("d"), other, client("a"), client("c")]).await;
    let filter = ClientFilter { search: Some("smith".to_owned()), ..ClientFilter::default() };
    let mut tx = store.read().await.unwrap();
    let one = tx.clients().list(&filter, &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![client("a"), client("c")], 3));
    let two = tx.clients().list(&filter, &next(one.next, 2)).await.unwrap();
    assert_eq!((two.items, two.next, two.total), (vec![client("d")], None, 3));
    assert_eq!(tx.clients().list(&ClientFilter::default(), &first(1)).await.unwrap().total, 4);
    let falling = ClientFilter { order: "-key".parse().unwrap(), ..filter };
    let one = tx.clients().list(&falling, &first(2)).await.unwrap();
    assert_eq!((one.items, one.total), (vec![client("d"), client("c")], 3));
    assert_eq!(tx.clients().list(&falling, &next(one.next, 2)).await.unwrap().items, [client("a")]);
}

pub(super) async fn ten_thousand_are_saved_in_one_call(store: &dyn Store) {
    let clients: Vec<Client> = (0..10_000).map(|number| client(&format!("C-{number:05}"))).collect();
    save_clients(store, &clients).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.clients().after(None, 20_000).await.unwrap(), clients);
    assert_eq!(tx.clients().count().await.unwrap(), 10_000);
    assert_eq!(tx.outbox().newest().await.unwrap(), 10_000);
}

pub(super) async fn archived_ones_are_kept_and_not_listed(store: &dyn Store) {
    save_clients(store, &["a", "b", "c"].map(client)).await;
    let mut tx = store.write().await.unwrap();
    assert_eq!(tx.clients().set_archived(&keys(&["b", "nobody", "b"]), true, at(1)).await.unwrap(), 1);
    assert_eq!(tx.clients().set_archived(&keys(&["b"]), true, at(1)).await.unwrap(), 0, "it is already");
    let mut changed = client("b");
    changed.status = Some("Banned".to_owned());
    assert_eq!(tx.clients().save(&[changed.clone()], at(2)).await.unwrap(), [Saved::Updated]);
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.clients().archived(&keys(&["c", "b", "nobody"])).await.unwrap(), ["b"], "saving leaves it archived");
    assert_eq!(tx.clients().find("b").await.unwrap(), Some(changed.clone()));
    assert_eq!(tx.clients().find_many(&keys(&["a", "b"])).await.unwrap(), [client("a"), changed.clone()]);
    assert_eq!(tx.clients().after(None, 10).await.unwrap(), ["a", "c"].map(client));
    assert_eq!(tx.clients().after(Some("a"), 10).await.unwrap(), [client("c")]);
    assert_eq!(tx.clients().count().await.unwrap(), 2);
    let page = tx.clients().list(&ClientFilter::default(), &first(10)).await.unwrap();
    assert_eq!((page.items, page.total), (["a", "c"].map(client).to_vec(), 2));
    let filter = ClientFilter { archived: true, ..ClientFilter::default() };
    let page = tx.clients().list(&filter, &first(10)).await.unwrap();
    assert_eq!((page.items, page.total), (vec![changed], 1));
}

pub(super) async fn archiving_and_back_is_announced(store: &dyn Store) {
    save_clients(store, &["a", "b"].map(client)).await;
    let mut tx = store.write().await.unwrap();
    tx.clients().set_archived(&keys(&["a", "b"]), true, at(1)).await.unwrap();
    tx.clients().set_archived(&keys(&["b"]), false, at(2)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    let mut announced: Vec<String> =
        tx.outbox().after(2, 10).await.unwrap().into_iter().map(|entry| entry.source_key).collect();
    assert_eq!(announced.pop().as_deref(), Some("b"));
    announced.sort();
    assert_eq!(announced, ["a", "b"]);
    assert_eq!(tx.clients().archived(&keys(&["a", "b"])).await.unwrap(), ["a"]);
}

pub(super) async fn erasing_removes_all_that_is_known(store: &dyn Store) {
    lay_ground(store).await;
    save_clients(store, &[client("Z"), full_client("a"), client("ab")]).await;
    let mut tx = store.write().await.unwrap();
    for (key, record) in [("a", "00Q000000000001AAA"), ("ab", "00Q000000000002AAA")] {
        tx.links().save(&[link(key, record)]).await.unwrap();
        tx.due().hold(&[waiting(key, 9, DueState::Refused)]).await.unwrap();
        tx.outcomes().record(&[outcome(key, OutcomeKind::Refused)]).await.unwrap();
    }
    let mut noted = run(1);
    noted.warnings = keys(&["a: City is left out", "Lead has no MiddleName", "ab: City is left out"]);
    noted.cursor = Some("a".to_owned());
    tx.runs().update(&noted).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.write().await.unwrap();
    assert!(tx.clients().erase("a", "d1", at(1)).await.unwrap());
    assert!(!tx.clients().erase("nobody", "d2", at(1)).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(tx.clients().find("a").await.unwrap(), None);
    assert_eq!(tx.clients().erased(&keys(&["d1", "d2"])).await.unwrap(), ["d1"]);
    let both = keys(&["a", "ab"]);
    let left = |keys: Vec<String>| assert_eq!(keys, ["ab"], "what is known of others stays");
    left(tx.links().find_many(sync_id(1), &both).await.unwrap().into_iter().map(|link| link.source_key).collect());
    left(tx.due().find_many(sync_id(1), &both).await.unwrap().into_iter().map(|row| row.source_key).collect());
    left(tx.outcomes().recorded(id("run", 1), &both).await.unwrap());
    let announced = tx.outbox().after(0, 10).await.unwrap().into_iter().map(|entry| entry.source_key);
    assert_eq!(announced.collect::<Vec<_>>(), ["Z", "ab"]);
    let run = tx.runs().find(id("run", 1)).await.unwrap().unwrap();
    assert_eq!(run.warnings, ["Lead has no MiddleName", "ab: City is left out"]);
    assert_eq!(run.cursor.as_deref(), Some("Z"), "nothing lies between that client and the one that is gone");
    let mut tx = store.write().await.unwrap();
    tx.runs().update(&Run { cursor: Some("Z".to_owned()), ..run }).await.unwrap();
    assert!(tx.clients().erase("Z", "d3", at(1)).await.unwrap());
    assert_eq!(tx.runs().find(id("run", 1)).await.unwrap().unwrap().cursor, None, "there is no client before it");
}

pub(super) async fn an_erased_key_is_remembered_until_readmitted(store: &dyn Store) {
    save_clients(store, &[client("a")]).await;
    let mut tx = store.write().await.unwrap();
    tx.clients().erase("a", "d1", at(1)).await.unwrap();
    save_and_erase_again(&mut *tx).await;
    assert!(tx.clients().readmit("d1").await.unwrap());
    assert!(!tx.clients().readmit("d1").await.unwrap());
    assert_eq!(tx.clients().erased(&keys(&["d1"])).await.unwrap(), Vec::<String>::new());
}

/// Remembering what is remembered already is no error.
async fn save_and_erase_again(tx: &mut dyn Transaction) {
    tx.clients().save(&[client("a")], at(2)).await.unwrap();
    assert!(tx.clients().erase("a", "d1", at(3)).await.unwrap());
    assert_eq!(tx.clients().erased(&keys(&["d1"])).await.unwrap(), ["d1"]);
}

async fn search_for(store: &dyn Store, search: &str) -> Vec<String> {
    let filter = ClientFilter { search: Some(search.to_owned()), ..ClientFilter::default() };
    let mut tx = store.read().await.unwrap();
    let page = tx.clients().list(&filter, &first(10)).await.unwrap();
    page.items.into_iter().map(|client| client.key).collect()
}
