//! Which record each kind of client becomes: the JSON that the org was sent, key by key.

use salesbridge_hub::Caller;
use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_model::{Client, Phone, TooLong};
use salesbridge_testkit::{address, phone};
use serde_json::{Value, json};

use crate::stage::{COMPANY, Stage, connection_to, person, until};

/// Sends one client to an org of its own; the record that the org was sent.
async fn record_of(client: Client) -> Value {
    let stage = Stage::connected(&[client]).await;
    let sent = stage.org.sent();
    assert_eq!((sent.len(), stage.org.count().await), (1, 1), "one record, one Lead");
    sent[0].clone()
}

/// A record with what every Lead of [`person`] has; `more` is added or, where it is null, taken away.
fn expected(client: &Client, more: &Value) -> Value {
    let mut record = json!({
        "attributes": { "type": "Lead" }, "LastName": client.last_name, "Company": COMPANY, "Email": client.email,
    });
    for (field, value) in more.as_object().expect("fields") {
        record[field] = value.clone();
    }
    record
}

async fn check(client: Client, more: Value) {
    let record = record_of(client.clone()).await;
    assert_eq!(record, expected(&client, &more), "{}", client.key);
}

fn phones(numbers: &[(&str, bool, i64)]) -> Vec<Phone> {
    numbers.iter().map(|(number, confirmed, changed)| phone(number, *confirmed, *changed)).collect()
}

#[tokio::test]
async fn r61_to_r69_f1_everything_that_is_known_arrives() {
    let client = Client {
        first_name: Some("Ann".to_owned()),
        phones: phones(&[("+1 212 555 0101", true, 0)]),
        addresses: vec![salesbridge_model::Address {
            state: Some("Oregon".to_owned()),
            ..address("residential", "Springfield", 0)
        }],
        country: Some("United States".to_owned()),
        ..person("f1", "Miller")
    };
    let more = json!({
        "FirstName": "Ann", "Phone": "+1 212 555 0101", "Street": "1 Main Street", "City": "Springfield",
        "State": "Oregon", "PostalCode": "10115", "Country": "United States",
    });
    check(client, more).await;
}

#[tokio::test]
async fn r58_r73_f2_only_an_address_of_mail_and_nothing_else_is_sent() {
    let record = record_of(Client { last_name: None, ..person("f2", "") }).await;
    let keys: Vec<&String> = record.as_object().expect("a record").keys().collect();
    assert_eq!(keys.len(), 4, "{keys:?}");
    let all = json!({ "attributes": { "type": "Lead" }, "LastName": "Undefined", "Company": COMPANY, "Email": "f2@example.com" });
    assert_eq!(record, all);
}

#[tokio::test]
async fn f3_a_last_name_of_blanks_is_none() {
    check(person("f3", "   "), json!({ "LastName": "Undefined" })).await;
}

#[tokio::test]
async fn r71_f4_of_unconfirmed_numbers_the_newest_is_sent() {
    let phones =
        phones(&[("+1 212 555 0141", false, 10), ("+1 212 555 0142", false, 30), ("+1 212 555 0143", false, 20)]);
    check(Client { phones, ..person("f4", "Miller") }, json!({ "Phone": "+1 212 555 0142" })).await;
}

#[tokio::test]
async fn r70_f5_the_confirmed_number_is_sent_though_it_is_the_oldest() {
    let phones =
        phones(&[("+1 212 555 0152", false, 20), ("+1 212 555 0151", true, 10), ("+1 212 555 0153", false, 30)]);
    check(Client { phones, ..person("f5", "Miller") }, json!({ "Phone": "+1 212 555 0151" })).await;
}

/// R72, F6: another number is confirmed: the Phone of the same Lead changes, and nothing else is sent.
#[tokio::test]
async fn f6_the_confirmation_moves_to_another_number() {
    let before = phones(&[("+1 212 555 0161", true, 10), ("+1 212 555 0162", false, 20)]);
    let client = Client { phones: before, ..person("f6", "Miller") };
    let stage = Stage::connected(std::slice::from_ref(&client)).await;
    let lead = stage.org.lead("f6@example.com").await;
    stage.org.forget_requests();

    let after = phones(&[("+1 212 555 0161", false, 10), ("+1 212 555 0162", true, 20)]);
    stage.save(&[Client { phones: after, ..client }]).await;
    stage.full_run().await;
    let now = stage.org.lead("f6@example.com").await;
    assert_eq!((&now["Id"], &now["Phone"]), (&lead["Id"], &json!("+1 212 555 0162")));
    let change = json!([{ "attributes": { "type": "Lead" }, "id": lead["Id"], "Phone": "+1 212 555 0162" }]);
    assert_eq!(Value::from(stage.org.sent()), change);
}

/// F7: equal times are decided by content, so the order of the list does not matter and a second run sends nothing.
#[tokio::test]
async fn f7_the_choice_between_numbers_of_one_age_is_stable() {
    let numbers = phones(&[("+1 212 555 0172", false, 5), ("+1 212 555 0171", false, 5)]);
    let client = Client { phones: numbers.clone(), ..person("f7", "Miller") };
    let stage = Stage::connected(std::slice::from_ref(&client)).await;
    let chosen = stage.org.sent()[0]["Phone"].clone();
    assert_eq!(chosen, "+1 212 555 0171");
    stage.org.forget_requests();
    stage.save(&[Client { phones: numbers.into_iter().rev().collect(), ..client }]).await;
    assert_eq!(stage.full_run().await.counts.unchanged, 1);
    assert_eq!(stage.org.writes().len(), 0);
}

/// F8: what was typed arrives byte for byte, in the request and in the record.
#[tokio::test]
async fn f8_texts_arrive_byte_for_byte() {
    let mut home = address("residential", "Zürich", 0);
    home.street = Some("12 \"Quoted\" Street \\ Back\nSecond line".to_owned());
    let client = Client { first_name: Some("Zoë 😀".to_owned()), addresses: vec![home], ..person("f8", "O'Brien") };
    let stage = Stage::connected(&[client]).await;
    let body = stage.org.writes()[0].body.clone();
    let texts = [r#""O'Brien""#, r#""Zoë 😀""#, r#""Zürich""#, r#""12 \"Quoted\" Street \\ Back\nSecond line""#];
    assert!(texts.iter().all(|text| body.contains(text)), "{body}");
    let lead = stage.org.lead("f8@example.com").await;
    let kept = [&lead["LastName"], &lead["FirstName"], &lead["City"]];
    assert_eq!(kept, ["O'Brien", "Zoë 😀", "Zürich"]);
}

/// F9: a last name of 81 characters is refused before it is sent; the client beside it arrives.
#[tokio::test]
async fn f9_a_text_that_is_too_long_refuses_its_row_alone() {
    let stage = Stage::connected(&[person("long", &"x".repeat(81)), person("short", &"x".repeat(80))]).await;
    assert_eq!(stage.org.leads().await.into_keys().collect::<Vec<_>>(), ["short@example.com"]);
    let due = stage
        .hub
        .due_rows(
            &Caller::owner(),
            crate::stage::SYNC,
            &salesbridge_hub::DueFilter::of(salesbridge_hub::DueState::Refused),
            &salesbridge_model::PageRequest::default(),
        )
        .await;
    let refused = due.expect("rows that wait").items.remove(0);
    assert_eq!((refused.source_key.as_str(), refused.code.as_deref()), ("long", Some("STRING_TOO_LONG")));
    assert_eq!(refused.fields, ["LastName"]);
    let told = "LastName: the text has 81 characters, and the field takes 80";
    assert_eq!(refused.message.as_deref(), Some(told), "the field and its length");
    assert!(refused.remedy.is_some_and(|remedy| remedy.contains("Shorten the value at the source")));
    assert_eq!(stage.org.sent().len(), 1, "the long one was not even sent");
}

/// F9: where a person has chosen so, what is too long is shortened, and the run says of which client.
#[tokio::test]
async fn f9_a_text_that_is_too_long_is_shortened_where_that_was_chosen() {
    let stage = Stage::connected(&[person("long", &"x".repeat(81)), person("short", "Miller")]).await;
    let shorten = ConnectionEdit { too_long: Some(TooLong::Shorten), ..ConnectionEdit::default() };
    stage.edit(shorten).await;
    let sync = stage.settled("the shortened name", |sync| sync.figures.links == 2).await;
    assert_eq!(stage.org.lead("long@example.com").await["LastName"], "x".repeat(80));
    let told = "long: LastName: the text has 81 characters, and the field takes 80; it was shortened";
    let warnings = sync.figures.last_run.expect("a run").warnings;
    assert!(warnings.iter().any(|warning| warning == told), "{warnings:?}");
    assert_eq!(stage.full_run().await.counts.unchanged, 2, "and is not sent again");
}

/// F9: a company of 256 characters fits no Lead: it is told when it is entered, and nothing is sent.
#[tokio::test]
async fn f9_a_company_that_is_too_long_is_told_before_anything_is_sent() {
    let stage = Stage::connected(&[person("c", "Miller")]).await;
    stage.org.forget_requests();
    let long = ConnectionEdit { company: Some("x".repeat(256)), confirmed: true, ..ConnectionEdit::default() };
    stage.edit(long).await;
    let sync = until("the sync to be held", async || {
        let sync = stage.hub.sync(&Caller::owner(), crate::stage::SYNC).await.expect("the sync");
        sync.sync.held.is_some().then_some(sync)
    })
    .await;
    let held = sync.sync.held.expect("a reason");
    let told = "mapping of `Company`: the text has 256 characters, and the field takes 255";
    assert_eq!((held.code.as_str(), held.reason.as_str()), ("mapping_broken", told));
    assert_eq!(stage.org.sent(), Vec::<Value>::new());
    let right = ConnectionEdit { company: Some("x".repeat(255)), confirmed: true, ..ConnectionEdit::default() };
    stage.edit(right).await;
    stage.save(&[person("d", "Miller")]).await;
    stage.settled("the next client", |sync| sync.figures.links == 2).await;
    assert_eq!(stage.org.lead("d@example.com").await["Company"], "x".repeat(255));
}

/// R53, F10: two clients alike in all but their keys are two Leads.
#[tokio::test]
async fn f10_clients_alike_become_two_leads() {
    let twin = |key: &str| Client { key: key.to_owned(), ..person("twin", "Miller") };
    let stage = Stage::connected(&[twin("C-1"), twin("C-2")]).await;
    assert_eq!(stage.org.leads().await["twin@example.com"].len(), 2);
}

/// R59, F11: Company is the connection's text, whatever companies the client has.
#[tokio::test]
async fn f11_the_clients_own_company_is_not_sent() {
    let client = Client {
        company_names: vec!["Their Own Ltd".to_owned()],
        client_type: Some("Corporate".to_owned()),
        ..person("f11", "Miller")
    };
    check(client, json!({})).await;
}

/// R74, R79, F14: of three fields that may be mapped, the two that are, and no other.
#[tokio::test]
async fn f14_what_is_mapped_is_sent_and_what_is_not_is_not() {
    let stage = Stage::set(salesbridge_local_org::OrgConfig::default()).await;
    let client = Client {
        status: Some("Banned".to_owned()),
        verification_level: Some(2),
        client_type: Some("Corporate".to_owned()),
        ..person("f14", "Miller")
    };
    stage.save(std::slice::from_ref(&client)).await;
    let mut new = connection_to(&stage.org, &stage.org.app);
    new.fields = [("status", "Title"), ("verification_level", "Description")]
        .map(|(column, field)| (column.to_owned(), Some(field.to_owned())))
        .into();
    stage.connect(new).await;
    let more = json!({ "Title": "Banned", "Description": "2" });
    assert_eq!(stage.org.sent(), [expected(&client, &more)]);
}
