//! A rule that comes with the request it is for, in a header: `error=UNABLE_TO_LOCK_ROW; when=after; delay=200`.

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::faults::file::read_rule;
use crate::faults::rule::FaultRule;

/// The header's name.
pub(crate) const FAULT_HEADER: &str = "x-local-org-fault";

/// The rule in a request's header, when there is one; an error says what is wrong with it.
pub(crate) fn in_header(headers: &HeaderMap) -> Option<Result<FaultRule, String>> {
    let value = headers.get(FAULT_HEADER)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    Some(read(text.trim()).map_err(|problem| format!("{FAULT_HEADER}: {problem}")))
}

fn read(text: &str) -> Result<FaultRule, String> {
    if text.starts_with('{') {
        return read_rule(text.as_bytes());
    }
    let (mut action, mut when) = (Map::new(), json!("before"));
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').map_or((part, ""), |(key, value)| (key.trim(), value.trim()));
        if key == "when" {
            when = value.into();
        } else {
            say(&mut action, key, value)?;
        }
    }
    read_rule(json!({"when": when, "action": action}).to_string().as_bytes())
}

/// One part of the header as it stands in a rule.
fn say(action: &mut Map<String, Value>, key: &str, value: &str) -> Result<(), String> {
    let number =
        || value.parse::<i64>().map(Value::from).map_err(|_| format!("{key} needs a whole number, not '{value}'"));
    match key {
        "error" => merge(action, "error", "code", value.into()),
        "status" => merge(action, "error", "status", number()?),
        "message" => merge(action, "error", "message", value.into()),
        "drop" => put(action, "drop_connection", true.into()),
        "delay" => put(action, "delay_ms", number()?),
        "maintenance" if value.is_empty() => put(action, key, 503.into()),
        "maintenance" => put(action, key, number()?),
        "truncate" => put(action, key, json!({"after_bytes": number()?})),
        "truncate_length" => put(action, "truncate", json!({"after_bytes": number()?, "announce_length": true})),
        "slow" => put(action, "slow_bytes_per_second", number()?),
        "end_tokens" => put(action, key, value.into()),
        "skew" => put(action, "date_skew_seconds", number()?),
        "rows" => merge(action, "rows", "error", value.into()),
        "rows_every" => merge(action, "rows", "every", number()?),
        "rows_ids" => merge(action, "rows", "ids", value.split(',').map(str::trim).collect()),
        _ => {
            return Err(format!(
                "'{key}' is not understood; error, status, message, when, drop, delay, maintenance, truncate, \
                 truncate_length, slow, end_tokens, skew, rows, rows_every and rows_ids are, or a rule in JSON"
            ));
        }
    }
    Ok(())
}

fn put(action: &mut Map<String, Value>, key: &str, value: Value) {
    action.insert(key.to_owned(), value);
}

fn merge(action: &mut Map<String, Value>, key: &str, part: &str, value: Value) {
    let inner = action.entry(key).or_insert_with(|| json!({}));
    if let Some(inner) = inner.as_object_mut() {
        inner.insert(part.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultTime;

    #[test]
    fn a_header_says_what_a_rule_says() {
        let rule = read("error=UNABLE_TO_LOCK_ROW; when=after; delay=200").unwrap();
        assert_eq!((rule.when, rule.action.delay_ms), (FaultTime::After, 200));
        assert_eq!(rule.action.error.unwrap().status, 400);
        let rule = read("rows=UNABLE_TO_LOCK_ROW; rows_every=50; drop").unwrap();
        assert!(rule.action.drop_connection && rule.action.rows.unwrap().every == Some(50));
        assert_eq!(read("maintenance").unwrap().action.maintenance, Some(503));
        assert_eq!(read("error=MINE; status=409; message=so").unwrap().action.error.unwrap().message, "so");
        assert_eq!(read(r#"{"action": {"delay_ms": 5}}"#).unwrap().action.delay_ms, 5);
    }

    #[test]
    fn a_bad_header_is_explained() {
        for (text, expected) in [
            ("delay=soon", "delay needs a whole number, not 'soon'"),
            ("boom", "'boom' is not understood"),
            ("error=NO_SUCH", "the code 'NO_SUCH' is not known"),
            ("when=after", "action says nothing to do"),
            ("when=later; drop", "unknown variant `later`"),
        ] {
            let problem = read(text).unwrap_err();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }
}
