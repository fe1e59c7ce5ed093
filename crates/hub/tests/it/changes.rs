//! What happens after the first sync: changes, switching off and on, an org that refuses, records that people delete.

use std::time::Instant;

use salesbridge_hub::clients::ImportManner;
use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_hub::syncs::RowChoice;
use salesbridge_hub::{Caller, DueFilter, DueState};
use salesbridge_local_org::{NewValidationRule, OrgConfig};
use salesbridge_model::{Client, PageRequest, RunState};
use serde_json::{Value, json};

use crate::org::Org;
use crate::stage::{SYNC, Stage, clients, connection_to, person, until};

/// Imports clients as one file would be.
async fn import(stage: &Stage, clients: Vec<Client>) {
    let (rows, received) = tokio::sync::mpsc::channel(clients.len());
    for client in clients {
        rows.try_send(Ok(client)).expect("room for every client");
    }
    drop(rows);
    let manner = ImportManner { assumed: stage.hub.now(), dry_run: false };
    stage.hub.import_clients(&Caller::owner(), received, &manner).await.expect("an import");
}

fn enabled(enabled: bool) -> ConnectionEdit {
    ConnectionEdit { enabled: Some(enabled), confirmed: true, ..ConnectionEdit::default() }
}

/// R52, R56: 100 of 1,000 clients change in one file: the engine sends exactly those rows in one call, and a full run afterwards sends nothing.
#[tokio::test]
async fn a_hundred_changes_in_one_file_are_one_call() {
    let stage = Stage::set(OrgConfig::default()).await;
    import(&stage, clients(1_000)).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    assert_eq!(stage.org.count().await, 1_000);
    assert_eq!(stage.org.writes().len(), 5, "200 rows in a call");
    stage.org.forget_requests();

    let changed =
        clients(1_000).into_iter().step_by(10).map(|client| Client { last_name: Some("Stone".to_owned()), ..client });
    import(&stage, changed.collect()).await;
    let stones = async || {
        let leads = stage.org.leads().await;
        let stones = leads.values().flatten().filter(|lead| lead["LastName"] == "Stone").count();
        (stones == 100).then_some(())
    };
    until("the hundred changes", stones).await;
    let run = stage.full_run().await;
    assert_eq!((run.counts.unchanged, run.api_calls), (1_000, 0));
    assert_eq!(stage.org.writes().len(), 1, "one call for all hundred");
    let keys = |record: &Value| record.as_object().expect("a record").keys().cloned().collect::<Vec<_>>();
    assert_eq!(stage.org.sent().len(), 100);
    assert!(stage.org.sent().iter().all(|record| keys(record) == ["attributes", "id", "LastName"]));
}

/// R55, R56: a new client and a change arrive by themselves; how long that took is printed.
#[tokio::test]
async fn r55_r56_a_change_arrives_by_itself() {
    let stage = Stage::connected(&clients(1)).await;
    let first = stage.org.lead("c0@example.com").await["Id"].clone();
    for (client, what) in [(person("c1", "Brown"), "a new client"), (person("c0", "Stone"), "a change")] {
        let begun = Instant::now();
        let (email, name) = (client.email.clone().expect("an address"), client.last_name.clone());
        stage.save(&[client]).await;
        until(what, async || {
            let leads = stage.org.leads().await;
            (leads.get(&email)?[0]["LastName"].as_str() == name.as_deref()).then_some(())
        })
        .await;
        println!("{what} arrived within {:?}", begun.elapsed());
    }
    assert_eq!(stage.org.lead("c0@example.com").await["Id"], first, "R56: the same Lead");
}

/// F20: a client changed 50 times in a moment: the last state is there, and the calls are fewer than the changes.
#[tokio::test]
async fn f20_many_changes_in_a_moment_cost_few_calls() {
    let stage = Stage::connected(&clients(1)).await;
    stage.org.forget_requests();
    for number in 1..=50 {
        stage.save(&[person("c0", &format!("Name {number}"))]).await;
    }
    stage.full_run().await;
    assert_eq!(stage.org.lead("c0@example.com").await["LastName"], "Name 50");
    let calls = stage.org.writes().len();
    println!("50 changes took {calls} calls");
    assert!((1..50).contains(&calls), "{calls}");
}

/// R41, R54: a disabled connection is asked nothing while another of the same hub sends; enabled again, it sends exactly what changed meanwhile.
#[tokio::test]
async fn r41_r54_what_changed_while_disabled_is_sent_once_afterwards() {
    let stage = Stage::connected(&clients(300)).await;
    stage.edit(enabled(false)).await;
    let other = Org::start(OrgConfig::default()).await;
    let mut new = connection_to(&other, &other.app);
    new.name = "other".to_owned();
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    until("the other org's Leads", async || (other.count().await == 300).then_some(())).await;
    stage.org.forget_requests();

    let mut changed: Vec<Client> = (0..50).map(|number| person(&format!("c{number}"), "Stone")).collect();
    changed.extend((300..320).map(|number| person(&format!("c{number}"), "New")));
    import(&stage, changed).await;
    until("the other org's changes", async || {
        let leads = other.leads().await;
        let told = leads.values().flatten().filter(|lead| lead["LastName"] != "Miller").count();
        (told == 70).then_some(())
    })
    .await;
    assert_eq!(stage.org.running.control().requests(), [], "R41: not one request");
    let refused = stage.hub.run_sync(&Caller::owner(), SYNC).await.expect_err("it cannot run");
    assert!(refused.to_string().contains("disabled"), "{refused}");

    stage.edit(enabled(true)).await;
    stage.settled("what waited", |sync| sync.figures.links == 320).await;
    let methods = |method: &str| stage.org.writes().iter().filter(|seen| seen.method == method).count();
    assert_eq!((methods("POST"), methods("PATCH"), stage.org.sent().len()), (1, 1, 70));
    let leads = stage.org.leads().await;
    assert!(leads.values().all(|leads| leads.len() == 1), "R54: no doubles");
    assert_eq!(leads.len(), 320);

    stage.edit(enabled(false)).await;
    stage.edit(enabled(true)).await;
    let run = stage.full_run().await;
    assert_eq!((run.counts.unchanged, stage.org.count().await), (320, 320), "R54");
}

/// R57: what people change on the Lead stays there, and never comes back to the client.
#[tokio::test]
async fn r57_a_change_of_the_lead_never_changes_the_client() {
    let stage = Stage::connected(&clients(1)).await;
    let before = stage.hub.client(&Caller::owner(), "c0").await.expect("the client");
    let id = stage.org.lead("c0@example.com").await["Id"].as_str().expect("an id").to_owned();
    stage.org.change_lead(&id, &json!({ "LastName": "Theirs", "Title": "Boss" })).await;
    let run = stage.full_run().await;
    assert_eq!(run.counts.unchanged, 1);
    assert_eq!(stage.hub.client(&Caller::owner(), "c0").await.expect("the client"), before);

    // A later change of ours sends its own field alone.
    stage.save(&[Client { first_name: Some("Ann".to_owned()), ..before }]).await;
    stage.full_run().await;
    let lead = stage.org.lead("c0@example.com").await;
    assert_eq!([&lead["FirstName"], &lead["LastName"], &lead["Title"]], ["Ann", "Theirs", "Boss"]);
}

/// F18: the org's limit is reached in the middle of 1,000 clients: the run waits and says why; then it goes on, and none is there twice.
#[tokio::test]
async fn f18_a_limit_in_the_middle_is_waited_out() {
    let stage = Stage::set(OrgConfig::default()).await;
    import(&stage, clients(1_000)).await;
    stage.org.refuse_a_write(2, 403, "REQUEST_LIMIT_EXCEEDED");
    stage
        .hub
        .create_connection(&Caller::owner(), connection_to(&stage.org, &stage.org.app))
        .await
        .expect("a connection");
    let run = until("the run to wait", async || {
        let run = stage.hub.sync(&Caller::owner(), SYNC).await.expect("the sync").figures.last_run?;
        run.problem.is_some().then_some(run)
    })
    .await;
    let problem = run.problem.expect("a problem");
    assert_eq!((problem.code.as_str(), run.state.is_final()), ("salesforce.budget_spent", false), "{problem:?}");
    assert!(!problem.remedy.is_empty());
    assert_eq!(stage.org.count().await, 400, "what was sent before");

    // A person who has bought more calls does not wait a quarter of an hour.
    stage.hub.run_sync(&Caller::owner(), SYNC).await.expect("a run");
    stage.settled("the rest", |sync| sync.figures.links == 1_000).await;
    let leads = stage.org.leads().await;
    assert_eq!((leads.len(), leads.values().all(|leads| leads.len() == 1)), (1_000, true));
    let first = stage.hub.run(&Caller::owner(), run.id).await.expect("the run");
    assert_eq!((first.state, first.problem, first.counts.created), (RunState::Completed, None, 1_000));
}

/// F17: a Lead that somebody deleted is not made again by itself, however often its client changes; its row says so.
#[tokio::test]
async fn f17_a_deleted_lead_is_told_and_not_made_again() {
    let stage = Stage::connected(&clients(2)).await;
    let id = stage.org.lead("c0@example.com").await["Id"].as_str().expect("an id").to_owned();
    stage.org.delete_lead(&id).await;
    stage.save(&[person("c0", "Stone"), person("c1", "Stone")]).await;
    stage.settled("the refusal", |sync| sync.figures.due.refused == 1).await;
    stage.org.forget_requests();
    stage.save(&[person("c0", "Rock"), person("c1", "Rock")]).await;
    stage.full_run().await;
    stage.settled("the refusal", |sync| sync.figures.due.refused == 1).await;
    assert_eq!(stage.org.leads().await.into_keys().collect::<Vec<_>>(), ["c1@example.com"]);
    assert_eq!(stage.org.lead("c1@example.com").await["LastName"], "Rock", "the others go on");
    assert!(stage.org.sent().iter().all(|record| record["id"] != id.as_str()), "the org is not asked again and again");
    let due = stage
        .hub
        .due_rows(&Caller::owner(), SYNC, &DueFilter::of(DueState::Refused), &PageRequest::default())
        .await
        .expect("refused rows");
    let [row] = &due.items[..] else { panic!("one row is refused: {due:?}") };
    assert_eq!((row.source_key.as_str(), row.code.as_deref()), ("c0", Some("LINK_BROKEN")));
    assert!(row.remedy.as_deref().is_some_and(|remedy| remedy.contains("Restore the record")));
}

/// A refused row waits for a person: it may be tried again, given up, or is sent by itself when its client is corrected.
#[tokio::test]
async fn r85_a_refused_row_is_retried_dropped_or_corrected() {
    let bad = ["a", "b", "c"].map(|key| person(key, "Nobody"));
    let stage = Stage::set(OrgConfig::default()).await;
    let rule = NewValidationRule {
        object: "Lead".to_owned(),
        name: "No_Nobody".to_owned(),
        formula: "LastName = \"Nobody\"".to_owned(),
        message: "Nobody is no name".to_owned(),
        error_field: Some("LastName".to_owned()),
    };
    stage.org.running.control().add_validation_rule(rule).await.expect("a rule");
    stage.save(&[&bad[..], &clients(5)].concat()).await;
    stage.connect(connection_to(&stage.org, &stage.org.app)).await;
    assert_eq!(stage.org.count().await, 5, "the others arrive");
    let choice = |keys: &[&str]| RowChoice {
        state: DueState::Refused,
        keys: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
        anew: false,
    };
    stage.org.forget_requests();
    assert_eq!(stage.hub.retry_rows(&Caller::owner(), SYNC, &choice(&["a"])).await.expect("rows"), 1);
    until("the row to be sent again", async || (stage.org.sent().len() == 1).then_some(())).await;
    stage.settled("its second refusal", |sync| sync.figures.due.refused == 3).await;

    assert_eq!(stage.hub.drop_rows(&Caller::owner(), SYNC, &choice(&["b"])).await.expect("rows"), 1);
    stage.save(&[person("c", "Short")]).await;
    stage.settled("the corrected row", |sync| sync.figures.links == 6).await;
    assert_eq!(stage.org.lead("c@example.com").await["LastName"], "Short");
    let due = stage
        .hub
        .due_rows(&Caller::owner(), SYNC, &DueFilter::of(DueState::Refused), &PageRequest::default())
        .await
        .expect("rows that wait");
    let waiting: Vec<_> = due.items.iter().map(|row| (row.source_key.as_str(), row.code.as_deref())).collect();
    assert_eq!(waiting, [("a", Some("FIELD_CUSTOM_VALIDATION_EXCEPTION"))]);
}
