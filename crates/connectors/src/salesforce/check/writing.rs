//! Whether what is to be written can be written.

use std::sync::Arc;

use salesbridge_connector_kit::{ConnectorError, NextStep};
use salesbridge_salesforce::{ApiError, ConnectionCheck, ObjectDescribe, SetupPage};

use super::report::Findings;
use super::{Need, NeedFindings};
use crate::salesforce::SalesforceConnector;
use crate::salesforce::discover::object_schema;
use crate::salesforce::judge::connector_error;

impl SalesforceConnector {
    /// Objects that lack something do not keep the fields of the others from being looked at.
    pub(super) async fn check_needs(&self, needs: &[Need], findings: &mut Findings<'_>) {
        let mut seen: Vec<(&Need, Arc<ObjectDescribe>)> = Vec::new();
        let mut unfit: Vec<(String, ConnectorError)> = Vec::new();
        for need in needs {
            match self.client.refresh_describe(&need.object).await {
                Ok(describe) => match unusable(&describe) {
                    None => seen.push((need, describe)),
                    Some(error) => unfit.push((need.object.clone(), error)),
                },
                Err(error) if error.faults().is_empty() => return findings.end_at(ConnectionCheck::Objects, error),
                Err(error) => unfit.push((need.object.clone(), unreadable(&need.object, error))),
            }
        }
        let mut names: Vec<&str> = seen.iter().map(|(_, describe)| describe.name.as_str()).collect();
        names.dedup();
        match unfit.into_iter().next() {
            None => {
                findings.pass(ConnectionCheck::Objects, format!("can be read, made and changed: {}", names.join(", ")))
            }
            Some((_, error)) => findings.fail(ConnectionCheck::Objects, error, Some(SetupPage::PermissionSets)),
        }
        check_fields(&seen, findings);
    }
}

fn check_fields(seen: &[(&Need, Arc<ObjectDescribe>)], findings: &mut Findings<'_>) {
    if seen.is_empty() {
        return findings.skip(ConnectionCheck::Fields, "not looked at, because `objects` failed");
    }
    let mut left_out = Vec::new();
    for (need, describe) in seen {
        let NeedFindings { missing, left_out: of_this } = (need.look)(&object_schema(describe));
        if !missing.is_empty() {
            let error = ConnectorError {
                code: "field_not_writable".to_owned(),
                message: format!("{}: {}", describe.name, missing.join("; ")),
                remedy: format!(
                    "Make the field or give the user Edit on it: Setup > Object Manager > {} > Fields & Relationships > Set Field-Level Security; or map to another field",
                    describe.name
                ),
                next: NextStep::HoldSync,
                retry_until: None,
                cause: None,
            };
            let page = SetupPage::Fields { object: describe.name.clone() };
            return findings.fail(ConnectionCheck::Fields, error, Some(page));
        }
        left_out.extend(of_this);
    }
    let note = if left_out.is_empty() { String::new() } else { format!("; {}", left_out.join("; ")) };
    findings.pass(ConnectionCheck::Fields, format!("the mapped fields can be written{note}"));
}

fn unusable(describe: &ObjectDescribe) -> Option<ConnectorError> {
    let lacks = match (describe.queryable, describe.createable, describe.updateable) {
        (true, true, true) => return None,
        (false, ..) => "Read",
        (_, false, _) => "Create",
        (.., false) => "Edit",
    };
    let object = &describe.name;
    Some(ConnectorError {
        code: "object_not_writable".to_owned(),
        message: format!("the user may not read, make and change {object}: {lacks} is missing"),
        remedy: format!(
            "Give the user Read, Create and Edit on {object}, in Setup > Permission Sets > Object Settings"
        ),
        next: NextStep::HoldSync,
        retry_until: None,
        cause: None,
    })
}

fn unreadable(object: &str, error: ApiError) -> ConnectorError {
    let error = connector_error(error);
    ConnectorError {
        message: format!("{object} cannot be read: {}", error.message),
        remedy: format!(
            "Give the user Read, Create and Edit on {object}, in Setup > Permission Sets > Object Settings; if there is no such object, correct the sync"
        ),
        ..error
    }
}
