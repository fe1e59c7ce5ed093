//! One-time links.

use async_trait::async_trait;
use salesbridge_model::{Invitation, InvitationPurpose, PersonId, Timestamp};
use salesbridge_store::stored::{Stored, micros, word};
use salesbridge_store::{InvitationRepository, StoreError};
use sqlx::SqliteConnection;

use crate::failure::{failed, failed_or_taken};

pub(crate) struct SqliteInvitations<'t>(pub(crate) &'t mut SqliteConnection);

type Row = (Option<String>, String, String, i64, i64, Option<i64>);

#[async_trait]
impl InvitationRepository for SqliteInvitations<'_> {
    async fn insert(&mut self, invitation: &Invitation, token_hash: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "invitations.insert";
        sqlx::query(
            "INSERT INTO invitations (token_hash, person_id, role, purpose, created_at, expires_at, used_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(token_hash)
        .bind(invitation.person_id.map(|id| id.to_string()))
        .bind(word(OPERATION, invitation.role)?)
        .bind(word(OPERATION, invitation.purpose)?)
        .bind(micros(invitation.created_at))
        .bind(micros(invitation.expires_at))
        .bind(invitation.used_at.map(micros))
        .execute(&mut *self.0)
        .await
        .map_err(failed_or_taken(OPERATION, "link"))?;
        Ok(())
    }

    async fn find(&mut self, token_hash: &[u8]) -> Result<Option<Invitation>, StoreError> {
        sqlx::query_as(
            "SELECT person_id, role, purpose, created_at, expires_at, used_at FROM invitations WHERE token_hash = ?1",
        )
        .bind(token_hash)
        .fetch_optional(&mut *self.0)
        .await
        .map_err(failed("invitations.find"))?
        .map(invitation)
        .transpose()
    }

    async fn spend(&mut self, token_hash: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE invitations SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        )
        .bind(token_hash)
        .bind(micros(now))
        .execute(&mut *self.0)
        .await
        .map_err(failed("invitations.spend"))?;
        Ok(done.rows_affected() > 0)
    }

    async fn withdraw(&mut self, purpose: InvitationPurpose, person: Option<PersonId>) -> Result<u64, StoreError> {
        const OPERATION: &str = "invitations.withdraw";
        let done = sqlx::query(
            "DELETE FROM invitations WHERE purpose = ?1 AND coalesce(person_id, '') = ?2 AND used_at IS NULL",
        )
        .bind(word(OPERATION, purpose)?)
        .bind(person.map(|person| person.to_string()).unwrap_or_default())
        .execute(&mut *self.0)
        .await
        .map_err(failed(OPERATION))?;
        Ok(done.rows_affected())
    }

    async fn prune(&mut self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM invitations WHERE expires_at < ?1")
            .bind(micros(expired_before))
            .execute(&mut *self.0)
            .await
            .map_err(failed("invitations.prune"))?;
        Ok(done.rows_affected())
    }
}

fn invitation(row: Row) -> Result<Invitation, StoreError> {
    let (person_id, role, purpose, created_at, expires_at, used_at) = row;
    let stored = Stored::new("link of person", person_id.as_deref().unwrap_or("nobody"));
    Ok(Invitation {
        person_id: person_id.as_deref().map(|id| stored.parse("person id", id)).transpose()?,
        role: stored.word("role", &role)?,
        purpose: stored.word("purpose", &purpose)?,
        created_at: stored.instant("creation time", created_at)?,
        expires_at: stored.instant("end", expires_at)?,
        used_at: stored.instant_or_none("time of use", used_at)?,
    })
}
