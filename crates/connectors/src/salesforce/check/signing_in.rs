//! Whether the org lets us in, and will again.

use std::sync::Arc;

use salesbridge_salesforce::{ConnectionCheck, Session};

use super::report::Findings;
use crate::salesforce::SalesforceConnector;

impl SalesforceConnector {
    /// Signs in anew: a session that is still good would not tell whether what it was got with is.
    pub(super) async fn check_sign_in(&self, findings: &mut Findings<'_>) -> Option<Arc<Session>> {
        match self.client.prove_credentials().await {
            Ok(session) => {
                findings.pass(ConnectionCheck::App, "Salesforce knows the app by its consumer key");
                findings.pass(ConnectionCheck::Flow, format!("the app allows the {} flow", self.way.flow));
                findings.pass(ConnectionCheck::RunAs, format!("it acts as the user {}", session.user_id));
                findings.pass(ConnectionCheck::SignIn, format!("{} gave a token", self.domain.host()));
                findings.pass(ConnectionCheck::Ip, "this machine's address may sign in");
                Some(session)
            }
            Err(error) => {
                let retry_until = error.retry_until();
                findings.end_at_until(ConnectionCheck::SignIn, error, retry_until);
                None
            }
        }
    }

    /// With a refresh token, which an org may exchange at every use, only a second sign-in shows that what was stored at the first is good.
    pub(super) async fn check_refresh(&self, findings: &mut Findings<'_>) {
        if !self.way.keeps_refresh_token {
            let message = format!("a new token is had with {} whenever one ends", self.way.renews_with);
            return findings.pass(ConnectionCheck::Refresh, message);
        }
        match self.client.prove_credentials().await {
            Ok(_) => {
                findings.pass(ConnectionCheck::Refresh, "a new token was had with the refresh token that is stored")
            }
            Err(error) => {
                let page = error.place().and_then(|place| place.setup_page);
                findings.fail(ConnectionCheck::Refresh, crate::salesforce::judge::connector_error(error), page);
            }
        }
    }
}
