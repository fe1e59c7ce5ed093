//! Looking at connected services.

use salesbridge_connectors::salesforce::CONSUMER_SECRET;
use salesbridge_model::{Ability, Page, PageRequest, Service, ServiceId, Slug};

use crate::{Caller, Hub, HubError};

/// A connected service as people see it: without its secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ServiceDetails {
    /// The service.
    #[serde(flatten)]
    pub service: Service,
    /// Names of the secrets that are set.
    pub secrets_set: Vec<String>,
    /// Names of the connections that use it, as far as the caller sees them.
    pub used_by: Vec<Slug>,
    /// How many more use it that the caller does not see.
    pub used_by_others: u64,
}

impl Hub {
    /// The connected service with this name.
    pub async fn service(&self, caller: &Caller, name: &str) -> Result<ServiceDetails, HubError> {
        caller.may(Ability::See)?;
        let service = self.find_service(name).await?;
        self.service_details(caller, service).await
    }

    /// Every connected service, by name.
    pub async fn services(&self, caller: &Caller) -> Result<Page<ServiceDetails>, HubError> {
        caller.may(Ability::See)?;
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        let mut items = Vec::new();
        loop {
            let found = self.store.read().await?.services().list(&page).await?;
            for service in found.items {
                items.push(self.service_details(caller, service).await?);
            }
            let Some(next) = found.next else { return Ok(Page::whole(items)) };
            page.after = Some(next);
        }
    }

    /// The connected service with this name, for a caller who was asked already.
    pub(super) async fn find_service(&self, name: &str) -> Result<Service, HubError> {
        let missing = || HubError::NotFound { noun: "service", name: name.to_owned() };
        let slug: Slug = name.parse().map_err(|_| missing())?;
        self.store.read().await?.services().find_by_name(&slug).await?.ok_or_else(missing)
    }

    /// A service as a use case leaves it, for whoever carried that out.
    pub(super) async fn service_after(&self, caller: &Caller, id: ServiceId) -> Result<ServiceDetails, HubError> {
        let found = self.store.read().await?.services().find(id).await?;
        let service = found.ok_or_else(|| HubError::NotFound { noun: "service", name: id.to_string() })?;
        self.service_details(caller, service).await
    }

    pub(super) async fn service_details(&self, caller: &Caller, service: Service) -> Result<ServiceDetails, HubError> {
        let mut tx = self.store.read().await?;
        let secrets_set = tx.secrets().fields(service.id.into()).await?;
        debug_assert!(secrets_set.iter().all(|field| field == CONSUMER_SECRET));
        let users = tx.connections().of_service(service.id).await?;
        let (seen, hidden): (Vec<_>, Vec<_>) = users.into_iter().partition(|user| caller.sees(user.id));
        let used_by = seen.into_iter().map(|connection| connection.name).collect();
        Ok(ServiceDetails { service, secrets_set, used_by, used_by_others: hidden.len() as u64 })
    }
}
