//! People and their grants.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Grant, Page, PageRequest, Person, PersonId, Role, Secret, Slug, Timestamp};

use super::state::StoredPerson;
use super::transaction::MemoryTransaction;
use crate::{PersonFilter, PersonRepository, StoreError};

pub(super) struct MemoryPeople<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl PersonRepository for MemoryPeople<'_> {
    async fn insert(&mut self, person: &Person) -> Result<(), StoreError> {
        let state = self.0.changed("people.insert")?;
        if state.people.rows().any(|other| other.person.name == person.name || other.person.id == person.id) {
            return Err(StoreError::Taken { what: "name of a person" });
        }
        state.people.insert(person.id, StoredPerson { person: person.clone(), password_hash: None });
        Ok(())
    }

    async fn find(&mut self, id: PersonId) -> Result<Option<Person>, StoreError> {
        Ok(self.0.seen("people.find")?.people.get(&id).map(|stored| stored.person.clone()))
    }

    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Person>, StoreError> {
        let state = self.0.seen("people.find_by_name")?;
        Ok(state.people.rows().map(|stored| &stored.person).find(|person| person.name == *name).cloned())
    }

    async fn list(&mut self, filter: &PersonFilter, page: &PageRequest) -> Result<Page<Person>, StoreError> {
        let state = self.0.seen("people.list")?;
        Ok(filter.page(state.people.rows().map(|stored| stored.person.clone()).collect(), page))
    }

    async fn update(&mut self, person: &Person) -> Result<bool, StoreError> {
        let state = self.0.changed("people.update")?;
        let Some(stored) = state.people.edit(&person.id) else { return Ok(false) };
        let (name, created_at) = (stored.person.name.clone(), stored.person.created_at);
        stored.person = Person { name, created_at, ..person.clone() };
        Ok(true)
    }

    async fn delete(&mut self, id: PersonId) -> Result<bool, StoreError> {
        let state = self.0.changed("people.delete")?;
        state.grants.retain(|(person, _), _| *person != id);
        state.person_sessions.retain(|_, stored| stored.row.person_id != id);
        state.api_keys.retain(|_, stored| stored.row.person_id != id);
        state.invitations.retain(|_, invitation| invitation.person_id != Some(id));
        Ok(state.people.remove(&id))
    }

    async fn administrators(&mut self) -> Result<u64, StoreError> {
        let state = self.0.seen("people.administrators")?;
        let counts = |person: &Person| person.role == Role::Administrator && person.disabled_at.is_none();
        Ok(state.people.rows().filter(|stored| counts(&stored.person)).count() as u64)
    }

    async fn password_hash(&mut self, id: PersonId) -> Result<Option<Secret<String>>, StoreError> {
        let state = self.0.seen("people.password_hash")?;
        Ok(state.people.get(&id).and_then(|stored| stored.password_hash.clone()))
    }

    async fn set_password_hash(&mut self, id: PersonId, hash: Option<&Secret<String>>) -> Result<bool, StoreError> {
        let state = self.0.changed("people.set_password_hash")?;
        let Some(stored) = state.people.edit(&id) else { return Ok(false) };
        stored.password_hash = hash.cloned();
        Ok(true)
    }

    async fn set_signed_in(&mut self, id: PersonId, at: Timestamp) -> Result<bool, StoreError> {
        let state = self.0.changed("people.set_signed_in")?;
        let Some(stored) = state.people.edit(&id) else { return Ok(false) };
        stored.person.last_signed_in_at = Some(at);
        Ok(true)
    }

    async fn grants(&mut self, id: PersonId) -> Result<Vec<Grant>, StoreError> {
        let state = self.0.seen("people.grants")?;
        Ok(state.grants.entries().filter(|((person, _), _)| *person == id).map(|(_, grant)| grant.clone()).collect())
    }

    async fn save_grant(&mut self, id: PersonId, grant: &Grant) -> Result<(), StoreError> {
        const OPERATION: &str = "people.save_grant";
        let state = self.0.changed(OPERATION)?;
        state.needs_person(id, OPERATION)?;
        state.needs_connection(grant.connection_id, OPERATION)?;
        state.grants.insert((id, grant.connection_id), grant.clone());
        Ok(())
    }

    async fn remove_grant(&mut self, id: PersonId, connection: ConnectionId) -> Result<bool, StoreError> {
        Ok(self.0.changed("people.remove_grant")?.grants.remove(&(id, connection)))
    }
}
