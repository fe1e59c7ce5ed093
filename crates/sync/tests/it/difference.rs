//! Only what differs from what was confirmed is sent.

use salesbridge_model::{Client, Constant, LineSource, MappingLine, WriteWhen};

use crate::harness::World;
use crate::other_side::SentRow;
use crate::samples::{client, clients, constant, key, line};

#[tokio::test]
async fn only_changed_fields_are_sent() {
    let world = arrived(Client { first_name: Some("Ann".into()), ..client("a") }).await;
    world.person().edits("a", |client| client.last_name = Some("Li".into())).await;
    world.advance().await;
    assert_eq!(last_sent(&world), [row(&[("LastName", Some("Li"))])]);
    assert_eq!(world.record("a").await["FirstName"], "Ann", "what was not sent is left alone");
}

#[tokio::test]
async fn nothing_is_sent_and_no_run_is_made_when_no_mapped_field_changed() {
    let world = arrived(client("a")).await;
    let runs = world.runs().await;
    world.person().edits("a", |client| client.status = Some("Banned".into())).await;
    world.advance().await;
    assert_eq!((world.there.sizes(), world.due_rows().await), (vec![1], vec![]));
    assert_eq!(world.runs().await, runs);
}

#[tokio::test]
async fn r60_a_last_name_given_later_replaces_undefined() {
    let world = arrived(Client { last_name: None, ..client("a") }).await;
    assert_eq!(world.record("a").await["LastName"], "Undefined");
    world.person().edits("a", |client| client.last_name = Some("Li".into())).await;
    world.advance().await;
    assert_eq!(world.record("a").await["LastName"], "Li");
    world.assert_exactly_once().await;
}

#[tokio::test]
async fn r73_an_optional_value_taken_away_is_not_sent_and_one_that_clears_is_emptied_once() {
    let known = Client { first_name: Some("Ann".into()), email: Some("ann@example.com".into()), ..client("a") };
    let world = arrived(known.clone()).await;
    world.person().saves(&[Client { first_name: None, email: None, ..known.clone() }]).await;
    world.full_run().await;
    assert_eq!(last_sent(&world), [row(&[("Email", None)])]);
    world.full_run().await;
    assert_eq!(world.there.sizes(), [1, 1], "what is empty already is not emptied again");
    world.person().saves(&[known]).await;
    world.advance().await;
    assert_eq!(last_sent(&world), [row(&[("Email", Some("ann@example.com"))])], "the first name is there still");
}

#[tokio::test]
async fn a_new_record_has_nothing_to_empty() {
    let world = arrived(client("a")).await;
    assert_eq!(last_sent(&world), [row(&[("Company", Some("Acme")), ("LastName", Some("Name of a"))])]);
}

#[tokio::test]
async fn r78_r80_a_field_added_to_the_mapping_is_sent_for_records_made_before() {
    let mut world = arrived(Client { status: Some("Active".into()), ..client("a") }).await;
    world.redefine(|sync| sync.mapping.lines.push(line("Status", "status"))).await;
    world.full_run().await;
    assert_eq!(last_sent(&world), [row(&[("Status", Some("Active"))])]);
    world.person().edits("a", |client| client.status = Some("Banned".into())).await;
    world.advance().await;
    assert_eq!(last_sent(&world), [row(&[("Status", Some("Banned"))])]);
}

#[tokio::test]
async fn r59_company_changed_later_touches_new_records_alone() {
    let mut world = arrived(client("a")).await;
    world.redefine(|sync| sync.mapping.lines[1] = constant("Company", "Globex")).await;
    world.person().saves(&[client("b")]).await;
    world.full_run().await;
    assert_eq!(world.there.sizes(), [1, 1]);
    assert_eq!(
        [world.record("a").await["Company"].clone(), world.record("b").await["Company"].clone()],
        ["Acme", "Globex"]
    );
}

#[tokio::test]
async fn a_line_that_is_on_create_only_no_longer_is_compared_from_then_on() {
    let mut world = arrived(client("a")).await;
    let source = LineSource::Constant { value: Constant::Text("Globex".into()) };
    let always = MappingLine { source, when: WriteWhen::Always, ..line("Company", "") };
    world.redefine(|sync| sync.mapping.lines[1] = always).await;
    world.full_run().await;
    assert_eq!(last_sent(&world), [row(&[("Company", Some("Globex"))])]);
}

#[tokio::test]
async fn a_preview_says_what_the_run_then_does_and_sends_nothing() {
    let world = World::new(50).await;
    world.person().saves(&clients(120)).await;
    world.full_run().await;
    world.person().saves(&[client("new"), Client { email: Some("x@example.com".into()), ..client(&key(7)) }]).await;
    let preview = world.engine().preview(&world.job(), 10).await.unwrap();
    assert_eq!((preview.creates, preview.updates, preview.unchanged, preview.calls), (1, 1, 119, 2));
    let shown = |row: &salesbridge_sync::PreviewRow| {
        let fields: Vec<String> = row.fields.iter().map(|field| field.name.clone()).collect();
        (row.source_key.clone(), fields.join(" "))
    };
    let rows: Vec<_> = preview.rows.iter().map(shown).collect();
    assert_eq!(rows, [(key(7), "Email".to_owned()), ("new".to_owned(), "LastName Company".to_owned())]);
    assert_eq!(world.there.sizes().len(), 3, "nothing is sent");
    let run = world.full_run().await;
    assert_eq!(world.there.sizes().len(), 5);
    assert_eq!(run.counts.read(), 121);
}

/// A world in which this client has a record.
async fn arrived(client: Client) -> World {
    let world = World::new(10).await;
    world.person().saves(&[client]).await;
    world.advance().await;
    assert_eq!(world.there.sizes(), [1]);
    world
}

fn last_sent(world: &World) -> Vec<SentRow> {
    world.there.sent().pop().unwrap()
}

fn row(fields: &[(&str, Option<&str>)]) -> SentRow {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.map(str::to_owned))).collect()
}
