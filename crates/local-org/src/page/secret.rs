//! The secret of one app, for who pressed its button.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::answers::Fault;
use crate::oauth::apps;
use crate::org::Org;
use crate::page::frame::{Page, escaped, missing, org_name};

#[derive(Deserialize)]
pub(super) struct Asked {
    consumer_key: String,
}

pub(super) async fn show(State(org): State<Org>, Form(asked): Form<Asked>) -> Result<Response, Fault> {
    if org.config.allow_other_addresses {
        return Ok(
            (StatusCode::FORBIDDEN, "Other machines can call this org, so its pages show no secret").into_response()
        );
    }
    let page = org.read(move |work| {
        let Some(app) = apps::find(work.sql, &asked.consumer_key)? else { return Ok(missing("This org has no such app")) };
        let body = format!(
            "<h1>{}</h1><table class=facts><tr><th scope=row>Consumer key<td><code>{}</code><tr><th scope=row>Consumer secret<td>\
             <code>{}</code></table><p><a href='/'>Back</a></p>",
            escaped(&app.name),
            escaped(&app.consumer_key),
            escaped(&app.consumer_secret)
        );
        Ok(Page { org: &org_name(work)?, title: &app.name, here: "", live: None, body }.show())
    });
    page.await
}
