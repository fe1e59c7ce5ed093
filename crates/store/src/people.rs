//! People, and what they may do with single connections.

use async_trait::async_trait;
use salesbridge_model::{ConnectionId, Grant, Page, PageRequest, Person, PersonId, Secret, Slug, Timestamp};

use crate::StoreError;

/// People and their grants. Removing a person removes their grants, sessions, keys and links; removing a connection removes the grants on it.
#[async_trait]
pub trait PersonRepository: Send {
    /// Adds one, without a password. A name in use is [`StoreError::Taken`].
    async fn insert(&mut self, person: &Person) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: PersonId) -> Result<Option<Person>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Person>, StoreError>;

    /// A page of those whose name or full name contains a text, in any case, by name. Empty text finds all.
    async fn list(&mut self, search: &str, page: &PageRequest) -> Result<Page<Person>, StoreError>;

    /// Stores every field but `id`, `name` and `created_at`; false when there is no such person.
    async fn update(&mut self, person: &Person) -> Result<bool, StoreError>;

    /// Removes a person; false when there is none.
    async fn delete(&mut self, id: PersonId) -> Result<bool, StoreError>;

    /// How many administrators there are that are not disabled.
    async fn administrators(&mut self) -> Result<u64, StoreError>;

    /// What stands for the password, in PHC form; none while the person has no password, or there is no such person.
    async fn password_hash(&mut self, id: PersonId) -> Result<Option<Secret<String>>, StoreError>;

    /// Stores what stands for the password, or takes it away; false when there is no such person.
    async fn set_password_hash(&mut self, id: PersonId, hash: Option<&Secret<String>>) -> Result<bool, StoreError>;

    /// Remembers when a person signed in last; false when there is no such person.
    async fn set_signed_in(&mut self, id: PersonId, at: Timestamp) -> Result<bool, StoreError>;

    /// A person's grants, by connection.
    async fn grants(&mut self, id: PersonId) -> Result<Vec<Grant>, StoreError>;

    /// Stores a grant, in place of an earlier one on the same connection. A person or connection that does not exist is
    /// [`StoreError::Reference`].
    async fn save_grant(&mut self, id: PersonId, grant: &Grant) -> Result<(), StoreError>;

    /// Removes a grant; false when there is none.
    async fn remove_grant(&mut self, id: PersonId, connection: ConnectionId) -> Result<bool, StoreError>;
}
