//! Many rows in one parameter.

use std::fmt::Write;

/// Rows for one statement: a JSON array of arrays, unfolded by `json_each`.
pub(crate) struct Rows {
    text: String,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self { text: String::from("[") }
    }

    /// Adds a row whose members are JSON texts already.
    pub(crate) fn push(&mut self, members: std::fmt::Arguments<'_>) {
        let separator = if self.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{separator}[{members}]");
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push(']');
        self.text
    }
}
