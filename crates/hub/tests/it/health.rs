//! Connections are looked at in the background: told once when one is not well, held, and going on by itself.

use std::time::Duration;

use salesbridge_hub::connections::ConnectionEdit;
use salesbridge_hub::{AuditQuery, Caller};
use salesbridge_local_org::OrgConfig;
use salesbridge_model::{Connection, HealthState, PageRequest};

use crate::stage::{Stage, clients, connection_to, person, until};

const EVERY: Duration = Duration::from_secs(15 * 60);

async fn acme(stage: &Stage) -> Connection {
    stage.hub.connection(&Caller::owner(), "acme").await.expect("the connection").connection
}

/// Lets the time between two looks pass, and looks.
async fn looked(stage: &Stage) -> Connection {
    stage.clock.advance(EVERY + EVERY / 10);
    stage.hub.look_at_connections(EVERY).await.expect("looks");
    acme(stage).await
}

/// How often this was written down.
async fn told(stage: &Stage, action: &str) -> u64 {
    let query = AuditQuery { action: Some(action.to_owned()), ..AuditQuery::default() };
    stage.hub.audit(&Caller::owner(), &query, &PageRequest::default()).await.expect("entries").total
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_at_what_is_well_costs_one_call() {
    let stage = Stage::connected(&clients(1)).await;
    stage.hub.look_at_connections(EVERY).await.expect("the first look");
    let first = acme(&stage).await.health.expect("health");
    assert_eq!((first.state, &first.message), (HealthState::Well, &None));

    stage.org.forget_requests();
    stage.hub.look_at_connections(EVERY).await.expect("looks");
    assert_eq!(stage.org.running.control().requests().len(), 0, "it is not time yet");
    let next = looked(&stage).await.health.expect("health");
    assert!(next.checked_at > first.checked_at && next.since == first.since, "{next:?}");
    assert_eq!(stage.org.running.control().requests().len(), 1, "no sign-in, and no test");
}

/// A sign-in that fails holds the connection before anything is to be sent; people are told once, work stays queued, and it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_sign_in_is_held_told_once_and_goes_on_by_itself() {
    let stage = Stage::connected(&clients(1)).await;
    stage.hub.look_at_connections(EVERY).await.expect("the first look");
    stage.org.running.control().delete_app(&stage.org.app.consumer_key).await.expect("removed");
    stage.org.running.control().expire_tokens().await.expect("done");
    for _ in 0..3 {
        let seen = looked(&stage).await;
        let held = seen.held.expect("held");
        assert_eq!(held.code, "oauth.invalid_client_id");
        assert!(!held.remedy.is_empty());
        let health = seen.health.expect("health");
        assert_eq!((health.state, health.message), (HealthState::Ailing, Some(held.reason)));
    }
    assert_eq!(told(&stage, "connection.hold").await, 1, "once");
    stage.save(&[person("c7", "Waits")]).await;

    stage.org.running.control().keep_app(stage.org.app.clone()).await.expect("the app is back");
    let seen = looked(&stage).await;
    assert_eq!((seen.held, seen.health.expect("health").state), (None, HealthState::Well));
    until("what waited", async || (stage.org.count().await == 2).then_some(())).await;
    assert_eq!(told(&stage, "connection.release").await, 1);
}

/// R41: through a connection that is not enabled nothing goes, no look either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r41_a_disabled_connection_is_left_in_peace() {
    let stage = Stage::connected(&clients(1)).await;
    stage.edit(ConnectionEdit { enabled: Some(false), ..ConnectionEdit::default() }).await;
    stage.org.forget_requests();
    looked(&stage).await;
    assert_eq!(stage.org.running.control().requests().len(), 0);
}

/// What concerns some work only is told and holds nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ails_without_being_in_the_way_holds_nothing() {
    let stage = Stage::set(OrgConfig::default()).await;
    let missing = connection_to(&stage.org, &stage.org.app);
    stage.hub.create_connection(&Caller::owner(), missing).await.expect("a connection");
    stage.org.running.control().set_daily_limit(1).await.expect("done");
    let seen = looked(&stage).await;
    let health = seen.health.expect("health");
    assert_eq!((health.state, seen.held.is_none()), (HealthState::Ailing, true), "{health:?}");
    assert!(health.message.is_some() && health.remedy.is_some(), "{health:?}");
}

/// R16: an app that is not known everywhere yet is looked at again soon, by itself, until it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_new_app_is_looked_at_again_soon() {
    let stage = Stage::set(OrgConfig::default()).await;
    let mut app = stage.org.app.clone();
    app.propagation_seconds = 600;
    stage.org.running.control().keep_app(app.clone()).await.expect("an app");
    let mut new = connection_to(&stage.org, &stage.org.app);
    new.company = None;
    stage.hub.create_connection(&Caller::owner(), new).await.expect("a connection");
    stage.hub.look_at_connections(EVERY).await.expect("looks");
    let seen = acme(&stage).await;
    assert_eq!(seen.health.as_ref().expect("health").state, HealthState::Ailing);
    assert_eq!(seen.held, None, "time alone mends it");

    app.propagation_seconds = 0;
    stage.org.running.control().keep_app(app).await.expect("an app");
    stage.clock.advance(Duration::from_secs(21));
    stage.hub.look_at_connections(EVERY).await.expect("looks");
    assert_eq!(acme(&stage).await.health.expect("health").state, HealthState::Well);
}
