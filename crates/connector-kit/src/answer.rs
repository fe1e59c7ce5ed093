//! What the other side said, row by row.

use std::time::Duration;

use salesbridge_model::RecordReference;

/// One answer per row of the intent, in its order.
pub type Answers = Vec<RowAnswer>;

/// What happened to one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowAnswer {
    /// A record was made, or is found to have been made.
    Created {
        /// Its id.
        record_id: String,
    },
    /// The record has the values.
    Updated {
        /// Its id.
        record_id: String,
    },
    /// No; sending the same again would be refused again.
    Refused(Refusal),
    /// Not now; the same may pass later.
    Deferred {
        /// Why.
        refusal: Refusal,
        /// Not before this much time has passed, when the other side's rules say so.
        pause: Option<Duration>,
    },
    /// Not now: another write holds a lock on the record or one it refers to. It may pass later, together with the rows that want the same lock.
    Contended {
        /// Why.
        refusal: Refusal,
        /// Ids of the locked records, as far as the other side named them.
        records: Vec<String>,
    },
    /// The record to update is no longer there to be written.
    Gone(Refusal),
    /// The record to update was converted into others, and is not to be written any more.
    Converted {
        /// The other side's own words.
        refusal: Refusal,
        /// What it was converted into.
        into: Vec<RecordReference>,
    },
}

/// Why a row was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The other side's own code.
    pub code: String,
    /// The other side's own message.
    pub message: String,
    /// API names of the fields it is about.
    pub fields: Vec<String>,
    /// The one thing to do next.
    pub remedy: String,
}

/// What is known of an intent whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It may still be under way on the other side; ask again.
    Wait {
        /// After this time.
        pause: Duration,
    },
    /// What became of each row, in the intent's order.
    Rows(Vec<RecoveredRow>),
}

/// What became of one row of an intent whose answer was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecoveredRow {
    /// It arrived.
    Answered(RowAnswer),
    /// It may be sent again: nothing of it is under way any more. It did not arrive, or it changes a record, and its coming twice does no harm.
    NotSent,
    /// It cannot be told; a person decides.
    Uncertain {
        /// What was found and why it does not decide the matter.
        reason: String,
    },
}
