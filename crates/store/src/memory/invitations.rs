//! One-time links.

use async_trait::async_trait;
use salesbridge_model::{Invitation, InvitationPurpose, PersonId, Timestamp};

use super::transaction::MemoryTransaction;
use crate::{InvitationRepository, StoreError};

pub(super) struct MemoryInvitations<'t>(pub(super) &'t mut MemoryTransaction);

#[async_trait]
impl InvitationRepository for MemoryInvitations<'_> {
    async fn insert(&mut self, invitation: &Invitation, token_hash: &[u8]) -> Result<(), StoreError> {
        const OPERATION: &str = "invitations.insert";
        let state = self.0.changed(OPERATION)?;
        if let Some(person) = invitation.person_id {
            state.needs_person(person, OPERATION)?;
        }
        if state.invitations.contains(token_hash) {
            return Err(StoreError::Taken { what: "link" });
        }
        state.invitations.insert(token_hash.to_vec(), invitation.clone());
        Ok(())
    }

    async fn find(&mut self, token_hash: &[u8]) -> Result<Option<Invitation>, StoreError> {
        Ok(self.0.seen("invitations.find")?.invitations.get(token_hash).cloned())
    }

    async fn spend(&mut self, token_hash: &[u8], now: Timestamp) -> Result<bool, StoreError> {
        let stored = self.0.changed("invitations.spend")?.invitations.edit(token_hash);
        match stored.filter(|invitation| invitation.used_at.is_none() && invitation.expires_at > now) {
            Some(invitation) => invitation.used_at = Some(now),
            None => return Ok(false),
        }
        Ok(true)
    }

    async fn withdraw(&mut self, purpose: InvitationPurpose, person: Option<PersonId>) -> Result<u64, StoreError> {
        let state = self.0.changed("invitations.withdraw")?;
        let doomed = |invitation: &Invitation| {
            invitation.purpose == purpose && invitation.person_id == person && invitation.used_at.is_none()
        };
        Ok(state.invitations.retain(|_, invitation| !doomed(invitation)))
    }

    async fn prune(&mut self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let state = self.0.changed("invitations.prune")?;
        Ok(state.invitations.retain(|_, invitation| invitation.expires_at >= expired_before))
    }
}
