//! Removing a connected service.

use salesbridge_model::Ability;
use salesbridge_store::StoreError;
use serde_json::json;

use super::ServiceDetails;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Removes a connected service with its secret. One that a connection uses stays.
    pub async fn delete_service(&self, caller: &Caller, name: &str) -> Result<(), HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let service = self.find_service(name).await?;
        let details = self.service_details(caller, service.clone()).await?;
        if !details.used_by.is_empty() || details.used_by_others > 0 {
            return Err(in_use(&details));
        }
        let mut tx = self.store.write().await?;
        let gone = match tx.services().delete(service.id).await {
            // Somebody has begun to use it since.
            Err(StoreError::Reference { .. }) => None,
            other => Some(other?),
        };
        if gone.is_none() {
            drop(tx);
            return Err(in_use(&self.service_details(caller, service).await?));
        }
        let deed = Deed::new("service.delete").to(service.id, Some(&service.name)).was(json!(service));
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn in_use(details: &ServiceDetails) -> HubError {
    let mut users: Vec<String> = details.used_by.iter().map(ToString::to_string).collect();
    match details.used_by_others {
        0 => {}
        1 => users.push("one that you may not see".to_owned()),
        count => users.push(format!("{count} that you may not see")),
    }
    HubError::NotPossible {
        code: "service_in_use",
        message: format!("the service {} is used by these connections: {}", details.service.name, users.join(", ")),
        remedy: "Give each an app of its own (`salesbridge connection edit NAME --service \"\" --consumer-key KEY`), another service, or delete it first".to_owned(),
    }
}
