//! What the org's own people do.

use std::collections::BTreeMap;

use salesbridge_model::Timestamp;

use super::org::{Maker, MemoryOrg, OrgRecord, RecordState};

impl MemoryOrg {
    /// A sales person gives a field another value, or empties it. Nothing happens to a record that is not live.
    pub fn person_edits(&self, id: &str, field: &str, value: Option<&str>) {
        self.edit(id, |record| {
            record.touched.insert(field.to_owned());
            match value {
                Some(value) => record.fields.insert(field.to_owned(), value.to_owned()),
                None => record.fields.remove(field),
            };
        });
    }

    /// A sales person deletes a record.
    pub fn person_deletes(&self, id: &str) {
        self.edit(id, |record| record.state = RecordState::Deleted);
    }

    /// A sales person takes a record out of the recycle bin.
    pub fn person_restores(&self, id: &str) {
        if let Some(record) = self.org().records.get_mut(id).filter(|record| record.state == RecordState::Deleted) {
            record.state = RecordState::Live;
        }
    }

    /// A sales person converts a record.
    pub fn person_converts(&self, id: &str) {
        self.edit(id, |record| record.state = RecordState::Converted);
    }

    /// A record comes into being that is none of ours; its id.
    pub fn another_makes(&self, made_by: Maker, fields: BTreeMap<String, String>) -> String {
        let now = self.now();
        self.org().add(fields, made_by, now)
    }

    /// Another program uses calls of the day.
    pub fn another_calls(&self, calls: usize) {
        let now = self.now();
        let mut org = self.org();
        org.forget_old_calls(now);
        let left = self.terms.calls_a_day.saturating_sub(org.calls.len());
        org.calls.extend(std::iter::repeat_n(now, calls.min(left)));
    }

    /// Somebody holds a record locked.
    pub fn locks(&self, id: &str, until: Timestamp) {
        self.org().locked.insert(id.to_owned(), until);
    }

    /// The org is down, or up again.
    pub fn is_down(&self, down: bool) {
        self.org().is_down = down;
    }

    /// A policy refuses every sign-in, or does so no longer.
    pub fn refuses_sign_in(&self, refuses: bool) {
        self.org().refuses_sign_in = refuses;
    }

    /// The app is deleted, or made anew with this consumer key.
    pub fn has_app(&self, consumer_key: Option<&str>) {
        self.org().app = consumer_key.map(str::to_owned);
    }

    /// A field is hidden from the connection's user, or shown again. Its values stay.
    pub fn hides_field(&self, field: &str, hides: bool) {
        let mut org = self.org();
        if hides {
            org.hidden.insert(field.to_owned());
        } else {
            org.hidden.remove(field);
        }
    }

    /// A validation rule refuses values of a field that begin so; `None` takes it away.
    pub fn refuses_values(&self, rule: Option<(&str, &str)>) {
        self.org().refused_values = rule.map(|(field, beginning)| (field.to_owned(), beginning.to_owned()));
    }

    fn edit(&self, id: &str, edit: impl FnOnce(&mut OrgRecord)) {
        if let Some(record) = self.org().records.get_mut(id).filter(|record| record.state == RecordState::Live) {
            edit(record);
        }
    }
}
