//! People: who works with this installation, what they may do, and how they get in.
//!
//! A password is never kept, only what Argon2id makes of it; of a session and a one-time link only the SHA-256 of its token. It refuses to know cookies,
//! headers and pages.

mod create;
mod details;
mod edit;
mod first;
mod grants;
mod links;
mod myself;
mod passwords;
mod sessions;
mod sign_in;
mod throttling;

use std::time::Duration;

pub use create::NewPerson;
pub use details::{GrantDetails, PersonDetails};
pub(crate) use details::{find_person, rights_of};
pub use edit::PersonEdit;
pub use first::FirstAdministrator;
pub use links::OneTimeLink;
pub use myself::{Myself, PasswordChange};
pub(crate) use passwords::Passwords;
pub use sessions::{PersonSessionQuery, SessionDetails, Whose};
pub use sign_in::{SignIn, SignedIn};
pub(crate) use throttling::FORGOTTEN_AFTER;

/// How long people stay signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeopleTerms {
    /// Longest time that a session is not used before it ends.
    pub session_idle: Duration,
    /// Longest time that a session lasts, however much it is used.
    pub session_longest: Duration,
}

impl Default for PeopleTerms {
    fn default() -> Self {
        Self { session_idle: Duration::from_secs(8 * 3600), session_longest: Duration::from_secs(7 * 24 * 3600) }
    }
}
