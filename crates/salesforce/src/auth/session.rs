//! What a sign-in gives.

use salesbridge_model::Secret;

use crate::{InstanceUrl, RecordId};

/// What a sign-in gave: valid until Salesforce says otherwise, because its answers name no lifetime.
#[derive(Clone, Debug)]
pub struct Session {
    /// Opaque text.
    pub access_token: Secret<String>,
    /// Where the API is; read anew at each sign-in (R22).
    pub instance: InstanceUrl,
    /// The org.
    pub org_id: RecordId,
    /// The user we act as.
    pub user_id: RecordId,
    /// What the token may be used for, such as `api`; empty where the answer did not say.
    pub scopes: Vec<String>,
    /// Whether it was found where others keep it, and not just got: then it may have ended already.
    pub is_found: bool,
}

/// A token answer: a session, and what to get the next one with where there is such a thing.
#[derive(Debug)]
pub struct Granted {
    /// The session.
    pub session: Session,
    /// A refresh token: of a first sign-in, or the one that replaces the one we sent.
    pub refresh_token: Option<Secret<String>>,
}
