//! Addresses and countries in both kinds of org, and fields that an org does not have.

use salesbridge_hub::Caller;
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Address, Client};
use salesbridge_testkit::address;
use serde_json::json;

use crate::stage::{SYNC, Stage, connection_to, person};

const FIELDS: &str = "Street, City, State, PostalCode, Country";
const CODES: &str = "State, StateCode, Country, CountryCode";

/// Clients in an org with state and country picklists.
async fn with_picklists(clients: &[Client]) -> Stage {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.org.running.control().use_state_and_country_picklists().await.expect("picklists");
    stage.save(clients).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    stage
}

fn lives(key: &str, state: Option<&str>, country: Option<&str>, code: Option<&str>) -> Client {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Client {
        addresses: vec![Address { state: text(state), ..address("residential", "Town", 0) }],
        country: text(country),
        country_code: text(code),
        ..person(key, "Miller")
    }
}

async fn warnings(stage: &Stage) -> Vec<String> {
    stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run.expect("a run").warnings
}

/// R62: an org without middle names takes the rest of the record, and the run says what was left out; an org with them takes the middle name.
#[tokio::test]
async fn r62_a_middle_name_arrives_where_there_is_a_field_for_it() {
    let client = Client { middle_name: Some("Mary".to_owned()), ..person("c", "Miller") };
    let without = Stage::connected(std::slice::from_ref(&client)).await;
    assert_eq!(without.org.lead("c@example.com").await["LastName"], "Miller");
    let told = warnings(&without).await;
    assert!(told.iter().any(|warning| warning.starts_with("MiddleName is left out: Lead has no field")), "{told:?}");

    let with = Stage::set(OrgConfig::default()).await;
    with.org.running.control().use_middle_names().await.expect("middle names");
    with.save(&[client]).await;
    with.connect(connection_to(&with.org, &with.org.app)).await;
    assert_eq!(with.org.lead_fields("c@example.com", "MiddleName").await, json!({ "MiddleName": "Mary" }));
}

/// R64, R65, R66, R67: the residential address, though another is newer; without one, the newest.
#[tokio::test]
async fn r64_to_r67_the_address_is_the_residential_one_or_the_newest() {
    let at_home = Client {
        addresses: vec![
            Address { state: Some("Oregon".to_owned()), ..address("residential", "Home", 0) },
            Address { state: Some("Nevada".to_owned()), ..address("billing", "Office", 50) },
        ],
        ..person("home", "Miller")
    };
    let office = Client {
        addresses: vec![address("billing", "Old", 0), Address { street: None, ..address("work", "New", 9) }],
        ..person("office", "Miller")
    };
    let stage = Stage::connected(&[at_home, office]).await;
    let home = stage.org.lead_fields("home@example.com", FIELDS).await;
    let expected =
        json!({ "Street": "1 Main Street", "City": "Home", "State": "Oregon", "PostalCode": "10115", "Country": null });
    assert_eq!(home, expected);
    let office = stage.org.lead_fields("office@example.com", FIELDS).await;
    assert_eq!((&office["City"], &office["Street"]), (&json!("New"), &json!(null)), "one address, not a mixture");
}

/// R68, F12: in an org without country picklists the country goes in words: the client's own, or those of its code.
#[tokio::test]
async fn r68_f12_without_picklists_a_country_goes_in_words() {
    let clients = [
        lives("both", None, Some("Deutschland"), Some("DE")),
        lives("words", None, Some("Ruritania"), None),
        lives("code", None, None, Some("DE")),
        lives("neither", None, None, None),
    ];
    let stage = Stage::connected(&clients).await;
    let country =
        async |key: &str| stage.org.lead_fields(&format!("{key}@example.com"), "Country").await["Country"].clone();
    assert_eq!(country("both").await, "Deutschland");
    assert_eq!(country("words").await, "Ruritania");
    assert_eq!(country("code").await, "Germany");
    assert_eq!(country("neither").await, json!(null));
    let told = warnings(&stage).await;
    assert!(!told.iter().any(|warning| warning.contains("Country") || warning.contains("State")), "{told:?}");
}

/// R68, F12: with picklists the code goes, from whichever is known, and the org shows both.
#[tokio::test]
async fn r68_f12_with_picklists_a_country_goes_as_its_code() {
    let clients = [
        lives("both", None, Some("Deutschland"), Some("DE")),
        lives("words", None, Some("germany"), None),
        lives("short", None, Some("USA"), None),
        lives("code", None, None, Some("DE")),
    ];
    let stage = with_picklists(&clients).await;
    for (key, country, code) in [
        ("both", "Germany", "DE"),
        ("words", "Germany", "DE"),
        ("short", "United States", "US"),
        ("code", "Germany", "DE"),
    ] {
        let lead = stage.org.lead_fields(&format!("{key}@example.com"), "Country, CountryCode").await;
        assert_eq!(lead, json!({ "Country": country, "CountryCode": code }), "{key}");
    }
    assert!(stage.org.sent().iter().all(|record| record.get("Country").is_none()), "words and code could disagree");
}

/// F13, R65: a state as free text becomes the code that the org has for it under the client's country; one it does not have is left out and told, and
/// the rest of the record arrives.
#[tokio::test]
async fn f13_a_state_in_words_becomes_a_code_or_is_told() {
    let clients = [
        lives("name", Some("oregon"), Some("USA"), None),
        lives("code", Some("OR"), None, Some("US")),
        lives("abroad", Some("Western Australia"), Some("Australia"), None),
        lives("unknown", Some("Cascadia"), None, Some("US")),
        lives("nowhere", Some("Oregon"), None, None),
        lives("dream", Some("Oregon"), Some("Ruritania"), None),
    ];
    let stage = with_picklists(&clients).await;
    let lead = async |key: &str| stage.org.lead_fields(&format!("{key}@example.com"), CODES).await;
    let oregon = json!({ "State": "Oregon", "StateCode": "OR", "Country": "United States", "CountryCode": "US" });
    assert_eq!(lead("name").await, oregon);
    assert_eq!(lead("code").await, oregon);
    assert_eq!(lead("abroad").await["StateCode"], "WA");
    let unknown = json!({ "State": null, "StateCode": null, "Country": "United States", "CountryCode": "US" });
    assert_eq!(lead("unknown").await, unknown);
    assert_eq!(lead("nowhere").await["CountryCode"], json!(null));
    assert_eq!(stage.org.lead_fields("dream@example.com", "City").await, json!({ "City": "Town" }), "the rest arrives");
    let mut told = warnings(&stage).await;
    told.retain(|warning| !warning.starts_with("MiddleName"));
    told.sort();
    let expected = [
        "dream: its country is not among those of the org, so CountryCode is left out",
        "dream: its state needs a country that the org knows, so StateCode is left out",
        "nowhere: its state needs a country that the org knows, so StateCode is left out",
        "unknown: its state is not among those of US in the org, so StateCode is left out",
    ];
    assert_eq!(told, expected);
    assert_eq!(stage.full_run().await.counts.unchanged, 6, "and is not tried again and again");
}

/// F13: a client who moves to a country without states takes the old state away, which the org would not take beside the new country.
#[tokio::test]
async fn f13_a_state_goes_when_its_country_changes() {
    let stage = with_picklists(&[lives("c", Some("Oregon"), None, Some("US"))]).await;
    stage.save(&[lives("c", None, None, Some("DE"))]).await;
    let run = stage.full_run().await;
    assert_eq!(run.counts.refused, 0);
    let moved = json!({ "State": null, "StateCode": null, "Country": "Germany", "CountryCode": "DE" });
    assert_eq!(stage.org.lead_fields("c@example.com", CODES).await, moved);
    assert_eq!(stage.full_run().await.counts.unchanged, 1);
}

/// R60, R72, F6: a client without a name gets one, and the confirmation moves to another number: the same Lead follows.
#[tokio::test]
async fn r60_r72_f6_the_same_lead_follows_a_name_and_a_confirmation() {
    let phones = |first: bool, second: bool| {
        let numbers = [("+1 212 555 0161", first, 10), ("+1 212 555 0162", second, 20)];
        numbers.map(|(number, confirmed, at)| salesbridge_testkit::phone(number, confirmed, at)).to_vec()
    };
    let client = Client { last_name: None, phones: phones(true, false), ..person("f6", "") };
    let stage = Stage::connected(std::slice::from_ref(&client)).await;
    let first = stage.org.lead("f6@example.com").await;
    assert_eq!((&first["LastName"], &first["Phone"]), (&json!("Undefined"), &json!("+1 212 555 0161")));

    let named = Client { last_name: Some("Miller".to_owned()), phones: phones(false, true), ..client.clone() };
    stage.save(std::slice::from_ref(&named)).await;
    stage.full_run().await;
    let second = stage.org.lead("f6@example.com").await;
    assert_eq!((&second["Id"], &second["LastName"]), (&first["Id"], &json!("Miller")), "R60");
    assert_eq!(second["Phone"], "+1 212 555 0162", "F6");

    // R72: of unconfirmed numbers, one that is saved now is the newest.
    let mut newer = Client { phones: phones(false, false), ..named };
    newer.phones.push(salesbridge_testkit::phone("+1 212 555 0163", false, 30));
    stage.save(&[newer]).await;
    stage.full_run().await;
    let third = stage.org.lead("f6@example.com").await;
    assert_eq!((&third["Id"], &third["Phone"]), (&first["Id"], &json!("+1 212 555 0163")), "R72");
}
