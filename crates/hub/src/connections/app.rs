//! The app registration that a connection signs in to, and what it signs in with: its own fields, or those of its connected service.

use std::collections::BTreeMap;
use std::sync::Arc;

use salesbridge_connectors::providers::{Method, provider};
use salesbridge_connectors::salesforce::{
    CLIENT_CREDENTIALS, CONSUMER_KEY, CONSUMER_SECRET, DOMAIN_URL, INSTANCE_URL, JWT_BEARER, JwtBearer, Means,
    PRIVATE_KEY, REFRESH_TOKEN, SCOPES, SignInSettings, TOKENS, TokenEndpoint, USERNAME,
};
use salesbridge_model::{Clock, Connection, Secret, Service};
use salesbridge_store::Transaction;

use crate::{Hub, HubError};

/// Secrets that are not stored yet, by their fields; none takes one away. What is not among them is as it is stored.
pub(crate) type SecretChanges = BTreeMap<String, Option<Secret<String>>>;

/// The app that a connection signs in to.
pub(crate) struct ResolvedApp {
    /// What its token endpoint is made of.
    pub(crate) settings: SignInSettings,
    /// What a person is asked to allow.
    pub(crate) scopes: Vec<String>,
    /// The setting that says where it signs in.
    host_field: &'static str,
}

/// The app, and the way of signing in to it.
pub(crate) struct WayIn {
    pub(crate) app: ResolvedApp,
    pub(crate) means: Means,
}

impl ResolvedApp {
    /// Where a person's sign-in is asked for and answered.
    pub(crate) fn endpoint(&self, clock: Arc<dyn Clock>) -> Result<TokenEndpoint, HubError> {
        let field = self.host_field();
        self.settings.clone().endpoint_for_people(clock).map_err(|problem| HubError::invalid(&field, problem.message))
    }

    /// The field that an address which cannot be used stands in, as the API names it.
    pub(crate) fn host_field(&self) -> String {
        format!("settings.{}", self.host_field)
    }
}

impl Hub {
    /// The app of a stored connection.
    pub(crate) async fn app_of(
        &self,
        tx: &mut dyn Transaction,
        connection: &Connection,
    ) -> Result<ResolvedApp, HubError> {
        self.app_with(tx, connection, &SecretChanges::new()).await
    }

    /// The app of a connection that may not be stored, with the secrets that were given for it.
    pub(crate) async fn app_with(
        &self,
        tx: &mut dyn Transaction,
        connection: &Connection,
        given: &SecretChanges,
    ) -> Result<ResolvedApp, HubError> {
        let method = method_of(connection)?;
        let service = service_of(tx, connection).await?;
        let consumer_secret = match &service {
            Some(service) => self.open_secret(tx, service.id, CONSUMER_SECRET).await?,
            None => self.secret_of(tx, connection, given, CONSUMER_SECRET).await?,
        };
        let setting = |name: &str| setting(connection, method, service.as_ref(), name);
        let host_field = host_field(method);
        let service_edited = service.as_ref().map(|service| service.updated_at);
        let settings = SignInSettings {
            domain_url: setting(host_field),
            consumer_key: setting(CONSUMER_KEY),
            consumer_secret,
            edited_at: service_edited.map_or(connection.updated_at, |at| at.max(connection.updated_at)),
        };
        let scopes = setting(SCOPES).split_whitespace().map(str::to_owned).collect();
        Ok(ResolvedApp { settings, scopes, host_field })
    }

    /// The app of a connection that may not be stored, and the way of signing in to it.
    pub(crate) async fn way_in(
        &self,
        tx: &mut dyn Transaction,
        connection: &Connection,
        given: &SecretChanges,
    ) -> Result<WayIn, HubError> {
        let app = self.app_with(tx, connection, given).await?;
        let means = match connection.method.as_str() {
            CLIENT_CREDENTIALS => Means::ClientCredentials,
            JWT_BEARER => self.with_assertions(tx, connection, given).await?,
            _ => match given.get(REFRESH_TOKEN) {
                Some(given) => self.with_given_refresh_token(given.clone()),
                None => self.with_stored_refresh_token(tx, &app, connection.id).await?,
            },
        };
        Ok(WayIn { app, means })
    }

    async fn with_assertions(
        &self,
        tx: &mut dyn Transaction,
        connection: &Connection,
        given: &SecretChanges,
    ) -> Result<Means, HubError> {
        let private_key = self.secret_of(tx, connection, given, PRIVATE_KEY).await?;
        let private_key = private_key.ok_or_else(|| HubError::NotPossible {
            code: "secret_missing",
            message: format!("the connection {} has no private key", connection.name),
            remedy: format!(
                "Have one made: `salesbridge connection edit {} --secret private_key=`, then upload its certificate",
                connection.name
            ),
        })?;
        let username = connection.settings.get(USERNAME).cloned().unwrap_or_default();
        Ok(Means::JwtBearer { bearer: JwtBearer { username, private_key }, ids: self.ids.clone() })
    }

    /// A secret of a connection: as it was given, else as it is stored.
    async fn secret_of(
        &self,
        tx: &mut dyn Transaction,
        connection: &Connection,
        given: &SecretChanges,
        field: &str,
    ) -> Result<Option<Secret<String>>, HubError> {
        match given.get(field) {
            Some(change) => Ok(change.clone()),
            None => self.open_secret(tx, connection.id, field).await,
        }
    }
}

/// The method of a connection.
pub(crate) fn method_of(connection: &Connection) -> Result<&'static Method, HubError> {
    let unknown = |field: &str, text: &str, known: Vec<&str>| {
        HubError::invalid(field, format!("`{text}` is not known; known is: {}", known.join(", ")))
    };
    let found = provider(&connection.provider).ok_or_else(|| {
        let known = salesbridge_connectors::providers::providers().iter().map(|provider| provider.name);
        unknown("provider", &connection.provider, known.collect())
    })?;
    found
        .method(&connection.method)
        .ok_or_else(|| unknown("method", &connection.method, found.methods.iter().map(|method| method.name).collect()))
}

/// The connected service of a connection.
pub(super) async fn service_of(tx: &mut dyn Transaction, connection: &Connection) -> Result<Option<Service>, HubError> {
    match connection.service_id {
        Some(id) => Ok(tx.services().find(id).await?),
        None => Ok(None),
    }
}

/// Where a connection signs in.
pub(crate) async fn host_of(tx: &mut dyn Transaction, connection: &Connection) -> Result<String, HubError> {
    let (method, service) = (method_of(connection)?, service_of(tx, connection).await?);
    Ok(setting(connection, method, service.as_ref(), host_field(method)))
}

/// The setting that says where a connection signs in.
fn host_field(method: &Method) -> &'static str {
    if method.name == TOKENS { INSTANCE_URL } else { DOMAIN_URL }
}

/// What a setting is: the connection's own, else its service's, else what the method says; empty when nobody says.
fn setting(connection: &Connection, method: &Method, service: Option<&Service>, name: &str) -> String {
    let of_service = |service: &Service| match name {
        DOMAIN_URL => service.sign_in_host.clone(),
        CONSUMER_KEY => service.consumer_key.clone(),
        SCOPES => service.scopes.join(" "),
        _ => String::new(),
    };
    let by_default = || method.field(name).and_then(|field| field.default).unwrap_or_default().to_owned();
    let own = connection.settings.get(name).cloned().unwrap_or_default();
    let given = Some(own).filter(|text| !text.is_empty());
    let given = given.or_else(|| service.map(of_service).filter(|text| !text.is_empty()));
    given.unwrap_or_else(by_default)
}
