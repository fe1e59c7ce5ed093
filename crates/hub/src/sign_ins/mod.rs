//! Signing in to the system behind a connection, where that takes a person: at a browser that comes back to us, with a code that is pasted, or at another
//! device.
//!
//! A sign-in that was begun is in the store, so that it survives a restart and may be finished by another process. What would finish it is sealed. It
//! is good once: whoever brings the answer takes it, and what was taken is finished under a lease, again after a crash. Its `state` is kept as a
//! digest; the browser that opens its one-time link is the only one whose answer counts (RFC 6749 section 10.12, RFC 9700 section 4.7).

mod answer;
mod begin;
mod cancel;
mod details;
mod finish;
mod follow;
mod login_file;
mod sign_out;
mod unfinished;

pub use answer::{BrowserAnswer, Carried, SignInWords};
pub use begin::{NewSignIn, OpenedLink};
pub use details::{SignInDetails, SignInProgress};
pub use login_file::ImportedLogin;

pub(crate) use follow::Following;

use salesbridge_model::{SignInAttemptId, SignInKind};

use crate::HubError;

/// Path of the address that Salesforce sends browsers back to (R11).
pub const CALLBACK_PATH: &str = "/oauth/callback";
/// Path of one-time links that begin a sign-in in a browser, before the id and the ticket.
pub const START_PATH: &str = "/oauth/start";

/// Name of the lease under which a sign-in is finished.
fn lease_name(id: SignInAttemptId) -> String {
    format!("sign-in:{id}")
}

/// Nobody has begun what is asked for.
fn nothing_begun(name: &str) -> HubError {
    HubError::NotPossible {
        code: "no_sign_in",
        message: format!("nobody has begun a sign-in for the connection {name}"),
        remedy: format!("Begin one: `salesbridge connection sign-in {name}`"),
    }
}

/// How a kind of sign-in is called in the middle of a sentence.
fn in_words(kind: SignInKind) -> &'static str {
    match kind {
        SignInKind::Web => "in a browser",
        SignInKind::Paste => "with a pasted code",
        SignInKind::Device => "at another device",
    }
}
