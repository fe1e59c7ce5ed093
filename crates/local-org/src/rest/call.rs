//! Who calls, in which version, and what the headers of the call ask for. Refuses to know what the options do.

use axum::http::HeaderMap;

use crate::ids;
use crate::rules::{Assignment, SaveOptions};

/// Who calls, and how; put into each request by the gate.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// As in paths: `v66.0`.
    pub(crate) version: String,
    pub(crate) user_id: String,
    pub(crate) options: CallOptions,
}

/// What the `Sforce-` headers of a call say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallOptions {
    /// The client's name for itself: `Sforce-Call-Options: client=NAME`.
    pub(crate) client: Option<String>,
    /// A namespace that names in the call may leave out. This org has none, so it changes nothing.
    pub(crate) default_namespace: Option<String>,
    /// The asked size of a page of rows, as it was asked: `Sforce-Query-Options: batchSize=500`.
    pub(crate) batch_size: Option<usize>,
    /// `Sforce-Auto-Assign`: whether assignment rules run for new cases and leads.
    pub(crate) auto_assign: Assignment,
    pub(crate) duplicate_rule: DuplicateRuleOptions,
    /// Whether records touched become recently used ones: `Sforce-Mru: updateMru=true`; nothing when not said.
    pub(crate) updates_mru: Option<bool>,
}

/// `Sforce-Duplicate-Rule-Header`; all off when absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DuplicateRuleOptions {
    pub(crate) allow_save: bool,
    pub(crate) include_record_details: bool,
    pub(crate) run_as_current_user: bool,
}

impl Call {
    /// How this call wants rows saved.
    pub(crate) fn save_options(&self) -> SaveOptions {
        SaveOptions {
            version: self.version.clone(),
            allow_duplicates: self.options.duplicate_rule.allow_save,
            assignment: self.options.auto_assign.clone(),
        }
    }
}

impl CallOptions {
    /// Reads the headers. What is not understood counts as not said.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (call, query) = (text("sforce-call-options"), text("sforce-query-options"));
        let duplicate = |name| option(text("sforce-duplicate-rule-header"), name).is_some_and(is_true);
        Self {
            client: option(call, "client").map(str::to_owned),
            default_namespace: option(call, "defaultNamespace").map(str::to_owned),
            batch_size: option(query, "batchSize").and_then(|size| size.parse().ok()),
            auto_assign: auto_assign(text("sforce-auto-assign")),
            duplicate_rule: DuplicateRuleOptions {
                allow_save: duplicate("allowSave"),
                include_record_details: duplicate("includeRecordDetails"),
                run_as_current_user: duplicate("runAsCurrentUser"),
            },
            updates_mru: option(text("sforce-mru"), "updateMru").map(is_true),
        }
    }
}

fn auto_assign(text: &str) -> Assignment {
    match text.trim() {
        off if off.eq_ignore_ascii_case("false") => Assignment::Off,
        id => ids::normalized(id).map_or(Assignment::Active, Assignment::Rule),
    }
}

/// The value of one option in `a=1, b=2` or `a=1; b=2`.
fn option<'text>(text: &'text str, name: &str) -> Option<&'text str> {
    let pairs = text.split([',', ';']).filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v)
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(headers: &[(&'static str, &'static str)]) -> CallOptions {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        CallOptions::from_headers(&headers)
    }

    #[test]
    fn every_header_is_read_once() {
        let read = options(&[
            ("sforce-call-options", "client=sfdx toolbelt:, defaultNamespace=ns"),
            ("sforce-query-options", "batchSize=250"),
            ("sforce-auto-assign", "FALSE"),
            ("sforce-duplicate-rule-header", "allowSave=true; includeRecordDetails=TRUE;runAsCurrentUser=no"),
            ("sforce-mru", "updateMru=false"),
        ]);
        assert_eq!((read.client.as_deref(), read.default_namespace.as_deref()), (Some("sfdx toolbelt:"), Some("ns")));
        assert_eq!((read.batch_size, read.auto_assign), (Some(250), Assignment::Off));
        let duplicate =
            DuplicateRuleOptions { allow_save: true, include_record_details: true, run_as_current_user: false };
        assert_eq!((read.duplicate_rule, read.updates_mru), (duplicate, Some(false)));
    }

    #[test]
    fn what_is_not_said_or_not_understood_is_the_default() {
        assert_eq!(options(&[]), CallOptions::default());
        assert_eq!(
            options(&[("sforce-query-options", "batchSize=many"), ("sforce-auto-assign", "perhaps")]),
            CallOptions::default()
        );
        let rule = options(&[("sforce-auto-assign", "01QD0000000AAAA")]).auto_assign;
        assert!(matches!(rule, Assignment::Rule(id) if id.starts_with("01QD0000000AAAA") && id.len() == 18));
    }
}
