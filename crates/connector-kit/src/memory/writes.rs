//! What a write does to an org, at once or when it lands late.

use std::collections::{BTreeMap, BTreeSet};

use salesbridge_model::Timestamp;

use super::org::{Maker, Org, OrgRecord, RecordState};
use super::{Prepared, PreparedRow, is_external_id, present, refusal};
use crate::{Answers, Operation, Refusal, RowAnswer};

/// Longest text of a field that is no external id, in characters.
const LONGEST_TEXT: usize = 40;

/// What is journalled of a write to an org.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct OrgIntent {
    /// No record of it can have been made before.
    pub(super) prepared_at: Timestamp,
    pub(super) write: Prepared,
}

impl Org {
    /// Lets writes land whose time has come, in the order of their times.
    pub(super) fn land(&mut self, now: Timestamp) {
        self.land_queueings(now);
        self.work_on_jobs(now);
        if self.under_way.is_empty() {
            return;
        }
        let under_way = std::mem::take(&mut self.under_way);
        let (mut landing, later) = under_way.into_iter().partition::<Vec<_>, _>(|(at, _)| *at <= now);
        landing.sort_by_key(|(at, _)| *at);
        self.under_way = later;
        for (at, intent) in landing {
            // Nobody hears the answer.
            drop(self.write(&intent.write, at));
        }
    }

    /// Carries out a write, or refuses the whole of it.
    pub(super) fn write(&mut self, write: &Prepared, now: Timestamp) -> Result<Answers, Refusal> {
        let names_hidden = |row: &PreparedRow| row.fields.keys().find(|field| self.hidden.contains(*field)).cloned();
        if let Some(field) = write.rows.iter().find_map(names_hidden) {
            return Err(refusal("INVALID_FIELD", &format!("No such column '{field}'"), &[&field]));
        }
        let key_field = match &write.operation {
            Operation::Create { external_id_field } => external_id_field.as_deref(),
            Operation::Update => None,
        };
        Ok(write.rows.iter().map(|row| self.write_row(row, key_field, now)).collect())
    }

    fn write_row(&mut self, row: &PreparedRow, key_field: Option<&str>, now: Timestamp) -> RowAnswer {
        if let Some(refusal) = self.refusal_of(row) {
            return RowAnswer::Refused(refusal);
        }
        let known = row.record_id.clone().or_else(|| self.find_by_key(row, key_field?));
        let Some(id) = known else { return RowAnswer::Created { record_id: self.make(row, now) } };
        let locked = self.locked.get(&id).is_some_and(|until| *until > now);
        let Some(record) = self.records.get_mut(&id) else {
            return RowAnswer::Gone(refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]));
        };
        match record.state {
            RecordState::Deleted => return RowAnswer::Gone(refusal("ENTITY_IS_DELETED", "entity is deleted", &[])),
            RecordState::Converted => {
                return RowAnswer::Gone(refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot update converted lead", &[]));
            }
            RecordState::Live => {}
        }
        if locked {
            let refusal = refusal("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", &[]);
            return RowAnswer::Deferred { refusal, pause: None };
        }
        record.set(&row.fields);
        match row.record_id {
            Some(_) => RowAnswer::Updated { record_id: id },
            None => RowAnswer::Created { record_id: id },
        }
    }

    fn refusal_of(&self, row: &PreparedRow) -> Option<Refusal> {
        let values = || row.fields.iter().filter_map(|(field, value)| Some((field, value.as_deref()?)));
        let too_long = |value: &str| value.chars().count() > LONGEST_TEXT;
        if let Some((field, _)) = values().find(|(field, value)| !is_external_id(field) && too_long(value)) {
            return Some(refusal("STRING_TOO_LONG", "data value too large", &[field]));
        }
        let (rule_field, refused) = self.refused_values.as_ref()?;
        let breaks_it = values().any(|(field, value)| field == rule_field && value.starts_with(refused));
        breaks_it.then(|| refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "a rule of the firm refuses it", &[rule_field]))
    }

    /// The record that holds the row's external id; one in the recycle bin does not hold its own any more.
    fn find_by_key(&self, row: &PreparedRow, key_field: &str) -> Option<String> {
        let key = row.fields.get(key_field)?.as_ref()?;
        let holds = |record: &&OrgRecord| {
            record.state != RecordState::Deleted && record.fields.get(key_field).is_some_and(|held| held == key)
        };
        self.records.values().find(holds).map(|record| record.id.clone())
    }

    fn make(&mut self, row: &PreparedRow, made_at: Timestamp) -> String {
        self.add(present(&row.fields), Maker::Connection, made_at)
    }

    /// Adds a record; its id.
    pub(super) fn add(&mut self, fields: BTreeMap<String, String>, made_by: Maker, made_at: Timestamp) -> String {
        let id = format!("00Q{:012}AAA", self.records.len() + 1);
        let (state, touched) = (RecordState::Live, BTreeSet::new());
        self.records.insert(id.clone(), OrgRecord { id: id.clone(), fields, made_by, made_at, state, touched });
        id
    }
}

impl OrgRecord {
    fn set(&mut self, fields: &BTreeMap<String, Option<String>>) {
        for (field, value) in fields {
            self.touched.remove(field);
            match value {
                Some(text) => self.fields.insert(field.clone(), text.clone()),
                None => self.fields.remove(field),
            };
        }
    }
}
