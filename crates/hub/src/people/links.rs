//! One-time links by which a person sets a password: new, or forgotten.

use std::time::Duration;

use salesbridge_model::{Invitation, InvitationPurpose, PersonId, Role, Secret, Timestamp};
use salesbridge_store::Transaction;
use salesbridge_vault::{random_token, token_digest};
use serde_json::json;

use super::details::find_person;
use super::passwords::acceptable;
use super::sign_in::attempt;
use super::throttling::forgive;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError, Origin};

/// How long a link for a password works.
const PASSWORD_LINK: Duration = Duration::from_secs(24 * 3600);

/// A link that works once.
#[derive(Debug)]
pub struct OneTimeLink {
    /// What makes it work. It is told here and nowhere else.
    pub token: Secret<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl Hub {
    /// Makes a link by which a person sets their password, in place of earlier ones.
    pub async fn make_password_link(&self, caller: &Caller, name: &str) -> Result<OneTimeLink, HubError> {
        caller.may_decide_about_people()?;
        let mut tx = self.store.write().await?;
        let person = find_person(&mut *tx, name).await?;
        if person.disabled_at.is_some() {
            return Err(HubError::NotPossible {
                code: "person_disabled",
                message: format!("{name} is disabled and could not sign in with a new password"),
                remedy: format!("Let them in first: `salesbridge user enable {name}`"),
            });
        }
        tx.invitations().withdraw(InvitationPurpose::Password, Some(person.id)).await?;
        let (link, invitation) =
            self.new_link(InvitationPurpose::Password, Some(person.id), person.role, PASSWORD_LINK)?;
        tx.invitations().insert(&invitation, &token_digest(&link.token)).await?;
        let deed = Deed::to_person("person.invite", &person).is(json!({ "link_expires_at": link.expires_at }));
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        Ok(link)
    }

    /// Sets the password of whoever a link was made for. It works once; all their sessions end.
    pub async fn set_password_by_link(
        &self,
        origin: &Origin,
        token: &Secret<String>,
        password: &Secret<String>,
    ) -> Result<(), HubError> {
        let digest = token_digest(token);
        let mut tx = self.store.read().await?;
        let found = tx.invitations().find(&digest).await?.filter(|link| self.works(link, InvitationPurpose::Password));
        let Some(id) = found.and_then(|link| link.person_id) else { return Err(link_is_over()) };
        let person = tx.people().find(id).await?.filter(|person| person.disabled_at.is_none());
        let person = person.ok_or_else(link_is_over)?;
        drop(tx);
        acceptable("password", password, &person)?;
        let hash = self.passwords.hash(password).await?;

        let mut tx = self.store.write().await?;
        let still = tx.people().find(id).await?.is_some_and(|person| person.disabled_at.is_none());
        if !still || !tx.invitations().spend(&digest, self.clock.now()).await? {
            return Err(link_is_over());
        }
        replace_password(&mut *tx, id, &hash).await?;
        tx.person_sessions().delete_of(id, None).await?;
        forgive(&mut *tx, &attempt(person.name.as_str(), origin, Some(&person))).await?;
        let caller = Caller::by_link(&person).from(origin.clone());
        let deed = Deed::to_person("person.password", &person).is(json!({ "password": "changed", "by": "link" }));
        self.record(&mut *tx, &caller, deed).await?;
        tx.commit().await?;
        self.identities.forget();
        Ok(())
    }

    /// A new link, and what is stored of it.
    pub(super) fn new_link(
        &self,
        purpose: InvitationPurpose,
        person_id: Option<PersonId>,
        role: Role,
        good_for: Duration,
    ) -> Result<(OneTimeLink, Invitation), HubError> {
        let created_at = self.clock.now();
        let good_for = chrono::TimeDelta::from_std(good_for).unwrap_or(chrono::TimeDelta::MAX);
        let expires_at = created_at.checked_add_signed(good_for).unwrap_or(Timestamp::MAX_UTC);
        let link = OneTimeLink { token: random_token()?, expires_at };
        Ok((link, Invitation { person_id, role, purpose, created_at, expires_at, used_at: None }))
    }

    /// Whether a link is for this, and can still be used.
    pub(super) fn works(&self, link: &Invitation, purpose: InvitationPurpose) -> bool {
        link.purpose == purpose && link.used_at.is_none() && link.expires_at > self.clock.now()
    }
}

/// Stores what stands for a new password; links that were made to set one have done their work.
pub(super) async fn replace_password(
    tx: &mut dyn Transaction,
    person: PersonId,
    hash: &Secret<String>,
) -> Result<(), HubError> {
    tx.people().set_password_hash(person, Some(hash)).await?;
    tx.invitations().withdraw(InvitationPurpose::Password, Some(person)).await?;
    Ok(())
}

/// What is said of every link that does not work, whatever the reason.
pub(super) fn link_is_over() -> HubError {
    HubError::NotPossible {
        code: "link_is_over",
        message: "this link does not work: it was used, has expired, or was replaced by a newer one".to_owned(),
        remedy:
            "Ask an administrator for a new one; the first administrator's is made anew when `salesbridge serve` starts"
                .to_owned(),
    }
}
