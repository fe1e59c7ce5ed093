//! A sign-in as people see it.

use salesbridge_model::{
    Ability, Connection, OrgIdentity, SignInAttempt, SignInFailure, SignInKind, SignInState, Slug, Timestamp,
};
use salesbridge_store::StoredSignIn;

use super::nothing_begun;
use super::unfinished::{Step, Unfinished};
use crate::{Caller, Hub, HubError};

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInProgress {
    /// It waits for the person.
    Pending,
    /// Its answer has come and is being used. Where time alone has to pass, it is tried again by itself.
    Finishing,
    /// It has worked.
    Done,
    /// It has failed.
    Failed,
    /// Somebody gave it up, or began another one.
    Cancelled,
    /// Nobody finished it in time.
    Expired,
}

impl SignInProgress {
    /// Whether nothing more comes of it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Finishing)
    }
}

/// A sign-in as people see it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SignInDetails {
    /// The connection.
    pub connection: Slug,
    /// How the answer comes back.
    pub kind: SignInKind,
    /// How far it has come.
    pub state: SignInProgress,
    /// What to open in a browser. A link that begins a sign-in in a browser is shown once, and works once.
    pub link: Option<String>,
    /// Where the browser is sent afterwards: the callback address that the app has to have.
    pub redirect_uri: Option<String>,
    /// What to type at another device.
    pub user_code: Option<String>,
    /// Where to type it.
    pub verification_uri: Option<String>,
    /// The org that was reached.
    pub org: Option<OrgIdentity>,
    /// Why it failed; while it is being finished, why it is tried again.
    pub failure: Option<SignInFailure>,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it can no longer be finished.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

impl Hub {
    /// The sign-in that was begun last for a connection.
    pub async fn sign_in(&self, caller: &Caller, name: &str) -> Result<SignInDetails, HubError> {
        let connection = self.find_connection(caller, name, Ability::Edit).await?;
        let newest = self.store.read().await?.sign_ins().newest_of(connection.id).await?;
        let stored = newest.ok_or_else(|| nothing_begun(name))?;
        self.sign_in_details(&connection, &stored)
    }

    /// A stored sign-in as people see it.
    pub(super) fn sign_in_details(
        &self,
        connection: &Connection,
        stored: &StoredSignIn,
    ) -> Result<SignInDetails, HubError> {
        let SignInAttempt { kind, redirect_uri, created_at, expires_at, failure, finished_at, .. } =
            stored.attempt.clone();
        let state = self.progress_of(&stored.attempt);
        let mut details = SignInDetails {
            connection: connection.name.clone(),
            kind,
            state,
            link: None,
            redirect_uri,
            user_code: None,
            verification_uri: None,
            org: connection.org.clone().filter(|_| state == SignInProgress::Done),
            failure,
            created_at,
            expires_at,
            finished_at,
        };
        if state == SignInProgress::Pending {
            match self.open_sign_in(stored)? {
                Some(Unfinished { step: Step::Code { link, .. }, .. }) if kind == SignInKind::Paste => {
                    details.link = Some(link);
                }
                Some(Unfinished { step: Step::Device { user_code, verification_uri, .. }, .. }) => {
                    details.user_code = Some(user_code);
                    details.verification_uri = Some(verification_uri);
                }
                _ => {}
            }
        }
        if state == SignInProgress::Finishing {
            details.failure = self.sign_ins.why_again(stored.attempt.id);
        }
        Ok(details)
    }

    fn progress_of(&self, attempt: &SignInAttempt) -> SignInProgress {
        let is_over = attempt.expires_at <= self.clock.now();
        match attempt.state {
            SignInState::Pending | SignInState::Taken if is_over => SignInProgress::Expired,
            SignInState::Pending => SignInProgress::Pending,
            SignInState::Taken => SignInProgress::Finishing,
            SignInState::Done => SignInProgress::Done,
            SignInState::Failed => SignInProgress::Failed,
            SignInState::Cancelled => SignInProgress::Cancelled,
        }
    }
}
