//! Several hubs on one PostgreSQL: one sign-in serves them all, and its token is nowhere to be read.

use std::sync::Arc;
use std::time::Duration;

use salesbridge_hub::connections::{ConnectionEdit, NewConnection};
use salesbridge_hub::{Caller, CheckState, Hub, HubParts, LeaseTerms};
use salesbridge_local_org::{App, OrgConfig};
use salesbridge_model::Secret;
use salesbridge_store::Store;
use salesbridge_store_postgres::PostgresStore;
use salesbridge_testkit::{PostgresDatabase, SequentialIds};
use salesbridge_vault::KeyRing;

use crate::org::Org;
use crate::stage::{HubClock, connection_to, consumer_secret, parts, setting};

pub(crate) struct Installation {
    pub(crate) org: Org,
    database: PostgresDatabase,
    keys: KeyRing,
}

impl Installation {
    pub(crate) async fn set() -> Self {
        let keys = KeyRing::generate().expect("a key");
        Self { org: Org::start(OrgConfig::default()).await, database: PostgresDatabase::create().await, keys }
    }

    /// A process of the installation, which sends nothing by itself.
    pub(crate) async fn hub(&self, number: u64) -> Arc<Hub> {
        self.hub_at(number, Arc::default()).await
    }

    /// The same by another clock.
    pub(crate) async fn hub_at(&self, number: u64, clock: Arc<HubClock>) -> Arc<Hub> {
        let store = PostgresStore::open(&Secret::new(self.database.address())).await.expect("a store");
        process(Arc::new(store), self.keys.clone(), number, clock).await
    }

    pub(crate) fn database(&self) -> &PostgresDatabase {
        &self.database
    }

    /// Tokens that the org was asked for while something was done.
    pub(crate) async fn sign_ins(&self, done: impl Future<Output = ()>) -> usize {
        self.org.forget_requests();
        done.await;
        self.org.sign_ins().len()
    }

    pub(crate) async fn end_tokens(&self) {
        self.org.running.control().expire_tokens().await.expect("the tokens end");
    }

    /// Every row of every table, as text.
    async fn dump(&self) -> String {
        let mut connection = self.database.connect().await;
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                .fetch_all(&mut connection)
                .await
                .expect("the tables");
        let mut dump = String::new();
        for table in tables {
            let statement = sqlx::AssertSqlSafe(format!("SELECT t::text FROM {table} AS t"));
            let rows: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut connection).await.expect("its rows");
            dump += &format!("{table}: {rows:?}\n");
        }
        dump
    }
}

/// One of several processes on a store.
pub(crate) async fn process(store: Arc<dyn Store>, keys: KeyRing, number: u64, clock: Arc<HubClock>) -> Arc<Hub> {
    let parts = HubParts {
        ids: Arc::new(SequentialIds::starting_at(number * 1_000_000)),
        leases: LeaseTerms { holder: format!("hub {number}"), shared_for: Some(Duration::from_secs(30)) },
        ..parts(store, keys, clock)
    };
    Hub::open(parts).await.expect("a hub")
}

/// A call in the session in use.
pub(crate) async fn works(hub: &Hub) {
    hub.writable_fields(&Caller::owner(), "acme", "Lead").await.expect("the fields of Lead");
}

async fn passes(hub: &Hub) {
    let report = hub.test_connection(&Caller::owner(), "acme").await.expect("a report");
    assert!(report.passed, "{report:?}");
}

fn idle(org: &Org) -> NewConnection {
    NewConnection { company: None, ..connection_to(org, &org.app) }
}

#[tokio::test]
async fn one_sign_in_serves_every_process_and_so_does_one_after_the_token_was_revoked() {
    let installation = Installation::set().await;
    let (one, two) = (installation.hub(1).await, installation.hub(2).await);
    one.create_connection(&Caller::owner(), idle(&installation.org)).await.expect("a connection");
    let both = async || {
        works(&one).await;
        works(&two).await;
    };
    assert_eq!(installation.sign_ins(both()).await, 1);
    installation.end_tokens().await;
    assert_eq!(installation.sign_ins(both()).await, 1, "whoever comes second finds the new session");
    assert_eq!(installation.sign_ins(both()).await, 0);
    // The second has the session before this one, and finds this one, which has ended too.
    installation.end_tokens().await;
    works(&one).await;
    installation.end_tokens().await;
    assert_eq!(installation.sign_ins(works(&two)).await, 1);
    let third = installation.hub(3).await;
    assert_eq!(installation.sign_ins(works(&third)).await, 0, "a process that starts finds it too");
}

#[tokio::test]
async fn processes_that_sign_in_at_once_end_with_one_session() {
    let installation = Installation::set().await;
    let hubs = [installation.hub(1).await, installation.hub(2).await, installation.hub(3).await];
    hubs[0].create_connection(&Caller::owner(), idle(&installation.org)).await.expect("a connection");
    let at_once = async || {
        tokio::join!(works(&hubs[0]), works(&hubs[1]), works(&hubs[2]));
    };
    at_once().await;
    installation.end_tokens().await;
    let signed_in = installation.sign_ins(at_once()).await;
    assert_eq!(signed_in, 1, "the others wait for what the first gets");
    // The calls of all three carry one token, and nobody needs another.
    installation.org.forget_requests();
    at_once().await;
    assert_eq!(installation.org.sign_ins().len(), 0);
    let mut tokens: Vec<String> =
        installation.org.running.control().requests().into_iter().filter_map(token_of).collect();
    assert!(tokens.len() >= 3, "{}", tokens.len());
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "all use one session");
}

#[tokio::test]
async fn a_session_ends_with_the_settings_it_was_got_with() {
    let installation = Installation::set().await;
    let (one, two) = (installation.hub(1).await, installation.hub(2).await);
    one.create_connection(&Caller::owner(), idle(&installation.org)).await.expect("a connection");
    works(&one).await;
    let caption = ConnectionEdit { caption: Some("Ours".to_owned()), ..ConnectionEdit::default() };
    one.edit_connection(&Caller::owner(), "acme", caption).await.expect("an edit");
    assert_eq!(installation.sign_ins(works(&two)).await, 0, "what people read has nothing to do with it");

    let other = App { name: "other".to_owned(), consumer_key: String::new(), ..installation.org.app.clone() };
    let other = installation.org.running.control().keep_app(other).await.expect("an app");
    let edit = ConnectionEdit {
        settings: setting("consumer_key", &other.consumer_key).settings,
        ..consumer_secret(&other.consumer_secret)
    };
    one.edit_connection(&Caller::owner(), "acme", edit).await.expect("an edit");
    let both = async {
        works(&two).await;
        works(&one).await;
    };
    assert_eq!(installation.sign_ins(both).await, 1, "one, with the new key");
}

/// A session that is still good says nothing about the secret.
#[tokio::test]
async fn a_test_signs_in_anew_and_fails_with_a_wrong_secret_while_the_session_is_still_good() {
    let installation = Installation::set().await;
    let (one, two) = (installation.hub(1).await, installation.hub(2).await);
    one.create_connection(&Caller::owner(), idle(&installation.org)).await.expect("a connection");
    works(&one).await;
    assert_eq!(installation.sign_ins(passes(&one)).await, 1, "though it has a session");
    let rotated = App { consumer_secret: "rotated".to_owned(), ..installation.org.app.clone() };
    installation.org.running.control().keep_app(rotated).await.expect("an app");
    for hub in [&one, &two] {
        let report = hub.test_connection(&Caller::owner(), "acme").await.expect("a report");
        let sign_in = report.checks.iter().find(|check| check.name == "sign_in").expect("the check");
        assert_eq!((report.passed, sign_in.state), (false, CheckState::Failed), "{report:?}");
        let goes_on = installation.sign_ins(works(hub)).await;
        assert_eq!(goes_on, 0, "what is under way goes on in the session it has");
    }
    one.edit_connection(&Caller::owner(), "acme", consumer_secret("rotated")).await.expect("an edit");
    assert_eq!(installation.sign_ins(passes(&one)).await, 1);
    assert_eq!(installation.sign_ins(works(&two)).await, 0, "the new session is shared");
}

/// R50: what lies in the database opens nothing.
#[tokio::test]
async fn r50_no_token_is_in_the_database() {
    let installation = Installation::set().await;
    let hub = installation.hub(1).await;
    hub.create_connection(&Caller::owner(), idle(&installation.org)).await.expect("a connection");
    passes(&hub).await;
    let answer = installation.org.token_answer().await;
    // Every token of the org begins with its id and an exclamation mark.
    let beginning =
        answer["access_token"].as_str().expect("a token").split_once('!').expect("two parts").0.to_owned() + "!";
    let hex: String = beginning.bytes().map(|byte| format!("{byte:02x}")).collect();
    let dump = installation.dump().await;
    assert!(dump.contains("sessions: [") && dump.contains(&installation.org.app.consumer_key), "{dump}");
    assert!(!dump.contains(&beginning) && !dump.contains(&hex), "{dump}");
    assert!(!dump.contains(&installation.org.app.consumer_secret));
}

fn token_of(seen: salesbridge_local_org::SeenRequest) -> Option<String> {
    seen.headers.into_iter().find(|(name, _)| name == "authorization").map(|(_, token)| token)
}
