//! How a use case can end without doing what was asked.

use salesbridge_connector_kit::{NextStep, SourceError};
use salesbridge_model::{Ability, OrgIdentity, SlugProblem, Timestamp};
use salesbridge_store::{MachineTrouble, StoreError};
use salesbridge_sync::EngineError;

/// How a use case can end without doing what was asked. Nothing of it was done.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// There is no such thing.
    #[error("there is no {noun} named `{name}`")]
    NotFound {
        /// Such as `connection`.
        noun: &'static str,
        /// The name or id that was given.
        name: String,
    },
    /// The caller may not do this.
    #[error("{who} may not do this: it needs the ability `{ability}`{}", on(connection.as_deref()))]
    Forbidden {
        /// Name of the person or key.
        who: String,
        /// What it takes.
        ability: Ability,
        /// The connection that it would be done with.
        connection: Option<String>,
        /// An API key lacks the scope, whatever its person may do.
        scoped: bool,
    },
    /// An API key may not do this, whatever its scopes.
    #[error("{who} is an API key: people, passwords, sessions and keys are changed by people who have signed in")]
    NotByKey {
        /// Name of the key.
        who: String,
    },
    /// The name or the password is wrong; which of them is nobody's business.
    #[error("the name or the password is wrong")]
    SignInRefused,
    /// Too many wrong passwords: none is tried for a while, not even the right one.
    #[error("too many sign-ins failed; none is tried for {seconds} s")]
    SignInPaused {
        /// How long.
        seconds: u64,
    },
    /// The name is in use.
    #[error("there is already a {noun} named `{name}`")]
    NameTaken {
        /// Such as `connection`.
        noun: &'static str,
        /// The name.
        name: String,
    },
    /// What was given cannot be used.
    #[error("{}", in_words(problems))]
    Invalid {
        /// What is wrong, at which field.
        problems: Vec<FieldProblem>,
    },
    /// It would start sending; a person has to say yes first.
    #[error("{0}")]
    ConfirmationNeeded(Box<StartNotice>),
    /// It cannot be done as things are.
    #[error("{message}")]
    NotPossible {
        /// Stable code.
        code: &'static str,
        /// What stands in the way.
        message: String,
        /// The one thing to do next.
        remedy: String,
    },
    /// The system on the other side of a connection said no, or nothing.
    #[error("{message}")]
    OtherSide {
        /// Stable code; the other side's own where it gave one.
        code: String,
        /// What happened.
        message: String,
        /// The one thing to do next.
        remedy: String,
        /// What the engine does next.
        next: NextStep,
        /// Until when time alone may mend it; it is tried again by itself meanwhile.
        retry_until: Option<Timestamp>,
        /// For the log.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] salesbridge_vault::VaultError),
    /// The hub's own store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The engine failed.
    #[error("the sync engine failed")]
    Engine(#[from] EngineError),
    /// A stream could not be read.
    #[error("a stream could not be read")]
    Source(#[from] SourceError),
}

/// What is wrong at one field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// The field, as the API names it.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// What sending would do, said before it starts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct StartNotice {
    /// Records that would be made.
    pub creates: u64,
    /// Of which object.
    pub object: String,
    /// In which org.
    pub org: OrgIdentity,
}

impl std::fmt::Display for StartNotice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let StartNotice { creates, object, org } = self;
        let name = org.name.as_deref().unwrap_or("unnamed");
        write!(f, "this makes up to {creates} new {object} records in the org {name} ({}, {})", org.org_id, org.kind)
    }
}

impl HubError {
    /// Problem at one field.
    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { problems: vec![FieldProblem { field: field.to_owned(), message: message.into() }] }
    }
}

impl From<SlugProblem> for HubError {
    fn from(problem: SlugProblem) -> Self {
        Self::invalid("name", problem.to_string())
    }
}

fn on(connection: Option<&str>) -> String {
    connection.map(|name| format!(" on the connection {name}")).unwrap_or_default()
}

fn in_words(problems: &[FieldProblem]) -> String {
    problems.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect::<Vec<_>>().join("; ")
}

impl From<salesbridge_connector_kit::ConnectorError> for HubError {
    fn from(error: salesbridge_connector_kit::ConnectorError) -> Self {
        let salesbridge_connector_kit::ConnectorError { code, message, remedy, next, retry_until, cause } = error;
        Self::OtherSide { code, message, remedy, next, retry_until, cause }
    }
}

/// An error with its causes, for the log; never for a body or a person's screen.
pub struct Chain<'a>(pub &'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// What the machine keeps from being done, when that is behind an error.
pub fn machine_trouble(error: &(dyn std::error::Error + 'static)) -> Option<MachineTrouble> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(StoreError::Machine { trouble, .. }) = error.downcast_ref() {
            return Some(*trouble);
        }
        cause = error.source();
    }
    None
}
