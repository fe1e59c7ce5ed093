//! `@{reference.field[0].other}`: values taken from the answers of earlier parts. Names are matched in exactly their case.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// From this version on a reference to a null value is null; before, it fails.
const NULLS_SINCE: &str = "v52.0";

/// The answers of the parts that succeeded, by reference id.
pub(super) struct Answers<'call> {
    bodies: HashMap<&'call str, Value>,
    takes_nulls: bool,
}

/// A reference that leads nowhere, in the API's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoValue(pub(super) String);

impl<'call> Answers<'call> {
    pub(super) fn new(version: &str) -> Self {
        Self { bodies: HashMap::new(), takes_nulls: version >= NULLS_SINCE }
    }

    pub(super) fn keep(&mut self, reference_id: &'call str, body: Value) {
        self.bodies.insert(reference_id, body);
    }

    /// A URL with its references filled in, each value encoded.
    pub(super) fn in_url(&self, url: &str) -> Result<String, NoValue> {
        self.in_text(url, |value| utf8_percent_encode(&shown(value), NON_ALPHANUMERIC).to_string())
    }

    /// A body with its references filled in. A text that is nothing but a reference becomes the value itself.
    pub(super) fn in_body(&self, body: &Value) -> Result<Value, NoValue> {
        Ok(match body {
            Value::String(text) => match whole(text) {
                Some(path) => self.find(path)?,
                None => self.in_text(text, shown)?.into(),
            },
            Value::Array(items) => items.iter().map(|item| self.in_body(item)).collect::<Result<_, _>>()?,
            Value::Object(map) => {
                let filled = map.iter().map(|(name, value)| Ok((name.clone(), self.in_body(value)?)));
                Value::Object(filled.collect::<Result<_, NoValue>>()?)
            }
            plain => plain.clone(),
        })
    }

    fn in_text(&self, text: &str, show: impl Fn(&Value) -> String) -> Result<String, NoValue> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, path, after)) = next(rest) {
            filled.push_str(before);
            filled.push_str(&show(&self.find(path)?));
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn find(&self, path: &str) -> Result<Value, NoValue> {
        let reference = path.split(['.', '[']).next().unwrap_or_default();
        let no_value = || NoValue(format!("Invalid reference specified. No value for {path} found in {reference}."));
        let body = self.bodies.get(reference).ok_or_else(no_value)?;
        let steps = steps(&path[reference.len()..]).ok_or_else(no_value)?;
        let found = steps.into_iter().try_fold(body, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Index(index) => value.get(index),
        });
        match found.ok_or_else(no_value)? {
            Value::Null if !self.takes_nulls => Err(no_value()),
            value => Ok(value.clone()),
        }
    }
}

/// The reference ids a text or body names.
pub(super) fn named<'text>(text: &'text str, into: &mut Vec<&'text str>) {
    let mut rest = text;
    while let Some((_, path, after)) = next(rest) {
        into.extend(path.split(['.', '[']).next());
        rest = after;
    }
}

enum Step<'path> {
    Name(&'path str),
    Index(usize),
}

/// `.field[0].other` step by step.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (index, after) = inner.split_once(']')?;
            steps.push(Step::Index(index.trim().parse().ok()?));
            rest = after;
        } else {
            let name = rest.strip_prefix('.')?;
            let end = name.find(['.', '[']).unwrap_or(name.len());
            steps.push(Step::Name(&name[..end]));
            rest = &name[end..];
        }
    }
    Some(steps)
}

/// The path of a text that is one reference and nothing else.
fn whole(text: &str) -> Option<&str> {
    match next(text)? {
        ("", path, "") => Some(path),
        _ => None,
    }
}

/// What stands before the first reference, its path, and what stands after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("@{")?;
    let (path, after) = rest.split_once('}')?;
    Some((before, path, after))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answers(version: &str) -> Answers<'static> {
        let mut answers = Answers::new(version);
        answers.keep("q", json!({"records": [{"Id": "001", "Name": "A & B", "Size": 5, "Site": null}]}));
        answers
    }

    #[test]
    fn values_are_found_through_objects_and_arrays() {
        let filled = answers("v66.0").in_body(&json!({
            "AccountId": "@{q.records[0].Id}", "N": "@{q.records[0].Size}", "T": "x @{q.records[0].Size}-@{q.records[0].Id}",
            "Site": "@{q.records[0].Site}", "deep": [{"Id": "@{q.records[0].Id}"}], "plain": "no @{ reference",
        }));
        let expected = json!({"AccountId": "001", "N": 5, "T": "x 5-001", "Site": null, "deep": [{"Id": "001"}], "plain": "no @{ reference"});
        assert_eq!(filled, Ok(expected));
        assert_eq!(answers("v66.0").in_url("/x/@{q.records[0].Name}").as_deref(), Ok("/x/A%20%26%20B"));
    }

    #[test]
    fn what_is_not_there_is_named() {
        for (version, path) in [
            ("v66.0", "q.records[0].id"),
            ("v66.0", "q.records[1].Id"),
            ("v66.0", "z.id"),
            ("v66.0", "q.records[x]"),
            ("v51.0", "q.records[0].Site"),
        ] {
            let reference = &path[..1];
            let text = format!("Invalid reference specified. No value for {path} found in {reference}.");
            assert_eq!(answers(version).in_url(&format!("@{{{path}}}")), Err(NoValue(text)));
        }
    }
}
