//! What finishes a sign-in, as it is sealed.

use salesbridge_connectors::salesforce::{OauthApp, Origin};
use salesbridge_model::{ActorKind, Secret, SignInAttemptId};
use salesbridge_store::StoredSignIn;
use salesbridge_vault::{Sealed, SealedPlace, WrappedDataKey};

use crate::{Actor, Caller, Hub, HubError};

/// Table that sealed sign-ins are bound to, with the id as the row.
const TABLE: &str = "sign_in_attempts";

/// What finishes a sign-in. Never shown: it holds secrets.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Unfinished {
    /// Who began it.
    pub(super) begun_by: BegunBy,
    /// Print of the app it was begun for: another app never sees its code.
    pub(super) app: String,
    /// Whether it may lead to another org than the connection reached before.
    pub(super) may_change_org: bool,
    /// How it goes on.
    pub(super) step: Step,
}

/// Who began a sign-in.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct BegunBy {
    kind: ActorKind,
    id: String,
    name: String,
}

/// How a sign-in goes on.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// A code is to be exchanged.
    Code {
        /// Proves that we began it.
        verifier: String,
        /// Where the browser is to go.
        link: String,
        /// The code, when it has come.
        code: Option<String>,
    },
    /// The org is to be asked whether the person has typed the code.
    Device {
        /// Ours, to ask with.
        device_code: String,
        /// The person's, to type.
        user_code: String,
        /// Where to type it.
        verification_uri: String,
        /// Seconds between two questions, at least.
        interval: u64,
    },
}

/// A print of an app: its host, key and secret. Another app has another.
pub(super) fn print_of(app: &OauthApp) -> String {
    Origin::new(app, &["sign-in"]).fingerprint().to_owned()
}

impl BegunBy {
    pub(super) fn new(caller: &Caller) -> Self {
        let Actor { kind, id, name } = caller.actor().clone();
        Self { kind, id, name }
    }

    /// Whether that is who asks.
    pub(super) fn is(&self, caller: &Caller) -> bool {
        let Actor { kind, id, .. } = caller.actor();
        (self.kind, &self.id) == (*kind, id)
    }

    /// As whom it is finished.
    pub(super) fn actor(&self) -> Actor {
        Actor { kind: self.kind, id: self.id.clone(), name: self.name.clone() }
    }
}

impl Hub {
    /// Seals what finishes a sign-in, with a data key of its own.
    pub(super) fn seal_sign_in(
        &self,
        id: SignInAttemptId,
        data_key: &WrappedDataKey,
        unfinished: &Unfinished,
    ) -> Result<Sealed, HubError> {
        // Texts always have a JSON form.
        let bytes = Secret::new(serde_json::to_vec(unfinished).unwrap_or_default());
        Ok(self.keys.seal(data_key, &place(&id.to_string()), &bytes)?)
    }

    /// Opens what finishes a sign-in; `None` when it has ended, or was sealed by another program.
    pub(super) fn open_sign_in(&self, stored: &StoredSignIn) -> Result<Option<Unfinished>, HubError> {
        if stored.sealed.is_empty() {
            return Ok(None);
        }
        let data_key = WrappedDataKey::from_bytes(stored.wrapped.clone());
        let sealed = Sealed::from_bytes(stored.sealed.clone());
        let bytes = self.keys.open(&data_key, &place(&stored.attempt.id.to_string()), &sealed)?;
        Ok(serde_json::from_slice(bytes.expose()).ok())
    }
}

fn place(row: &str) -> SealedPlace<'_> {
    SealedPlace { table: TABLE, row, field: "unfinished" }
}
