//! What follows from an error: the one place that decides, for every error this client can meet.
//!
//! Errors with a type of their own are matched exhaustively: a new one does not compile until someone decides. Salesforce's codes are looked up in a
//! table, and a code that is not there has [`NEVER_SEEN`]. Who repeats, waits or tells asks here; nobody else decides. `docs/errors.md` is printed from
//! these entries. It refuses to know how a wait is waited and who is told.

mod bulk;
mod calls;
mod checks;
mod codes;
mod network;
mod sign_in;

use std::time::Duration;

use salesbridge_egress::{MethodKind, Verdict};

pub(crate) use calls::of_call;
pub use checks::{ConnectionCheck, Place};
pub use codes::NEVER_SEEN;
pub(crate) use codes::{is_contention, of_fault, says_that_the_record_is_gone};
pub(crate) use network::of_network;
pub(crate) use sign_in::of_sign_in;

/// What is done next, for one row or for a whole call. Exactly one of these follows from any error at any stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// The client repeats it within seconds, a few times, paid from the connection's budget of retries; then it goes on as [`Disposition::RetryLater`].
    RetryNow,
    /// It is sent again by itself, after a pause that grows while the trouble lasts.
    RetryLater,
    /// It stops until a limit frees up or somebody mends something in the org; it is tried again every [`Disposition::pause`].
    Defer,
    /// It may have happened: it is found or ruled out before anything else is sent.
    LookUpFirst,
    /// The row or request cannot succeed as it is; others may. A person mends it.
    Refuse,
    /// Nothing more goes through the connection until a person has mended it.
    HoldConnection,
}

/// How far a call was when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It reads.
    Read,
    /// It writes, and surely nothing was written: nothing was sent, or Salesforce turned all of it away.
    NotWritten,
    /// It writes so, and it may have been carried out.
    MayHaveHappened(MethodKind),
    /// The call was carried out, and this is its answer for one row, which was not written.
    Row,
}

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code that runs, rows and pages show.
    pub code: &'static str,
    /// A part of Salesforce's message by which it is told from others of the same code; empty where the code is enough.
    pub says: &'static str,
    /// What it means, for people.
    pub meaning: &'static str,
    /// What follows, unless the stage of the call says otherwise.
    pub disposition: Disposition,
    /// The one thing to do next, for a person.
    pub remedy: &'static str,
}

/// Part of the table that belongs together.
pub struct Section {
    /// What its errors have in common.
    pub title: &'static str,
    /// What is to be known of all of them; empty where nothing is.
    pub note: &'static str,
    /// Its lines, in the order they are looked through.
    pub entries: Vec<&'static Entry>,
}

/// The whole table.
pub fn sections() -> Vec<Section> {
    vec![
        Section { title: "The way to the org", note: "", entries: network::ALL.to_vec() },
        Section { title: "Signing in", note: "", entries: sign_in::ALL.to_vec() },
        Section { title: "A call without Salesforce's own reason", note: "", entries: calls::ALL.to_vec() },
        Section { title: "Salesforce's codes, of a call or of a row", note: "", entries: codes::all() },
        Section { title: "Codes of Bulk jobs", note: bulk::NOTE, entries: bulk::TABLE.iter().collect() },
    ]
}

/// How long a limit or somebody's work in the org is waited for. Salesforce's daily window is 24 hours, rolling, so some of it comes back all the time.
const DEFERRED: Duration = Duration::from_secs(15 * 60);

impl Disposition {
    /// How long it waits at least, where the other side's rules say so.
    pub fn pause(self) -> Option<Duration> {
        (self == Disposition::Defer).then_some(DEFERRED)
    }
}

impl Entry {
    /// What follows at this stage.
    ///
    /// An insert that may have happened is looked up whatever the error was; other writes may come twice. A row's answer never holds the connection: the
    /// call it came with was carried out.
    pub fn at(&self, stage: Stage) -> Disposition {
        match (stage, self.disposition) {
            (Stage::MayHaveHappened(MethodKind::Insert), _) => Disposition::LookUpFirst,
            (
                Stage::MayHaveHappened(MethodKind::Get | MethodKind::Update | MethodKind::Upsert | MethodKind::Delete),
                _,
            ) => Disposition::RetryLater,
            (Stage::Row, Disposition::HoldConnection) => Disposition::Refuse,
            (Stage::Read | Stage::NotWritten | Stage::Row, disposition) => disposition,
        }
    }

    /// Whether the client itself repeats a call of this stage.
    pub(crate) fn verdict(&self, stage: Stage, asked_to_wait: Option<Duration>) -> Verdict {
        match self.at(stage) {
            Disposition::RetryNow => Verdict::Retry { after: asked_to_wait },
            Disposition::RetryLater
            | Disposition::Defer
            | Disposition::LookUpFirst
            | Disposition::Refuse
            | Disposition::HoldConnection => Verdict::Final,
        }
    }
}

/// A line without a part of the message.
const fn entry(code: &'static str, meaning: &'static str, disposition: Disposition, remedy: &'static str) -> Entry {
    saying(code, "", meaning, disposition, remedy)
}

/// A line that is told from others of its code by a part of the message.
const fn saying(
    code: &'static str,
    says: &'static str,
    meaning: &'static str,
    disposition: Disposition,
    remedy: &'static str,
) -> Entry {
    Entry { code, says, meaning, disposition, remedy }
}

#[cfg(test)]
mod tests;
