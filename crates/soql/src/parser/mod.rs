//! Tokens to a tree: where the parser stands, and how it steps. Refuses to know the org: names are taken as they come.

mod closing;
mod conditions;
mod expressions;
mod query;
mod select;
mod values;

use crate::error::{Position, SoqlError};
use crate::lexer::{Placed, Token, shown, tokens};
use crate::tree::{Name, Path, Query};
use crate::words::{is_reserved, opens_clause};

/// The longest statement in characters (SOQL and SOSL Reference, "SOQL and SOSL limits").
const LONGEST_STATEMENT: usize = 100_000;
/// The most relationships a path may walk up.
const DEEPEST_PATH: usize = 5;

/// Reads one query.
///
/// # Errors
/// The text is not a query of the grammar; the message is worded and placed as Salesforce does it.
pub fn parse(query: &str) -> Result<Query, SoqlError> {
    if query.trim().is_empty() {
        return Err(SoqlError::plain("SOQL statements cannot be empty or null"));
    }
    if query.chars().count() > LONGEST_STATEMENT {
        return Err(SoqlError::plain("SOQL statement is too long"));
    }
    let mut parser =
        Parser { query, tokens: tokens(query)?, at: 0, level: 1, children: 0, semi_joins: 0, inside_semi_join: false };
    let parsed = parser.query()?;
    match parser.peek() {
        None => Ok(parsed),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser<'query> {
    query: &'query str,
    tokens: Vec<Placed>,
    at: usize,
    /// How deep the select list stands that is being read; the outermost is 1.
    level: usize,
    /// Child subqueries read so far.
    children: usize,
    /// Semi-joins and anti-joins read so far.
    semi_joins: usize,
    inside_semi_join: bool,
}

impl Parser<'_> {
    fn path(&mut self) -> Result<Path, SoqlError> {
        let first = self.name()?;
        let mut segments = vec![first.as_str().to_owned()];
        while self.take_symbol(".") {
            segments.push(self.name()?.as_str().to_owned());
        }
        // One more than the relationships and the field: a path may start with the object's own name or alias.
        if segments.len() > DEEPEST_PATH + 2 {
            return Err(self.error(first.position(), "Too many levels of relationships in a field path, maximum is 5"));
        }
        Ok(Path::new(segments, first.position()))
    }

    fn name(&mut self) -> Result<Name, SoqlError> {
        match self.peek() {
            Some(Token::Word(word)) if !is_reserved(word) || self.is_symbol_at(1, ".") => Ok(self.word_as_name()),
            _ => Err(self.unexpected()),
        }
    }

    /// The name that an entry of a select list gives.
    fn alias(&mut self) -> Option<Name> {
        let word = self.word_at(0)?;
        (!is_reserved(word)).then(|| self.word_as_name())
    }

    /// The short name of an object. `AS` may stand before it.
    fn object_alias(&mut self) -> Option<Name> {
        let is_alias = |word: &str| !opens_clause(word);
        if self.is_word_at(0, "AS") && self.word_at(1).is_some_and(is_alias) {
            self.at += 1;
        }
        let word = self.word_at(0)?;
        is_alias(word).then(|| self.word_as_name())
    }

    /// The word here as a name, and a step on; empty where there is none.
    fn word_as_name(&mut self) -> Name {
        let name = Name::new(self.word_at(0).unwrap_or_default(), self.position());
        self.at += 1;
        name
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, SoqlError>) -> Result<Vec<T>, SoqlError> {
        let mut items = vec![item(self)?];
        while self.take_symbol(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn in_parentheses<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T, SoqlError>) -> Result<T, SoqlError> {
        self.expect_symbol("(")?;
        let found = inside(self)?;
        self.expect_symbol(")")?;
        Ok(found)
    }

    fn take_words(&mut self, [first, second]: [&str; 2]) -> Result<bool, SoqlError> {
        if !self.take_word(first) {
            return Ok(false);
        }
        self.expect_word(second).map(|()| true)
    }

    /// Takes `name(`.
    fn take_function(&mut self, name: &str) -> bool {
        let found = self.is_word_at(0, name) && self.is_symbol_at(1, "(");
        self.at += if found { 2 } else { 0 };
        found
    }

    fn take_word(&mut self, expected: &str) -> bool {
        let found = self.is_word_at(0, expected);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, expected: &str) -> bool {
        let found = self.is_symbol_at(0, expected);
        self.at += usize::from(found);
        found
    }

    fn expect_word(&mut self, expected: &str) -> Result<(), SoqlError> {
        if self.take_word(expected) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_symbol(&mut self, expected: &str) -> Result<(), SoqlError> {
        if self.take_symbol(expected) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn is_word_at(&self, ahead: usize, expected: &str) -> bool {
        self.word_at(ahead).is_some_and(|word| word.eq_ignore_ascii_case(expected))
    }

    fn is_symbol_at(&self, ahead: usize, expected: &str) -> bool {
        matches!(self.token_at(ahead), Some(Token::Symbol(symbol)) if *symbol == expected)
    }

    fn word_at(&self, ahead: usize) -> Option<&str> {
        match self.token_at(ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.token_at(0)
    }

    fn token_at(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|placed| &placed.token)
    }

    fn position(&self) -> Position {
        self.position_at(0)
    }

    fn position_at(&self, ahead: usize) -> Position {
        let end = || Position(self.query.chars().count());
        self.tokens.get(self.at + ahead).map_or_else(end, |placed| placed.position)
    }

    fn unexpected(&self) -> SoqlError {
        let found = self.peek().map_or("<EOF>", shown);
        self.error(self.position(), &format!("unexpected token: '{found}'"))
    }

    fn error(&self, position: Position, text: &str) -> SoqlError {
        SoqlError::at(self.query, position, text)
    }
}
