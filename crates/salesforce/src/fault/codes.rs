//! Salesforce's error codes and what each obliges us to do, in one table.
//!
//! Source: the status code lists of the REST API and SOAP API developer guides, and recorded answers.

use super::ApiFault;
use crate::Disposition::{self, Defer, HoldConnection, Refuse, RetryLater, RetryNow};

/// What a fault means. A few codes stand for two causes, told apart by a part of the message that is not translated.
pub(super) fn meaning(fault: &ApiFault) -> (Disposition, &'static str) {
    let says = |part: &str| fault.message.contains(part);
    match fault.code.as_str() {
        "REQUEST_LIMIT_EXCEEDED" if says("Concurrent") => {
            (RetryNow, "Nothing to do; fewer long calls are made at once.")
        }
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" if says("UNABLE_TO_LOCK_ROW") => (RetryNow, LOCKED),
        "INVALID_AUTH_HEADER" if says("INVALID_SCOPES") => {
            (HoldConnection, "In Setup > External Client App Manager, add the scope api to the app.")
        }
        code => TABLE
            .iter()
            .find(|(known, ..)| *known == code)
            .map_or((Refuse, UNKNOWN), |(_, disposition, remedy)| (*disposition, *remedy)),
    }
}

const UNKNOWN: &str = "Read Salesforce's message, correct the record or the mapping, and send it again.";
const LOCKED: &str = "Nothing to do; it is sent again until the record is free.";
const NEXT_DAY: &str =
    "Wait until the org's daily limit frees up, or buy more API calls; Setup > Company Information shows the use.";
const ACCESS: &str =
    "Give the integration user this right: Setup > Permission Sets, object and field permissions of its set.";
const MAPPING: &str =
    "Correct the mapping: the field or object does not exist or cannot be written; compare Setup > Object Manager.";
const VALUE: &str = "Correct the value in the source, or map the field to another column.";
const GONE: &str =
    "The record is gone in Salesforce: restore it from the Recycle Bin, or drop the link and create it anew.";
const SIGN_IN: &str = "Check the app's policies in Setup > External Client App Manager, then test the connection.";
const OURS: &str = "Report this to the makers of Salesbridge, with the code and message.";
const QUERY: &str = "Correct the query; the message shows the place.";

/// Code, what follows, what a person can do. Codes that are not here refuse the row.
const TABLE: &[(&str, Disposition, &str)] = &[
    // Sign-in and permission to use the API at all.
    ("INVALID_SESSION_ID", HoldConnection, SIGN_IN),
    ("INVALID_AUTH_HEADER", HoldConnection, SIGN_IN),
    ("INVALID_LOGIN", HoldConnection, SIGN_IN),
    (
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        HoldConnection,
        "Set a new password for the run-as user in Setup > Users.",
    ),
    (
        "API_DISABLED_FOR_ORG",
        HoldConnection,
        "Use an edition with API access; Setup > Company Information shows the org's edition.",
    ),
    (
        "API_CURRENTLY_DISABLED",
        HoldConnection,
        "Give the run-as user the permission API Enabled, in Setup > Permission Sets > System Permissions.",
    ),
    (
        "CLIENT_NOT_ACCESSIBLE_FOR_USER",
        HoldConnection,
        "Allow the app for the run-as user: Setup > Connected Apps OAuth Usage, or the app's policies.",
    ),
    ("APP_NOT_INSTALLED", HoldConnection, "Install the app in the org: Setup > Connected Apps OAuth Usage."),
    ("UNSUPPORTED_API_VERSION", HoldConnection, "Choose an API version the org offers, in the connection's settings."),
    ("GONE", HoldConnection, "Choose an API version the org offers, in the connection's settings."),
    // Limits.
    ("REQUEST_LIMIT_EXCEEDED", Defer, NEXT_DAY),
    ("LIMIT_EXCEEDED", Defer, NEXT_DAY),
    ("STORAGE_LIMIT_EXCEEDED", Defer, "Free or buy data storage; Setup > Storage Usage shows what fills it."),
    // Passing troubles.
    ("UNABLE_TO_LOCK_ROW", RetryNow, LOCKED),
    (
        "TXN_SECURITY_METERING_ERROR",
        RetryNow,
        "Nothing to do; it is sent again. If it stays, look at Setup > Transaction Security Policies.",
    ),
    (
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        RetryNow,
        "Nothing to do; the row was undone because of another one and is sent again.",
    ),
    ("PROCESSING_HALTED", RetryNow, "Nothing to do; the row was skipped because of another one and is sent again."),
    (
        "BATCH_PROCESSING_HALTED",
        RetryNow,
        "Nothing to do; the row was skipped because of another one and is sent again.",
    ),
    ("QUERY_TIMEOUT", RetryLater, "Ask for fewer rows, or filter by an indexed field."),
    (
        "UNKNOWN_EXCEPTION",
        RetryLater,
        "Nothing to do unless it stays; then give Salesforce support the ErrorId of the message.",
    ),
    (
        "SERVER_UNAVAILABLE",
        RetryLater,
        "Nothing to do; Salesforce is busy or in maintenance, see status.salesforce.com.",
    ),
    ("ENTITY_IS_LOCKED", RetryLater, "Finish or recall the record's approval process; until then it is locked."),
    // Rights on objects, fields and records.
    ("FORBIDDEN", Refuse, ACCESS),
    ("INSUFFICIENT_ACCESS", Refuse, ACCESS),
    ("INSUFFICIENT_ACCESS_OR_READONLY", Refuse, ACCESS),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", Refuse, ACCESS),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", Refuse, ACCESS),
    ("FIELD_NOT_UPDATEABLE", Refuse, ACCESS),
    ("FUNCTIONALITY_NOT_ENABLED", Refuse, "Switch the feature on in Setup, or take the object out of the mapping."),
    (
        "TXN_SECURITY_NO_ACCESS",
        Refuse,
        "Let the integration user pass the policy, in Setup > Transaction Security Policies.",
    ),
    ("OPERATION_TOO_LARGE", Refuse, "Give the integration user View All on the object, or ask for fewer rows."),
    // Objects and fields that are not there.
    ("NOT_FOUND", Refuse, GONE),
    ("ENTITY_IS_DELETED", Refuse, GONE),
    (
        "INVALID_CROSS_REFERENCE_KEY",
        Refuse,
        "The record it refers to does not exist or cannot be seen: correct the value, or share the record.",
    ),
    ("INVALID_FIELD", Refuse, MAPPING),
    ("INVALID_TYPE", Refuse, MAPPING),
    ("METHOD_NOT_ALLOWED", Refuse, OURS),
    // Values.
    ("REQUIRED_FIELD_MISSING", Refuse, "Map the field, or fill it in the source."),
    ("STRING_TOO_LONG", Refuse, "Shorten the value in the source, or lengthen the field in Setup > Object Manager."),
    ("INVALID_EMAIL_ADDRESS", Refuse, VALUE),
    (
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        Refuse,
        "Add the value to the picklist in Setup > Object Manager, or correct it in the source.",
    ),
    ("NUMBER_OUTSIDE_VALID_RANGE", Refuse, VALUE),
    ("INVALID_ARGUMENT_TYPE", Refuse, VALUE),
    ("INVALID_TYPE_ON_FIELD_IN_RECORD", Refuse, VALUE),
    ("FIELD_INTEGRITY_EXCEPTION", Refuse, VALUE),
    ("JSON_PARSER_ERROR", Refuse, VALUE),
    ("XML_PARSER_ERROR", Refuse, OURS),
    ("MALFORMED_ID", Refuse, VALUE),
    ("INVALID_ID_FIELD", Refuse, VALUE),
    ("MISSING_ARGUMENT", Refuse, OURS),
    ("CIRCULAR_DEPENDENCY", Refuse, VALUE),
    ("INACTIVE_OWNER_OR_USER", Refuse, "Activate the owner in Setup > Users, or map another owner."),
    // Rules of the org.
    (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        Refuse,
        "Correct the value, or the validation rule in Setup > Object Manager.",
    ),
    (
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        Refuse,
        "Choose a record the lookup filter allows, or change the filter in Setup > Object Manager.",
    ),
    ("DUPLICATE_VALUE", Refuse, "The value is taken by another record: link that record, or correct the value."),
    (
        "DUPLICATES_DETECTED",
        Refuse,
        "Allow duplicates in the sync's options, or change the rule in Setup > Duplicate Rules.",
    ),
    (
        "DUPLICATE_EXTERNAL_ID",
        Refuse,
        "Several records have this external id: merge them, and mark the field Unique in Setup > Object Manager.",
    ),
    (
        "CANNOT_UPDATE_CONVERTED_LEAD",
        Refuse,
        "The Lead was converted: it is followed to its Contact and Account and not written any more.",
    ),
    (
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        Refuse,
        "A trigger of the org failed: give its message to the org's administrator.",
    ),
    (
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        Refuse,
        "A flow of the org failed: look at Setup > Flows, and at the mail it sent the administrator.",
    ),
    ("APEX_ERROR", Refuse, "Code of the org failed: give its message to the org's administrator."),
    ("DELETE_FAILED", Refuse, "Remove what refers to the record first; the message names it."),
    ("DEPENDENCY_EXISTS", Refuse, "Remove what refers to the record first; the message names it."),
    ("INVALID_OPERATION", Refuse, UNKNOWN),
    ("PRECONDITION_FAILED", Refuse, "The record changed in between; it is compared again in the next run."),
    // Queries.
    ("MALFORMED_QUERY", Refuse, QUERY),
    ("MALFORMED_SEARCH", Refuse, QUERY),
    ("INVALID_QUERY_FILTER_OPERATOR", Refuse, QUERY),
    ("QUERY_TOO_COMPLICATED", Refuse, QUERY),
    ("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", Refuse, QUERY),
    ("INVALID_QUERY_LOCATOR", Refuse, "Run the query again from its beginning."),
    ("INVALID_REPLICATION_DATE", Refuse, "Read the object again in full; the span asked for is too old."),
    ("EXCEEDED_ID_LIMIT", Refuse, "Ask for fewer rows at a time."),
    ("URI_TOO_LONG", Refuse, "Ask for fewer fields or a shorter filter."),
    ("UNSUPPORTED_MEDIA_TYPE", Refuse, OURS),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn disposition(code: &str, message: &str) -> Disposition {
        ApiFault { code: code.into(), message: message.into(), fields: vec![] }.disposition()
    }

    #[test]
    fn codes_with_two_causes_are_told_apart() {
        assert_eq!(disposition("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Defer);
        let concurrent = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
        assert_eq!(disposition("REQUEST_LIMIT_EXCEEDED", concurrent), RetryNow);
        assert_eq!(disposition("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: caused by: UNABLE_TO_LOCK_ROW"), RetryNow);
        assert_eq!(disposition("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "T: caused by: NullPointer"), Refuse);
    }

    #[test]
    fn each_group_of_codes_has_its_disposition_and_unknown_codes_refuse_the_row() {
        let table = [
            ("UNABLE_TO_LOCK_ROW", RetryNow),
            ("SERVER_UNAVAILABLE", RetryLater),
            ("STORAGE_LIMIT_EXCEEDED", Defer),
            ("API_DISABLED_FOR_ORG", HoldConnection),
            ("REQUIRED_FIELD_MISSING", Refuse),
            ("NEVER_SEEN_BEFORE", Refuse),
        ];
        for (code, expected) in table {
            assert_eq!(disposition(code, ""), expected, "{code}");
        }
    }

    #[test]
    fn r8_a_missing_api_permission_is_named_with_its_setup_page() {
        let fault = ApiFault { code: "API_CURRENTLY_DISABLED".into(), message: String::new(), fields: vec![] };
        assert!(fault.remedy().contains("API Enabled") && fault.remedy().contains("Setup"));
    }

    #[test]
    fn a_code_stands_in_the_table_once_and_every_remedy_is_a_sentence() {
        for (index, (code, _, remedy)) in TABLE.iter().enumerate() {
            assert!(TABLE[..index].iter().all(|(other, ..)| other != code), "{code} stands there twice");
            assert!(remedy.ends_with('.'), "{code}: {remedy}");
        }
    }
}
