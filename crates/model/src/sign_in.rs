//! A sign-in to another system that somebody has begun.

use crate::{ConnectionId, SignInAttemptId, Timestamp};

/// How the other system's answer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    /// The browser brings it to our callback.
    Web,
    /// A person pastes it.
    Paste,
    /// We ask until the person has entered a code elsewhere.
    Device,
}

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInState {
    /// It waits for the person.
    Pending,
    /// Its answer has come and is being used; no second one is taken.
    Taken,
    /// It has worked.
    Done,
    /// It has failed.
    Failed,
    /// Somebody gave it up.
    Cancelled,
}

/// Why a sign-in failed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SignInFailure {
    /// Stable code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The one thing to do next.
    pub remedy: String,
}

/// A sign-in to another system that somebody has begun. What it needs to be finished is sealed, and not here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SignInAttempt {
    /// Never changes.
    pub id: SignInAttemptId,
    /// The connection it is for; none while that is not made yet.
    pub connection_id: Option<ConnectionId>,
    /// How the answer comes back.
    pub kind: SignInKind,
    /// Where the other system sends the browser.
    pub redirect_uri: Option<String>,
    /// Id of who began it; empty for the owner of the machine.
    pub started_by: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it can no longer be finished.
    pub expires_at: Timestamp,
    /// How far it has come.
    pub state: SignInState,
    /// Why it failed.
    pub failure: Option<SignInFailure>,
    /// When it was done, failed or given up.
    pub finished_at: Option<Timestamp>,
}
