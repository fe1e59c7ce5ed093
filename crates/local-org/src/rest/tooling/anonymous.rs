//! Anonymous Apex. A local org runs no Apex, and says so as the compiler would.

use serde_json::json;

use crate::answers::{Fault, RowError};
use crate::rest::operation::{Operation, OperationAnswer};

/// What the compiler says of any code.
const REFUSAL: &str = "The local org compiles and runs no Apex";

pub(super) fn execute(operation: &Operation) -> Result<OperationAnswer, Fault> {
    if operation.query.get("anonymousBody").is_none() {
        let text = "The anonymousBody parameter is required";
        return Err(Fault::bad_request(RowError::new("MISSING_ARGUMENT", text)));
    }
    Ok(OperationAnswer::ok(json!({
        "line": 1, "column": 1, "compiled": false, "success": false, "compileProblem": REFUSAL,
        "exceptionStackTrace": null, "exceptionMessage": null,
    })))
}
