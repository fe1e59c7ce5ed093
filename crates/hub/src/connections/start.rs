//! Saying what sending would do, before it starts.

use salesbridge_model::Connection;
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
        if edited.nobody_signed_in {
            return Err(nobody_signed_in(&edited.connection));
        }
        let connector = match edited.signs_in_anew {
            true => self.connector_for(&edited.connection, &edited.secrets).await?,
            false => self.connector(&edited.connection).await?,
        };
        let org = connector.org().await.map_err(HubError::from)?;
        debug_assert_eq!(sync.stream, CLIENTS_STREAM);
        Err(HubError::ConfirmationNeeded(Box::new(StartNotice { creates, object: sync.object.clone(), org })))
    }
}

/// Nobody can be told in which org records would be made.
fn nobody_signed_in(connection: &Connection) -> HubError {
    let name = &connection.name;
    HubError::NotPossible {
        code: "not_signed_in",
        message: format!(
            "nobody has signed in for the connection {name} yet, so it is not known in which org this would make records"
        ),
        remedy: format!(
            "Save it disabled, sign in (`salesbridge connection sign-in {name}`), then enable it; or say yes now, and it begins as soon as somebody has signed in"
        ),
    }
}
