//! What a fault does, as it is written down. Refuses to do it.

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::faults::codes;
use crate::faults::latency::Latency;

/// What a fault does. The parts combine: waits come first and add up, then one of a dropped connection, a maintenance page
/// and an error, then whatever befalls the body of the answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultAction {
    /// Answer with this error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FaultError>,
    /// Close the connection without an answer.
    #[serde(skip_serializing_if = "is_false")]
    pub drop_connection: bool,
    /// Wait first, in milliseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay_ms: u64,
    /// Wait first, for a time drawn from a distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// Answer with an HTML page and this status: 503, or the 200 that some proxies send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<u16>,
    /// Cut the body of the answer short and close the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<Truncation>,
    /// Send the body of the answer no faster than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_bytes_per_second: Option<u64>,
    /// End access tokens before the request is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_tokens: Option<TokensEnded>,
    /// Refuse what comes too fast or too many at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// Refuse single rows inside whatever call writes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowFault>,
    /// End a bulk job that loads, whatever its rows are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<JobFault>,
    /// A limit of `/limits` that is used up: `DailyApiRequests`, `DailyBulkApiBatches`, `DailyBulkV2QueryJobs`,
    /// `DataStorageMB` and `FileStorageMB` refuse what they limit, others only show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exhaust: Option<String>,
    /// The `Date` header of the answer is off by this many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_skew_seconds: Option<i64>,
}

/// An error answer, in the shape of the API that was called: REST, `error` and `error_description` of OAuth, SOAP.
/// Written as a code alone it has the status and the text that Salesforce gives the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultError {
    /// The HTTP status.
    pub status: u16,
    /// The `errorCode` or `error`.
    pub code: String,
    /// The `message` or `error_description`.
    pub message: String,
}

/// Where a body is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truncation {
    /// How many bytes are sent before the connection is closed; no more than all but one.
    pub after_bytes: usize,
    /// Announce the whole length in `Content-Length` instead of sending in chunks.
    #[serde(default)]
    pub announce_length: bool,
}

/// Which access tokens end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokensEnded {
    /// The one presented.
    Presented,
    /// Those of the user who presents one.
    User,
    /// All of the org.
    All,
}

/// Limits of the moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Throttle {
    /// Requests in any second of the org's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// Requests at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent: Option<u32>,
    /// What the others are answered instead of `REQUEST_LIMIT_EXCEEDED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FaultError>,
}

/// A job that ends before its end. The rule counts jobs, not requests.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobFault {
    /// The `errorMessage` of the job, which is `Failed`, as `Code : text`; without it the job is `Aborted`, as if somebody had ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Rows that it works on first.
    #[serde(skip_serializing_if = "is_zero")]
    pub after_rows: u64,
}

/// Rows that are refused. What is not named matches any row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFault {
    /// The error of the row. `{id}` and `{parent}` in its text stand for the ids of the row and of its parent.
    pub error: FaultError,
    /// The object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Rows that have one of these ids, or name one of them as a parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Rows that give this field a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// … namely this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// … or one that contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Only when the row is `create`d, `update`d or `delete`d.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<RowWrite>,
    /// Matching rows to let through first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// Of the others only each so-manieth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// The most rows refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Of those only this share, drawn with the seed of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// What is done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowWrite {
    /// It is new.
    Create,
    /// It changes.
    Update,
    /// It goes to the recycle bin.
    Delete,
}

impl FaultError {
    /// The error that Salesforce answers with this code.
    pub fn of_code(code: &str) -> Option<Self> {
        codes::known(code).map(|known| Self {
            status: known.status,
            code: known.code.to_owned(),
            message: known.message.to_owned(),
        })
    }

    /// Fills in what is not said from what is known of the code.
    pub(crate) fn completed(code: &str, status: Option<u16>, message: Option<String>) -> Result<Self, String> {
        let status = status.map(checked_status).transpose()?;
        match (Self::of_code(code), status) {
            (Some(known), status) => Ok(Self {
                status: status.unwrap_or(known.status),
                code: code.to_owned(),
                message: message.unwrap_or(known.message),
            }),
            (None, Some(status)) => {
                Ok(Self { status, code: code.to_owned(), message: message.unwrap_or_else(|| code.to_owned()) })
            }
            (None, None) => Err(unknown_code(code)),
        }
    }
}

impl FaultAction {
    /// What is wrong with it, in words that name the key.
    pub(crate) fn problem(&self) -> Option<String> {
        if let Some(problem) = self.latency.as_ref().and_then(Latency::problem) {
            return Some(format!("action.latency: {problem}"));
        }
        if self.slow_bytes_per_second == Some(0) {
            return Some("action.slow_bytes_per_second is at least 1".to_owned());
        }
        if self.maintenance.is_some_and(|status| checked_status(status).is_err()) {
            return Some("action.maintenance is an HTTP status from 200 to 599, such as 503".to_owned());
        }
        if self.throttle.as_ref().is_some_and(|limit| limit.requests_per_second.is_none() && limit.concurrent.is_none())
        {
            return Some("action.throttle needs `requests_per_second` or `concurrent`".to_owned());
        }
        if *self == Self::default() {
            return Some("action says nothing to do".to_owned());
        }
        self.rows.as_ref().and_then(RowFault::problem)
    }
}

impl RowFault {
    fn problem(&self) -> Option<String> {
        if self.every == Some(0) {
            return Some("action.rows.every counts from 1".to_owned());
        }
        if self.field.is_none() && (self.equals.is_some() || self.contains.is_some()) {
            return Some("action.rows.equals and contains need `field`".to_owned());
        }
        let share = self.probability?;
        (!(0.0..=1.0).contains(&share)).then(|| "action.rows.probability is a number from 0 to 1".to_owned())
    }
}

impl<'de> Deserialize<'de> for FaultError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ErrorVisitor)
    }
}

struct ErrorVisitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorAsWritten {
    code: String,
    status: Option<u16>,
    message: Option<String>,
}

impl<'de> Visitor<'de> for ErrorVisitor {
    type Value = FaultError;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an error code, or `code` with `status` and `message`")
    }

    fn visit_str<E: de::Error>(self, code: &str) -> Result<FaultError, E> {
        FaultError::completed(code, None, None).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FaultError, A::Error> {
        let written = ErrorAsWritten::deserialize(MapAccessDeserializer::new(map))?;
        FaultError::completed(&written.code, written.status, written.message).map_err(de::Error::custom)
    }
}

fn checked_status(status: u16) -> Result<u16, String> {
    if (200..=599).contains(&status) {
        Ok(status)
    } else {
        Err(format!("{status} is no status to answer: 200 to 599 are"))
    }
}

fn unknown_code(code: &str) -> String {
    let alike = codes::like(code);
    let advice = if alike.is_empty() { String::new() } else { format!("; did you mean {}?", alike.join(" or ")) };
    format!("the code '{code}' is not known, so it needs a `status` too{advice}")
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_code_alone_brings_its_status_and_text() {
        let error: FaultError = from_value(json!("UNKNOWN_EXCEPTION")).unwrap();
        assert!(error.status == 500 && error.message.starts_with("An unexpected error occurred."));
        let error: FaultError = from_value(json!({"code": "SERVER_UNAVAILABLE", "message": "later"})).unwrap();
        assert_eq!((error.status, error.message.as_str()), (503, "later"));
        let own: FaultError = from_value(json!({"code": "MY_CODE", "status": 418})).unwrap();
        assert_eq!((own.status, own.message.as_str()), (418, "MY_CODE"));
    }

    #[test]
    fn a_misspelt_code_is_refused_with_advice() {
        let error = from_value::<FaultError>(json!("UNABLE_TO_LOCK_ROWS")).unwrap_err().to_string();
        let expected =
            "the code 'UNABLE_TO_LOCK_ROWS' is not known, so it needs a `status` too; did you mean UNABLE_TO_LOCK_ROW?";
        assert_eq!(error, expected);
    }

    #[test]
    fn actions_that_make_no_sense_are_told() {
        for (action, key) in [
            (json!({}), "action says nothing"),
            (json!({"throttle": {}}), "action.throttle"),
            (json!({"maintenance": 99}), "action.maintenance"),
            (json!({"slow_bytes_per_second": 0}), "action.slow_bytes_per_second"),
            (json!({"latency": {"normal": {"mean": -1, "deviation": 1}}}), "action.latency"),
            (json!({"rows": {"error": "UNABLE_TO_LOCK_ROW", "equals": "x"}}), "action.rows.equals"),
        ] {
            let action: FaultAction = from_value(action).unwrap();
            assert!(action.problem().unwrap().starts_with(key), "{action:?}: {:?}", action.problem());
        }
    }
}
