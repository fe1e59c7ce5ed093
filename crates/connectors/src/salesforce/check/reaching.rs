//! Whether the org's address can be reached, and securely.

use salesbridge_salesforce::{ConnectionCheck, OfferedVersion};

use super::report::Findings;
use crate::salesforce::SalesforceConnector;

impl SalesforceConnector {
    /// The versions of the API that the host offers, as far as it tells them without a session.
    pub(super) async fn check_reach(&self, findings: &mut Findings<'_>) -> Option<Vec<OfferedVersion>> {
        match self.client.reach(&self.domain).await {
            Ok(offered) => {
                findings.pass(ConnectionCheck::Address, format!("{} answers", self.domain.host()));
                match self.domain.is_secure() {
                    true => findings.pass(ConnectionCheck::Tls, "its certificate is trusted here"),
                    false => {
                        findings.skip(ConnectionCheck::Tls, "a local org on this machine may be called without TLS")
                    }
                }
                Some(offered)
            }
            Err(error) => {
                findings.end_at(ConnectionCheck::Address, error);
                None
            }
        }
    }
}
