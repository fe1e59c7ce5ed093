//! `/composite/graph`: sequences of row operations, each kept or taken back as a whole, side by side in one call.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::Call;
use crate::rest::composite::subrequest::{Place, Subrequest, check, is_legal};
use crate::rest::composite::{check_number, ill_made, references, sequence};
use crate::rest::operation::{Operation, OperationAnswer};

/// The most nodes of one call.
const MOST_NODES: usize = 500;
/// The most graphs of one call.
const MOST_GRAPHS: usize = 75;
/// The longest chain of references.
const DEEPEST: usize = 15;
/// The most kinds of nodes of one graph: objects, each in one version.
const MOST_KINDS: usize = 15;
/// After this many failed graphs the others are not begun.
const MOST_FAILURES: usize = 14;

#[derive(Deserialize)]
struct Asked {
    graphs: Vec<Graph>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Graph {
    graph_id: String,
    composite_request: Vec<Subrequest>,
}

pub(super) fn run(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    let asked: Asked = operation.read()?;
    check_all(&asked.graphs, call)?;
    let mut failures = 0;
    let mut answers: Vec<Value> = Vec::new();
    for graph in &asked.graphs {
        let requests = &graph.composite_request;
        let (parts, is_successful) = if failures < MOST_FAILURES {
            sequence::run(work, call, requests, true, Place::Graph)?
        } else {
            let text = "The graph was not processed because too many other graphs of the request failed.";
            (sequence::not_begun(requests, text), false)
        };
        failures += usize::from(!is_successful);
        answers.push(json!({
            "graphId": graph.graph_id, "graphResponse": {"compositeResponse": parts}, "isSuccessful": is_successful,
        }));
    }
    Ok(OperationAnswer::ok(json!({"graphs": answers})))
}

fn check_all(graphs: &[Graph], call: &Call) -> Result<(), Fault> {
    if graphs.is_empty() {
        return Err(ill_made("The request has no graphs."));
    }
    check_number("graphs", graphs.len(), MOST_GRAPHS)?;
    check_number("nodes", graphs.iter().map(|graph| graph.composite_request.len()).sum(), MOST_NODES)?;
    let mut ids = HashSet::new();
    for graph in graphs {
        if !is_legal(&graph.graph_id) || !ids.insert(graph.graph_id.as_str()) {
            return Err(ill_made(format!("The graphId '{}' is illegal or not unique.", graph.graph_id)));
        }
        check(&graph.composite_request, call)?;
        check_number("levels of references", depth(&graph.composite_request), DEEPEST)?;
        let kinds: HashSet<String> = graph.composite_request.iter().map(kind).collect();
        check_number("kinds of nodes", kinds.len(), MOST_KINDS)?;
    }
    Ok(())
}

/// `v66.0/sobjects/Account`: what tells the kind of a node.
fn kind(request: &Subrequest) -> String {
    let path = request.url.split('?').next().unwrap_or_default();
    path.split('/').skip(3).take(3).collect::<Vec<_>>().join("/").to_lowercase()
}

/// The number of nodes on the longest chain of references.
fn depth(requests: &[Subrequest]) -> usize {
    let mut depths: HashMap<&str, usize> = HashMap::new();
    for request in requests {
        let body = request.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut named = Vec::new();
        references::named(&request.url, &mut named);
        references::named(&body, &mut named);
        let above = named.iter().filter_map(|id| depths.get(id)).max().copied().unwrap_or_default();
        depths.insert(&request.reference_id, above + 1);
    }
    depths.into_values().max().unwrap_or_default()
}
