//! Pages for people: what this org is, how to sign in, what it holds. Plain HTML, everything escaped, secrets masked.
//! Refuses to change anything.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;

use crate::answers::Fault;
use crate::control::counts;
use crate::oauth::credentials::ADMIN_PASSWORD;
use crate::oauth::{apps, users};
use crate::org::{Org, Work, setting};
use crate::rows;
use crate::schema::{Field, FieldType, Object};
use crate::storage::table;

/// The newest records shown of an object.
const SHOWN: u32 = 50;
/// The most columns of such a table.
const COLUMNS: usize = 10;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --link: light-dark(#0550ae, #79c0ff); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
a { color: var(--link); } code { background: var(--soft); padding: .1em .3em; border-radius: .25em; word-break: break-all; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: .4rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } .quiet { opacity: .7; }";

pub(crate) fn routes() -> Router<Org> {
    Router::new().route("/", get(overview)).route("/local-org/page/{object}", get(records))
}

async fn overview(State(org): State<Org>) -> Result<Response, Fault> {
    let page = org.read(|work| {
        let org_name = org_name(work)?;
        let body = format!(
            "<h1>{}</h1><p class=quiet>A local Salesforce org · id <code>{}</code></p>{}{}",
            escaped(&org_name),
            escaped(&work.org_id()?),
            sign_in(work)?,
            objects(work)?
        );
        Ok(page(&org_name, &body))
    });
    Ok(shown(page.await?))
}

async fn records(State(org): State<Org>, Path(name): Path<String>) -> Result<Response, Fault> {
    let found = org.read(move |work| {
        let Some(object) = work.schema.object(&name).cloned() else { return Ok(None) };
        let body = format!(
            "<p><a href='/'>{}</a></p><h1>{}</h1>{}",
            escaped(&org_name(work)?),
            escaped(&object.label_plural),
            newest(work, &object)?
        );
        Ok(Some(page(&object.label_plural, &body)))
    });
    Ok(match found.await? {
        Some(page) => shown(page),
        None => (StatusCode::NOT_FOUND, "This org has no such object").into_response(),
    })
}

fn sign_in(work: &Work<'_>) -> Result<String, Fault> {
    let url = escaped(work.org.sign_in_url());
    let mut html = format!(
        "<h2>Sign in</h2><p>Sign-in host <code>{url}</code>, API at <code>{}</code>.</p><table><tr><th>App<th>Consumer \
         key<th>Consumer secret<th>Client credentials",
        escaped(work.org.instance_url())
    );
    for app in apps::list(work.sql)? {
        html.push_str(&format!(
            "<tr><td>{}<td><code>{}</code><td><code>{}</code><td>{}",
            escaped(&app.name),
            escaped(&app.consumer_key),
            escaped(&masked(&app.consumer_secret)),
            if app.client_credentials { "on" } else { "off" }
        ));
    }
    html.push_str(&format!(
        "</table>{}<pre>curl {url}/services/oauth2/token -d grant_type=client_credentials \\\n  -d client_id=KEY -d \
         client_secret=SECRET</pre>",
        administrator(work)?
    ));
    Ok(html)
}

/// Who can log in on a page, and with which password as long as nobody changed it. One that was configured is not shown.
fn administrator(work: &Work<'_>) -> Result<String, Fault> {
    let id = setting(work.sql, "admin_id")?.unwrap_or_default();
    let username = users::find(work.sql, &id)?.map(|user| user.username).unwrap_or_default();
    let password = match work.org.config.admin_password.as_str() {
        ADMIN_PASSWORD => format!("<code>{ADMIN_PASSWORD}</code>"),
        _ => "the configured one".to_owned(),
    };
    Ok(format!("<p>Administrator <code>{}</code>, first password {password}.</p>", escaped(&username)))
}

fn objects(work: &Work<'_>) -> Result<String, Fault> {
    let rows: Vec<String> = counts(work)?
        .iter()
        .map(|count| {
            let object = escaped(&count.object);
            format!("<tr><td><a href='/local-org/page/{object}'>{object}</a><td class=number>{}", count.records)
        })
        .collect();
    Ok(format!("<h2>Records</h2><table><tr><th>Object<th>Records{}</table>", rows.concat()))
}

fn newest(work: &Work<'_>, object: &Object) -> Result<String, Fault> {
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE {} ORDER BY \"CreatedDate\" DESC, \"Id\" DESC LIMIT {SHOWN}",
        table(&object.name),
        object.is_live_sql()
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let fields: Vec<&Field> = object.fields.iter().filter(|field| field.kind != FieldType::Address).collect();
    let mut records = Vec::new();
    for id in &ids {
        records.extend(rows::show(work, "v66.0", object, id, &fields)?);
    }
    if records.is_empty() {
        return Ok("<p>No records yet.</p>".to_owned());
    }
    Ok(records_table(&columns(&fields, &records), &records))
}

/// Fields that have a value in some record: the id, the name, then as the object lists them.
fn columns<'object>(fields: &[&'object Field], records: &[Value]) -> Vec<&'object Field> {
    let is_boring = |field: &Field| {
        let by_machine = ["IsDeleted", "SystemModstamp", "LastModifiedById", "CreatedById", "OwnerId"];
        field.kind == FieldType::Boolean || by_machine.contains(&field.name.as_str())
    };
    let has_value = |field: &Field| records.iter().any(|record| record.get(&field.name).is_some_and(|v| !v.is_null()));
    let rank = |field: &&Field| match (field.name.as_str(), field.name.as_str() == "Name" || field.is_custom()) {
        ("Id", _) => 0,
        (_, true) => 1,
        _ => 2,
    };
    let mut columns: Vec<&Field> =
        fields.iter().copied().filter(|field| !is_boring(field) && has_value(field)).collect();
    columns.sort_by_key(rank);
    columns.truncate(COLUMNS);
    columns
}

fn records_table(columns: &[&Field], records: &[Value]) -> String {
    let heads: Vec<String> = columns.iter().map(|field| format!("<th>{}", escaped(&field.label))).collect();
    let row = |record: &Value| {
        let cells = columns.iter().map(|field| {
            let text = match record.get(&field.name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            format!("<td>{}", escaped(&text))
        });
        format!("<tr>{}", cells.collect::<String>())
    };
    let rows: String = records.iter().map(row).collect();
    format!("<div class=scroll><table><tr>{}{rows}</table></div>", heads.concat())
}

pub(crate) fn org_name(work: &Work<'_>) -> Result<String, Fault> {
    Ok(work.sql.query_row("SELECT \"Name\" FROM \"record_Organization\"", [], |row| row.get(0))?)
}

pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{}</title><style>{STYLE}</style><body>{body}</body></html>",
        escaped(title)
    )
}

/// Nothing but the page's own style may load or run.
pub(crate) fn shown(page: String) -> Response {
    const POLICY: HeaderValue =
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

/// The last four characters of a secret: enough to tell two apart.
fn masked(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let kept = if characters.len() >= 16 { characters.len() - 4 } else { characters.len() };
    format!("…{}", characters[kept..].iter().collect::<String>())
}

pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}
