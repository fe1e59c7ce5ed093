//! Keeping what a person's sign-in gave.

use salesbridge_connectors::salesforce::{REFRESH_TOKEN, Session, refresh_token_origin};
use salesbridge_model::{Connection, OrgIdentity, Secret};
use salesbridge_store::Transaction;
use serde_json::json;

use super::app::method_of;
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

impl Hub {
    /// Keeps what a sign-in for a connection gave, in the caller's transaction: the refresh token, the session beside it, and which org and user it is.
    /// The connection is stored, no longer held, and opened anew by every process. The caller commits, and signals that something was mended.
    ///
    /// # Errors
    /// [`HubError::NotPossible`] without a refresh token, because nothing would be left when the session ends; and for a method that uses none.
    pub(crate) async fn keep_grant(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        connection: &mut Connection,
        refresh_token: Option<&Secret<String>>,
        session: Option<&Session>,
    ) -> Result<(), HubError> {
        let Some(refresh_token) = refresh_token else { return Err(no_refresh_token(connection)) };
        let method = method_of(connection)?;
        if !method.needs_person() && method.field(REFRESH_TOKEN).is_none() {
            return Err(nobody_signs_in(connection));
        }
        let was = json!({ "org": connection.org, "held": connection.held });
        let sign_in = self.seal_refresh_token(tx, connection.id, refresh_token).await?;
        if let Some(session) = session {
            connection.org = Some(org_of(session, connection.org.take()));
        }
        connection.held = None;
        connection.health = None; // the next look comes at once
        connection.updated_at = self.later_than(connection.updated_at);
        if let Some(session) = session {
            let app = self.app_of(tx, connection).await?.endpoint(self.clock.clone())?;
            let bytes = session.to_bytes(&refresh_token_origin(app.app(), &sign_in));
            self.seal_session(tx, connection.id, &bytes).await?;
        }
        tx.connections().update(connection).await?;
        let is = json!({ "org": connection.org, "held": connection.held, "secrets": { "refresh_token": "changed" } });
        let deed = Deed::to_connection("connection.sign_in", connection).was(was).is(is);
        self.record(tx, caller, deed).await?;
        Ok(())
    }
}

/// Which org and user it is. What a session does not tell is kept, as long as it is the same org.
fn org_of(session: &Session, before: Option<OrgIdentity>) -> OrgIdentity {
    let (org_id, user_id) = (session.org_id.to_string(), session.user_id.to_string());
    match before.filter(|before| before.org_id == org_id) {
        Some(before) => OrgIdentity { user_id, ..before },
        None => OrgIdentity { org_id, user_id, name: None, kind: session.instance.domain().org_kind(), edition: None },
    }
}

fn nobody_signs_in(connection: &Connection) -> HubError {
    let Connection { name, method, .. } = connection;
    HubError::NotPossible {
        code: "nobody_signs_in",
        message: format!("the connection {name} signs in by `{method}`, where no person has a part"),
        remedy: format!("Choose another way first: `salesbridge connection edit {name} --method authorization_code`"),
    }
}

fn no_refresh_token(connection: &Connection) -> HubError {
    HubError::NotPossible {
        code: "no_refresh_token",
        message: format!(
            "Salesforce let the connection {} in, and gave no refresh token: it would end with the session",
            connection.name
        ),
        remedy: "Give the app the scope refresh_token, offline_access in Setup > External Client App Manager > Settings, have the connection ask for `refresh_token`, and sign in again".to_owned(),
    }
}
