//! The `WHERE` clause. Refuses to know field types: which operator fits which field is the org's to judge.

use crate::error::SoqlError;
use crate::lexer::Token;
use crate::parser::Parser;
use crate::tree::{Comparison, Condition, Operator, Value};

/// Parentheses and `NOT`s inside each other; more is refused rather than recursed into.
const DEEPEST_NESTING: usize = 100;

/// A whole condition.
pub(crate) fn condition(parser: &mut Parser<'_>) -> Result<Condition, SoqlError> {
    Conditions { parser, depth: 0 }.condition()
}

struct Conditions<'parser, 'query> {
    parser: &'parser mut Parser<'query>,
    depth: usize,
}

impl Conditions<'_, '_> {
    /// `[NOT] term {AND term}` or `[NOT] term {OR term}`: the two are not mixed without parentheses.
    fn condition(&mut self) -> Result<Condition, SoqlError> {
        let first = if self.parser.take_word("NOT") { Condition::Not(Box::new(self.term()?)) } else { self.term()? };
        if self.parser.is_word_at(0, "AND") {
            return self.joined("AND", first).map(Condition::And);
        }
        if self.parser.is_word_at(0, "OR") {
            return self.joined("OR", first).map(Condition::Or);
        }
        Ok(first)
    }

    fn joined(&mut self, word: &str, first: Condition) -> Result<Vec<Condition>, SoqlError> {
        let mut parts = vec![first];
        while self.parser.take_word(word) {
            parts.push(self.term()?);
        }
        if self.parser.is_word_at(0, "AND") || self.parser.is_word_at(0, "OR") {
            return Err(self.parser.unexpected());
        }
        Ok(parts)
    }

    fn term(&mut self) -> Result<Condition, SoqlError> {
        if !self.parser.take_symbol("(") {
            return self.comparison().map(Condition::Compare);
        }
        if self.depth == DEEPEST_NESTING {
            return Err(self.parser.error(self.parser.position(), "condition is nested too deeply"));
        }
        self.depth += 1;
        let inner = self.condition()?;
        self.depth -= 1;
        self.parser.expect_symbol(")")?;
        Ok(inner)
    }

    fn comparison(&mut self) -> Result<Comparison, SoqlError> {
        let field = self.parser.path()?;
        let operator = self.operator()?;
        Ok(Comparison { field, operator })
    }

    fn operator(&mut self) -> Result<Operator, SoqlError> {
        if self.parser.take_word("LIKE") {
            return self.pattern().map(Operator::Like);
        }
        if self.parser.take_word("IN") {
            return self.values().map(Operator::In);
        }
        if self.parser.is_word_at(0, "NOT") && self.parser.is_word_at(1, "IN") {
            self.parser.next_token();
            self.parser.next_token();
            return self.values().map(Operator::NotIn);
        }
        let make = match self.parser.peek() {
            Some(Token::Symbol("=")) => Operator::Equal,
            Some(Token::Symbol("!=" | "<>")) => Operator::NotEqual,
            Some(Token::Symbol("<")) => Operator::Less,
            Some(Token::Symbol("<=")) => Operator::LessOrEqual,
            Some(Token::Symbol(">")) => Operator::Greater,
            Some(Token::Symbol(">=")) => Operator::GreaterOrEqual,
            _ => return Err(self.parser.unexpected()),
        };
        self.parser.next_token();
        value(self.parser).map(make)
    }

    fn pattern(&mut self) -> Result<String, SoqlError> {
        match self.parser.peek() {
            Some(Token::Text { pattern, .. }) => {
                let pattern = pattern.clone();
                self.parser.next_token();
                Ok(pattern)
            }
            _ => Err(self.parser.unexpected()),
        }
    }

    fn values(&mut self) -> Result<Vec<Value>, SoqlError> {
        self.parser.expect_symbol("(")?;
        let values = self.parser.list(value)?;
        self.parser.expect_symbol(")")?;
        Ok(values)
    }
}

fn value(parser: &mut Parser<'_>) -> Result<Value, SoqlError> {
    let value = match parser.peek() {
        Some(Token::Text { has_wildcard_escape: true, .. }) => {
            return Err(parser.error(parser.position(), "Illegal character sequence in string literal"));
        }
        Some(Token::Text { value, .. }) => Value::Text(value.clone()),
        Some(Token::Number(text)) => Value::Number(text.clone()),
        Some(Token::Date(text)) => Value::Date(text.clone()),
        Some(Token::DateTime(text)) => Value::DateTime(text.clone()),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("TRUE") => Value::Boolean(true),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("FALSE") => Value::Boolean(false),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("NULL") => Value::Null,
        _ => return Err(parser.unexpected()),
    };
    parser.next_token();
    Ok(value)
}
