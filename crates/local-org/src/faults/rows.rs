//! Rows refused inside whatever call writes them: chosen by object, ids, a field's value and count. Refuses to know the call.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::answers::RowError;
use crate::chance;
use crate::faults::action::{FaultError, RowFault, RowWrite};
use crate::faults::rule::FaultRule;

/// A rule about rows with its counts.
pub(super) struct RowRule {
    fault: RowFault,
    /// Limits some rows by what they are for, as [`RowFault`] cannot: those that take storage of one kind.
    stores_files: Option<bool>,
    seed: u64,
    matched: AtomicU64,
    refused: AtomicU64,
}

/// A row that is about to be written.
pub(crate) struct RowAsked<'row> {
    pub(crate) object: &'row str,
    pub(crate) write: RowWrite,
    /// Its id; nothing when it is new.
    pub(crate) id: Option<&'row str>,
    /// Ids of other records that it names.
    pub(crate) parents: &'row [&'row str],
    /// The text of the value that it gives a field.
    pub(crate) value: &'row dyn Fn(&str) -> Option<String>,
}

/// The rules about rows that reach one request, or work without one.
#[derive(Clone, Default)]
pub(crate) struct ReachedRows {
    rules: Arc<[Arc<RowRule>]>,
}

/// Objects whose records take file storage; all others take data storage.
const FILES: [&str; 4] = ["ContentVersion", "Attachment", "Document", "ContentBody"];

tokio::task_local! {
    /// The rules about rows that reach the request at hand.
    static REACHED: ReachedRows;
}

/// Runs a future whose rows these rules reach.
pub(super) async fn under_reached_rows<F: Future>(rows: ReachedRows, work: F) -> F::Output {
    REACHED.scope(rows, work).await
}

impl ReachedRows {
    /// The rules that reach the request at hand; nothing when there is none.
    pub(super) fn of_this_request() -> Option<Self> {
        REACHED.try_with(Clone::clone).ok()
    }

    pub(super) fn new(rules: Vec<Arc<RowRule>>) -> Self {
        Self { rules: rules.into() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The error of a row, when a rule refuses it. Every rule that matches counts it.
    pub(crate) fn refusal(&self, row: &RowAsked<'_>) -> Option<RowError> {
        let refusing: Vec<&Arc<RowRule>> = self.rules.iter().filter(|rule| rule.refuses(row)).collect();
        refusing.first().map(|rule| rule.error(row))
    }
}

impl RowRule {
    pub(super) fn of(rule: &FaultRule) -> Option<Self> {
        let (fault, stores_files) = match (&rule.action.rows, rule.action.exhaust.as_deref()) {
            (Some(fault), _) => (fault.clone(), None),
            (None, Some("DataStorageMB")) => (storage_full()?, Some(false)),
            (None, Some("FileStorageMB")) => (storage_full()?, Some(true)),
            _ => return None,
        };
        let (matched, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        Some(Self { fault, stores_files, seed: rule.matches.seed, matched, refused })
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn refuses(&self, row: &RowAsked<'_>) -> bool {
        if !self.fits(row) {
            return false;
        }
        let matched = self.matched.fetch_add(1, Ordering::Relaxed) + 1;
        let is_due = self.is_due(matched);
        if is_due {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        is_due
    }

    fn fits(&self, row: &RowAsked<'_>) -> bool {
        let fault = &self.fault;
        fault.object.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(row.object))
            && fault.on.is_none_or(|write| write == row.write)
            && self.stores_files.is_none_or(|files| files == FILES.contains(&row.object))
            && (fault.ids.is_empty() || self.named_id(row).is_some())
            && self.value_fits(row)
    }

    fn value_fits(&self, row: &RowAsked<'_>) -> bool {
        let fault = &self.fault;
        let Some(field) = &fault.field else { return true };
        (row.value)(field).is_some_and(|value| {
            fault.equals.as_ref().is_none_or(|wanted| *wanted == value)
                && fault.contains.as_ref().is_none_or(|part| value.contains(part.as_str()))
        })
    }

    /// The record among those of the rule that the row is, or names as a parent.
    fn named_id<'row>(&self, row: &RowAsked<'row>) -> Option<&'row str> {
        let all = row.id.into_iter().chain(row.parents.iter().copied());
        let mut named = all.filter(|id| self.fault.ids.iter().any(|wanted| is_same_id(wanted, id)));
        named.next()
    }

    fn is_due(&self, matched: u64) -> bool {
        let fault = &self.fault;
        let Some(reached) = matched.checked_sub(fault.skip).filter(|&reached| reached > 0) else { return false };
        fault.every.is_none_or(|every| reached.is_multiple_of(every.max(1)))
            && fault.times.is_none_or(|times| self.refused() < times)
            && fault.probability.is_none_or(|share| chance::draw(self.seed, matched) < share)
    }

    fn error(&self, row: &RowAsked<'_>) -> RowError {
        let own = row.id.unwrap_or("unknown");
        let parent = self.named_id(row).or(row.parents.first().copied()).unwrap_or(own);
        let text = with_ids(&self.fault.error.message, own, parent);
        let fields: Vec<&str> = self.fault.field.iter().map(String::as_str).collect();
        RowError::on(kept_code(&self.fault.error.code), text, &fields)
    }
}

/// A text of [`super::codes`] with the ids it speaks of.
pub(super) fn with_ids(text: &str, own: &str, parent: &str) -> String {
    text.replace("{id}", own).replace("{parent}", parent)
}

fn storage_full() -> Option<RowFault> {
    Some(RowFault {
        error: FaultError::of_code("STORAGE_LIMIT_EXCEEDED")?,
        object: None,
        ids: Vec::new(),
        field: None,
        equals: None,
        contains: None,
        on: Some(RowWrite::Create),
        skip: 0,
        every: None,
        times: None,
        probability: None,
    })
}

/// Ids of 15 and of 18 characters name the same record.
fn is_same_id(wanted: &str, id: &str) -> bool {
    wanted.len() >= 15 && wanted.get(..15) == id.get(..15)
}

/// A code for as long as the process lives: errors of rows carry it by reference. Each distinct code is kept once.
fn kept_code(code: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    if let Some(known) = super::codes::known(code).filter(|known| known.code == code) {
        return known.code;
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(code) = kept.get(code) {
        return code;
    }
    let code: &'static str = Box::leak(code.to_owned().into_boxed_str());
    kept.insert(code);
    code
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn rule(rows: Value) -> ReachedRows {
        let rule: FaultRule = from_value(json!({"action": {"rows": rows}})).unwrap();
        ReachedRows::new(vec![Arc::new(RowRule::of(&rule).unwrap())])
    }

    fn contact(id: Option<&str>, parents: &[&str], name: &str, rows: &ReachedRows) -> Option<String> {
        let value = |field: &str| (field == "LastName").then(|| name.to_owned());
        let write = if id.is_some() { RowWrite::Update } else { RowWrite::Create };
        let row = RowAsked { object: "Contact", write, id, parents, value: &value };
        rows.refusal(&row).map(|error| format!("{} {}", error.code, error.message))
    }

    #[test]
    fn a_locked_parent_refuses_its_children_and_is_named() {
        let rows = rule(json!({"error": "UNABLE_TO_LOCK_ROW", "ids": ["001000000000001"]}));
        let locked =
            "UNABLE_TO_LOCK_ROW unable to obtain exclusive access to this record or 1 records: 001000000000001AAA";
        assert_eq!(contact(None, &["005000000000001AAA", "001000000000001AAA"], "A", &rows).unwrap(), locked);
        assert_eq!(contact(None, &["001000000000002AAA"], "A", &rows), None);
        assert!(contact(Some("001000000000001AAA"), &[], "A", &rows).is_some());
    }

    #[test]
    fn rows_are_chosen_by_value_and_by_count() {
        let rows = rule(json!({"error": "STRING_TOO_LONG", "field": "LastName", "contains": "ith"}));
        assert!(contact(None, &[], "Smith", &rows).is_some() && contact(None, &[], "Jones", &rows).is_none());
        let rows = rule(json!({"error": {"code": "OWN", "status": 400}, "object": "contact", "every": 2, "times": 2}));
        let refused: Vec<bool> = (0..8).map(|_| contact(None, &[], "A", &rows).is_some()).collect();
        assert_eq!(refused, [false, true, false, true, false, false, false, false]);
    }
}
