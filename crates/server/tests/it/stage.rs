//! A whole hub behind a router, in a throwaway folder.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use salesbridge_hub::{ConnectorSettings, Hub, HubParts, LeaseTerms};
use salesbridge_journal::Unobserved;
use salesbridge_store_sqlite::SqliteStore;
use salesbridge_testkit::{ManualClock, SequentialIds, TempFolder, moment};
use salesbridge_vault::KeyRing;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) struct Stage {
    pub(crate) hub: Arc<Hub>,
    pub(crate) router: Router,
    pub(crate) folder: TempFolder,
    pub(crate) clock: Arc<ManualClock>,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let folder = TempFolder::new();
        let clock = Arc::new(ManualClock::default());
        clock.set(moment(0));
        let parts = HubParts {
            store: Arc::new(SqliteStore::open(folder.join("hub.sqlite")).await.expect("a store")),
            key_source: Arc::new(KeyRing::generate().expect("a key")),
            keys: KeyRing::generate().expect("a key"),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::starting_at(1)),
            steps: Arc::new(Unobserved),
            connectors: ConnectorSettings {
                batch_rows: 200,
                bulk_from_rows: 2000,
                bulk_rows: 20_000,
                in_flight: Duration::from_secs(600),
                in_flight_local: Duration::from_millis(100),
                reserve_percent: 10,
                concurrent_calls: 8,
            },
            leases: LeaseTerms { holder: "test".to_owned(), shared_for: None },
            people: salesbridge_hub::people::PeopleTerms::default(),
        };
        let hub = Hub::open(parts).await.expect("a hub");
        Self { router: salesbridge_server::for_owner(salesbridge_server::router(hub.clone())), hub, folder, clock }
    }

    pub(crate) async fn asks(&self, method: Method, path: &str, body: impl Into<Body>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("content-type", "application/json")
            .body(body.into())
            .expect("a request");
        self.sends(request).await
    }

    pub(crate) async fn sends(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (status, body)
    }

    pub(crate) async fn gets(&self, path: &str) -> (StatusCode, Value) {
        self.asks(Method::GET, path, Body::empty()).await
    }
}
