//! Lead conversion as an invocable action. Salesforce has it in SOAP, Apex and flows; this org answers it in the form of the
//! standard actions, so that REST clients can be tried against converted leads. Refuses to hold what conversion does.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{Fault, RowError};
use crate::org::Work;
use crate::rest::Call;
use crate::rest::operation::{Operation, OperationAnswer};
use crate::rules::{self, Conversion, Converted};

#[derive(Deserialize)]
struct Asked {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    lead_id: String,
    converted_status: String,
    account_id: Option<String>,
    contact_id: Option<String>,
    #[serde(default)]
    do_not_create_opportunity: bool,
    opportunity_name: Option<String>,
    owner_id: Option<String>,
    #[serde(default)]
    overwrite_lead_source: bool,
}

pub(super) fn run(work: &Work<'_>, call: &Call, operation: &Operation) -> Result<OperationAnswer, Fault> {
    if operation.method != Method::POST {
        return Err(operation.not_allowed("POST"));
    }
    let asked: Asked = operation.read()?;
    let mut results = Vec::new();
    for input in asked.inputs {
        let outcome = work.attempt(|| {
            let outcome = rules::convert(work, &input.into(), &call.user_id)?;
            let is_kept = outcome.is_ok();
            Ok((outcome, is_kept))
        })?;
        results.push(outcome);
    }
    let status = if results.iter().all(Result::is_ok) { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok(OperationAnswer::json(status, results.iter().map(shown).collect()))
}

fn shown(outcome: &Result<Converted, Vec<RowError>>) -> Value {
    let (errors, values) = match outcome {
        Ok(converted) => (
            Value::Null,
            json!({"leadId": converted.lead, "accountId": converted.account, "contactId": converted.contact,
                "opportunityId": converted.opportunity}),
        ),
        Err(errors) => (errors.iter().map(RowError::in_result).collect(), Value::Null),
    };
    json!({"actionName": "convertLead", "errors": errors, "isSuccess": outcome.is_ok(), "outputValues": values,
        "sortOrder": -1, "invocationId": null, "version": 1})
}

impl From<Input> for Conversion {
    fn from(input: Input) -> Self {
        Self {
            lead: input.lead_id,
            status: input.converted_status,
            account: input.account_id,
            contact: input.contact_id,
            without_opportunity: input.do_not_create_opportunity,
            opportunity_name: input.opportunity_name,
            owner: input.owner_id,
            overwrite_lead_source: input.overwrite_lead_source,
        }
    }
}
