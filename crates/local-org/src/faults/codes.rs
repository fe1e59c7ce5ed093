//! The error codes that Salesforce answers, with the status and the text of each, so that a fault needs to name only the
//! code. Refuses to know when the org answers them by itself; the README's table does.

use serde::Serialize;

/// Where an error code is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Door {
    /// The REST API, its results per row included.
    Rest,
    /// The token endpoint and its neighbours.
    Oauth,
    /// Bulk API jobs.
    Bulk,
    /// SOAP login.
    Soap,
}

/// One error code.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct KnownCode {
    pub(crate) door: Door,
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    /// The text; `{id}` stands for the id of the record, `{parent}` for its parent's or, without one, its own.
    pub(crate) message: &'static str,
}

/// The status of a code whose status no source tells: what nearly all REST errors have.
const UNCONFIRMED_STATUS: u16 = 400;

const ERROR_ID: &str =
    "An unexpected error occurred. Please include this ErrorId if you contact support: 123456789-12345 (-123456)";

/// Every code of the fact sheet. The first entry of a code is the one meant by the bare code.
pub(crate) const KNOWN: &[KnownCode] = &[
    rest("INVALID_SESSION_ID", 401, "Session expired or invalid"),
    rest("INVALID_AUTH_HEADER", 401, "INVALID_HEADER_TYPE"),
    rest("INVALID_LOGIN", 401, "INVALID_LOGIN: Invalid username, password, security token; or user locked out."),
    rest(
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        403,
        "The user's password has expired, you must call SetPassword before attempting any other API operations",
    ),
    rest("API_DISABLED_FOR_ORG", 403, "The REST API is not enabled for this Organization."),
    rest("API_CURRENTLY_DISABLED", 403, "API is disabled for this User"),
    rest("REQUEST_LIMIT_EXCEEDED", 403, "TotalRequests Limit exceeded."),
    rest("FORBIDDEN", 403, "You do not have permission to perform this action"),
    rest("INSUFFICIENT_ACCESS", 403, "insufficient access rights on resource"),
    rest("INSUFFICIENT_ACCESS_OR_READONLY", 403, "insufficient access rights on object id"),
    rest(
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        400,
        "insufficient access rights on cross-reference id: {parent}",
    ),
    rest("OPERATION_TOO_LARGE", UNCONFIRMED_STATUS, "exceeded the number of ids allowed for this user"),
    rest("FUNCTIONALITY_NOT_ENABLED", 403, "This feature is not currently enabled for this organization"),
    rest("TXN_SECURITY_NO_ACCESS", 403, "The operation you requested was blocked by a transaction security policy"),
    rest(
        "TXN_SECURITY_METERING_ERROR",
        403,
        "We can't complete the action because enabled transaction security policies took too long to complete.",
    ),
    rest("NOT_FOUND", 404, "The requested resource does not exist"),
    rest("ENTITY_IS_DELETED", 404, "entity is deleted"),
    rest("METHOD_NOT_ALLOWED", 405, "HTTP Method not allowed"),
    rest("CONFLICT", 409, "The request conflicts with the state of the resource"),
    rest("ITEM_NOT_FOUND", 404, "The item was not found"),
    rest("UNSUPPORTED_API_VERSION", 410, "The requested API version has been retired"),
    rest("GONE", 410, "The requested resource is no longer available"),
    rest("PRECONDITION_FAILED", 412, "The resource was changed since it was read"),
    rest("URI_TOO_LONG", 414, "The request's URI is too long"),
    rest("UNSUPPORTED_MEDIA_TYPE", 415, "The content type is not supported for this resource"),
    rest(
        "JSON_PARSER_ERROR",
        400,
        "Unexpected character ('}' (code 125)): was expecting double-quote to start field name at [line:1, column:18]",
    ),
    rest("XML_PARSER_ERROR", 400, "The XML of the request cannot be read"),
    rest("MALFORMED_QUERY", 400, "unexpected token: <EOF>"),
    rest("MALFORMED_SEARCH", 400, "search term must be longer than one character"),
    rest("INVALID_FIELD", 400, "No such column 'Foo' on sobject of type Account"),
    rest("INVALID_TYPE", 400, "sObject type 'XYZZY' is not supported."),
    rest("INVALID_QUERY_FILTER_OPERATOR", 400, "invalid operator"),
    rest("INVALID_QUERY_LOCATOR", 400, "invalid query locator"),
    rest("QUERY_TIMEOUT", 400, "Your query request was running for too long."),
    rest(
        "QUERY_TOO_COMPLICATED",
        400,
        "Query is either selecting too many fields or the filter conditions are too complicated.",
    ),
    rest("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", 400, "maximum 2 semi join sub-selects are allowed"),
    rest("NUMBER_OUTSIDE_VALID_RANGE", 400, "Maximum SOQL offset allowed is 2000"),
    rest("INVALID_REPLICATION_DATE", 400, "startDate before org replication enabled date"),
    rest("EXCEEDED_ID_LIMIT", 400, "record limit reached"),
    rest("MALFORMED_ID", 400, "malformed id 123"),
    rest("INVALID_ID_FIELD", 400, "invalid id field"),
    rest("MISSING_ARGUMENT", 400, "Id not specified in an update call"),
    rest("INVALID_ARGUMENT_TYPE", 400, "value not of required type"),
    rest("INVALID_TYPE_ON_FIELD_IN_RECORD", 400, "value not of required type"),
    rest(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        400,
        "Unable to create/update fields: CreatedDate. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
    ),
    rest("FIELD_NOT_UPDATEABLE", 400, "field is not updateable"),
    rest("REQUIRED_FIELD_MISSING", 400, "Required fields are missing: [Name]"),
    rest("STRING_TOO_LONG", 400, "data value too large"),
    rest("INVALID_EMAIL_ADDRESS", 400, "Email: invalid email address"),
    rest("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", 400, "bad value for restricted picklist field"),
    rest("FIELD_INTEGRITY_EXCEPTION", 400, "field integrity exception"),
    rest("FIELD_CUSTOM_VALIDATION_EXCEPTION", 400, "The record does not pass a validation rule"),
    rest("FIELD_FILTER_VALIDATION_EXCEPTION", 400, "Value does not exist or does not match filter criteria."),
    rest("DUPLICATE_VALUE", 400, "duplicate value found: <unknown> duplicates value on record with id: {id}"),
    rest("DUPLICATES_DETECTED", 400, "Use one of these records?"),
    rest("DUPLICATE_EXTERNAL_ID", 400, "Duplicate external id specified"),
    rest("INVALID_CROSS_REFERENCE_KEY", 400, "invalid cross reference id"),
    rest("INACTIVE_OWNER_OR_USER", 400, "operation performed with inactive user [{id}]"),
    rest("ENTITY_IS_LOCKED", 400, "entity is locked for editing"),
    rest("CANNOT_UPDATE_CONVERTED_LEAD", 400, "cannot reference converted lead"),
    rest(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        400,
        "LocalTrigger: execution of BeforeInsert caused by: System.DmlException: Insert failed",
    ),
    rest("CANNOT_EXECUTE_FLOW_TRIGGER", 400, "We can't save this record because the \"Local Flow\" process failed."),
    rest(
        "DELETE_FAILED",
        400,
        "Your attempt to delete {id} could not be completed because it is associated with other records",
    ),
    rest("DEPENDENCY_EXISTS", 400, "This record is referenced by other records"),
    rest("CIRCULAR_DEPENDENCY", 400, "circular dependency"),
    rest("INVALID_OPERATION", 400, "invalid operation"),
    rest("LIMIT_EXCEEDED", 400, "limit exceeded"),
    rest("STORAGE_LIMIT_EXCEEDED", 400, "storage limit exceeded"),
    rest("UNABLE_TO_LOCK_ROW", 400, "unable to obtain exclusive access to this record or 1 records: {parent}"),
    rest(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        400,
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
    ),
    rest(
        "PROCESSING_HALTED",
        400,
        "The transaction was rolled back since another operation in the same transaction failed.",
    ),
    rest("BATCH_PROCESSING_HALTED", 412, "Batch processing halted per request"),
    rest("APEX_ERROR", 500, "System.NullPointerException: Attempt to de-reference a null object"),
    rest("UNKNOWN_EXCEPTION", 500, ERROR_ID),
    rest("SERVER_UNAVAILABLE", 503, "Server is too busy"),
    rest("CLIENT_NOT_ACCESSIBLE_FOR_USER", 403, "The connected app is not accessible for this user"),
    oauth("invalid_grant", "authentication failure"),
    oauth("invalid_client_id", "client identifier invalid"),
    oauth("invalid_client", "invalid client credentials"),
    oauth("unsupported_grant_type", "grant type not supported"),
    oauth("invalid_request", "must specify grant_type"),
    oauth("redirect_uri_mismatch", "redirect_uri must match configuration"),
    oauth("redirect_uri_missing", "redirect_uri not provided"),
    oauth("invalid_scope", "the requested scope is invalid, unknown, or malformed"),
    oauth("unsupported_response_type", "response type must be code or token"),
    oauth("access_denied", "end-user denied authorization"),
    oauth("invalid_app_access", "user is not admin approved to access this app"),
    oauth("inactive_user", "user is inactive"),
    oauth("inactive_org", "org inactive"),
    oauth("OAUTH_APPROVAL_ERROR_GENERIC", "An unexpected error has occurred during authentication. Please try again."),
    oauth("OAUTH_APP_BLOCKED", "this app is blocked by admin"),
    oauth("OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app"),
    oauth("rate_limit_exceeded", "login rate exceeded"),
    oauth("unknown_error", "retry your request"),
    oauth("server_error", "an unexpected error has occurred"),
    oauth("authorization_pending", "user has not yet authorized the device"),
    oauth("slow_down", "polling too quickly"),
    bulk("ClientInputError", "LineEnding is invalid on user data"),
    bulk("ExceededQuota", "The daily quota of batches is used up"),
    bulk("FeatureNotEnabled", "Bulk API is not enabled"),
    bulk("InvalidBatch", "Records not found"),
    bulk("InvalidJob", "Unable to find the job"),
    bulk("InvalidJobState", "The job is in a state that does not allow this"),
    bulk("InvalidOperation", "The operation is not supported"),
    bulk("InvalidUrl", "The URL is not one of the Bulk API"),
    bulk("InvalidXML", "The XML cannot be read"),
    bulk("InvalidUser", "The job belongs to another user"),
    bulk("Timeout", "The connection timed out"),
    bulk("TooManyLockFailure", "Too many lock failures while trying to process the batch"),
    bulk("Unknown", "An unknown error occurred"),
    soap("LOGIN_MUST_USE_SECURITY_TOKEN", "Invalid username, password, security token; or user locked out."),
    soap("PASSWORD_LOCKOUT", "The password is locked; ask the administrator or wait"),
    soap("ORG_LOCKED", "The organization is locked"),
    soap("LOGIN_DURING_RESTRICTED_TIME", "Users cannot sign in during this time"),
    soap("LOGIN_DURING_RESTRICTED_DOMAIN", "Users cannot sign in from this address"),
];

/// What is known of a code, however it is spelt; only OAuth's differ in nothing but case.
pub(crate) fn known(code: &str) -> Option<&'static KnownCode> {
    KNOWN.iter().find(|known| known.code == code).or_else(|| KNOWN.iter().find(|k| k.code.eq_ignore_ascii_case(code)))
}

/// The codes that are spelt most like this one: for the error that a misspelt one earns.
pub(crate) fn like(code: &str) -> Vec<&'static str> {
    let words: Vec<String> = code.split('_').map(str::to_uppercase).filter(|word| word.len() > 2).collect();
    let score = |known: &KnownCode| words.iter().filter(|word| known.code.to_uppercase().contains(*word)).count();
    let best = KNOWN.iter().map(score).max().unwrap_or_default();
    KNOWN.iter().filter(|known| best > 0 && score(known) == best).map(|known| known.code).take(4).collect()
}

const fn rest(code: &'static str, status: u16, message: &'static str) -> KnownCode {
    KnownCode { door: Door::Rest, code, status, message }
}

const fn oauth(code: &'static str, message: &'static str) -> KnownCode {
    KnownCode { door: Door::Oauth, code, status: 400, message }
}

const fn bulk(code: &'static str, message: &'static str) -> KnownCode {
    KnownCode { door: Door::Bulk, code, status: 400, message }
}

const fn soap(code: &'static str, message: &'static str) -> KnownCode {
    KnownCode { door: Door::Soap, code, status: 500, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_has_a_status_of_its_own() {
        let mut codes: Vec<&str> = KNOWN.iter().map(|known| known.code).collect();
        codes.sort_unstable();
        let all = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert!(KNOWN.iter().all(|known| (400..=503).contains(&known.status) && !known.message.is_empty()));
    }

    #[test]
    fn a_misspelt_code_is_answered_with_those_like_it() {
        assert_eq!(known("unable_to_lock_row").unwrap().status, 400);
        assert!(known("UNABLE_TO_LOCK").is_none());
        assert_eq!(like("UNABLE_LOCK_ROWS"), ["UNABLE_TO_LOCK_ROW"]);
        assert!(like("QQQ").is_empty());
    }
}
