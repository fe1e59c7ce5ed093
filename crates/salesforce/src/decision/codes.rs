//! What Salesforce's codes mean, in one table. Read from its top; the first line whose code and part of the message fit is the one.
//!
//! Source: the status code lists of the REST API and SOAP API developer guides, and recorded answers. Messages are translated into the user's language,
//! so only parts that are not translated stand in the table.

use super::Disposition::{Defer, HoldConnection, Refuse, RetryLater, RetryNow};
use super::bulk::of_job;
use super::{Entry, entry, saying};
use crate::ApiFault;

/// What a fault means, of a call, a row or a Bulk job.
pub(crate) fn of_fault(fault: &ApiFault) -> &'static Entry {
    let fits = |entry: &&Entry| entry.code == fault.code && fault.message.contains(entry.says);
    match TABLE.iter().find(fits).or_else(|| of_job(fault)) {
        // A trigger, a flow or other code of the org that met a lock gives its own code, and the lock's inside the message.
        Some(found) if found.code == LOCK || !fault.message.contains(LOCK) => found,
        None if !fault.message.contains(LOCK) => &NEVER_SEEN,
        Some(_) | None => &LOCKED_INSIDE,
    }
}

/// Every line, those that fit any code last.
pub(super) fn all() -> Vec<&'static Entry> {
    TABLE.iter().chain([&LOCKED_INSIDE, &NEVER_SEEN]).collect()
}

/// Whether a fault is that somebody else is writing the record or its parent.
pub(crate) fn is_contention(fault: &ApiFault) -> bool {
    let entry = of_fault(fault);
    entry.code == LOCK || std::ptr::eq(entry, &LOCKED_INSIDE)
}

/// Whether a fault of a row to be changed says that its record is not there to be written any more. These come as 400 in result lists too.
pub(crate) fn says_that_the_record_is_gone(fault: &ApiFault) -> bool {
    let codes = ["ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"];
    // With a field, it is about a record that this one refers to.
    codes.contains(&fault.code.as_str()) && fault.fields.is_empty()
}

/// What follows from a code that has never been seen: the row or request is refused, others go on, and a person reads Salesforce's own words.
pub static NEVER_SEEN: Entry = entry("(any other code)", "A code that is not in this table.", Refuse, UNKNOWN);

/// The code of a lock; code of the org that met one has it in its message.
const LOCK: &str = "UNABLE_TO_LOCK_ROW";

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

static LOCKED_INSIDE: Entry = saying(
    "(any code)",
    LOCK,
    "Code of the org met a record that somebody else is writing at the same moment.",
    RetryLater,
    LOCKED,
);

static TABLE: &[Entry] = &[
    // Sign-in and permission to use the API at all.
    entry(
        "INVALID_SESSION_ID",
        "The session is not valid for the API, even after a new sign-in.",
        HoldConnection,
        SIGN_IN,
    ),
    saying(
        "INVALID_AUTH_HEADER",
        "INVALID_SCOPES",
        "The app has no scope that allows API calls.",
        HoldConnection,
        "In Setup > External Client App Manager, add the scope api to the app.",
    ),
    entry("INVALID_AUTH_HEADER", "The token was not accepted, even after a new sign-in.", HoldConnection, SIGN_IN),
    entry("INVALID_LOGIN", "User name, password or security token is wrong.", HoldConnection, SIGN_IN),
    entry(
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        "The run-as user's password has expired.",
        HoldConnection,
        "Set a new password for the run-as user in Setup > Users.",
    ),
    entry(
        "API_DISABLED_FOR_ORG",
        "The org's edition has no API (R8).",
        HoldConnection,
        "Use an edition with API access; Setup > Company Information shows the org's edition.",
    ),
    entry(
        "API_CURRENTLY_DISABLED",
        "The run-as user may not use the API (R8).",
        HoldConnection,
        "Give the run-as user the permission API Enabled, in Setup > Permission Sets > System Permissions.",
    ),
    entry(
        "CLIENT_NOT_ACCESSIBLE_FOR_USER",
        "The app is blocked for the run-as user.",
        HoldConnection,
        "Allow the app for the run-as user: Setup > Connected Apps OAuth Usage, or the app's policies.",
    ),
    entry(
        "APP_NOT_INSTALLED",
        "The app is not installed in the org.",
        HoldConnection,
        "Install the app in the org: Setup > Connected Apps OAuth Usage.",
    ),
    entry(
        "UNSUPPORTED_API_VERSION",
        "The API version is retired.",
        HoldConnection,
        "Choose an API version the org offers, in the connection's settings.",
    ),
    entry(
        "GONE",
        "The API version, or what was asked for, is gone.",
        HoldConnection,
        "Choose an API version the org offers, in the connection's settings.",
    ),
    // Limits.
    saying(
        "REQUEST_LIMIT_EXCEEDED",
        "Concurrent",
        "Too many long calls at the same time.",
        RetryNow,
        "Nothing to do; fewer calls are made at once.",
    ),
    entry("REQUEST_LIMIT_EXCEEDED", "The calls of the org within 24 hours are used up.", Defer, NEXT_DAY),
    entry("LIMIT_EXCEEDED", "A daily limit or a limit of one transaction is reached.", Defer, NEXT_DAY),
    entry(
        "STORAGE_LIMIT_EXCEEDED",
        "The org's data storage is full.",
        Defer,
        "Free or buy data storage; Setup > Storage Usage shows what fills it.",
    ),
    // Passing troubles.
    entry(
        "UNABLE_TO_LOCK_ROW",
        "Somebody else is writing the record or its parent at the same moment.",
        RetryLater,
        LOCKED,
    ),
    entry(
        "TXN_SECURITY_METERING_ERROR",
        "Transaction security policies took too long.",
        RetryNow,
        "Nothing to do; it is sent again. If it stays, look at Setup > Transaction Security Policies.",
    ),
    entry(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "The row was undone because another one failed.",
        RetryLater,
        "Nothing to do; the row was undone because of another one and is sent again.",
    ),
    entry(
        "PROCESSING_HALTED",
        "The row was skipped because another one failed.",
        RetryLater,
        "Nothing to do; the row was skipped because of another one and is sent again.",
    ),
    entry(
        "BATCH_PROCESSING_HALTED",
        "The row was skipped because another one failed.",
        RetryLater,
        "Nothing to do; the row was skipped because of another one and is sent again.",
    ),
    entry("QUERY_TIMEOUT", "A query took too long.", RetryLater, "Ask for fewer rows, or filter by an indexed field."),
    entry(
        "UNKNOWN_EXCEPTION",
        "Salesforce failed inside.",
        RetryNow,
        "Nothing to do unless it stays; then give Salesforce support the ErrorId of the message.",
    ),
    entry(
        "SERVER_UNAVAILABLE",
        "Salesforce is busy or in maintenance.",
        RetryNow,
        "Nothing to do; Salesforce is busy or in maintenance, see status.salesforce.com.",
    ),
    entry(
        "ENTITY_IS_LOCKED",
        "An approval process locks the record.",
        Defer,
        "Finish or recall the record's approval process; until then it is locked.",
    ),
    // Rights on objects, fields and records.
    entry("FORBIDDEN", "The user may not do that.", Refuse, ACCESS),
    entry("INSUFFICIENT_ACCESS", "The user may not do that.", Refuse, ACCESS),
    entry("INSUFFICIENT_ACCESS_OR_READONLY", "The user may not change the record or a field.", Refuse, ACCESS),
    entry(
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "The user may not use a record that this one refers to.",
        Refuse,
        ACCESS,
    ),
    entry(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "The user may not write a field, or only the org writes it.",
        Refuse,
        ACCESS,
    ),
    entry("FIELD_NOT_UPDATEABLE", "The field can only be given when the record is made.", Refuse, ACCESS),
    entry(
        "FUNCTIONALITY_NOT_ENABLED",
        "The org does not have the feature.",
        Refuse,
        "Switch the feature on in Setup, or take the object out of the mapping.",
    ),
    entry(
        "TXN_SECURITY_NO_ACCESS",
        "A transaction security policy forbids it.",
        Refuse,
        "Let the integration user pass the policy, in Setup > Transaction Security Policies.",
    ),
    entry(
        "OPERATION_TOO_LARGE",
        "The user sees too many records for this.",
        Refuse,
        "Give the integration user View All on the object, or ask for fewer rows.",
    ),
    // Objects and fields that are not there.
    entry("NOT_FOUND", "The record, object or address does not exist or cannot be seen.", Refuse, GONE),
    entry("ITEM_NOT_FOUND", "What was asked for does not exist or cannot be seen.", Refuse, GONE),
    entry("ENTITY_IS_DELETED", "The record is in the Recycle Bin or gone.", Refuse, GONE),
    entry(
        "INVALID_CROSS_REFERENCE_KEY",
        "A record that is referred to does not exist or cannot be seen.",
        Refuse,
        "The record it refers to does not exist or cannot be seen: correct the value, or share the record.",
    ),
    entry("INVALID_FIELD", "The object has no such field, or the user cannot see it.", Refuse, MAPPING),
    entry("INVALID_TYPE", "There is no such object, or the user cannot see it.", Refuse, MAPPING),
    entry("METHOD_NOT_ALLOWED", "The address does not take this method.", Refuse, OURS),
    // Values.
    entry(
        "REQUIRED_FIELD_MISSING",
        "A required field has no value.",
        Refuse,
        "Map the field, or fill it in the source.",
    ),
    entry(
        "STRING_TOO_LONG",
        "A text is longer than its field.",
        Refuse,
        "Shorten the value in the source, or lengthen the field in Setup > Object Manager.",
    ),
    entry("INVALID_EMAIL_ADDRESS", "That is no e-mail address.", Refuse, VALUE),
    entry(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "A restricted picklist does not have the value.",
        Refuse,
        "Add the value to the picklist in Setup > Object Manager, or correct it in the source.",
    ),
    entry("NUMBER_OUTSIDE_VALID_RANGE", "A number does not fit its field.", Refuse, VALUE),
    entry("INVALID_ARGUMENT_TYPE", "A value is of the wrong type.", Refuse, VALUE),
    entry("INVALID_TYPE_ON_FIELD_IN_RECORD", "A value is of the wrong type.", Refuse, VALUE),
    entry("FIELD_INTEGRITY_EXCEPTION", "Values do not go together, such as state and country.", Refuse, VALUE),
    entry("JSON_PARSER_ERROR", "A value has the wrong form, or the request cannot be read.", Refuse, VALUE),
    entry("XML_PARSER_ERROR", "The request cannot be read.", Refuse, OURS),
    entry("MALFORMED_ID", "That is no record id, or one of another object.", Refuse, VALUE),
    entry("INVALID_ID_FIELD", "That is no record id, or one of another object.", Refuse, VALUE),
    entry("MISSING_ARGUMENT", "The request lacks something.", Refuse, OURS),
    entry("CIRCULAR_DEPENDENCY", "The record would be above itself.", Refuse, VALUE),
    entry(
        "INACTIVE_OWNER_OR_USER",
        "The owner is an inactive user.",
        Refuse,
        "Activate the owner in Setup > Users, or map another owner.",
    ),
    // Rules of the org.
    entry(
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "A validation rule of the org does not let the record through; the message is the rule's.",
        Refuse,
        "Correct the value, or the validation rule in Setup > Object Manager.",
    ),
    entry(
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        "A lookup filter does not allow the record that is referred to.",
        Refuse,
        "Choose a record the lookup filter allows, or change the filter in Setup > Object Manager.",
    ),
    entry(
        "DUPLICATE_VALUE",
        "Another record has the value of a unique field.",
        Refuse,
        "The value is taken by another record: link that record, or correct the value.",
    ),
    entry(
        "DUPLICATES_DETECTED",
        "A duplicate rule of the org found records like this one.",
        Refuse,
        "Allow duplicates in the sync's options, or change the rule in Setup > Duplicate Rules.",
    ),
    entry(
        "DUPLICATE_EXTERNAL_ID",
        "Several records have the external id.",
        Refuse,
        "Several records have this external id: merge them, and mark the field Unique in Setup > Object Manager.",
    ),
    entry(
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "The Lead was converted and can no longer be written.",
        Refuse,
        "The Lead was converted: it is followed to its Contact and Account and not written any more.",
    ),
    entry(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "A trigger of the org failed.",
        Refuse,
        "A trigger of the org failed: give its message to the org's administrator.",
    ),
    entry(
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "A flow of the org failed.",
        Refuse,
        "A flow of the org failed: look at Setup > Flows, and at the mail it sent the administrator.",
    ),
    entry(
        "APEX_ERROR",
        "Code of the org failed.",
        Refuse,
        "Code of the org failed: give its message to the org's administrator.",
    ),
    entry(
        "DELETE_FAILED",
        "Other records need this one.",
        Refuse,
        "Remove what refers to the record first; the message names it.",
    ),
    entry(
        "DEPENDENCY_EXISTS",
        "Other records need this one.",
        Refuse,
        "Remove what refers to the record first; the message names it.",
    ),
    entry("INVALID_OPERATION", "The org does not allow this for the record.", Refuse, UNKNOWN),
    entry(
        "PRECONDITION_FAILED",
        "The record changed since it was read.",
        Refuse,
        "The record changed in between; it is compared again in the next run.",
    ),
    entry("CONFLICT", "The record is in a state that does not allow it.", Refuse, UNKNOWN),
    // Queries.
    entry("MALFORMED_QUERY", "The query cannot be read.", Refuse, QUERY),
    entry("MALFORMED_SEARCH", "The search cannot be read.", Refuse, QUERY),
    entry("INVALID_QUERY_FILTER_OPERATOR", "An operator or value does not fit its field.", Refuse, QUERY),
    entry("QUERY_TOO_COMPLICATED", "The query has too many fields or conditions.", Refuse, QUERY),
    entry("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", "The query has too many subqueries.", Refuse, QUERY),
    entry(
        "INVALID_QUERY_LOCATOR",
        "The rest of a query is no longer kept.",
        Refuse,
        "Run the query again from its beginning.",
    ),
    entry(
        "INVALID_REPLICATION_DATE",
        "The span asked for is too old, too short or reversed.",
        Refuse,
        "Read the object again in full; the span asked for is too old.",
    ),
    entry("EXCEEDED_ID_LIMIT", "Too many records in one call.", Refuse, "Ask for fewer rows at a time."),
    entry("URI_TOO_LONG", "The address of the call is too long.", Refuse, "Ask for fewer fields or a shorter filter."),
    entry("UNSUPPORTED_MEDIA_TYPE", "The form of the request is not taken.", Refuse, OURS),
];
