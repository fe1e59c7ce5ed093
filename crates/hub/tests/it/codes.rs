//! Every code that the org can answer with, and what was decided to follow from it.

/// What follows, as far as it can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is sent again by itself, soon.
    Later,
    /// It is sent again by itself, after a quarter of an hour.
    Waits,
    /// The row waits for a person.
    Refused,
    /// The connection waits for a person.
    Held,
}

/// Codes of the REST API, and what follows when a whole call is answered with them. Two have another consequence of their own: a session that ended is
/// renewed, and what fails inside with a status of 500 is looked up.
pub(crate) const CODES: &[(&str, Next)] = &[
    ("INVALID_SESSION_ID", Next::Later),
    ("INVALID_AUTH_HEADER", Next::Held),
    ("INVALID_LOGIN", Next::Held),
    ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", Next::Held),
    ("API_DISABLED_FOR_ORG", Next::Held),
    ("API_CURRENTLY_DISABLED", Next::Held),
    ("REQUEST_LIMIT_EXCEEDED", Next::Waits),
    ("FORBIDDEN", Next::Refused),
    ("INSUFFICIENT_ACCESS", Next::Refused),
    ("INSUFFICIENT_ACCESS_OR_READONLY", Next::Refused),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", Next::Refused),
    ("OPERATION_TOO_LARGE", Next::Refused),
    ("FUNCTIONALITY_NOT_ENABLED", Next::Refused),
    ("TXN_SECURITY_NO_ACCESS", Next::Refused),
    ("TXN_SECURITY_METERING_ERROR", Next::Later),
    ("NOT_FOUND", Next::Refused),
    ("ENTITY_IS_DELETED", Next::Refused),
    ("METHOD_NOT_ALLOWED", Next::Refused),
    ("CONFLICT", Next::Refused),
    ("ITEM_NOT_FOUND", Next::Refused),
    ("UNSUPPORTED_API_VERSION", Next::Held),
    ("GONE", Next::Held),
    ("PRECONDITION_FAILED", Next::Refused),
    ("URI_TOO_LONG", Next::Refused),
    ("UNSUPPORTED_MEDIA_TYPE", Next::Refused),
    ("JSON_PARSER_ERROR", Next::Refused),
    ("XML_PARSER_ERROR", Next::Refused),
    ("MALFORMED_QUERY", Next::Refused),
    ("MALFORMED_SEARCH", Next::Refused),
    ("INVALID_FIELD", Next::Refused),
    ("INVALID_TYPE", Next::Refused),
    ("INVALID_QUERY_FILTER_OPERATOR", Next::Refused),
    ("INVALID_QUERY_LOCATOR", Next::Refused),
    ("QUERY_TIMEOUT", Next::Later),
    ("QUERY_TOO_COMPLICATED", Next::Refused),
    ("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", Next::Refused),
    ("NUMBER_OUTSIDE_VALID_RANGE", Next::Refused),
    ("INVALID_REPLICATION_DATE", Next::Refused),
    ("EXCEEDED_ID_LIMIT", Next::Refused),
    ("MALFORMED_ID", Next::Refused),
    ("INVALID_ID_FIELD", Next::Refused),
    ("MISSING_ARGUMENT", Next::Refused),
    ("INVALID_ARGUMENT_TYPE", Next::Refused),
    ("INVALID_TYPE_ON_FIELD_IN_RECORD", Next::Refused),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", Next::Refused),
    ("FIELD_NOT_UPDATEABLE", Next::Refused),
    ("REQUIRED_FIELD_MISSING", Next::Refused),
    ("STRING_TOO_LONG", Next::Refused),
    ("INVALID_EMAIL_ADDRESS", Next::Refused),
    ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", Next::Refused),
    ("FIELD_INTEGRITY_EXCEPTION", Next::Refused),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", Next::Refused),
    ("FIELD_FILTER_VALIDATION_EXCEPTION", Next::Refused),
    ("DUPLICATE_VALUE", Next::Refused),
    ("DUPLICATES_DETECTED", Next::Refused),
    ("DUPLICATE_EXTERNAL_ID", Next::Refused),
    ("INVALID_CROSS_REFERENCE_KEY", Next::Refused),
    ("INACTIVE_OWNER_OR_USER", Next::Refused),
    ("ENTITY_IS_LOCKED", Next::Waits),
    ("CANNOT_UPDATE_CONVERTED_LEAD", Next::Refused),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Next::Refused),
    ("CANNOT_EXECUTE_FLOW_TRIGGER", Next::Refused),
    ("DELETE_FAILED", Next::Refused),
    ("DEPENDENCY_EXISTS", Next::Refused),
    ("CIRCULAR_DEPENDENCY", Next::Refused),
    ("INVALID_OPERATION", Next::Refused),
    ("LIMIT_EXCEEDED", Next::Waits),
    ("STORAGE_LIMIT_EXCEEDED", Next::Waits),
    ("UNABLE_TO_LOCK_ROW", Next::Later),
    ("ALL_OR_NONE_OPERATION_ROLLED_BACK", Next::Later),
    ("PROCESSING_HALTED", Next::Later),
    ("BATCH_PROCESSING_HALTED", Next::Later),
    ("APEX_ERROR", Next::Later),
    ("UNKNOWN_EXCEPTION", Next::Later),
    ("SERVER_UNAVAILABLE", Next::Later),
    ("CLIENT_NOT_ACCESSIBLE_FOR_USER", Next::Held),
];

impl Next {
    /// The same for the answer of one row, which holds no connection.
    pub(crate) fn of_a_row(self, code: &str) -> Self {
        match (self, code) {
            (_, "INVALID_SESSION_ID" | "APEX_ERROR") | (Self::Held, _) => Self::Refused,
            (other, _) => other,
        }
    }
}

/// Refusals of the token endpoint. The key of an app that was known is wrong, not new: it comes first, before an edit makes the app new again.
pub(crate) const SIGN_INS: &[(&str, &str, Next)] = &[
    ("invalid_client_id", "client identifier invalid", Next::Held),
    ("invalid_client", "invalid client credentials", Next::Held),
    ("invalid_grant", "no client credentials user enabled", Next::Held),
    ("invalid_grant", "client credentials flow not enabled", Next::Held),
    ("invalid_grant", "ip restricted", Next::Held),
    ("invalid_grant", "no valid scopes defined", Next::Held),
    ("invalid_grant", "request not supported on this domain", Next::Held),
    ("invalid_grant", "inactive user", Next::Held),
    ("invalid_grant", "user is frozen", Next::Held),
    ("invalid_grant", "org inactive", Next::Held),
    ("invalid_grant", "user hasn't approved this consumer", Next::Held),
    ("invalid_grant", "user is not admin approved to access this app", Next::Held),
    ("invalid_grant", "authentication failure", Next::Held),
    ("invalid_grant", "login rate exceeded", Next::Waits),
    ("rate_limit_exceeded", "login rate exceeded", Next::Waits),
    ("unsupported_grant_type", "grant type not supported", Next::Held),
    ("invalid_request", "must specify grant_type", Next::Held),
    ("invalid_request", "unknown_error", Next::Later),
    ("invalid_scope", "the requested scope is invalid, unknown, or malformed", Next::Held),
    ("invalid_app_access", "user is not admin approved to access this app", Next::Held),
    ("inactive_user", "user is inactive", Next::Held),
    ("inactive_org", "org inactive", Next::Held),
    ("OAUTH_APP_BLOCKED", "this app is blocked by admin", Next::Held),
    ("OAUTH_APP_ACCESS_DENIED", "user is not admin approved to access this app", Next::Held),
    ("OAUTH_APPROVAL_ERROR_GENERIC", "An unexpected error has occurred during authentication.", Next::Held),
    ("access_denied", "end-user denied authorization", Next::Held),
    ("unknown_error", "retry your request", Next::Later),
    ("server_error", "an unexpected error has occurred", Next::Later),
    ("never_seen_before", "no words that we know", Next::Held),
];
