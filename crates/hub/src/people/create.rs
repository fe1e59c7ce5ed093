//! Adding a person.

use salesbridge_model::{Person, PersonId, Reach, Role, Secret, Slug};
use salesbridge_store::{StoreError, Transaction};
use serde_json::json;

use super::details::{PersonDetails, details};
use super::passwords::acceptable;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// A person to be added.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Name to sign in with; unique and immutable.
    pub name: String,
    /// What others read; the name when absent.
    #[serde(default)]
    pub full_name: Option<String>,
    /// What they may do wherever no grant says otherwise.
    #[serde(default = "viewer")]
    pub role: Role,
    /// On which connections the role holds.
    #[serde(default)]
    pub reach: Reach,
    /// Their password; without one they set it themselves by a one-time link.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub password: Option<Secret<String>>,
}

fn viewer() -> Role {
    Role::Viewer
}

impl Hub {
    /// Adds a person.
    pub async fn create_person(&self, caller: &Caller, new: NewPerson) -> Result<PersonDetails, HubError> {
        caller.may_decide_about_people()?;
        let person = self.unsaved_person(&new.name, new.full_name.as_deref(), new.role, new.reach)?;
        let hash = match &new.password {
            None => None,
            Some(password) => {
                acceptable("password", password, &person)?;
                Some(self.passwords.hash(password).await?)
            }
        };
        let mut tx = self.store.write().await?;
        insert_person(&mut *tx, &person, hash.as_ref()).await?;
        self.record(&mut *tx, caller, created(&person, hash.is_some())).await?;
        let made = details(&mut *tx, person).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// The person as they would be added.
    pub(super) fn unsaved_person(
        &self,
        name: &str,
        full_name: Option<&str>,
        role: Role,
        reach: Reach,
    ) -> Result<Person, HubError> {
        let name: Slug = name.parse()?;
        let full_name = match full_name.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => checked_full_name(text)?,
            None => name.to_string(),
        };
        let now = self.clock.now();
        let id = PersonId::make(&*self.ids);
        let (created_at, updated_at, disabled_at, last_signed_in_at) = (now, now, None, None);
        let person =
            Person { id, name, full_name, role, reach, disabled_at, created_at, updated_at, last_signed_in_at };
        check_reach(&person)?;
        Ok(person)
    }
}

/// Stores a new person with what stands for their password.
pub(super) async fn insert_person(
    tx: &mut dyn Transaction,
    person: &Person,
    hash: Option<&Secret<String>>,
) -> Result<(), HubError> {
    tx.people().insert(person).await.map_err(|error| match error {
        StoreError::Taken { .. } => HubError::NameTaken { noun: "user", name: person.name.to_string() },
        other => other.into(),
    })?;
    if hash.is_some() {
        tx.people().set_password_hash(person.id, hash).await?;
    }
    Ok(())
}

/// What is written down of a new person.
pub(super) fn created(person: &Person, with_password: bool) -> Deed {
    let password = if with_password { json!("set") } else { json!("not set") };
    Deed::to_person("person.create", person).is(json!({
        "full_name": person.full_name, "role": person.role, "reach": person.reach, "password": password,
    }))
}

/// Longest full name, in characters.
const LONGEST_FULL_NAME: usize = 200;

/// A full name that can be shown.
pub(super) fn checked_full_name(text: &str) -> Result<String, HubError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(HubError::invalid("full_name", "is empty; it is what others read"));
    }
    if text.chars().count() > LONGEST_FULL_NAME {
        return Err(HubError::invalid("full_name", format!("is longer than {LONGEST_FULL_NAME} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(HubError::invalid("full_name", "has a line break or another control character; leave it out"));
    }
    Ok(text.to_owned())
}

/// Whoever administers sees everything.
pub(super) fn check_reach(person: &Person) -> Result<(), HubError> {
    if person.role == Role::Administrator && person.reach == Reach::Granted {
        let told = "is `granted`, but an administrator reaches every connection; choose `all`, or another role";
        return Err(HubError::invalid("reach", told));
    }
    Ok(())
}
