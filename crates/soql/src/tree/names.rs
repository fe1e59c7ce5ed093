//! Names and dotted paths, which remember where they stood. Refuses to know what they name.

use crate::error::Position;

/// A word that names an object, a field, a relationship or an alias.
#[derive(Debug, Clone)]
pub struct Name {
    text: String,
    position: Position,
}

/// A dotted path: relationship names, then a field.
#[derive(Debug, Clone)]
pub struct Path {
    segments: Vec<String>,
    position: Position,
}

impl Name {
    /// The word as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it stood.
    pub fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn new(text: impl Into<String>, position: Position) -> Self {
        Self { text: text.into(), position }
    }
}

impl Path {
    /// The parts between the dots, at least one.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Where it stood.
    pub fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn new(segments: Vec<String>, position: Position) -> Self {
        Self { segments, position }
    }
}

/// Two names are equal when they read the same, wherever they stood.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Name {}

/// Two paths are equal when they read the same, wherever they stood.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Eq for Path {}
