//! People, and what they may do with single connections.

use async_trait::async_trait;
use salesbridge_model::{
    ConnectionId, Grant, Page, PageRequest, Person, PersonId, Reach, Role, Secret, Slug, Timestamp,
};

use crate::StoreError;
use crate::paging::{Order, SortField, holds, pick, sortable};

/// Which people are wanted, and in which order. Empty finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFilter {
    /// Of this role.
    pub role: Option<Role>,
    /// Of this reach.
    pub reach: Option<Reach>,
    /// Disabled ones, or the others.
    pub disabled: Option<bool>,
    /// Text that the name or full name contains, in any case.
    pub search: Option<String>,
    /// In which order.
    pub order: Order<PersonField>,
}

/// What people may be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonField {
    /// The name, which is their key.
    Name,
    /// What others read.
    FullName,
    /// When they were added.
    CreatedAt,
    /// When they signed in last; those who never did come first.
    LastSignedInAt,
}

impl SortField for PersonField {
    const FIELDS: &'static [(&'static str, Self)] = &[
        ("name", Self::Name),
        ("full_name", Self::FullName),
        ("created_at", Self::CreatedAt),
        ("last_signed_in_at", Self::LastSignedInAt),
    ];
}

impl PersonFilter {
    /// For implementations: whether a person passes.
    pub fn wants(&self, person: &Person) -> bool {
        self.role.is_none_or(|role| person.role == role)
            && self.reach.is_none_or(|reach| person.reach == reach)
            && self.disabled.is_none_or(|disabled| person.disabled_at.is_some() == disabled)
            && holds([person.name.as_str(), &person.full_name], self.search.as_deref())
    }

    /// For implementations: a page out of all people.
    pub fn page(&self, mut all: Vec<Person>, page: &PageRequest) -> Page<Person> {
        all.retain(|person| self.wants(person));
        let value = |person: &Person, field| match field {
            PersonField::Name => person.name.to_string(),
            PersonField::FullName => person.full_name.clone(),
            PersonField::CreatedAt => sortable(person.created_at),
            PersonField::LastSignedInAt => person.last_signed_in_at.map(sortable).unwrap_or_default(),
        };
        pick(all, self.order, page, |person| person.name.as_str(), value)
    }
}

/// People and their grants. Removing a person removes their grants, sessions, keys and links; removing a connection removes the grants on it.
#[async_trait]
pub trait PersonRepository: Send {
    /// Adds one, without a password. A name in use is [`StoreError::Taken`].
    async fn insert(&mut self, person: &Person) -> Result<(), StoreError>;

    /// The one with this id.
    async fn find(&mut self, id: PersonId) -> Result<Option<Person>, StoreError>;

    /// The one with this name.
    async fn find_by_name(&mut self, name: &Slug) -> Result<Option<Person>, StoreError>;

    /// A page of those that pass the filter, in its order.
    async fn list(&mut self, filter: &PersonFilter, page: &PageRequest) -> Result<Page<Person>, StoreError>;

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
