//! What was done, by whom, from where: written down by each use case in the transaction that does it, so that there is no change without its entry.
//!
//! Nothing here may hold a secret, and of clients only the names of fields: an entry is never changed, and is read by people who may not see either.

use salesbridge_model::{
    Ability, ApiKey, AuditEntry, Connection, ConnectionId, Page, PageRequest, Person, PersonSession, Slug, Sync,
    Timestamp,
};
use salesbridge_store::{AuditField, AuditFilter, Order, StoreError, Transaction};
use serde_json::{Map, Value, json};

use crate::{Actor, Caller, Hub, HubError};

/// Which entries are wanted. Empty finds all.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Id of the person or key that did it, or its name.
    pub actor: Option<String>,
    /// What was done, such as `connection.edit`.
    pub action: Option<String>,
    /// Kind of thing it was done to, such as `sync`.
    pub noun: Option<String>,
    /// Id of that thing, or its name.
    pub target: Option<String>,
    /// Name of the connection it belongs to; its id, when it has been removed.
    pub connection: Option<String>,
    /// Not before this instant.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// In which order.
    pub order: Order<AuditField>,
}

impl Hub {
    /// A page of what was done, newest first unless something else is asked for.
    pub async fn audit(
        &self,
        caller: &Caller,
        query: &AuditQuery,
        page: &PageRequest,
    ) -> Result<Page<AuditEntry>, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let mut tx = self.store.read().await?;
        let connection = match &query.connection {
            Some(name) => Some(connection_named(&mut *tx, name).await?),
            None => None,
        };
        let AuditQuery { actor, action, noun, target, since, until, order, .. } = query.clone();
        let filter = AuditFilter { actor, action, noun, target, connection, since, until, order };
        Ok(tx.audit().list(&filter, page).await?)
    }

    /// Writes down what a use case does, in its transaction.
    pub(crate) async fn record(&self, tx: &mut dyn Transaction, caller: &Caller, deed: Deed) -> Result<(), StoreError> {
        record(tx, caller, self.clock.now(), deed).await
    }
}

/// Writes down what is done to a store that no hub has open.
pub(crate) async fn record(
    tx: &mut dyn Transaction,
    caller: &Caller,
    at: Timestamp,
    deed: Deed,
) -> Result<(), StoreError> {
    tx.audit().append(&deed.entry(caller, at)).await.map(drop)
}

async fn connection_named(tx: &mut dyn Transaction, name: &str) -> Result<ConnectionId, HubError> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let missing = || HubError::NotFound { noun: "connection", name: name.to_owned() };
    let slug: Slug = name.parse().map_err(|_| missing())?;
    let found = tx.connections().find_by_name(&slug).await?;
    found.map(|connection| connection.id).ok_or_else(missing)
}

/// Something that a use case does.
#[derive(Debug)]
pub(crate) struct Deed {
    /// The noun, a dot and the verb.
    action: &'static str,
    target_id: Option<String>,
    target_name: Option<String>,
    connection: Option<ConnectionId>,
    before: Value,
    after: Value,
}

impl Deed {
    /// Something done to the installation as a whole, or to what [`Deed::to`] says.
    pub(crate) fn new(action: &'static str) -> Self {
        let (before, after) = (Value::Null, Value::Null);
        Self { action, target_id: None, target_name: None, connection: None, before, after }
    }

    /// Something done to a connection.
    pub(crate) fn to_connection(action: &'static str, connection: &Connection) -> Self {
        Self::new(action).to(connection.id, Some(&connection.name)).of(connection.id)
    }

    /// Something done to a sync.
    pub(crate) fn to_sync(action: &'static str, sync: &Sync) -> Self {
        Self::new(action).to(sync.id, Some(&sync.name)).of(sync.connection_id)
    }

    /// Something done to a client.
    pub(crate) fn to_client(action: &'static str, key: &str) -> Self {
        Self::new(action).to(key, None)
    }

    /// Something done to a person.
    pub(crate) fn to_person(action: &'static str, person: &Person) -> Self {
        Self::new(action).to(person.id, Some(&person.name))
    }

    /// Something done to a person's session; it is called as they are.
    pub(crate) fn to_session(action: &'static str, session: &PersonSession, person: &Person) -> Self {
        Self::new(action).to(session.id, Some(&person.name))
    }

    /// Something done to a person's API key; it is called as in the entries of what it does.
    pub(crate) fn to_key(action: &'static str, key: &ApiKey, person: &Person) -> Self {
        let target_name = Some(format!("{}/{}", person.name, key.name));
        Self { target_name, ..Self::new(action).to(key.id, None) }
    }

    /// To what it is done: its id, and its name when it has one.
    pub(crate) fn to(self, id: impl ToString, name: Option<&Slug>) -> Self {
        Self { target_id: Some(id.to_string()), target_name: name.map(ToString::to_string), ..self }
    }

    /// To which connection that belongs.
    pub(crate) fn of(self, connection: ConnectionId) -> Self {
        Self { connection: Some(connection), ..self }
    }

    /// What it was like before.
    pub(crate) fn was(self, before: Value) -> Self {
        Self { before, ..self }
    }

    /// What it is like afterwards.
    pub(crate) fn is(self, after: Value) -> Self {
        Self { after, ..self }
    }

    fn entry(self, caller: &Caller, at: Timestamp) -> AuditEntry {
        let Self { action, target_id, target_name, connection, mut before, mut after } = self;
        keep_differences(&mut before, &mut after);
        let Actor { kind, id, name } = caller.actor().clone();
        AuditEntry {
            sequence: 0,
            at,
            actor_kind: kind,
            actor_id: id,
            actor_name: name,
            address: caller.origin().address.map(|address| address.to_string()),
            action: action.to_owned(),
            noun: action.split('.').next().unwrap_or(action).to_owned(),
            target_id,
            target_name,
            connection_id: connection,
            before: Some(before).filter(|value| !value.is_null()),
            after: Some(after).filter(|value| !value.is_null()),
            request_id: caller.origin().request_id.clone(),
        }
    }
}

/// Takes out of two objects what is the same in both, and when they were edited, which the entry says.
fn keep_differences(before: &mut Value, after: &mut Value) {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return };
    let was = before.clone();
    before.retain(|name, value| name != "updated_at" && after.get(name) != Some(value));
    after.retain(|name, value| name != "updated_at" && was.get(name) != Some(value));
    for (name, value) in before.iter_mut() {
        if let Some(other) = after.get_mut(name) {
            keep_differences(value, other);
        }
    }
    // A part of which only the time differed.
    let nothing = Some(&json!({}));
    before.retain(|name, value| Some(&*value) != nothing || after.get(name) != nothing);
    after.retain(|name, value| Some(&*value) != nothing || !matches!(was.get(name), Some(Value::Object(_))));
}

/// Names of the fields that differ, for things whose values are nobody's business; of something new, those that hold something.
pub(crate) fn changed_fields(before: Option<&impl serde::Serialize>, after: &impl serde::Serialize) -> Value {
    let before = before.map(fields_of).unwrap_or_default();
    let is_empty = |value: &Value| {
        value.is_null() || *value == json!("") || value.as_array().is_some_and(Vec::is_empty) || *value == json!({})
    };
    let after = fields_of(after);
    let differs = |name: &&String| {
        let value = after.get(*name).unwrap_or(&Value::Null);
        before.get(*name).map_or(!is_empty(value), |was| was != value)
    };
    let names: Vec<&String> = after.keys().filter(differs).collect();
    json!({ "fields": names })
}

fn fields_of(thing: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(thing) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let deed = Deed::new("thing.edit")
            .was(json!({"name": "a", "updated_at": 1, "settings": {"url": "x", "key": "k"}, "gone": true, "part": {"updated_at": 1}}))
            .is(json!({"name": "a", "updated_at": 2, "settings": {"url": "y", "key": "k"}, "secret": "changed", "part": {"updated_at": 2}}));
        let entry = deed.entry(&Caller::owner(), Timestamp::UNIX_EPOCH);
        assert_eq!(entry.before, Some(json!({"settings": {"url": "x"}, "gone": true})));
        assert_eq!(entry.after, Some(json!({"settings": {"url": "y"}, "secret": "changed"})));
        assert_eq!((entry.noun.as_str(), entry.actor_name.as_str()), ("thing", "owner"));
    }

    #[test]
    fn of_a_client_only_the_names_of_fields_are_told() {
        let (before, after) = (json!({"key": "C-1", "email": "a@example.com"}), json!({"key": "C-1", "email": null}));
        assert_eq!(changed_fields(Some(&before), &after), json!({"fields": ["email"]}));
        let new = json!({"key": "C-1", "email": null, "phones": [], "last_name": "Miller"});
        assert_eq!(changed_fields(None::<&Value>, &new), json!({"fields": ["key", "last_name"]}));
    }
}
