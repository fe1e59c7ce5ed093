//! Kinds of systems that connections lead to, and the ways of signing in to each.

pub use salesbridge_connectors::providers::{Field, FieldKind, Method, Provider, SignInBy};
use salesbridge_connectors::providers::{provider, providers};
use salesbridge_model::Ability;

use crate::{Caller, Hub, HubError};

impl Hub {
    /// Every provider.
    pub async fn providers(&self, caller: &Caller) -> Result<&'static [&'static Provider], HubError> {
        caller.may(Ability::See)?;
        Ok(providers())
    }

    /// The provider with this name.
    pub async fn provider(&self, caller: &Caller, name: &str) -> Result<&'static Provider, HubError> {
        caller.may(Ability::See)?;
        provider(name).ok_or_else(|| HubError::NotFound { noun: "provider", name: name.to_owned() })
    }
}
