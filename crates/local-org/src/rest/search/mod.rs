//! Searches: text in any field, over several objects. They run as queries, so words are found by their letters: there is no
//! index that lags behind, and no knowledge of word stems. Refuses to read SOQL.

mod sosl;
mod term;

use axum::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::operation::{Operation, OperationAnswer, Parameters};
use crate::rest::{Call, CallOptions, query};
use crate::schema::{Ability, Field, FieldType, Object, ObjectAbility};
use term::Term;

/// The most records of an answer.
const MOST: usize = 2_000;
/// From this version on records stand in an object of their own.
const IN_OBJECT_SINCE: &str = "v37.0";

/// What is searched for, and where.
#[derive(Default)]
struct Wanted {
    text: String,
    scope: Scope,
    targets: Vec<Target>,
    limit: Option<usize>,
}

/// The fields that are looked at.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
enum Scope {
    #[default]
    All,
    Name,
    Email,
    Phone,
}

/// One object to search, and what to show of what is found.
#[derive(Default, Deserialize, Debug, PartialEq)]
#[serde(default, rename_all = "camelCase")]
struct Target {
    name: String,
    fields: Vec<String>,
    r#where: Option<String>,
    order_by: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

/// `GET /search?q=FIND …`.
pub(super) fn search(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    operation.only_get()?;
    let text = operation.query.get("q").ok_or_else(|| malformed("A search string has to be specified"))?;
    answered(work, call, operation, sosl::read(text)?)
}

/// `/parameterizedSearch`, with parameters in the query string or in the body.
pub(super) fn parameterized(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let wanted = match operation.method {
        Method::GET => of_parameters(&operation.query)?,
        Method::POST => of_body(operation.read()?)?,
        _ => return Err(operation.not_allowed("HEAD,GET,POST")),
    };
    answered(work, call, operation, wanted)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    q: String,
    #[serde(default)]
    r#in: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    sobjects: Vec<Target>,
    overall_limit: Option<usize>,
    default_limit: Option<usize>,
}

fn of_body(body: Body) -> Result<Wanted, Fault> {
    let mut targets = body.sobjects;
    for target in &mut targets {
        if target.fields.is_empty() {
            target.fields.clone_from(&body.fields);
        }
        target.limit = target.limit.or(body.default_limit);
    }
    let scope = scope(body.r#in.as_deref().unwrap_or("ALL"))?;
    Ok(Wanted { text: body.q, scope, targets, limit: body.overall_limit })
}

fn of_parameters(query: &Parameters) -> Result<Wanted, Fault> {
    let text = query.get("q").ok_or_else(|| malformed("A search string has to be specified"))?.to_owned();
    let list =
        |text: &str| text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    let number = |name: &str| query.get(name).and_then(|number| number.parse().ok());
    let names = query.0.iter().filter(|(name, _)| name == "sobject").flat_map(|(_, names)| names.split(','));
    let targets = names.map(|name| {
        let own = |key: &str| query.get(&format!("{name}.{key}"));
        Target {
            name: name.to_owned(),
            fields: own("fields").or_else(|| query.get("fields")).map(list).unwrap_or_default(),
            r#where: own("where").map(str::to_owned),
            order_by: own("orderBy").map(str::to_owned),
            limit: own("limit").and_then(|limit| limit.parse().ok()).or_else(|| number("defaultLimit")),
            offset: None,
        }
    });
    let targets = targets.collect();
    Ok(Wanted { text, scope: scope(query.get("in").unwrap_or("ALL"))?, targets, limit: number("overallLimit") })
}

fn scope(name: &str) -> Result<Scope, Fault> {
    match name.to_ascii_uppercase().as_str() {
        "ALL" | "SIDEBAR" => Ok(Scope::All),
        "NAME" => Ok(Scope::Name),
        "EMAIL" => Ok(Scope::Email),
        "PHONE" => Ok(Scope::Phone),
        other => Err(malformed(&format!("unexpected search group: {other}"))),
    }
}

fn malformed(text: &str) -> Fault {
    Fault::bad_request(RowError::new("MALFORMED_SEARCH", text))
}

fn answered(work: &Work<'_>, call: &Call, operation: &Operation, mut wanted: Wanted) -> Result<OperationAnswer, Fault> {
    let term = term::read(&wanted.text)?;
    if wanted.targets.is_empty() {
        let searchable = work.schema.objects().filter(|object| object.can(ObjectAbility::Searchable));
        wanted.targets = searchable.map(|object| Target { name: object.name.clone(), ..Target::default() }).collect();
    }
    let most = wanted.limit.unwrap_or(MOST).min(MOST);
    let mut records: Vec<Value> = Vec::new();
    let mut searched = Vec::new();
    for target in &wanted.targets {
        let object = searchable(work, &target.name)?;
        let left = most.saturating_sub(records.len());
        records.extend(found(work, call, object, target, wanted.scope, &term, left)?);
        searched.push((object, target));
    }
    if call.version.as_str() < IN_OBJECT_SINCE {
        return Ok(OperationAnswer::ok(records));
    }
    let mut body = json!({"searchRecords": records});
    if operation.query.get("metadata").is_some_and(|asked| asked.eq_ignore_ascii_case("LABELS")) {
        // The key is misspelt in Salesforce's own answers.
        body["metadata"] = json!({"entityetadata": searched.into_iter().map(labels).collect::<Vec<_>>()});
    }
    Ok(OperationAnswer::ok(body))
}

fn searchable<'work>(work: &'work Work<'_>, name: &str) -> Result<&'work Object, Fault> {
    let refused = |text: String| Fault::bad_request(RowError::new("INVALID_TYPE", text));
    let object = work.schema.object(name).ok_or_else(|| refused(format!("sObject type '{name}' is not supported.")))?;
    if object.can(ObjectAbility::Searchable) {
        Ok(object)
    } else {
        Err(refused(format!("entity type {} does not support search", object.name)))
    }
}

/// The records of one object, as a query finds them.
fn found(
    work: &Work<'_>,
    call: &Call,
    object: &Object,
    target: &Target,
    scope: Scope,
    term: &Term,
    left: usize,
) -> Result<Vec<Value>, Fault> {
    let fields: Vec<&Field> = object.fields.iter().filter(|field| is_looked_at(field, scope)).collect();
    let limit = target.limit.unwrap_or(MOST).min(left);
    if fields.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let shown = if target.fields.is_empty() { "Id".to_owned() } else { target.fields.join(", ") };
    let mut soql = format!("SELECT {shown} FROM {} WHERE ({})", object.name, term.condition(&fields));
    if let Some(more) = &target.r#where {
        soql.push_str(&format!(" AND ({more})"));
    }
    if let Some(order) = &target.order_by {
        soql.push_str(&format!(" ORDER BY {order}"));
    }
    soql.push_str(&format!(" LIMIT {limit}"));
    if let Some(offset) = target.offset {
        soql.push_str(&format!(" OFFSET {offset}"));
    }
    let call = Call { options: CallOptions { batch_size: None, ..call.options.clone() }, ..call.clone() };
    let mut answer = query::first_page_answer(work, &call, &Parameters(vec![("q".to_owned(), soql)]), false)?;
    Ok(answer["records"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

fn is_looked_at(field: &Field, scope: Scope) -> bool {
    let fits = match scope {
        Scope::All => field.kind.is_text(),
        Scope::Name => field.can(Ability::NameField) && field.kind.is_text(),
        Scope::Email => field.kind == FieldType::Email,
        Scope::Phone => field.kind == FieldType::Phone,
    };
    fits && field.can(Ability::Filterable) && field.kind != FieldType::MultiPicklist
}

fn labels((object, target): (&Object, &Target)) -> Value {
    let fields = target.fields.iter().filter_map(|name| object.field(name));
    let fields: Vec<Value> = fields.map(|field| json!({"name": field.name, "label": field.label})).collect();
    json!({"entityName": object.name, "entityLabel": object.label_plural, "fieldMetadata": fields})
}
