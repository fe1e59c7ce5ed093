//! Making a connected service.

use salesbridge_connectors::providers::provider;
use salesbridge_connectors::salesforce::{CONSUMER_KEY, CONSUMER_SECRET, DomainUrl, LOGIN, SALESFORCE, USUAL_SCOPES};
use salesbridge_model::{Ability, Secret, Service, ServiceId, Slug};
use salesbridge_store::StoreError;
use serde_json::json;

use super::ServiceDetails;
use crate::audit::Deed;
use crate::{Caller, FieldProblem, Hub, HubError};

/// A connected service that is to be made.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewService {
    /// Unique and immutable.
    pub name: String,
    /// What people read; the name when absent.
    #[serde(default)]
    pub caption: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Kind of system; `GET /providers` lists them.
    #[serde(default = "salesforce")]
    pub provider: String,
    /// Where people sign in; the page that all production orgs share when absent.
    #[serde(default = "login")]
    pub sign_in_host: String,
    /// Consumer key of the app.
    pub consumer_key: String,
    /// Consumer secret of the app, unless it requires none. It is sealed and never shown.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub consumer_secret: Option<Secret<String>>,
    /// What people are asked to allow.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
}

impl Hub {
    /// Makes a connected service.
    pub async fn create_service(&self, caller: &Caller, new: NewService) -> Result<ServiceDetails, HubError> {
        caller.may_everywhere(Ability::Edit)?;
        let name: Slug = new.name.parse()?;
        let now = self.clock.now();
        let caption = new.caption.filter(|caption| !caption.trim().is_empty());
        let service = Service {
            id: ServiceId::make(&*self.ids),
            caption: caption.unwrap_or_else(|| name.to_string()),
            name,
            description: new.description.trim().to_owned(),
            provider: new.provider,
            sign_in_host: new.sign_in_host.trim().to_owned(),
            consumer_key: new.consumer_key.trim().to_owned(),
            scopes: tidy_scopes(&new.scopes),
            created_at: now,
            updated_at: now,
        };
        check(&service)?;
        let secret = new.consumer_secret.as_ref().and_then(trimmed);
        let mut tx = self.store.write().await?;
        tx.services().insert(&service).await.map_err(|error| match error {
            StoreError::Taken { .. } => HubError::NameTaken { noun: "service", name: service.name.to_string() },
            other => other.into(),
        })?;
        let mut told = json!(service);
        if let Some(secret) = &secret {
            self.seal(&mut *tx, service.id, CONSUMER_SECRET, secret).await?;
            told["secrets"] = json!({ CONSUMER_SECRET: "changed" });
        }
        let deed = Deed::new("service.create").to(service.id, Some(&service.name)).is(told);
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        self.service_after(caller, service.id).await
    }
}

/// Refuses a service that no sign-in could use; every problem at its field.
pub(super) fn check(service: &Service) -> Result<(), HubError> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, message: String| problems.push(FieldProblem { field: field.to_owned(), message });
    if provider(&service.provider).is_none() {
        problem("provider", format!("`{}` is not known; known is: {SALESFORCE}", service.provider));
    }
    if let Err(cause) = DomainUrl::parse_sign_in_host(&service.sign_in_host) {
        problem("sign_in_host", cause.to_string());
    }
    if service.consumer_key.is_empty() {
        problem(CONSUMER_KEY, "is empty; copy it from the app's settings in Salesforce Setup".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(HubError::Invalid { problems }) }
}

/// Each word once, without what separates them.
pub(super) fn tidy_scopes(given: &[String]) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    let words = given.iter().flat_map(|text| text.split(|letter: char| letter.is_whitespace() || letter == ','));
    for word in words.filter(|word| !word.is_empty()) {
        if !scopes.iter().any(|known| known == word) {
            scopes.push(word.to_owned());
        }
    }
    scopes
}

/// A secret without what stands around it; none when nothing is left.
pub(super) fn trimmed(secret: &Secret<String>) -> Option<Secret<String>> {
    let text = secret.expose().trim();
    (!text.is_empty()).then(|| Secret::new(text.to_owned()))
}

fn salesforce() -> String {
    SALESFORCE.to_owned()
}

fn login() -> String {
    LOGIN.to_owned()
}

fn usual_scopes() -> Vec<String> {
    USUAL_SCOPES.split(' ').map(str::to_owned).collect()
}
