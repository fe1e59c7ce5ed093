//! Literals where they stand: values of filters, numbers, settings.

use crate::error::{Position, SoqlError};
use crate::lexer::Token;
use crate::literals::currency;
use crate::parser::Parser;
use crate::tree::{DateLiteral, Value};

impl Parser<'_> {
    pub(super) fn value(&mut self) -> Result<Value, SoqlError> {
        self.check_bind()?;
        let value = match self.peek() {
            Some(Token::Text { .. }) => return self.text().map(Value::Text),
            Some(Token::Number(text)) => Value::Number(text.clone()),
            Some(Token::Date(text)) => Value::Date(text.clone()),
            Some(Token::DateTime(text)) => Value::DateTime(text.clone()),
            Some(Token::Time(text)) => Value::Time(text.clone()),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("TRUE") => Value::Boolean(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("FALSE") => Value::Boolean(false),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("NULL") => Value::Null,
            Some(Token::Word(word)) => return self.worded(&word.clone()),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(value)
    }

    pub(super) fn text(&mut self) -> Result<String, SoqlError> {
        match self.peek() {
            Some(Token::Text { has_wildcard_escape: true, .. }) => {
                Err(self.error(self.position(), "Illegal character sequence in string literal"))
            }
            Some(Token::Text { value, .. }) => {
                let value = value.clone();
                self.at += 1;
                Ok(value)
            }
            _ => Err(self.unexpected()),
        }
    }

    pub(super) fn number(&mut self) -> Result<String, SoqlError> {
        match self.peek() {
            Some(Token::Number(text)) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A variable of a program cannot reach us here.
    pub(super) fn check_bind(&self) -> Result<(), SoqlError> {
        if self.is_symbol_at(0, ":") {
            return Err(self.error(self.position(), "Bind variables only allowed in Apex code"));
        }
        Ok(())
    }

    /// A date literal or an amount with its currency.
    fn worded(&mut self, word: &str) -> Result<Value, SoqlError> {
        if let Some(literal) = DateLiteral::named(word) {
            self.at += 1;
            return Ok(Value::Literal(literal));
        }
        if let Some(n) = self.count_after(word)
            && let Some(literal) = DateLiteral::counted(word, n)
        {
            self.at += 3;
            return Ok(Value::Literal(literal));
        }
        let (code, whole) = currency(word).ok_or_else(|| self.unexpected())?;
        let fraction = match self.token_at(1) {
            Some(Token::Number(text)) if text.starts_with('.') && self.touches(0, word) => text.clone(),
            _ => String::new(),
        };
        self.at += if fraction.is_empty() { 1 } else { 2 };
        Ok(Value::Currency { code: code.to_owned(), amount: format!("{whole}{fraction}") })
    }

    /// The number behind `word:`, with nothing between them.
    fn count_after(&self, word: &str) -> Option<u32> {
        let Some(Token::Number(text)) = self.token_at(2) else { return None };
        let is_close = self.is_symbol_at(1, ":") && self.touches(0, word) && self.touches(1, ":");
        let is_whole = text.bytes().all(|byte| byte.is_ascii_digit());
        if is_close && is_whole { text.parse().ok() } else { None }
    }

    /// Whether the token ahead, which reads `text`, ends where the next one starts.
    fn touches(&self, ahead: usize, text: &str) -> bool {
        let Position(start) = self.position_at(ahead);
        self.position_at(ahead + 1) == Position(start + text.chars().count())
    }
}
