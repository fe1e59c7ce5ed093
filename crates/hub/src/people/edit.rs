//! Changing, disabling and removing people. The last administrator stays one.

use salesbridge_model::{Person, Reach, Role};
use salesbridge_store::Transaction;
use serde_json::{Value, json};

use super::create::{check_reach, checked_full_name};
use super::details::{PersonDetails, details, find_person};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// Changes to a person; what is absent stays as it is. The name never changes.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonEdit {
    /// What others read.
    pub full_name: Option<String>,
    /// What they may do wherever no grant says otherwise.
    pub role: Option<Role>,
    /// On which connections the role holds.
    pub reach: Option<Reach>,
}

impl Hub {
    /// Changes a person. What they may do holds from their next request on.
    pub async fn edit_person(&self, caller: &Caller, name: &str, edit: PersonEdit) -> Result<PersonDetails, HubError> {
        caller.may_decide_about_people()?;
        let full_name = edit.full_name.as_deref().map(checked_full_name).transpose()?;
        self.change_person(caller, name, "person.edit", |person| {
            person.full_name = full_name.unwrap_or_else(|| person.full_name.clone());
            person.role = edit.role.unwrap_or(person.role);
            // An administrator reaches everything; that need not be said.
            let follows = (edit.role == Some(Role::Administrator)).then_some(Reach::All);
            person.reach = edit.reach.or(follows).unwrap_or(person.reach);
        })
        .await
    }

    /// Lets a person in again.
    pub async fn enable_person(&self, caller: &Caller, name: &str) -> Result<PersonDetails, HubError> {
        caller.may_decide_about_people()?;
        self.change_person(caller, name, "person.enable", |person| person.disabled_at = None).await
    }

    /// Lets a person in no more, from now on: their sessions end. Their API keys do nothing until they are enabled again.
    pub async fn disable_person(&self, caller: &Caller, name: &str) -> Result<PersonDetails, HubError> {
        caller.may_decide_about_people()?;
        let now = self.clock.now();
        self.change_person(caller, name, "person.disable", |person| {
            person.disabled_at = person.disabled_at.or(Some(now));
        })
        .await
    }

    /// Removes a person with their grants, sessions, keys and links. What they did stays in the audit log.
    pub async fn delete_person(&self, caller: &Caller, name: &str) -> Result<(), HubError> {
        caller.may_decide_about_people()?;
        let mut tx = self.store.write().await?;
        let person = find_person(&mut *tx, name).await?;
        tx.people().delete(person.id).await?;
        check_administrators(&mut *tx, &person).await?;
        let deed = Deed::to_person("person.delete", &person).was(told_of(&person));
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(())
    }

    async fn change_person(
        &self,
        caller: &Caller,
        name: &str,
        action: &'static str,
        change: impl FnOnce(&mut Person) + Send,
    ) -> Result<PersonDetails, HubError> {
        let mut tx = self.store.write().await?;
        let before = find_person(&mut *tx, name).await?;
        let mut after = before.clone();
        change(&mut after);
        check_reach(&after)?;
        if after == before {
            return details(&mut *tx, before).await;
        }
        after.updated_at = self.clock.now();
        tx.people().update(&after).await?;
        check_administrators(&mut *tx, &before).await?;
        if after.disabled_at.is_some() {
            tx.person_sessions().delete_of(after.id, None).await?;
        }
        let deed = Deed::to_person(action, &after).was(told_of(&before)).is(told_of(&after));
        self.record(&mut *tx, caller, deed).await?;
        let changed = details(&mut *tx, after).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(changed)
    }
}

/// Refuses a change, made in this transaction, that leaves nobody who administers. Write transactions go one after the other, so two of them cannot
/// each leave the other's.
async fn check_administrators(tx: &mut dyn Transaction, before: &Person) -> Result<(), HubError> {
    let was_one = before.role == Role::Administrator && before.disabled_at.is_none();
    if !was_one || tx.people().administrators().await? > 0 {
        return Ok(());
    }
    Err(HubError::NotPossible {
        code: "last_administrator",
        message: format!("{} is the last administrator; nobody could decide about people any more", before.name),
        remedy: "Make somebody else an administrator first: `salesbridge user edit NAME --role administrator`"
            .to_owned(),
    })
}

/// What is written down of a person.
fn told_of(person: &Person) -> Value {
    json!({
        "full_name": person.full_name, "role": person.role, "reach": person.reach, "disabled_at": person.disabled_at,
    })
}
