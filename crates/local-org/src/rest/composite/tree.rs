//! `/composite/tree/X`: new records with their children below them, all or none.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::composite::ill_made;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::rows::writeable;
use crate::rest::{Call, object};
use crate::rows::{self, Purpose};
use crate::schema::{Object, ObjectAbility};

/// The most records of one call.
const MOST_RECORDS: usize = 200;
/// The most levels of records, the topmost included.
const DEEPEST: usize = 5;
/// The most objects the records may be of.
const MOST_TYPES: usize = 5;
/// The code of a tree that is too large (unconfirmed, as are the texts).
const TOO_LARGE: &str = "LIMIT_EXCEEDED";

/// One record of the tree, apart from its children.
struct Node {
    reference_id: String,
    object: Arc<Object>,
    row: Map<String, Value>,
    level: usize,
    /// The record above, by its place in the list, and the field that points at it.
    parent: Option<(usize, String)>,
}

/// A record not looked at yet: its object, its level, and its parent as in [`Node`].
type Waiting<'asked> = (&'asked Value, Arc<Object>, usize, Option<(usize, String)>);

pub(super) fn run(work: &Work<'_>, call: &Call, operation: &Operation, name: &str) -> Result<OperationAnswer, Fault> {
    let object = writeable(work, name, ObjectAbility::Createable, operation)?;
    let asked: Map<String, Value> = operation.read()?;
    let nodes = match flattened(work, &object, &asked) {
        Ok(nodes) => nodes,
        Err(Unfit::Request(fault)) => return Err(fault),
        Err(Unfit::Record(reference_id, error)) => return Ok(refused(vec![failed(&reference_id, &[error])])),
    };
    work.attempt(|| {
        let outcome = created(work, call, &nodes, operation.text()?)?;
        let is_kept = outcome.is_ok();
        let answer = match outcome {
            Ok(results) => OperationAnswer::json(StatusCode::CREATED, json!({"hasErrors": false, "results": results})),
            Err(results) => refused(results),
        };
        Ok((answer, is_kept))
    })
}

enum Unfit {
    Request(Fault),
    Record(String, RowError),
}

impl From<Fault> for Unfit {
    fn from(fault: Fault) -> Self {
        Self::Request(fault)
    }
}

/// The records level by level, as the answer lists them.
fn flattened(work: &Work<'_>, object: &Arc<Object>, asked: &Map<String, Value>) -> Result<Vec<Node>, Unfit> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut references = HashSet::new();
    let mut waiting: VecDeque<Waiting<'_>> =
        records(asked)?.iter().map(|record| (record, Arc::clone(object), 1, None)).collect();
    while let Some((record, object, level, parent)) = waiting.pop_front() {
        let record = record.as_object().ok_or_else(|| ill_made("A record of the tree is not an object."))?;
        let node = node(record, &object, level, parent)?;
        if !references.insert(node.reference_id.clone()) {
            let error = RowError::on("INVALID_INPUT", "Duplicate ReferenceId provided in the request.", &[]);
            return Err(Unfit::Record(node.reference_id, error));
        }
        for (name, children) in record.iter().filter(|(_, value)| is_children(value)) {
            let child = object.children.iter().find(|child| child.relationship.eq_ignore_ascii_case(name));
            let Some(child) = child else {
                let text = format!("No such relation '{name}' on entity '{}'.", object.name);
                return Err(Unfit::Record(node.reference_id, RowError::on("INVALID_FIELD", text, &[])));
            };
            let below = self::object(work, &child.object)?;
            let children = children.as_object().map_or_else(|| Ok(&[][..]), records)?;
            for record in children {
                waiting.push_back((record, Arc::clone(&below), level + 1, Some((nodes.len(), child.field.clone()))));
            }
        }
        nodes.push(node);
        check_size(&nodes, nodes.len() + waiting.len())?;
    }
    if nodes.is_empty() {
        return Err(ill_made("The request has no records.").into());
    }
    Ok(nodes)
}

fn records(of: &Map<String, Value>) -> Result<&[Value], Fault> {
    let records = of.get("records").and_then(Value::as_array);
    records.map(Vec::as_slice).ok_or_else(|| ill_made("The tree has no list of records."))
}

fn is_children(value: &Value) -> bool {
    value.get("records").is_some()
}

fn node(
    record: &Map<String, Value>,
    object: &Arc<Object>,
    level: usize,
    parent: Option<(usize, String)>,
) -> Result<Node, Fault> {
    let attribute = |name: &str| record.get("attributes").and_then(|attributes| attributes.get(name)?.as_str());
    let reference_id = attribute("referenceId").ok_or_else(|| ill_made("A record of the tree has no referenceId."))?;
    if attribute("type").is_none_or(|named| !named.eq_ignore_ascii_case(&object.name)) {
        return Err(ill_made(format!("The record {reference_id} must have the type {}.", object.name)));
    }
    let row = record.iter().filter(|(_, value)| !is_children(value));
    let row = row.map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(Node { reference_id: reference_id.to_owned(), object: Arc::clone(object), row, level, parent })
}

fn check_size(nodes: &[Node], number: usize) -> Result<(), Unfit> {
    let Some(last) = nodes.last() else { return Ok(()) };
    let types: HashSet<&str> = nodes.iter().map(|node| node.object.name.as_str()).collect();
    let text = if number > MOST_RECORDS {
        format!("The tree has more than {MOST_RECORDS} records.")
    } else if last.level > DEEPEST {
        format!("The tree has more than {DEEPEST} levels.")
    } else if types.len() > MOST_TYPES {
        format!("The tree has records of more than {MOST_TYPES} types.")
    } else {
        return Ok(());
    };
    Err(Unfit::Record(last.reference_id.clone(), RowError::on(TOO_LARGE, text, &[])))
}

/// Creates the records in their order. Below a record that was refused nothing is tried.
fn created(work: &Work<'_>, call: &Call, nodes: &[Node], text: &str) -> Result<Result<Vec<Value>, Vec<Value>>, Fault> {
    let mut ids: Vec<Option<String>> = Vec::with_capacity(nodes.len());
    let mut failures = Vec::new();
    for node in nodes {
        let above = node.parent.as_ref().map(|(at, field)| (ids.get(*at).cloned().flatten(), field));
        if matches!(above, Some((None, _))) {
            ids.push(None);
            continue;
        }
        let mut row = node.row.clone();
        if let Some((id, field)) = above {
            row.insert(field.clone(), id.into());
        }
        match one(work, call, &node.object, &row, text)? {
            Ok(id) => ids.push(Some(id)),
            Err(errors) => {
                ids.push(None);
                failures.push(failed(&node.reference_id, &errors));
            }
        }
    }
    if !failures.is_empty() {
        return Ok(Err(failures));
    }
    let made = nodes.iter().zip(ids);
    Ok(Ok(made.map(|(node, id)| json!({"referenceId": node.reference_id, "id": id})).collect()))
}

fn one(
    work: &Work<'_>,
    call: &Call,
    object: &Object,
    row: &Map<String, Value>,
    text: &str,
) -> Result<rows::Written, Fault> {
    if !object.can(ObjectAbility::Createable) {
        let text = format!("entity type {} does not support insert", object.name);
        return Ok(Err(vec![RowError::on("INVALID_TYPE_FOR_OPERATION", text, &[])]));
    }
    match rows::parse(object, row, Purpose::Create, None, text) {
        Ok(input) => Ok(rows::create(work, object, input, &call.user_id)?),
        Err(fault) => Ok(Err(fault.errors)),
    }
}

fn failed(reference_id: &str, errors: &[RowError]) -> Value {
    json!({"referenceId": reference_id, "errors": errors.iter().map(RowError::in_result).collect::<Vec<_>>()})
}

fn refused(results: Vec<Value>) -> OperationAnswer {
    OperationAnswer::json(StatusCode::BAD_REQUEST, json!({"hasErrors": true, "results": results}))
}
