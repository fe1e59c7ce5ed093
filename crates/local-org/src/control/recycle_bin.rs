//! The recycle bin by command: the REST API has no undelete and no emptying of its own.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError, ok};
use crate::control::{ControlError, OrgControl};
use crate::org::{Org, Work, setting};
use crate::rows::Written;
use crate::rules;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Records {
    ids: Vec<String>,
}

/// What became of one record, and why when it was refused.
pub type RecordOutcome = Result<String, String>;

impl OrgControl {
    /// Brings records back from the recycle bin, each with what was deleted with it.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn undelete(&self, ids: &[String]) -> Result<Vec<RecordOutcome>, ControlError> {
        self.each(ids, rules::undelete).await
    }

    /// Removes records of the recycle bin for good.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn purge(&self, ids: &[String]) -> Result<Vec<RecordOutcome>, ControlError> {
        self.each(ids, rules::purge).await
    }

    /// Removes everything in the recycle bin for good; answers how many records that were.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn empty_recycle_bin(&self) -> Result<usize, ControlError> {
        self.write(|work| Ok(rules::empty(work)?)).await
    }

    /// Deletes records past the recycle bin.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn hard_delete(&self, ids: &[String]) -> Result<Vec<RecordOutcome>, ControlError> {
        self.each(ids, |work, id| {
            let user = setting(work.sql, "admin_id")?.unwrap_or_default();
            match work.schema.object_of_id(id) {
                Some(object) => rules::hard_delete(work, object, id, &user),
                None => Ok(Err(vec![RowError::on("MALFORMED_ID", format!("malformed id {id}"), &[])])),
            }
        })
        .await
    }

    async fn each(
        &self,
        ids: &[String],
        treat: fn(&Work<'_>, &str) -> rusqlite::Result<Written>,
    ) -> Result<Vec<RecordOutcome>, ControlError> {
        let ids = ids.to_vec();
        self.write(move |work| {
            let outcome = |id: &String| treat(work, id).map(|written| written.map_err(first_message));
            ids.iter().map(outcome).collect::<rusqlite::Result<_>>().map_err(Fault::from)
        })
        .await
    }
}

pub(super) fn routes() -> Router<Org> {
    Router::new()
        .route("/local-org/recycle-bin", delete(empty))
        .route("/local-org/recycle-bin/undelete", post(undelete))
        .route("/local-org/recycle-bin/purge", post(purge))
        .route("/local-org/recycle-bin/hard-delete", post(hard_delete))
}

async fn undelete(State(org): State<Org>, Json(records): Json<Records>) -> Result<Response, ControlError> {
    OrgControl::new(org).undelete(&records.ids).await.map(|outcomes| shown(&outcomes))
}

async fn purge(State(org): State<Org>, Json(records): Json<Records>) -> Result<Response, ControlError> {
    OrgControl::new(org).purge(&records.ids).await.map(|outcomes| shown(&outcomes))
}

async fn hard_delete(State(org): State<Org>, Json(records): Json<Records>) -> Result<Response, ControlError> {
    OrgControl::new(org).hard_delete(&records.ids).await.map(|outcomes| shown(&outcomes))
}

async fn empty(State(org): State<Org>) -> Result<StatusCode, ControlError> {
    OrgControl::new(org).empty_recycle_bin().await.map(|_| StatusCode::NO_CONTENT)
}

fn shown(outcomes: &[RecordOutcome]) -> Response {
    let outcome = |outcome: &RecordOutcome| match outcome {
        Ok(id) => json!({"id": id, "success": true}),
        Err(message) => json!({"success": false, "error": message}),
    };
    ok(&Value::Array(outcomes.iter().map(outcome).collect()))
}

fn first_message(errors: Vec<RowError>) -> String {
    errors.into_iter().next().map_or_else(String::new, |error| error.message)
}
