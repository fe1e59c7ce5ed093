//! Which org a connection reached, and what a write to it means.

use salesbridge_model::{OrgIdentity, OrgKind};

use crate::{ApiError, DomainUrl, OrgClient, Record};

const SOQL: &str = "SELECT Name, IsSandbox, OrganizationType FROM Organization";

impl OrgClient {
    /// The org and the user we act as. Ids come from the sign-in; name and kind from the org's own record, because the scope `api` is
    /// enough for that (R3) and not for the identity service. Where we may not see the record, its address tells the kind.
    ///
    /// It makes one call, so it also shows whether the API may be used at all (R8).
    pub async fn identity(&self, domain: &DomainUrl) -> Result<OrgIdentity, ApiError> {
        let organization = match self.query_rows(SOQL, 1).await {
            Ok(rows) => rows.into_iter().next().unwrap_or_default(),
            Err(error) if is_hidden(&error) => Record::default(),
            Err(error) => return Err(error),
        };
        let session = self.session().await?;
        let domain = if domain.is_shared() { &session.instance.domain() } else { domain };
        Ok(OrgIdentity {
            org_id: session.org_id.to_string(),
            user_id: session.user_id.to_string(),
            name: organization.get("Name").and_then(|name| name.as_str()).map(str::to_owned),
            kind: kind_of(domain, &organization),
            edition: organization.get("OrganizationType").and_then(|edition| edition.as_str()).map(str::to_owned),
        })
    }
}

fn kind_of(domain: &DomainUrl, organization: &Record) -> OrgKind {
    let is_developer = organization.get("OrganizationType").is_some_and(|edition| edition == "Developer Edition");
    match organization.get("IsSandbox").and_then(|value| value.as_bool()) {
        _ if domain.is_local() => OrgKind::Local,
        Some(is_sandbox) if is_sandbox || is_developer => OrgKind::Sandbox,
        Some(_) => OrgKind::Production,
        None => domain.org_kind(),
    }
}

/// Whether the record or a field of it cannot be seen, which is no reason to fail.
fn is_hidden(error: &ApiError) -> bool {
    let codes = ["INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS"];
    error.faults().iter().any(|fault| codes.contains(&fault.code.as_str()))
}
