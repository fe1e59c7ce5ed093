//! Paths below a record: up to its parents, as records, and down to its children, as the rows of a query.

use std::sync::Arc;

use axum::http::Method;

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::operation::{Operation, OperationAnswer, Parameters};
use crate::rest::rows::{existing, named_fields, one};
use crate::rest::{Call, object, query};
use crate::rows;
use crate::schema::{Child, FieldType, Object};

/// `/sobjects/X/ID/RELATIONSHIP/…`.
pub(super) fn followed(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    name: &str,
    id: &str,
    steps: &[&str],
) -> Result<OperationAnswer, Fault> {
    let mut object = object(work, name)?;
    let mut id = existing(work, &object, id)?;
    for (at, step) in steps.iter().enumerate() {
        let child = object.children.iter().find(|child| child.relationship.eq_ignore_ascii_case(step));
        if let Some(child) = child {
            let is_last = at + 1 == steps.len();
            return if is_last { children(work, call, operation, child, &id) } else { Err(Fault::no_resource()) };
        }
        (object, id) = parent(work, &object, &id, step)?.ok_or_else(Fault::no_resource)?;
    }
    one(work, call, operation, &object.name, &id)
}

/// The record a parent relationship points at, when there is one.
fn parent(work: &Work<'_>, of: &Object, id: &str, step: &str) -> Result<Option<(Arc<Object>, String)>, Fault> {
    let Some(field) = of.relationship(step) else { return Ok(None) };
    let record = rows::show(work, "", of, id, &[field])?;
    let parent_id = record.as_ref().and_then(|record| record.get(&field.name)?.as_str()).map(str::to_owned);
    let Some(parent_id) = parent_id else { return Ok(None) };
    let Some(object) = work.schema.object_of_id(&parent_id) else { return Ok(None) };
    let object = Arc::clone(object);
    let id = existing(work, &object, &parent_id)?;
    Ok(Some((object, id)))
}

fn children(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    child: &Child,
    id: &str,
) -> Result<OperationAnswer, Fault> {
    if operation.method != Method::GET {
        return Err(operation.not_allowed("HEAD,GET"));
    }
    let below = object(work, &child.object)?;
    let fields: Vec<&str> = match operation.query.get("fields") {
        Some(asked) => named_fields(&below, asked.split(','))?.iter().map(|field| field.name.as_str()).collect(),
        None => {
            let shown = below.fields.iter().filter(|field| field.kind != FieldType::Base64);
            shown.map(|field| field.name.as_str()).collect()
        }
    };
    let soql = format!("SELECT {} FROM {} WHERE {} = '{id}'", fields.join(", "), below.name, child.field);
    let parameters = Parameters(vec![("q".to_owned(), soql)]);
    query::first_page_answer(work, call, &parameters, false).map(OperationAnswer::ok)
}
