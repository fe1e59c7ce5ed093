use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{any, proptest};
use salesbridge_model::Client;

use super::made_up_clients;

fn directory() -> Vec<Client> {
    made_up_clients(7, 10_000).collect()
}

/// How many of the ten thousand.
fn count(clients: &[Client], wanted: impl Fn(&Client) -> bool) -> usize {
    clients.iter().filter(|client| wanted(client)).count()
}

#[test]
fn every_client_may_be_stored_and_every_key_is_new() {
    let clients = directory();
    for client in &clients {
        assert_eq!(client.problems(), [], "{client:?}");
    }
    let keys: BTreeSet<&str> = clients.iter().map(|client| client.key.as_str()).collect();
    assert_eq!(keys.len(), clients.len());
    assert!(clients.is_sorted_by(|one, two| one.key < two.key));
}

#[test]
fn a_seed_gives_the_same_clients_whatever_the_count() {
    let many: Vec<_> = made_up_clients(7, 100).collect();
    assert_eq!(made_up_clients(7, 60).collect::<Vec<_>>(), many[..60]);
    assert_ne!(made_up_clients(8, 100).collect::<Vec<_>>(), many);
}

#[test]
fn the_odd_cases_are_all_there() {
    let clients = directory();
    let unnamed = |client: &Client| client.last_name.as_ref().is_none_or(|name| name.trim().is_empty());
    assert!((400..600).contains(&count(&clients, unnamed)), "about 5 % have no last name (F2, F3)");
    assert!(count(&clients, |client| client.last_name.as_deref().is_some_and(|name| name.trim().is_empty())) > 20);
    let confirmed = |client: &Client| client.phones.iter().any(|phone| phone.confirmed);
    assert!(count(&clients, |client| client.phones.len() > 1 && confirmed(client)) > 500, "one of several (F5)");
    assert!(count(&clients, |client| client.phones.len() > 1 && !confirmed(client)) > 500, "none of several (F4)");
    let tie = |client: &Client| client.phones.windows(2).any(|two| two[0].updated_at == two[1].updated_at);
    assert!(count(&clients, |client| tie(client) && !confirmed(client)) > 20, "equal times (F7)");
    assert!(count(&clients, |client| client.phones.is_empty()) > 500);
    assert!(count(&clients, |client| client.addresses.len() > 1) > 500);
    assert!(count(&clients, |client| client.addresses.iter().all(|address| address.kind != "residential")) > 500);
    assert!(count(&clients, |client| !client.company_names.is_empty()) > 500, "companies (F11)");
    assert!(count(&clients, |client| client.country.is_some() && client.country_code.is_none()) > 100, "(F12)");
    assert!(count(&clients, |client| client.country.is_none() && client.country_code.is_some()) > 100, "(F12)");
    let text = serde_json::to_string(&clients).unwrap();
    for odd in ["\u{1F600}", "O'Brien", "ü", "佐藤", "فاطمة", "Ελένη", "\\nBuilding \\\"B\\\""] {
        assert!(text.contains(odd), "`{odd}` is somewhere (F8)");
    }
}

#[test]
fn some_share_name_and_email_f10() {
    let mut people: BTreeMap<_, u32> = BTreeMap::new();
    for client in directory() {
        if let (Some(email), Some(last_name)) = (client.email, client.last_name) {
            *people.entry((email, client.first_name, last_name)).or_default() += 1;
        }
    }
    let shared = people.values().filter(|count| **count > 1).count();
    assert!((150..=200).contains(&shared), "{shared} pairs");
}

#[test]
fn nobody_can_be_written_to_or_called() {
    for client in directory() {
        if let Some(email) = &client.email {
            assert!(["@example.com", "@example.org", "@example.net"].iter().any(|end| email.ends_with(end)), "{email}");
        }
        for phone in &client.phones {
            let digits: String = phone.number.chars().filter(char::is_ascii_digit).collect();
            assert!(
                FICTION.iter().any(|(start, length)| digits.starts_with(start) && digits.len() == *length)
                    || digits.contains("55501") && (10..=11).contains(&digits.len()),
                "{}",
                phone.number
            );
        }
    }
}

/// Beginnings and lengths of the ranges that regulators keep for fiction, with country code, beside 555-01XX.
const FICTION: [(&str, usize); 12] = [
    ("4420794600", 12),
    ("441632960", 12),
    ("447700900", 12),
    ("493023125", 12),
    ("494066969", 12),
    ("496990009", 12),
    ("3319900", 11),
    ("3363998", 11),
    ("46313900", 11),
    ("468465004", 11),
    ("612555", 11),
    ("613701", 11),
];

proptest! {
    #[test]
    fn any_seed_gives_clients_that_may_be_stored(seed in any::<u64>()) {
        for client in made_up_clients(seed, 60) {
            assert_eq!(client.problems(), []);
        }
    }
}
