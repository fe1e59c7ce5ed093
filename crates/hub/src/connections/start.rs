//! Saying what sending would do, before it starts.

use salesbridge_sync::CLIENTS_STREAM;

use super::edit::Edited;
use crate::{Hub, HubError, StartNotice};

impl Hub {
    /// Refuses an edit that starts sending and has not been confirmed: the refusal says how many records would be made, in which org. Checks by the way that
    /// the org can be reached with the new settings, and that the fields chosen exist.
    pub(super) async fn confirm_start(&self, edited: &mut Edited) -> Result<(), HubError> {
        let Some(sync) = edited.preset.as_ref().filter(|_| edited.starts && !edited.confirmed) else { return Ok(()) };
        let clients = self.client_count().await?;
        let linked = self.store.read().await?.links().count(sync.id).await?;
        let creates = clients.saturating_sub(linked);
        if creates == 0 {
            return Ok(());
        }
        let secret = match &edited.secret {
            Some(secret) => secret.clone(),
            None => self.open_secret(&mut *self.store.read().await?, &edited.connection).await?,
        };
        let connector = self.connector_for(&edited.connection, secret)?;
        let org = connector.org().await.map_err(HubError::from)?;
        debug_assert_eq!(sync.stream, CLIENTS_STREAM);
        Err(HubError::ConfirmationNeeded(Box::new(StartNotice { creates, object: sync.object.clone(), org })))
    }
}
