//! Looking at API keys.

use salesbridge_model::{Ability, ApiKey, ApiKeyId, Page, PageRequest, Person, Slug};
use salesbridge_store::{ApiKeyField, ApiKeyFilter, Order, Transaction};

use crate::people::Whose;
use crate::{Caller, Hub, HubError};

/// Which keys are wanted, and in which order.
#[derive(Clone, Debug, Default)]
pub struct ApiKeyQuery {
    /// Whose.
    pub whose: Whose,
    /// In which order.
    pub order: Order<ApiKeyField>,
}

/// An API key, without what makes it one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ApiKeyDetails {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
    /// Name of the person on whose behalf it acts.
    pub person: Slug,
    /// Whether it lets its holder in: it has neither expired nor been revoked, and its person is not disabled.
    pub usable: bool,
}

impl Hub {
    /// A page of keys; revoked and expired ones are among them.
    pub async fn api_keys(
        &self,
        caller: &Caller,
        query: &ApiKeyQuery,
        page: &PageRequest,
    ) -> Result<Page<ApiKeyDetails>, HubError> {
        let Some(people) = self.whose(caller, &query.whose).await? else {
            return Ok(Page { items: Vec::new(), next: None, total: 0 });
        };
        let mut tx = self.store.read().await?;
        let filter = ApiKeyFilter { person: people.one(), order: query.order };
        let found = tx.api_keys().list(&filter, page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for key in found.items {
            let Some(person) = tx.people().find(key.person_id).await? else { continue };
            items.push(self.key_details(key, &person));
        }
        Ok(Page { items, next: found.next, total: found.total })
    }

    /// One key: the caller's own, or as an administrator anybody's.
    pub async fn api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<ApiKeyDetails, HubError> {
        let (key, person) = self.find_key(&mut *self.store.read().await?, caller, id).await?;
        Ok(self.key_details(key, &person))
    }

    /// A key that the caller may decide about, and its person. Others do not exist for them.
    pub(super) async fn find_key(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        id: ApiKeyId,
    ) -> Result<(ApiKey, Person), HubError> {
        let missing = || HubError::NotFound { noun: "key", name: id.to_string() };
        let (key, _) = tx.api_keys().find(id).await?.ok_or_else(missing)?;
        let own = caller.person() == Some(key.person_id);
        if !own && caller.may_everywhere(Ability::Administer).is_err() {
            return Err(missing());
        }
        let person = tx.people().find(key.person_id).await?.ok_or_else(missing)?;
        Ok((key, person))
    }

    pub(super) fn key_details(&self, key: ApiKey, person: &Person) -> ApiKeyDetails {
        let over = key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= self.clock.now());
        ApiKeyDetails { usable: !over && person.disabled_at.is_none(), person: person.name.clone(), key }
    }
}
