//! The records of an object: newest first, searched by words, page by page, deleted ones apart.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use rusqlite::params_from_iter;
use serde_json::Value;

use crate::answers::Fault;
use crate::org::{Org, Work};
use crate::page::frame::{self, Page, escaped, grouped, in_address, missing, org_name};
use crate::page::log::turning;
use crate::rows;
use crate::schema::tables::is_stored;
use crate::schema::{Field, FieldType, Object};
use crate::storage::{identifier, table};

/// Records of one page.
const SHOWN: usize = 50;
/// The most columns of such a table.
const COLUMNS: usize = 9;
/// The most fields searched.
const SEARCHED: usize = 12;

/// What of an object is asked for.
struct Asked {
    words: String,
    page: usize,
    deleted: bool,
}

pub(super) async fn records(
    State(org): State<Org>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let page: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let words = query.get("q").cloned().unwrap_or_default();
    let asked = Asked { words, page: page.clamp(1, 1_000_000), deleted: query.contains_key("deleted") };
    let shown = org.read(move |work| {
        let Some(object) = work.schema.object(&name).cloned() else {
            return Ok(missing("This org has no such object"));
        };
        let body = body(work, &object, &asked)?;
        Ok(Page { org: &org_name(work)?, title: &object.label_plural, here: "", live: None, body }.show())
    });
    shown.await
}

fn body(work: &Work<'_>, object: &Object, asked: &Asked) -> Result<String, Fault> {
    let (matching, values) = matching(object, asked);
    let count = format!("SELECT count(*) FROM {} WHERE {matching}", table(&object.name));
    let count: i64 = work.sql.prepare_cached(&count)?.query_row(params_from_iter(&values), |row| row.get(0))?;
    let offset = (asked.page - 1) * SHOWN;
    // Ids grow, so the newest record has the greatest.
    let ids = format!(
        "SELECT \"Id\" FROM {} WHERE {matching} ORDER BY \"Id\" DESC LIMIT {SHOWN} OFFSET {offset}",
        table(&object.name)
    );
    let mut statement = work.sql.prepare_cached(&ids)?;
    let ids: Vec<String> =
        statement.query_map(params_from_iter(&values), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let fields: Vec<&Field> = object.fields.iter().filter(|field| field.kind != FieldType::Address).collect();
    let mut records = Vec::new();
    for id in &ids {
        records.extend(rows::show(work, "v66.0", object, id, &fields)?);
    }
    let total = count.unsigned_abs();
    let has_more = usize::try_from(total).is_ok_and(|total| total > asked.page * SHOWN);
    let address = |page: usize| address(object, &asked.words, page, asked.deleted);
    Ok(format!(
        "{}{}{}",
        heading(object, asked, total),
        if records.is_empty() {
            "<p class=quiet>None.</p>".to_owned()
        } else {
            records_table(object, &columns(&fields, &records), &records)
        },
        turning(asked.page, has_more, address)
    ))
}

fn heading(object: &Object, asked: &Asked, total: u64) -> String {
    let deleted = if asked.deleted { "<input type=hidden name=deleted value=1>" } else { "" };
    let other = match (object.field("IsDeleted"), asked.deleted) {
        (None, _) => String::new(),
        (Some(_), true) => {
            format!("<a href='{}'>Show those that are there</a>", escaped(&address(object, "", 1, false)))
        }
        (Some(_), false) => format!("<a href='{}'>Show deleted ones</a>", escaped(&address(object, "", 1, true))),
    };
    format!(
        "<h1>{}</h1><p class=quiet><code>{}</code> · {} {}</p><form role=search><input type=search name=q aria-label='Search' \
         placeholder='Search' value='{}'>{deleted}<button>Search</button>{other}</form>",
        escaped(&object.label_plural),
        escaped(&object.name),
        grouped(total),
        if asked.deleted { "deleted" } else { "records" },
        escaped(&asked.words)
    )
}

fn address(object: &Object, words: &str, page: usize, deleted: bool) -> String {
    let deleted = if deleted { "&deleted=1" } else { "" };
    format!("/local-org/page/{}?q={}&page={page}{deleted}", in_address(&object.name), in_address(words))
}

/// The condition that finds what is asked for, and its values: each word stands in some field.
fn matching(object: &Object, asked: &Asked) -> (String, Vec<String>) {
    let mut parts = vec![match (object.field("IsDeleted"), asked.deleted) {
        (None, false) => "1".to_owned(),
        (None, true) => "0".to_owned(),
        (Some(_), false) => object.is_live_sql().to_owned(),
        (Some(_), true) => "\"IsDeleted\" = 1".to_owned(),
    }];
    let fields: Vec<String> = searched(object).iter().map(|field| identifier(&field.name)).collect();
    let mut values = Vec::new();
    for word in asked.words.split_whitespace() {
        let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        values.push(format!("%{escaped}%"));
        let place = values.len();
        let anywhere: Vec<String> = fields.iter().map(|field| format!("{field} LIKE ?{place} ESCAPE '\\'")).collect();
        parts.push(format!("({})", anywhere.join(" OR ")));
    }
    (parts.join(" AND "), values)
}

/// The id, and fields whose text a person may know.
fn searched(object: &Object) -> Vec<&Field> {
    let is_known = |field: &&Field| {
        field.kind == FieldType::Id || (is_stored(field) && field.kind.is_text() && field.kind != FieldType::Reference)
    };
    let mut fields: Vec<&Field> = object.fields.iter().filter(is_known).collect();
    fields.sort_by_key(|field| !(field.name == "Id" || field.name.ends_with("Name") || field.is_custom()));
    fields.truncate(SEARCHED);
    fields
}

/// Fields that have a value in some record: the id, the name, then as the object lists them.
fn columns<'object>(fields: &[&'object Field], records: &[Value]) -> Vec<&'object Field> {
    let is_boring = |field: &Field| {
        let by_machine =
            ["IsDeleted", "SystemModstamp", "LastModifiedById", "CreatedById", "OwnerId", "FirstName", "LastName"];
        field.kind == FieldType::Boolean || by_machine.contains(&field.name.as_str())
    };
    let has_value = |field: &Field| records.iter().any(|record| record.get(&field.name).is_some_and(|v| !v.is_null()));
    let rank = |field: &&Field| match (field.name.as_str(), field.name == "Name" || field.is_custom()) {
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

fn records_table(object: &Object, columns: &[&Field], records: &[Value]) -> String {
    let heads: Vec<&str> = columns.iter().map(|field| field.label.as_str()).collect();
    let rows: Vec<String> = records.iter().map(|record| row(object, columns, record)).collect();
    frame::table(&heads, &rows)
}

fn row(object: &Object, columns: &[&Field], record: &Value) -> String {
    let cells = columns.iter().map(|field| {
        let text = escaped(&shown(record.get(&field.name)));
        match (field.kind, field.kind.is_number()) {
            (FieldType::Id, _) => format!(
                "<td class=short><a href='/local-org/page/{}/{}'><code>{text}</code></a>",
                in_address(&object.name),
                in_address(&text)
            ),
            (_, true) => format!("<td class=number>{text}"),
            _ => format!("<td class=long>{text}"),
        }
    });
    format!("<tr>{}", cells.collect::<String>())
}

/// A value as text.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
