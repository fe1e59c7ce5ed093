//! The first administrator: whoever has the one-time link that the installation made for them, as long as there is none.

use std::time::Duration;

use salesbridge_model::{InvitationPurpose, Reach, Role, Secret};
use salesbridge_vault::token_digest;
use serde_json::json;

use super::create::{created, insert_person};
use super::details::{PersonDetails, details};
use super::links::{OneTimeLink, link_is_over};
use super::passwords::acceptable;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError, Origin};

/// How long the link works.
const FIRST_LINK: Duration = Duration::from_secs(15 * 60);

/// Whoever becomes the first administrator.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAdministrator {
    /// What stands in the link behind `#`.
    #[schema(value_type = String, format = Password, write_only)]
    pub token: Secret<String>,
    /// Name to sign in with; unique and immutable.
    pub name: String,
    /// What others read; the name when absent.
    #[serde(default)]
    pub full_name: Option<String>,
    /// Their password.
    #[schema(value_type = String, format = Password, write_only)]
    pub password: Secret<String>,
}

impl Hub {
    /// Whether nobody administers this installation yet.
    pub async fn needs_administrator(&self) -> Result<bool, HubError> {
        Ok(self.store.read().await?.people().administrators().await? == 0)
    }

    /// Makes the link for the first administrator, in place of earlier ones; none when there is an administrator.
    pub async fn invite_first_administrator(&self, caller: &Caller) -> Result<Option<OneTimeLink>, HubError> {
        caller.may_decide_about_people()?;
        let mut tx = self.store.write().await?;
        tx.invitations().withdraw(InvitationPurpose::FirstAdministrator, None).await?;
        if tx.people().administrators().await? > 0 {
            tx.commit().await?;
            return Ok(None);
        }
        let (purpose, role) = (InvitationPurpose::FirstAdministrator, Role::Administrator);
        let (link, invitation) = self.new_link(purpose, None, role, FIRST_LINK)?;
        tx.invitations().insert(&invitation, &token_digest(&link.token)).await?;
        let deed = Deed::new("installation.invite").is(json!({ "link_expires_at": link.expires_at }));
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        Ok(Some(link))
    }

    /// Adds the first administrator. One at most: of several who have the link, one is first.
    pub async fn become_first_administrator(
        &self,
        origin: &Origin,
        new: FirstAdministrator,
    ) -> Result<PersonDetails, HubError> {
        let digest = token_digest(&new.token);
        let mut tx = self.store.read().await?;
        if tx.people().administrators().await? > 0 {
            return Err(there_is_one());
        }
        let purpose = InvitationPurpose::FirstAdministrator;
        tx.invitations().find(&digest).await?.filter(|link| self.works(link, purpose)).ok_or_else(link_is_over)?;
        drop(tx);
        let person = self.unsaved_person(&new.name, new.full_name.as_deref(), Role::Administrator, Reach::All)?;
        acceptable("password", &new.password, &person)?;
        let hash = self.passwords.hash(&new.password).await?;

        let mut tx = self.store.write().await?;
        if tx.people().administrators().await? > 0 {
            return Err(there_is_one());
        }
        if !tx.invitations().spend(&digest, self.clock.now()).await? {
            return Err(link_is_over());
        }
        insert_person(&mut *tx, &person, Some(&hash)).await?;
        let caller = Caller::by_link(&person).from(origin.clone());
        self.record(&mut *tx, &caller, created(&person, true)).await?;
        let made = details(&mut *tx, person).await?;
        tx.commit().await?;
        Ok(made)
    }
}

fn there_is_one() -> HubError {
    HubError::NotPossible {
        code: "administrator_exists",
        message: "this installation has an administrator already".to_owned(),
        remedy: "Ask them to add you".to_owned(),
    }
}
