//! Giving up a sign-in.

use salesbridge_model::{Ability, SignInState};

use super::nothing_begun;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Gives up the sign-in that was begun last for a connection. What the connection had before stays.
    pub async fn cancel_sign_in(&self, caller: &Caller, name: &str) -> Result<(), HubError> {
        let connection = self.find_connection(caller, name, Ability::Edit).await?;
        let mut tx = self.store.write().await?;
        let newest = tx.sign_ins().newest_of(connection.id).await?.ok_or_else(|| nothing_begun(name))?;
        if !tx.sign_ins().finish(newest.attempt.id, SignInState::Cancelled, None, self.clock.now()).await? {
            return Err(nothing_begun(name));
        }
        self.record(&mut *tx, caller, Deed::to_connection("connection.cancel_sign_in", &connection)).await?;
        tx.commit().await?;
        Ok(())
    }
}
