//! Whether a request is one that a rule names. Refuses to count.

use axum::http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::faults::rule::FaultMatch;

/// Who calls, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallerNames {
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) consumer_key: String,
}

/// A request as rules look at it.
pub(crate) struct Asked<'request> {
    pub(crate) method: &'request Method,
    pub(crate) path: &'request str,
    pub(crate) query: Option<&'request str>,
    pub(crate) headers: &'request HeaderMap,
    pub(crate) body: &'request [u8],
    pub(crate) caller: Option<CallerNames>,
}

impl FaultMatch {
    pub(super) fn fits(&self, asked: &Asked<'_>) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(asked.method.as_str()))
            && self.path_contains.as_deref().is_none_or(|part| asked.target().contains(part))
            && self.path.as_deref().is_none_or(|pattern| is_like(pattern, asked.path))
            && self.header.as_deref().is_none_or(|wanted| asked.has_header(wanted))
            && self.body_contains.as_deref().is_none_or(|part| asked.body_text().contains(part))
            && self.user.as_deref().is_none_or(|wanted| asked.is_by_user(wanted))
            && self.app.as_deref().is_none_or(|wanted| asked.is_by_app(wanted))
            && self.object.as_deref().is_none_or(|wanted| asked.names_object(wanted))
    }

    /// Whether it can only be answered with a request at hand: work without one, such as a bulk job's, is then out of reach.
    pub(super) fn needs_request(&self) -> bool {
        let texts = [&self.method, &self.path_contains, &self.path, &self.user, &self.app, &self.header];
        texts.iter().any(|text| text.is_some()) || self.body_contains.is_some() || self.object.is_some()
    }

    /// Whether the caller has to be known.
    pub(super) fn needs_caller(&self) -> bool {
        self.user.is_some() || self.app.is_some()
    }
}

impl Asked<'_> {
    fn target(&self) -> String {
        match self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.to_owned(),
        }
    }

    fn body_text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    fn has_header(&self, wanted: &str) -> bool {
        let (name, part) = wanted.split_once(':').unwrap_or((wanted, ""));
        let mut values = self.headers.get_all(name.trim()).iter();
        values.any(|value| String::from_utf8_lossy(value.as_bytes()).contains(part.trim()))
    }

    fn is_by_user(&self, wanted: &str) -> bool {
        let Some(caller) = &self.caller else { return false };
        let is_id = wanted.len() >= 15 && caller.user_id.starts_with(wanted.get(..15).unwrap_or_default());
        is_id || (!caller.username.is_empty() && caller.username.eq_ignore_ascii_case(wanted))
    }

    fn is_by_app(&self, wanted: &str) -> bool {
        let by_token = self.caller.as_ref().is_some_and(|caller| caller.consumer_key == wanted);
        by_token || (self.path.starts_with("/services/oauth2/") && self.client_id().as_deref() == Some(wanted))
    }

    fn client_id(&self) -> Option<String> {
        let in_form = url::form_urlencoded::parse(self.body).find(|(name, _)| name == "client_id");
        let in_query = url::form_urlencoded::parse(self.query.unwrap_or_default().as_bytes());
        in_form.or_else(|| in_query.into_iter().find(|(name, _)| name == "client_id")).map(|(_, id)| id.into_owned())
    }

    fn names_object(&self, wanted: &str) -> bool {
        let is_wanted = |name: &str| name.eq_ignore_ascii_case(wanted);
        self.path_objects().any(is_wanted)
            || self.queried().is_some_and(|name| is_wanted(&name))
            || self.body_names(&is_wanted)
    }

    /// The segments of the path that stand where an object may stand.
    fn path_objects(&self) -> impl Iterator<Item = &str> {
        let segments: Vec<&str> = self.path.split('/').collect();
        let after =
            move |at: usize| ["sobjects", "tree"].contains(&segments[at]).then(|| segments.get(at + 1).copied());
        let count = self.path.split('/').count();
        (0..count).filter_map(move |at| after(at).flatten())
    }

    /// The object behind FROM of a query in the query string.
    fn queried(&self) -> Option<String> {
        let query = url::form_urlencoded::parse(self.query?.as_bytes()).find(|(name, _)| name == "q")?.1.into_owned();
        from_object(&query)
    }

    fn body_names(&self, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        self.body.first() == Some(&b'{')
            && serde_json::from_slice::<Value>(self.body).is_ok_and(|body| names(&body, is_wanted))
    }
}

/// Whether `type`, `object`, a query or the URL of a subrequest anywhere in a body names the object.
fn names(value: &Value, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| names(value, is_wanted)),
        Value::Object(map) => map.iter().any(|(key, value)| match (key.as_str(), value) {
            ("type" | "object", Value::String(name)) => is_wanted(name),
            ("query", Value::String(query)) => from_object(query).is_some_and(|name| is_wanted(&name)),
            ("url", Value::String(url)) => url.split(['/', '?']).any(|segment| is_wanted(&decoded(segment))),
            (_, value) => names(value, is_wanted),
        }),
        _ => false,
    }
}

fn from_object(query: &str) -> Option<String> {
    let mut words = query.split_whitespace();
    words.by_ref().find(|word| word.eq_ignore_ascii_case("FROM"))?;
    words.next().map(|word| word.trim_end_matches([',', ')']).to_owned())
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// Whether `*` in the pattern can stand for something that makes it the text.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.len() >= last.len() && left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(rule: FaultMatch, path: &str, query: Option<&str>, body: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("sforce-call-options", "client=Loader".parse().unwrap());
        let caller = CallerNames {
            user_id: "005000000000001AAA".to_owned(),
            username: "ann@example.com".to_owned(),
            consumer_key: "3MVG9".to_owned(),
        };
        let body = body.as_bytes();
        rule.fits(&Asked { method: &Method::POST, path, query, headers: &headers, body, caller: Some(caller) })
    }

    #[test]
    fn paths_may_have_stars() {
        for (pattern, path, expected) in [
            ("/services/data/*/limits", "/services/data/v66.0/limits", true),
            ("/services/data/*/limits", "/services/data/v66.0/limits/recordCount", false),
            ("*", "/anything", true),
            ("/a*b*c", "/a1b2b3c", true),
            ("/a*b*c", "/a1c", false),
            ("/aba*aba", "/aba", false),
            ("/exact", "/exact", true),
        ] {
            assert_eq!(is_like(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn an_object_is_found_wherever_a_request_names_it() {
        let lead = || FaultMatch { object: Some("lead".to_owned()), ..FaultMatch::default() };
        for (path, query, body) in [
            ("/services/data/v66.0/sobjects/Lead/00Q", None, ""),
            ("/services/data/v66.0/composite/tree/Lead", None, ""),
            ("/services/data/v66.0/query", Some("q=SELECT+Id+FROM+Lead"), ""),
            ("/services/data/v66.0/composite/sobjects", None, r#"{"records":[{"attributes":{"type":"Lead"}}]}"#),
            ("/services/data/v66.0/jobs/ingest", None, r#"{"object":"Lead"}"#),
            ("/services/data/v66.0/jobs/query", None, r#"{"query":"SELECT Id FROM Lead"}"#),
            (
                "/services/data/v66.0/composite",
                None,
                r#"{"compositeRequest":[{"url":"/services/data/v66.0/sobjects/Lead"}]}"#,
            ),
        ] {
            assert!(fits(lead(), path, query, body), "{path} {query:?} {body}");
        }
        assert!(!fits(lead(), "/services/data/v66.0/sobjects/Account", Some("q=Lead"), r#"{"Name":"Lead"}"#));
    }

    #[test]
    fn callers_headers_and_bodies_are_looked_at() {
        let with = |change: fn(&mut FaultMatch, String), text: &str| {
            let mut rule = FaultMatch::default();
            change(&mut rule, text.to_owned());
            fits(rule, "/services/oauth2/token", None, "grant_type=password&client_id=OTHER")
        };
        let user: fn(&mut FaultMatch, String) = |rule, text| rule.user = Some(text);
        let app: fn(&mut FaultMatch, String) = |rule, text| rule.app = Some(text);
        let header: fn(&mut FaultMatch, String) = |rule, text| rule.header = Some(text);
        let body: fn(&mut FaultMatch, String) = |rule, text| rule.body_contains = Some(text);
        assert!(with(user, "ANN@example.com") && with(user, "005000000000001") && !with(user, "005000000000002"));
        assert!(with(app, "3MVG9") && with(app, "OTHER") && !with(app, "THIRD"));
        assert!(with(header, "Sforce-Call-Options") && with(header, "sforce-call-options: Loader"));
        assert!(!with(header, "sforce-call-options: Other") && !with(header, "x-other"));
        assert!(with(body, "grant_type=password") && !with(body, "refresh"));
    }
}
