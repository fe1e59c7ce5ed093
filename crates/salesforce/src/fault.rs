//! One refusal in Salesforce's own words, and what it means for us.

pub(crate) mod wire;

use crate::decision::{self, Disposition, Entry, Stage};

/// One refusal in Salesforce's own words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ApiFault {
    /// Salesforce's code, such as `REQUIRED_FIELD_MISSING`. Decide on this, never on the message: messages are translated.
    pub code: String,
    /// Salesforce's message.
    pub message: String,
    /// API names of the fields it is about; often empty.
    pub fields: Vec<String>,
}

impl ApiFault {
    /// Its line in the table of decisions.
    pub fn entry(&self) -> &'static Entry {
        decision::of_fault(self)
    }

    /// What follows when this is the answer for one row.
    pub fn disposition(&self) -> Disposition {
        self.entry().at(Stage::Row)
    }

    /// The one thing to do next, for a person.
    pub fn remedy(&self) -> &'static str {
        self.entry().remedy
    }

    /// Whether it says that somebody else is writing the record or its parent at the same moment.
    pub fn is_contention(&self) -> bool {
        decision::is_contention(self)
    }

    /// Whether it says of a row to be changed that its record is not there to be written any more.
    pub fn says_that_the_record_is_gone(&self) -> bool {
        decision::says_that_the_record_is_gone(self)
    }

    /// Whether a new token would help. Two 401 texts and bad headers must not start a loop of sign-ins.
    pub(crate) fn asks_for_a_new_token(&self) -> bool {
        match self.code.as_str() {
            "INVALID_SESSION_ID" => {
                let message = self.message.to_ascii_lowercase();
                !message.contains("not valid for use with the rest api") && !message.contains("not attached to agent")
            }
            "INVALID_AUTH_HEADER" => self.message.contains("INVALID_JWT_FORMAT"),
            _ => false,
        }
    }
}

impl std::fmt::Display for ApiFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.message.trim() {
            "" => f.write_str(&self.code),
            message => write!(f, "{}: {message}", self.code),
        }
    }
}
