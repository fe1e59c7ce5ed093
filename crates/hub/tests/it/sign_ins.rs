//! Signing in for a connection where that takes a person, against an org that insists on PKCE and on the secret: what people expect, and what an attacker
//! would try.

mod attacks;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::sign_ins::{BrowserAnswer, ImportedLogin, NewSignIn, SignInDetails, SignInProgress, SignInWords};
use salesbridge_hub::upkeep::Retention;
use salesbridge_hub::{Caller, Hub, HubError};
use salesbridge_local_org::{App, FaultAction, FaultMatch, FaultRule, FaultTime, OrgConfig};
use salesbridge_model::{Secret, SignInKind};
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::Browser;
use salesbridge_vault::KeyRing;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::org::Org;
use crate::stage::{Stage, clients, parts, person, until};

/// Where browsers reach the hub.
const DOOR: &str = "https://bridge.example.com";
const PASSWORD: &str = "local-org-password";

/// A hub with a connection `acme` for which nobody has signed in, and an org.
async fn stage() -> Stage {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.hub.opened_at(DOOR);
    change_app(&stage.org, |_| {}).await;
    connect(&stage, "acme", &stage.org, "authorization_code").await;
    stage
}

/// The org's app as the flows need it: with PKCE, and with its secret in both (R13, R14).
async fn change_app(org: &Org, change: impl FnOnce(&mut App)) {
    let mut app = org.app.clone();
    app.callback_url = Some(format!("{DOOR}/oauth/callback"));
    app.callback_urls = vec![format!("{}/services/oauth2/success", org.running.url())];
    app.scopes = ["api", "refresh_token", "web"].map(str::to_owned).into();
    (app.pkce_required, app.secret_required, app.secret_required_for_refresh) = (true, true, true);
    change(&mut app);
    org.running.control().keep_app(app).await.expect("an app");
}

async fn connect(stage: &Stage, name: &str, org: &Org, method: &str) {
    let settings = [("domain_url", org.running.url()), ("consumer_key", org.app.consumer_key.as_str())];
    let new = NewConnection {
        method: method.to_owned(),
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        secrets: BTreeMap::from([("consumer_secret".to_owned(), Secret::new(org.app.consumer_secret.clone()))]),
        company: (name == "acme").then(|| crate::stage::COMPANY.to_owned()),
        confirmed: true,
        ..NewConnection::named(name)
    };
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
}

fn new(kind: SignInKind) -> NewSignIn {
    NewSignIn { kind, redirect_uri: None, login_hint: None, may_change_org: false }
}

async fn begin(hub: &Hub, kind: SignInKind) -> SignInDetails {
    hub.begin_sign_in(&Caller::owner(), "acme", new(kind)).await.expect("a sign-in")
}

async fn now(hub: &Hub) -> SignInDetails {
    hub.sign_in(&Caller::owner(), "acme").await.expect("a sign-in")
}

/// Opens a one-time link: where the browser goes, and its cookie.
async fn open(hub: &Hub, begun: &SignInDetails) -> Result<(url::Url, Secret<String>), HubError> {
    let link = begun.link.clone().expect("a link");
    let rest = link.strip_prefix(&format!("{DOOR}/oauth/start/")).expect("our own link").to_owned();
    let (id, ticket) = rest.split_once('/').expect("a ticket");
    let opened = hub.open_sign_in_link(id, &Secret::new(ticket.to_owned())).await?;
    Ok((opened.location.parse().expect("an address"), opened.browser))
}

/// Signs in to the org and allows the app; what the org sends back.
async fn consent(org: &Org, link: &url::Url) -> BrowserAnswer {
    let username = org.running.control().users().await.expect("users").remove(0).username;
    let came_back = Browser::at(org.running.url()).consent(link, &username, PASSWORD).await;
    let value =
        |wanted: &str| came_back.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    BrowserAnswer {
        state: value("state"),
        code: value("code").map(Secret::new),
        refusal: value("error").map(|error| (error, value("error_description").unwrap_or_default())),
        browser: None,
    }
}

/// A sign-in in a browser up to where the org has sent it back.
async fn came_back(stage: &Stage) -> BrowserAnswer {
    let (link, browser) = open(&stage.hub, &begin(&stage.hub, SignInKind::Web).await).await.expect("a link that works");
    BrowserAnswer { browser: Some(browser), ..consent(&stage.org, &link).await }
}

fn copy(answer: &BrowserAnswer) -> BrowserAnswer {
    let BrowserAnswer { state, code, refusal, browser } = answer;
    BrowserAnswer { state: state.clone(), code: code.clone(), refusal: refusal.clone(), browser: browser.clone() }
}

async fn signed_in() -> Stage {
    let stage = stage().await;
    let answer = came_back(&stage).await;
    let carried = stage.hub.carry_sign_in(answer).await.expect("an answer that is taken");
    assert_eq!(carried.sign_in.state, SignInProgress::Done, "{:?}", carried.sign_in.failure);
    stage
}

fn code_of(error: &HubError) -> &str {
    match error {
        HubError::NotPossible { code, .. } => code,
        HubError::Invalid { .. } => "invalid",
        _ => "another",
    }
}

fn failure_code(details: &SignInDetails) -> &str {
    assert_eq!(details.state, SignInProgress::Failed);
    &details.failure.as_ref().expect("why").code
}

/// R11, R12, R13, R14, R15, R17: one link, a page of the org, and the connection sends; it goes on over the ends of tokens with nobody there.
#[tokio::test]
async fn r11_r15_r17_a_person_signs_in_once_and_the_connection_goes_on() {
    let stage = stage().await;
    stage.save(&clients(2)).await;
    let held = stage.hub.connection(&Caller::owner(), "acme").await.expect("it").connection.held.expect("held");
    assert_eq!(held.code, "oauth.not_signed_in");
    assert!(held.remedy.contains("salesbridge connection sign-in acme"), "{held:?}");

    let begun = begin(&stage.hub, SignInKind::Web).await;
    assert_eq!(begun.redirect_uri.as_deref(), Some("https://bridge.example.com/oauth/callback"));
    let (link, browser) = open(&stage.hub, &begun).await.expect("a link that works");
    let query: BTreeMap<String, String> = link.query_pairs().into_owned().collect();
    assert_eq!((query["scope"].as_str(), query["code_challenge_method"].as_str()), ("api refresh_token web", "S256"));
    let answer = BrowserAnswer { browser: Some(browser), ..consent(&stage.org, &link).await };
    let carried = stage.hub.carry_sign_in(answer).await.expect("an answer that is taken");
    assert_eq!(carried.sign_in.state, SignInProgress::Done, "{:?}", carried.sign_in.failure);
    let org = carried.sign_in.org.expect("the org");
    assert!(org.name.is_some(), "the org was asked who it is: {org:?}");

    stage.settled("the clients to be sent", |_| true).await;
    assert_eq!(stage.org.count().await, 2);
    for name in ["Stone", "Rivers"] {
        stage.org.running.control().expire_tokens().await.expect("done");
        stage.save(&[person("c0", name)]).await;
        until("the change", async || (stage.org.lead("c0@example.com").await["LastName"] == name).then_some(())).await;
    }
}

/// R26: whom no browser can come back to is led to a link and pastes what the browser shows; R25: encoded, decoded, whole or not.
#[tokio::test]
async fn r25_r26_what_the_browser_shows_is_pasted() {
    type Copied = fn(&url::Url, String) -> String;
    let whole: Copied = |address, _| address.to_string();
    let encoded: Copied = |address, _| address.query().unwrap_or_default().to_owned();
    for copied in [whole, encoded, |_, code| code] {
        let stage = stage().await;
        let begun = begin(&stage.hub, SignInKind::Paste).await;
        let own_page = format!("{}/services/oauth2/success", stage.org.running.url());
        assert_eq!(begun.redirect_uri, Some(own_page));
        let link: url::Url = begun.link.clone().expect("a link").parse().expect("an address");
        assert_eq!(now(&stage.hub).await.link, begun.link, "it is shown again while nobody has answered");
        let username = stage.org.running.control().users().await.expect("users").remove(0).username;
        let address = Browser::at(stage.org.running.url()).consent(&link, &username, PASSWORD).await;
        let code = address.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let words = SignInWords { answer: Secret::new(format!(" {}\n", copied(&address, code))) };
        let answered = stage.hub.answer_sign_in(&Caller::owner(), "acme", &words).await.expect("taken");
        assert_eq!(answered.state, SignInProgress::Done, "{:?}", answered.failure);
        assert_eq!(answered.link, None);
    }
}

/// What is no answer, or another's, leaves the sign-in as it is.
#[tokio::test]
async fn a_wrong_paste_is_told_and_can_be_put_right() {
    let stage = stage().await;
    let earlier = begin(&stage.hub, SignInKind::Paste).await;
    let begun = begin(&stage.hub, SignInKind::Paste).await;
    let link: url::Url = begun.link.expect("a link").parse().expect("an address");
    let paste = async |text: &str| {
        let words = SignInWords { answer: Secret::new(text.to_owned()) };
        stage.hub.answer_sign_in(&Caller::owner(), "acme", &words).await
    };
    let refused = paste("https://example.com/nothing").await.expect_err("no code");
    assert!(refused.to_string().contains("address bar"), "{refused}");
    let other: url::Url = earlier.link.expect("a link").parse().expect("an address");
    let of_the_other = consent(&stage.org, &other).await;
    let text =
        format!("?code={}&state={}", of_the_other.code.expect("a code").expose(), of_the_other.state.expect("a state"));
    let refused = paste(&text).await.expect_err("of another sign-in");
    assert!(refused.to_string().contains("another sign-in"), "{refused}");
    assert_eq!(now(&stage.hub).await.state, SignInProgress::Pending);

    let answer = consent(&stage.org, &link).await;
    let answered = paste(answer.code.expect("a code").expose()).await.expect("taken");
    assert_eq!(answered.state, SignInProgress::Done);
    assert_eq!(code_of(&paste("aPrxAnything==").await.expect_err("over")), "no_sign_in");
}

/// A code at another device is asked for in the background, at the pace the org wants.
#[tokio::test]
async fn a_device_is_waited_for_in_the_background() {
    let stage = Stage::set(OrgConfig::default()).await;
    change_app(&stage.org, |_| {}).await;
    connect(&stage, "acme", &stage.org, "device").await;
    let begun = begin(&stage.hub, SignInKind::Device).await;
    let (code, place) = (begun.user_code.expect("a code"), begun.verification_uri.expect("a place"));
    assert!(place.starts_with(stage.org.running.url()), "{place}");
    let username = stage.org.running.control().users().await.expect("users").remove(0).username;
    Browser::at(stage.org.running.url()).connect_device(&code, &username, PASSWORD).await;
    let ended = until("the sign-in", async || Some(now(&stage.hub).await).filter(|now| now.state.is_final())).await;
    assert_eq!(ended.state, SignInProgress::Done, "{:?}", ended.failure);
    let asked = stage.org.sign_ins().iter().filter(|seen| seen.body.contains("grant_type=device")).count();
    assert!(asked <= 2, "every five seconds, not {asked} times");
}

#[tokio::test]
async fn what_a_person_says_no_to_or_gives_up_leaves_the_connection_as_it_was() {
    let stage = signed_in().await;
    let before = stage.hub.connection(&Caller::owner(), "acme").await.expect("it").connection;
    let (_, browser) = open(&stage.hub, &begin(&stage.hub, SignInKind::Web).await).await.expect("a link");
    let state = {
        let (link, browser) = open(&stage.hub, &begin(&stage.hub, SignInKind::Web).await).await.expect("a link");
        let state = link.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
        let refusal = Some(("access_denied".to_owned(), "end-user denied authorization".to_owned()));
        let answer = BrowserAnswer { state: Some(state.clone()), refusal, code: None, browser: Some(browser) };
        let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
        assert_eq!(failure_code(&carried.sign_in), "oauth.access_denied");
        state
    };
    let late = BrowserAnswer { state: Some(state), browser: Some(browser), ..BrowserAnswer::default() };
    assert!(stage.hub.carry_sign_in(late).await.is_err());

    let answer = came_back(&stage).await;
    stage.hub.cancel_sign_in(&Caller::owner(), "acme").await.expect("given up");
    assert_eq!(now(&stage.hub).await.state, SignInProgress::Cancelled);
    assert_eq!(code_of(&stage.hub.carry_sign_in(answer).await.expect_err("given up")), "sign_in_answered");
    assert_eq!(code_of(&stage.hub.cancel_sign_in(&Caller::owner(), "acme").await.expect_err("twice")), "no_sign_in");
    let after = stage.hub.connection(&Caller::owner(), "acme").await.expect("it").connection;
    assert_eq!((after.held, after.updated_at, after.org), (None, before.updated_at, before.org));
}

#[tokio::test]
async fn without_a_refresh_token_nothing_is_kept() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.hub.opened_at(DOOR);
    change_app(&stage.org, |app| app.scopes = vec!["api".to_owned(), "web".to_owned()]).await;
    connect(&stage, "acme", &stage.org, "authorization_code").await;
    let only = ConnectionEdit {
        settings: BTreeMap::from([("scopes".to_owned(), Some("api web".to_owned()))]),
        ..ConnectionEdit::default()
    };
    stage.edit(only).await;
    let answer = came_back(&stage).await;
    let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
    assert_eq!(failure_code(&carried.sign_in), "no_refresh_token");
}

/// R16: an app that is new is not known yet when the code is exchanged; it is tried again by itself, and nothing is made again.
#[tokio::test]
async fn r16_an_app_that_is_not_known_yet_is_tried_again_by_itself() {
    let stage = stage().await;
    let answer = came_back(&stage).await;
    change_app(&stage.org, |app| app.propagation_seconds = 600).await;
    let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
    assert_eq!(carried.sign_in.state, SignInProgress::Finishing);
    let why = carried.sign_in.failure.expect("why it waits");
    assert_eq!(why.code, "oauth.invalid_client_id");
    change_app(&stage.org, |app| app.propagation_seconds = 0).await;
    stage.clock.advance(Duration::from_secs(15));
    let ended = until("the sign-in", async || Some(now(&stage.hub).await).filter(|now| now.state.is_final())).await;
    assert_eq!(ended.state, SignInProgress::Done, "{:?}", ended.failure);
}

/// A process ends in the middle: before the browser has come back, and while the code is being exchanged. The next one goes on.
#[tokio::test]
async fn a_restart_in_the_middle_costs_no_second_sign_in() {
    let org = Org::start(OrgConfig::default()).await;
    change_app(&org, |_| {}).await;
    let folder = salesbridge_testkit::TempFolder::new();
    let keys = KeyRing::generate().expect("a key");
    let stage = Process::start(&folder, &keys).await;
    stage.connect(&org).await;
    let begun = begin(&stage.hub, SignInKind::Web).await;
    let (link, browser) = open(&stage.hub, &begun).await.expect("a link");
    let answer = BrowserAnswer { browser: Some(browser), ..consent(&org, &link).await };
    stage.end().await;

    let stage = Process::start(&folder, &keys).await;
    let path_contains = Some("/oauth2/token".to_owned());
    let fault = org.running.control().add_fault(FaultRule {
        matches: FaultMatch { path_contains, ..FaultMatch::default() },
        when: FaultTime::Before,
        action: FaultAction { drop_connection: true, ..FaultAction::default() },
    });
    let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
    assert_eq!(carried.sign_in.state, SignInProgress::Finishing, "{:?}", carried.sign_in.failure);
    stage.end().await;
    org.running.control().remove_fault(fault);

    let stage = Process::start(&folder, &keys).await;
    let ended = until("the sign-in", async || Some(now(&stage.hub).await).filter(|now| now.state.is_final())).await;
    assert_eq!(ended.state, SignInProgress::Done, "{:?}", ended.failure);
    stage.end().await;
}

/// A hub of a process that can end and be started again.
struct Process {
    hub: Arc<Hub>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Process {
    async fn start(folder: &salesbridge_testkit::TempFolder, keys: &KeyRing) -> Self {
        let store = Arc::new(SqliteStore::open(folder.join("hub.sqlite")).await.expect("a store"));
        let mut parts = parts(store, keys.clone(), Arc::default());
        parts.ids = Arc::new(salesbridge_testkit::SequentialIds::starting_at(
            folder.path().read_dir().map_or(1, |_| next_ids()),
        ));
        let hub = Hub::open(parts).await.expect("a hub");
        hub.opened_at(DOOR);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(hub.clone().reconcile(stop.clone()));
        Self { hub, stop, tasks }
    }

    async fn connect(&self, org: &Org) {
        let settings = [("domain_url", org.running.url()), ("consumer_key", org.app.consumer_key.as_str())];
        let new = NewConnection {
            method: "authorization_code".to_owned(),
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            secrets: BTreeMap::from([("consumer_secret".to_owned(), Secret::new(org.app.consumer_secret.clone()))]),
            ..NewConnection::named("acme")
        };
        self.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    }

    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Ids that no process before has given.
fn next_ids() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    NEXT.fetch_add(1_000_000, std::sync::atomic::Ordering::Relaxed)
}

/// A second sign-in gives the first one's token back, so that the five that a user has of an app are not used up.
#[tokio::test]
async fn signing_in_again_gives_the_token_before_back() {
    let stage = signed_in().await;
    let answer = came_back(&stage).await;
    stage.org.forget_requests();
    stage.hub.carry_sign_in(answer).await.expect("taken");
    let revoked =
        || stage.org.running.control().requests().iter().filter(|seen| seen.path == "/services/oauth2/revoke").count();
    assert_eq!(revoked(), 1);
    let out = stage.hub.sign_out(&Caller::owner(), "acme").await.expect("signed out");
    assert_eq!(revoked(), 2);
    assert_eq!(out.connection.held.expect("held").code, "oauth.not_signed_in");
    assert!(!out.secrets_set.contains(&"refresh_token".to_owned()));
    stage.save(&[person("c9", "Waits")]).await;
    assert_eq!(code_of(&stage.hub.sign_out(&Caller::owner(), "acme").await.expect_err("twice")), "not_signed_in_there");
    assert_eq!(stage.org.count().await, 0, "nothing is sent");
    let answer = came_back(&stage).await;
    stage.hub.carry_sign_in(answer).await.expect("taken");
    until("what waited", async || (stage.org.count().await == 1).then_some(())).await;
}

/// A login of `sf` is taken over with what it needs to go on.
#[tokio::test]
async fn a_login_of_salesforces_own_command_line_is_taken_over() {
    let stage = stage().await;
    change_app(&stage.org, |app| app.pkce_required = false).await;
    let page = format!("{}/services/oauth2/success", stage.org.running.url());
    let asked = [("response_type", "code"), ("client_id", &stage.org.app.consumer_key), ("redirect_uri", &page)];
    let link = format!("{}/services/oauth2/authorize", stage.org.running.url());
    let link = url::Url::parse_with_params(&link, asked).expect("an address");
    let code = consent(&stage.org, &link).await.code.expect("a code");
    let tokens = stage.org.exchange(code.expose(), &page).await;
    let token = tokens["refresh_token"].as_str().expect("a refresh token");
    let address = stage.org.running.url().strip_prefix("http://").expect("plain");
    let login = format!(
        r#"{{"status": 0, "result": {{"sfdxAuthUrl": "force://{}:{}:{token}@{address}"}}}}"#,
        stage.org.app.consumer_key, stage.org.app.consumer_secret
    );
    let import = ImportedLogin { name: "taken-over".to_owned(), caption: None, login: Secret::new(login) };
    let made = stage.hub.import_login(&Caller::owner(), import).await.expect("a connection");
    assert_eq!(made.connection.method, "refresh_token");
    let report = stage.hub.test_connection(&Caller::owner(), "taken-over").await.expect("a test");
    assert!(report.org.is_some(), "{:?}", report.checks);
}

/// R27, R99, R100, R101, R102, R103: a service asks for an id and a secret alone; its connections are linked by one consent each, and each acts as exactly
/// the user who gave it.
#[tokio::test]
async fn r27_r99_to_r103_one_service_has_several_accounts() {
    let stage = Stage::set(OrgConfig::default()).await;
    stage.hub.opened_at(DOOR);
    change_app(&stage.org, |_| {}).await;
    let owner = Caller::owner();
    stage.hub.create_service(&owner, crate::services::service(&stage.org)).await.expect("a service");
    assert_eq!(stage.hub.services(&owner).await.expect("services").items[0].service.name.as_str(), "shared");

    let administrator = stage.org.running.control().users().await.expect("users").remove(0);
    let other = stage.org.make_user("ben@example.com").await;
    let mut acted_as = Vec::new();
    for (name, username) in [("first", administrator.username.as_str()), ("second", "ben@example.com")] {
        let account = NewConnection {
            service: Some("shared".to_owned()),
            method: "authorization_code".to_owned(),
            ..NewConnection::named(name)
        };
        stage.hub.create_connection(&owner, account).await.expect("an account");
        let begun = stage.hub.begin_sign_in(&owner, name, new(SignInKind::Web)).await.expect("a sign-in");
        let (link, browser) = open(&stage.hub, &begun).await.expect("a link");
        let came_back = Browser::at(stage.org.running.url()).consent(&link, username, PASSWORD).await;
        let value = |wanted: &str| came_back.query_pairs().find(|(name, _)| name == wanted).expect("it").1.into_owned();
        let (state, code) = (Some(value("state")), Some(Secret::new(value("code"))));
        let answer = BrowserAnswer { state, code, refusal: None, browser: Some(browser) };
        let carried = stage.hub.carry_sign_in(answer).await.expect("taken");
        assert_eq!(carried.sign_in.state, SignInProgress::Done, "{:?}", carried.sign_in.failure);
        acted_as.push(stage.hub.connection(&owner, name).await.expect("it").connection.org.expect("the org").user_id);
    }
    assert_eq!(acted_as, [administrator.id, other]);
    let used_by = stage.hub.services(&owner).await.expect("services").items.remove(0).used_by;
    assert_eq!(used_by.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["first", "second"]);

    stage.hub.sign_out(&owner, "first").await.expect("signed out");
    stage.org.running.control().expire_tokens().await.expect("done");
    let report = stage.hub.test_connection(&owner, "second").await.expect("a test");
    assert_eq!(report.org.expect("the org").user_id, acted_as[1], "the other account goes on");
}

/// What became of a sign-in is told for a week.
#[tokio::test]
async fn old_sign_ins_are_forgotten() {
    let stage = signed_in().await;
    stage.clock.advance(Duration::from_secs(6 * 24 * 60 * 60));
    stage.hub.tidy(&Retention::default()).await.expect("a round");
    assert_eq!(now(&stage.hub).await.state, SignInProgress::Done);
    stage.clock.advance(Duration::from_secs(2 * 24 * 60 * 60));
    stage.hub.tidy(&Retention::default()).await.expect("a round");
    let gone = stage.hub.sign_in(&Caller::owner(), "acme").await.expect_err("forgotten");
    assert_eq!(code_of(&gone), "no_sign_in");
}
