//! `/metrics`, in the form that Prometheus reads: what was counted in this process, and how the syncs stand now.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use salesbridge_hub::upkeep::UpkeepFigures;
use salesbridge_hub::{Caller, Hub};

use crate::api::As;
use crate::problem::Problem;

/// Upper bounds of the buckets that run durations are counted in, in seconds.
const RUN_SECONDS: [f64; 10] = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0, 7_200.0, 43_200.0];

/// What is counted in this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to count. Once per process.
    pub fn start() -> Result<Self, BuildError> {
        let builder = PrometheusBuilder::new().set_buckets(&RUN_SECONDS)?;
        Ok(Self(builder.install_recorder()?))
    }

    /// Everything counted so far, and how the hub stands.
    async fn render(&self, hub: &Hub, caller: &Caller) -> Result<String, Problem> {
        show(&hub.figures(caller).await?);
        counter!("salesbridge_passwords_checked_total").absolute(hub.passwords_checked());
        self.0.run_upkeep();
        Ok(self.0.render())
    }
}

/// The route `/metrics`.
pub fn metrics_router(hub: Arc<Hub>, metrics: Metrics) -> Router {
    let started = hub.now().timestamp();
    gauge!("salesbridge_process_start_time_seconds").set(started as f64);
    gauge!("salesbridge_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Router::new().route("/metrics", get(answer)).with_state((hub, metrics))
}

async fn answer(State((hub, metrics)): State<(Arc<Hub>, Metrics)>, As(caller): As) -> Result<Response, Problem> {
    let text = metrics.render(&hub, &caller).await?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn show(figures: &UpkeepFigures) {
    gauge!("salesbridge_connections").set(figures.connections as f64);
    gauge!("salesbridge_connections_held").set(figures.held_connections as f64);
    gauge!("salesbridge_connections_ailing").set(figures.ailing_connections as f64);
    for sync in &figures.syncs {
        let states = [
            ("due", sync.due.due),
            ("deferred", sync.due.deferred),
            ("refused", sync.due.refused),
            ("uncertain", sync.due.uncertain),
        ];
        for (state, rows) in states {
            gauge!("salesbridge_due_rows", "sync" => sync.name.clone(), "state" => state).set(rows as f64);
        }
        let sync_gauge = |name: &'static str, value: f64| gauge!(name, "sync" => sync.name.clone()).set(value);
        sync_gauge("salesbridge_unsettled_writes", sync.unsettled as f64);
        sync_gauge("salesbridge_oldest_due_row_seconds", sync.lag_seconds as f64);
        sync_gauge("salesbridge_sync_held", f64::from(u8::from(sync.held)));
    }
}
