//! What a person may do with single connections, in place of their role.

use salesbridge_model::{Abilities, Ability, Grant};
use serde_json::json;

use super::details::{PersonDetails, details, find_person};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Says what a person may do with a connection, in place of their role and of an earlier grant. Whoever may do anything with it sees it; with
    /// nothing it is hidden from them.
    pub async fn grant(
        &self,
        caller: &Caller,
        name: &str,
        connection: &str,
        abilities: &Abilities,
    ) -> Result<PersonDetails, HubError> {
        caller.may_decide_about_people()?;
        let connection = self.find_connection(caller, connection, Ability::Administer).await?;
        let abilities = granted(abilities)?;
        let mut tx = self.store.write().await?;
        let person = find_person(&mut *tx, name).await?;
        let known = tx.people().grants(person.id).await?;
        let before = known.into_iter().find(|grant| grant.connection_id == connection.id).map(|grant| grant.abilities);
        if before.as_ref() == Some(&abilities) {
            return details(&mut *tx, person).await;
        }
        let grant = Grant { connection_id: connection.id, abilities };
        tx.people().save_grant(person.id, &grant).await?;
        let deed = Deed::to_person("person.grant", &person)
            .of(connection.id)
            .was(json!({ "connection": connection.name, "abilities": before }))
            .is(json!({ "connection": connection.name, "abilities": grant.abilities }));
        self.record(&mut *tx, caller, deed).await?;
        let changed = details(&mut *tx, person).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(changed)
    }

    /// Takes a grant back: the role holds on that connection again.
    pub async fn take_grant_back(
        &self,
        caller: &Caller,
        name: &str,
        connection: &str,
    ) -> Result<PersonDetails, HubError> {
        caller.may_decide_about_people()?;
        let connection = self.find_connection(caller, connection, Ability::Administer).await?;
        let mut tx = self.store.write().await?;
        let person = find_person(&mut *tx, name).await?;
        let known = tx.people().grants(person.id).await?;
        let Some(before) = known.into_iter().find(|grant| grant.connection_id == connection.id) else {
            return details(&mut *tx, person).await;
        };
        tx.people().remove_grant(person.id, connection.id).await?;
        let was = json!({ "connection": connection.name, "abilities": before.abilities });
        let deed = Deed::to_person("person.take_grant_back", &person).of(connection.id).was(was);
        self.record(&mut *tx, caller, deed).await?;
        let changed = details(&mut *tx, person).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(changed)
    }
}

/// The abilities as they are stored: whoever may do something with a connection sees it, and people are decided about everywhere or nowhere.
fn granted(abilities: &Abilities) -> Result<Abilities, HubError> {
    if abilities.has(Ability::Administer) {
        let told = "has `administer`, which cannot be granted on one connection; give the role `administrator` instead";
        return Err(HubError::invalid("abilities", told));
    }
    let see = (!abilities.is_empty()).then_some(Ability::See);
    Ok(abilities.iter().chain(see).collect())
}
