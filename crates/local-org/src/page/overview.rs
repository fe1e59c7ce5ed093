//! The first page: where the org is, how to sign in, how it misbehaves, what it holds.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::Value;

use crate::answers::Fault;
use crate::control::counts;
use crate::faults::ActiveFault;
use crate::oauth::credentials::ADMIN_PASSWORD;
use crate::oauth::{App, apps, users};
use crate::org::{Org, Work, setting};
use crate::page::frame::{Page, escaped, grouped, masked, org_name, table};

pub(super) async fn overview(
    State(org): State<Org>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let is_live = query.contains_key("live");
    let page = org.read(move |work| {
        let name = org_name(work)?;
        let body =
            [heading(work, &name)?, sign_in(work)?, faults(work), limits(work), objects(work)?, people(work)?].concat();
        let live = Some((if is_live { "/" } else { "/?live=1" }.to_owned(), is_live));
        Ok(Page { org: &name, title: "Overview", here: "/", live, body }.show())
    });
    page.await
}

fn heading(work: &Work<'_>, name: &str) -> Result<String, Fault> {
    Ok(format!(
        "<h1>{}</h1><p class=quiet>A local Salesforce org with the id <code>{}</code>. Nothing here leaves this machine.</p>",
        escaped(name),
        escaped(&work.org_id()?)
    ))
}

fn sign_in(work: &Work<'_>) -> Result<String, Fault> {
    let url = escaped(work.org.sign_in_url());
    let admin = setting(work.sql, "admin_id")?.unwrap_or_default();
    let admin = users::find(work.sql, &admin)?.map(|user| user.username).unwrap_or_default();
    let mut html = format!(
        "<h2>Sign in</h2><table class=facts><tr><th scope=row>Sign-in host<td><code>{url}</code><tr><th scope=row>API host<td>\
         <code>{}</code><tr><th scope=row>Administrator<td><code>{}</code>, first password {}</table>",
        escaped(work.org.instance_url()),
        escaped(&admin),
        first_password(work)
    );
    let can_show = !work.org.config.allow_other_addresses;
    let rows: Vec<String> = apps::list(work.sql)?.iter().map(|app| app_row(app, can_show)).collect();
    html.push_str("<h2>Apps</h2>");
    html.push_str(&table(&["App", "Consumer key", "Consumer secret", "Flows"], &rows));
    html.push_str(&format!(
        "<pre>curl {url}/services/oauth2/token -d grant_type=client_credentials \\\n  -d client_id=KEY -d \
         client_secret=SECRET</pre>"
    ));
    Ok(html)
}

/// The one that everybody knows; one that was configured is not shown.
fn first_password(work: &Work<'_>) -> String {
    match work.org.config.admin_password.as_str() {
        ADMIN_PASSWORD => format!("<code>{ADMIN_PASSWORD}</code>"),
        _ => "as configured".to_owned(),
    }
}

fn app_row(app: &App, can_show: bool) -> String {
    let key = escaped(&app.consumer_key);
    let button = format!(
        "<form method=post action='/local-org/secret'><input type=hidden name=consumer_key value='{key}'><code>{}</code>\
         <button aria-label='Show the secret of {}'>Show</button></form>",
        escaped(&masked(&app.consumer_secret)),
        escaped(&app.name)
    );
    let secret = if can_show { button } else { format!("<code>{}</code>", escaped(&masked(&app.consumer_secret))) };
    format!("<tr><td>{}<td><code>{key}</code><td class=short>{secret}<td>{}", escaped(&app.name), flows(app))
}

/// The flows that are on.
fn flows(app: &App) -> String {
    let all = [
        (app.client_credentials, "client credentials"),
        (app.authorization_code, "authorization code"),
        (app.user_agent, "user agent"),
        (app.jwt_bearer, "JWT bearer"),
        (app.device, "device"),
        (app.username_password, "username-password"),
    ];
    let on: Vec<&str> = all.iter().filter(|(is_on, _)| *is_on).map(|(_, name)| *name).collect();
    if on.is_empty() { "<span class=quiet>none</span>".to_owned() } else { on.join(", ") }
}

fn faults(work: &Work<'_>) -> String {
    let faults = work.org.faults.list();
    if faults.is_empty() {
        return "<h2>Faults</h2><p class=quiet>None: the org behaves.</p>".to_owned();
    }
    let rows: Vec<String> = faults.iter().map(fault_row).collect();
    format!(
        "<h2>Faults</h2>{}",
        table(&["#Id", "Strikes", "When", "What happens", "#Matched", "#Struck", "#Rows refused"], &rows)
    )
}

fn fault_row(fault: &ActiveFault) -> String {
    let said = |value: serde_json::Result<Value>| escaped(&in_words(&value.unwrap_or_default()));
    let matches = said(serde_json::to_value(&fault.rule.matches));
    format!(
        "<tr><td class=number>{}<td>{}<td>{}<td>{}<td class=number>{}<td class=number>{}<td class=number>{}",
        fault.id,
        if matches.is_empty() { "every request" } else { &matches },
        said(serde_json::to_value(fault.rule.when)),
        said(serde_json::to_value(&fault.rule.action)),
        grouped(fault.matched),
        grouped(fault.struck),
        grouped(fault.rows_refused)
    )
}

/// A part of a rule as a person reads it: keys before their values; an error by its code.
fn in_words(value: &Value) -> String {
    match value {
        Value::Object(map) if map.contains_key("code") => map.get("code").map(in_words).unwrap_or_default(),
        Value::Object(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(key, value)| format!("{} {}", key.replace('_', " "), in_words(value))).collect();
            pairs.join(", ")
        }
        Value::Array(values) => values.iter().map(in_words).collect::<Vec<_>>().join(" "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn limits(work: &Work<'_>) -> String {
    let (used, most) = (work.org.calls.used(work.now), work.org.daily_limit());
    let exhausted = work.org.faults.exhausted(work.now).join(", ");
    let mut html = format!(
        "<h2>Limits</h2><p>API calls in 24 hours: <meter min=0 max={most} high={} value={used}></meter> {} of {}</p>",
        most / 10 * 9,
        grouped(used),
        grouped(most)
    );
    if !exhausted.is_empty() {
        html.push_str(&format!("<p class=warn>Used up by a fault: {}</p>", escaped(&exhausted)));
    }
    html
}

/// Objects that have records first; the others are folded away.
fn objects(work: &Work<'_>) -> Result<String, Fault> {
    let (mut full, mut empty) = (String::new(), String::new());
    for count in counts(work)? {
        let object = escaped(&count.object);
        let card = format!(
            "<li><a href='/local-org/page/{object}'><span>{object}</span><span>{}</span></a>",
            grouped(count.records)
        );
        if count.records > 0 { full.push_str(&card) } else { empty.push_str(&card) }
    }
    Ok(format!(
        "<h2>Records</h2><ul class=cards>{full}</ul><details><summary>Objects without records</summary><ul class=cards>{empty}\
         </ul></details>"
    ))
}

fn people(work: &Work<'_>) -> Result<String, Fault> {
    let mut statement = work.sql.prepare("SELECT \"Id\" FROM \"record_User\" ORDER BY \"Id\" LIMIT 100")?;
    let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    for id in ids {
        let Some(user) = users::find(work.sql, &id)? else { continue };
        let yes_or_no = |flag: bool| if flag { "yes" } else { "<span class=warn>no</span>" };
        rows.push(format!(
            "<tr><td><a href='/local-org/page/User/{id}'>{}</a><td><code>{id}</code><td>{}<td>{}",
            escaped(&user.username),
            yes_or_no(user.is_active),
            yes_or_no(user.api_enabled),
            id = escaped(&user.id)
        ));
    }
    Ok(format!("<h2>Users</h2>{}", table(&["User name", "Id", "Active", "API Enabled"], &rows)))
}
