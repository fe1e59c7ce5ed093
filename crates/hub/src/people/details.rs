//! Looking at people.

use salesbridge_model::{Abilities, Ability, Page, PageRequest, Person, PersonId, Reach, Role, Slug};
use salesbridge_store::{PersonFilter, Transaction};

use crate::{Caller, Hub, HubError, Rights};

/// A person as administrators see them. There is no password in it, and nothing that stands for one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PersonDetails {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// What they may do with single connections, in place of their role.
    pub grants: Vec<GrantDetails>,
    /// Whether they have a password to sign in with.
    pub has_password: bool,
}

/// What a person may do with one connection, in place of their role.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct GrantDetails {
    /// Name of the connection.
    pub connection: Slug,
    /// What they may do with it; with nothing it is hidden from them.
    pub abilities: Abilities,
}

impl Hub {
    /// A page of the people that pass a filter.
    pub async fn people(
        &self,
        caller: &Caller,
        filter: &PersonFilter,
        page: &PageRequest,
    ) -> Result<Page<PersonDetails>, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let mut tx = self.store.read().await?;
        let Page { items: people, next, total } = tx.people().list(filter, page).await?;
        let mut items = Vec::with_capacity(people.len());
        for person in people {
            items.push(details(&mut *tx, person).await?);
        }
        Ok(Page { items, next, total })
    }

    /// The person with this name.
    pub async fn person(&self, caller: &Caller, name: &str) -> Result<PersonDetails, HubError> {
        caller.may_everywhere(Ability::Administer)?;
        let mut tx = self.store.read().await?;
        let person = find_person(&mut *tx, name).await?;
        details(&mut *tx, person).await
    }
}

/// The person with this name.
pub(crate) async fn find_person(tx: &mut dyn Transaction, name: &str) -> Result<Person, HubError> {
    let missing = || HubError::NotFound { noun: "user", name: name.to_owned() };
    let slug: Slug = name.parse().map_err(|_| missing())?;
    tx.people().find_by_name(&slug).await?.ok_or_else(missing)
}

/// A person with what belongs to them.
pub(super) async fn details(tx: &mut dyn Transaction, person: Person) -> Result<PersonDetails, HubError> {
    let grants = grants_of(tx, person.id).await?;
    let has_password = tx.people().password_hash(person.id).await?.is_some();
    Ok(PersonDetails { person, grants, has_password })
}

/// A person's grants, by the names of the connections.
pub(super) async fn grants_of(tx: &mut dyn Transaction, person: PersonId) -> Result<Vec<GrantDetails>, HubError> {
    let mut grants = Vec::new();
    let known = tx.people().grants(person).await?;
    for grant in known {
        let found = tx.connections().find(grant.connection_id).await?;
        if let Some(connection) = found {
            grants.push(GrantDetails { connection: connection.name, abilities: grant.abilities });
        }
    }
    grants.sort_by(|one, other| one.connection.cmp(&other.connection));
    Ok(grants)
}

/// What a person may do now; nothing of that when they are disabled, or gone.
pub(crate) async fn rights_of(
    tx: &mut dyn Transaction,
    id: PersonId,
    scopes: Abilities,
) -> Result<Option<(Person, Rights)>, HubError> {
    let Some(person) = tx.people().find(id).await?.filter(|person| person.disabled_at.is_none()) else {
        return Ok(None);
    };
    let grants = tx.people().grants(id).await?;
    let rights = Rights {
        role: person.role.abilities(),
        // Whoever administers cannot be kept out.
        reach: if person.role == Role::Administrator { Reach::All } else { person.reach },
        grants: grants.into_iter().map(|grant| (grant.connection_id, grant.abilities)).collect(),
        scopes,
    };
    Ok(Some((person, rights)))
}
