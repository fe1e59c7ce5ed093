//! The client and the local org, two programs that share no code, agree on the wire.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, Utc};
use salesbridge_egress::{ClientSettings, HttpClient, Method, Reach, Request};
use salesbridge_local_org::{
    App, Credentials, FaultAction, FaultMatch, FaultRule, FaultTime, OrgConfig, RunningOrg, TokenFormat,
};
use salesbridge_model::OrgKind;
use salesbridge_salesforce::{
    ApiError, CollectionRequest, CountingBudget, Disposition, DomainUrl, OrgClient, Record, SignInError, WriteError,
    WriteOptions, quote,
};
use serde_json::{Value, json};

use crate::org::{ManualClock, SECRET, client_of, sign_in_with};

const KEY: &str = "3MVG9.LOCAL";

async fn start(change: impl FnOnce(&mut OrgConfig)) -> RunningOrg {
    let app = Credentials { consumer_key: KEY.to_owned(), consumer_secret: SECRET.to_owned() };
    let mut config = OrgConfig { default_app: Some(app), ..OrgConfig::default() };
    change(&mut config);
    salesbridge_local_org::start(config).await.expect("an org")
}

pub(crate) async fn org() -> RunningOrg {
    start(|_| {}).await
}

pub(crate) fn client(org: &RunningOrg) -> OrgClient {
    client_at(org.url(), KEY, SECRET)
}

/// A client of the app with this key.
pub(crate) fn client_for(org: &RunningOrg, key: &str) -> OrgClient {
    client_at(org.url(), key, SECRET)
}

fn client_at(url: &str, key: &str, secret: &str) -> OrgClient {
    client_of(sign_in_with(url, key, secret), Arc::new(CountingBudget::default()), Arc::new(ManualClock::default()))
}

fn record(value: Value) -> Record {
    let Value::Object(fields) = value else { panic!("an object") };
    fields
}

fn lead(last_name: &str) -> Record {
    record(json!({ "LastName": last_name, "Company": "Firm" }))
}

fn leads(records: &[Record]) -> CollectionRequest {
    CollectionRequest::create("Lead", records, WriteOptions::default()).expect("a request")
}

/// Leads in the org, asked for by another client than the one under test.
async fn leads_in(org: &RunningOrg) -> u64 {
    client(org).query("SELECT COUNT() FROM Lead").await.expect("a count").total
}

/// What becomes of a write to an org that loses connections; `None` when all went well.
async fn failure_of(client: &OrgClient, request: &CollectionRequest) -> Option<WriteError> {
    match client.send_collection(request).await {
        Ok(sent) => sent.answer().await.err(),
        Err(error) => Some(error),
    }
}

async fn sign_in_error(client: &OrgClient) -> SignInError {
    match client.session().await.expect_err("no session") {
        ApiError::SignIn(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r1_r37_a_connection_shows_which_org_it_reached_and_what_it_offers() {
    let org = org().await;
    let budget = Arc::new(CountingBudget::default());
    let client = client_of(sign_in_with(org.url(), KEY, SECRET), budget.clone(), Arc::new(ManualClock::default()));
    let domain = DomainUrl::parse(&format!("{}/", org.url())).expect("an address");
    let identity = client.identity(&domain).await.expect("an identity");
    assert_eq!((identity.name.as_deref(), identity.kind), (Some("Local Org"), OrgKind::Local));
    assert!(identity.org_id.starts_with("00D") && identity.user_id.starts_with("005"));
    assert!(client.versions().await.expect("versions").iter().any(|offered| offered.version == "66.0"));
    assert_eq!(client.limits().await.expect("limits").daily_api_requests().expect("a limit").max, 15_000);
    assert_eq!(budget.usage().expect("the org's count").allowed, 15_000);
    assert!(client.org_time_offset().is_some());
}

#[tokio::test]
async fn r75_the_lead_is_described_with_types_lengths_and_choices() {
    let org = org().await;
    let lead = client(&org).describe("Lead").await.expect("a describe");
    let field = |name: &str| lead.field(name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!((field("LastName").length, field("Company").length), (80, 255));
    assert!(field("LastName").is_required_on_create() && field("Company").is_required_on_create());
    assert!(!field("Status").picklist_values.is_empty() && !field("Id").createable);
    assert_eq!(lead.key_prefix.as_deref(), Some("00Q"));
    let error = client(&org).describe("Nothing__c").await.expect_err("no such object");
    assert_eq!(error.code(), "NOT_FOUND");
}

#[tokio::test]
async fn f8_f9_rows_are_judged_one_by_one_and_values_arrive_as_they_are() {
    let org = org().await;
    let client = client(&org);
    let odd = record(
        json!({ "FirstName": "👩‍🚀", "LastName": "O'Brien \\ \"x\"", "City": "Zürich", "Street": "A 1\nB \"2\"", "Company": "Firm" }),
    );
    let request = leads(&[odd.clone(), lead(&"x".repeat(81)), lead("Ann")]);
    let rows = client.send_collection(&request).await.expect("a head").answer().await.expect("results");
    assert_eq!(rows.iter().map(|row| row.success).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(
        (rows[1].errors[0].code.as_str(), &rows[1].errors[0].fields[..]),
        ("STRING_TOO_LONG", &["LastName".to_owned()][..])
    );

    let soql = format!(
        "SELECT FirstName, LastName, City, Street, Company FROM Lead WHERE LastName = {}",
        quote("O'Brien \\ \"x\"")
    );
    assert_eq!(client.query_rows(&soql, 10).await.expect("rows"), [odd]);
}

#[tokio::test]
async fn a_query_of_many_pages_gives_every_row_once() {
    let org = org().await;
    let client = client(&org);
    for batch in 0..11 {
        let records: Vec<_> = (0..200).map(|row| lead(&format!("N{batch:02}{row:03}"))).collect();
        let rows = client.send_collection(&leads(&records)).await.expect("a head").answer().await.expect("results");
        assert!(rows.iter().all(|row| row.success));
    }
    let rows = client.query_rows("SELECT LastName FROM Lead ORDER BY LastName", 2_200).await.expect("rows");
    let names: Vec<_> = rows.iter().map(|row| row["LastName"].as_str().expect("text")).collect();
    assert_eq!((names.len(), names[0], names[2_199]), (2_200, "N00000", "N10199"));
    assert!(names.is_sorted_by(|one, next| one < next), "no row comes twice");
}

#[tokio::test]
async fn r17_an_ended_session_costs_one_sign_in_and_doubles_nothing() {
    let org = org().await;
    let client = client(&org);
    client.session().await.expect("a session");
    org.control().expire_tokens().await.expect("expired");
    org.control().clear_requests();
    assert!(failure_of(&client, &leads(&[lead("Ann")])).await.is_none());
    let tokens = org.control().requests().iter().filter(|seen| seen.path == "/services/oauth2/token").count();
    assert_eq!((tokens, leads_in(&org).await), (1, 1));
}

#[tokio::test]
async fn r6_a_jwt_that_outlives_its_hour_is_replaced_by_itself() {
    let clock = Arc::new(MovableClock(Mutex::new(DateTime::UNIX_EPOCH + Duration::days(20_000))));
    let org = start(|config| config.clock = clock.clone()).await;
    let mut app = org.control().apps().await.expect("apps").remove(0);
    (app.token_format, app.token_lifetime_seconds) = (TokenFormat::Jwt, 3_600);
    org.control().keep_app(app).await.expect("an app");
    let client = client(&org);
    let first = client.session().await.expect("a session");
    assert!(first.access_token.expose().starts_with("eyJ"));
    client.limits().await.expect("limits");
    *clock.0.lock().expect("unpoisoned") += Duration::minutes(61);
    client.limits().await.expect("limits");
    assert!(!Arc::ptr_eq(&first, &client.session().await.expect("a session")));
}

#[tokio::test]
async fn a_connection_lost_after_the_write_is_told_from_one_never_made() {
    let org = org().await;
    let client = client(&org);
    client.session().await.expect("a session");
    for (when, written) in [(FaultTime::After, 1), (FaultTime::Before, 1)] {
        org.control().add_fault(FaultRule {
            matches: FaultMatch {
                method: Some("POST".into()),
                path_contains: Some("composite/sobjects".into()),
                times: Some(1),
                ..FaultMatch::default()
            },
            when,
            action: FaultAction { drop_connection: true, ..FaultAction::default() },
        });
        let error = failure_of(&client, &leads(&[lead("Ann")])).await.expect("a lost connection");
        assert!(matches!(error, WriteError::MayHaveHappened { .. }), "{error:?}");
        assert_eq!(error.disposition(), Disposition::LookUpFirst);
        assert_eq!(leads_in(&org).await, written, "an insert is sent once, whatever became of it");
    }
    org.shutdown().await;
    let error = failure_of(&client, &leads(&[lead("Ann")])).await.expect("nobody listens");
    assert!(matches!(error, WriteError::NotSent(_)), "{error:?}");
}

#[tokio::test]
async fn f17_a_deleted_record_is_gone_and_deleting_it_again_is_done() {
    let org = org().await;
    let client = client(&org);
    let options = WriteOptions::default();
    let id = client.create("Lead", &lead("Ann"), options).await.expect("an id");
    client.update("Lead", &id, &record(json!({ "City": "Bern" })), options).await.expect("done");
    let read = client.get("Lead", &id, &["City"]).await.expect("an answer").expect("a record");
    assert_eq!(read["City"], "Bern");
    client.delete("Lead", &id).await.expect("done");
    client.delete("Lead", &id).await.expect("done already");
    assert_eq!(client.get("Lead", &id, &["City"]).await.expect("an answer"), None);
    let error = client.update("Lead", &id, &record(json!({ "City": "Basel" })), options).await.expect_err("gone");
    assert_eq!((error.code().as_str(), error.disposition()), ("ENTITY_IS_DELETED", Disposition::Refuse));
    let page = client.query_with_deleted("SELECT Id FROM Lead WHERE IsDeleted = true").await.expect("a page");
    assert_eq!(page.total, 1);
}

#[tokio::test]
async fn r7_r8_r9_what_an_administrator_forgot_is_named() {
    let org = org().await;
    let control = org.control();
    let app = control.apps().await.expect("apps").remove(0);
    let keep = |change: fn(&mut App)| {
        let mut app = app.clone();
        change(&mut app);
        control.keep_app(app)
    };
    keep(|app| app.run_as = None).await.expect("an app");
    assert!(matches!(sign_in_error(&client(&org)).await, SignInError::NoRunAsUser(_)));
    keep(|app| app.client_credentials = false).await.expect("an app");
    assert!(matches!(sign_in_error(&client(&org)).await, SignInError::FlowNotEnabled { .. }));
    keep(|app| app.ip_restricted = true).await.expect("an app");
    assert!(matches!(sign_in_error(&client(&org)).await, SignInError::IpRestricted(_)));
    keep(|_| {}).await.expect("an app");

    assert!(matches!(sign_in_error(&client_at(org.url(), KEY, "wrong")).await, SignInError::InvalidClientSecret(_)));
    assert!(matches!(sign_in_error(&client_at(org.url(), "wrong", SECRET)).await, SignInError::InvalidClientId(_)));

    let user = app.run_as.clone().expect("a user");
    control.set_api_enabled(&user, false).await.expect("done");
    let error = client(&org).query("SELECT Id FROM Lead").await.expect_err("no API");
    assert_eq!(error.disposition(), Disposition::HoldConnection);
    assert!(error.remedy().contains("API"), "{error}");
    control.set_active(&user, false).await.expect("done");
    assert!(matches!(sign_in_error(&client(&org)).await, SignInError::InactiveUserOrOrg(_)));
}

#[tokio::test]
async fn r10_two_apps_in_one_org_do_not_disturb_each_other() {
    let org = org().await;
    let control = org.control();
    let run_as = control.apps().await.expect("apps").remove(0).run_as;
    let other = control.keep_app(App { run_as, ..App::default() }).await.expect("an app");
    let (one, two) = (client(&org), client_at(org.url(), &other.consumer_key, &other.consumer_secret));
    one.limits().await.expect("limits");
    two.limits().await.expect("limits");
    assert!(control.delete_app(&other.consumer_key).await.expect("done"));
    one.limits().await.expect("limits");
    let error = two.limits().await.expect_err("its app is gone");
    assert!(matches!(error, ApiError::SignIn(SignInError::InvalidClientId(_))), "{error:?}");
}

#[tokio::test]
async fn the_shared_sign_in_host_does_not_serve_this_flow() {
    let org = start(|config| config.login_hosts = vec!["localhost".to_owned()]).await;
    let shared = org.url().replace("127.0.0.1", "localhost");
    assert!(matches!(sign_in_error(&client_at(&shared, KEY, SECRET)).await, SignInError::WrongDomain(_)));
}

#[tokio::test]
async fn r22_calls_go_where_the_token_answer_says() {
    let org = start(|config| config.instance_listen = Some(([127, 0, 0, 1], 0).into())).await;
    assert_ne!(org.url(), org.instance_url());
    let client = client(&org);
    client.limits().await.expect("limits");
    assert_eq!(client.session().await.expect("a session").instance.to_string(), org.instance_url());
    let host = |path: &str| {
        let seen = org.control().requests().into_iter().find(|seen| seen.path.ends_with(path)).expect("a request");
        seen.headers.into_iter().find(|(name, _)| name == "host").expect("a host").1
    };
    assert!(org.url().ends_with(&host("/token")) && org.instance_url().ends_with(&host("/limits")));
}

#[tokio::test]
async fn f18_the_daily_limit_defers_and_does_not_hold() {
    let org = org().await;
    let client = client(&org);
    client.session().await.expect("a session");
    org.control().set_daily_limit(0).await.expect("done");
    let error = failure_of(&client, &leads(&[lead("Ann")])).await.expect("a limit");
    assert!(matches!(error, WriteError::Refused(_)), "{error:?}");
    assert_eq!((error.code().as_str(), error.disposition()), ("REQUEST_LIMIT_EXCEEDED", Disposition::Defer));
    org.control().set_daily_limit(100).await.expect("done");
    assert_eq!(leads_in(&org).await, 0);
}

#[tokio::test]
async fn an_external_id_makes_every_create_repeatable() {
    let org = org().await;
    let client = client(&org);
    client.describe("Lead").await.expect("a describe");
    make_field(&client, "Lead.Bridge_Key__c").await;
    let lead_now = client.refresh_describe("Lead").await.expect("a describe");
    let field = lead_now.field("Bridge_Key__c").expect("R76: the new field");
    assert!(field.external_id && field.unique && field.length == 64);

    let mut records = [lead("Ann"), lead("Bo")];
    records[0].insert("Bridge_Key__c".to_owned(), json!("inst:sync:1"));
    records[1].insert("Bridge_Key__c".to_owned(), json!("inst:sync:2"));
    let upsert = |records: &[Record]| {
        CollectionRequest::upsert("Lead", "Bridge_Key__c", records, WriteOptions::default()).expect("a request")
    };
    let first = client.send_collection(&upsert(&records[..1])).await.expect("a head").answer().await.expect("results");
    assert_eq!(first[0].created, Some(true));
    let both = client.send_collection(&upsert(&records)).await.expect("a head").answer().await.expect("results");
    assert_eq!((both[0].created, both[1].created), (Some(false), Some(true)));
    assert_eq!((&both[0].id, leads_in(&org).await), (&first[0].id, 2));

    let options = WriteOptions::default();
    let one = client.upsert("Lead", "Bridge_Key__c", "inst:sync:3/ä", &lead("Cy"), options).await.expect("made");
    let again = client.upsert("Lead", "Bridge_Key__c", "inst:sync:3/ä", &lead("Cy"), options).await.expect("changed");
    assert_eq!((one.created, again.created, one.id), (true, false, again.id));
    let error = client.create("Lead", &records[0], options).await.expect_err("the key is taken");
    assert_eq!((error.code().as_str(), error.disposition()), ("DUPLICATE_VALUE", Disposition::Refuse));
}

/// Makes a unique external-ID field as an administrator would, through the Tooling API.
async fn make_field(client: &OrgClient, full_name: &str) {
    let session = client.session().await.expect("a session");
    let url = format!("{}/services/data/v66.0/tooling/sobjects/CustomField", session.instance);
    let field = json!({ "FullName": full_name, "Metadata": { "label": "Bridge Key", "type": "Text", "length": 64,
        "externalId": true, "unique": true, "caseSensitive": false, "required": false } });
    let request = Request::new(Method::POST, url.parse().expect("an address"))
        .bearer(&session.access_token)
        .expect("a header")
        .body("application/json", field.to_string().into_bytes());
    let http = HttpClient::new(ClientSettings::new(Reach::LocalOrg)).expect("a client");
    assert_eq!(http.send(request).await.expect("an answer").status(), 201);
}

struct MovableClock(Mutex<DateTime<Utc>>);

impl salesbridge_local_org::Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("unpoisoned")
    }
}
