//! What is wrong with a query, in Salesforce's words, and where. Refuses to know HTTP.

use thiserror::Error;

/// The characters shown on either side of the place of an error.
const EXCERPT_REACH: usize = 60;

/// A place in the text of a query, in characters from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Position(pub usize);

/// A query that is not SOQL. Salesforce answers these with HTTP 400 and the code [`SoqlError::code`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SoqlError {
    message: String,
    position: Option<Position>,
}

impl SoqlError {
    /// The error code of every grammar error.
    pub const fn code(&self) -> &'static str {
        "MALFORMED_QUERY"
    }

    /// The place of the error, when there is one.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    pub(crate) fn at(query: &str, position: Position, text: &str) -> Self {
        Self { message: located(query, position, text), position: Some(position) }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { message: text.into(), position: None }
    }
}

/// `text` under an excerpt of `query` with a caret below the place it speaks of: an empty line, the excerpt, the caret,
/// `ERROR at Row:R:Column:C`, then the text. Rows and columns count from 1.
pub fn located(query: &str, position: Position, text: &str) -> String {
    let before: Vec<char> = query.chars().take(position.0).collect();
    let row = before.iter().filter(|&&character| character == '\n').count() + 1;
    let column = before.iter().rev().take_while(|&&character| character != '\n').count();
    let line: Vec<char> = query.lines().nth(row - 1).unwrap_or_default().chars().collect();
    let start = column.saturating_sub(EXCERPT_REACH).min(line.len());
    let end = (column + EXCERPT_REACH).min(line.len());
    let excerpt: String = line[start..end].iter().collect();
    let caret = " ".repeat(column - start.min(column));
    format!("\n{excerpt}\n{caret}^\nERROR at Row:{row}:Column:{}\n{text}", column + 1)
}
