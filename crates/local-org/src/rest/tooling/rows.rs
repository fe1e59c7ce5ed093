//! Reading what the Tooling API shows, apart from queries: its objects, one of them described, one row.

use serde_json::json;

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::describe_object::Place;
use crate::rest::describe_object::entry;
use crate::rest::dispatch::described;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rest::tooling::query::complete_record;
use crate::rest::{Call, describe, object, rows};

pub(super) fn asked_for(
    work: &Work<'_>,
    call: &Call,
    operation: &Operation,
    path: &[&str],
) -> Result<OperationAnswer, Fault> {
    let (whole, work) = (work, &work.for_tooling());
    let place = Place { version: &call.version, api: "/tooling", instance_url: work.org.instance_url() };
    match path {
        [] => described(whole, call, operation, || Ok(describe::global(work, &place))),
        [name] => {
            let object = object(work, name)?;
            Ok(OperationAnswer::ok(json!({"objectDescribe": entry(&place, &object), "recentItems": []})))
        }
        [name, "describe"] => described(whole, call, operation, || describe::object(work, &place, name)),
        [name, id] => {
            let object = object(work, name)?;
            let id = rows::existing(work, &object, id)?;
            let mut row = rows::show(work, &call.version, &object, &id, operation.query.get("fields"))?;
            complete_record(call, &mut row);
            Ok(OperationAnswer::ok(row))
        }
        _ => Err(Fault::no_resource()),
    }
}
