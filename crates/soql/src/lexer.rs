//! Text to tokens. Refuses to know the order they come in.

use crate::error::{Position, SoqlError};
use crate::literals::{is_date, is_datetime, is_time, unescaped};
use crate::words::{continues_word, starts_word};

/// The longest text literal of a filter (SOQL and SOSL Reference, "SOQL and SOSL limits").
const LONGEST_LITERAL: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    /// The literal with escapes resolved, and as a `LIKE` pattern, where `\%`, `\_` and `\\` keep their backslash.
    Text {
        value: String,
        pattern: String,
        has_wildcard_escape: bool,
    },
    Number(String),
    Date(String),
    DateTime(String),
    Time(String),
    Symbol(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) position: Position,
}

/// All tokens of `query`, in order.
pub(crate) fn tokens(query: &str) -> Result<Vec<Placed>, SoqlError> {
    let mut lexer = Lexer { query, characters: query.chars().collect(), at: 0 };
    let mut found = Vec::new();
    while let Some(placed) = lexer.next()? {
        found.push(placed);
    }
    Ok(found)
}

/// How an error message names a token.
pub(crate) fn shown(token: &Token) -> &str {
    match token {
        Token::Word(text) | Token::Number(text) | Token::Date(text) | Token::DateTime(text) | Token::Time(text) => text,
        Token::Text { value, .. } => value,
        Token::Symbol(symbol) => symbol,
    }
}

struct Lexer<'query> {
    query: &'query str,
    characters: Vec<char>,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<Placed>, SoqlError> {
        self.take_while(char::is_whitespace);
        let position = Position(self.at);
        let Some(first) = self.peek(0) else { return Ok(None) };
        let token = match first {
            '\'' => self.text()?,
            first if starts_word(first) => Token::Word(self.take_while(continues_word)),
            first if self.starts_number(first) => self.number_or_date()?,
            _ => self.symbol()?,
        };
        Ok(Some(Placed { token, position }))
    }

    fn symbol(&mut self) -> Result<Token, SoqlError> {
        const SYMBOLS: [&str; 12] = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", ".", ":"];
        for symbol in SYMBOLS {
            if symbol.chars().enumerate().all(|(ahead, expected)| self.peek(ahead) == Some(expected)) {
                self.at += symbol.len();
                return Ok(Token::Symbol(symbol));
            }
        }
        let found = self.peek(0).unwrap_or(' ');
        Err(self.error(self.at, &format!("unexpected token: '{found}'")))
    }

    fn starts_number(&self, first: char) -> bool {
        let digit_follows = |ahead| self.peek(ahead).is_some_and(|character| character.is_ascii_digit());
        match first {
            '0'..='9' => true,
            '.' => digit_follows(1),
            '+' | '-' => digit_follows(1) || (self.peek(1) == Some('.') && digit_follows(2)),
            _ => false,
        }
    }

    fn number_or_date(&mut self) -> Result<Token, SoqlError> {
        let start = self.at;
        let mut text = String::from(self.characters[start]);
        self.at += 1;
        text.push_str(&self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '+')));
        if is_date(&text) {
            return Ok(Token::Date(text));
        }
        if is_datetime(&text) {
            return Ok(Token::DateTime(text));
        }
        if is_time(&text) {
            return Ok(Token::Time(text));
        }
        if is_number(&text) {
            return Ok(Token::Number(text.trim_start_matches('+').to_owned()));
        }
        Err(self.error(start, &format!("unexpected token: '{text}'")))
    }

    fn text(&mut self) -> Result<Token, SoqlError> {
        let start = self.at;
        let (mut value, mut pattern, mut has_wildcard_escape) = (String::new(), String::new(), false);
        self.at += 1;
        loop {
            match self.advance() {
                None => return Err(self.error(start, "mismatched character '<EOF>' expecting '''")),
                Some('\'') => break,
                Some('\\') => {
                    let resolved = self.escape()?;
                    let keeps_backslash = matches!(resolved, Escaped::Wildcard(_) | Escaped::Character('\\'));
                    has_wildcard_escape |= matches!(resolved, Escaped::Wildcard(_));
                    let (Escaped::Wildcard(character) | Escaped::Character(character)) = resolved;
                    if keeps_backslash {
                        pattern.push('\\');
                    }
                    value.push(character);
                    pattern.push(character);
                }
                Some(character) => {
                    value.push(character);
                    pattern.push(character);
                }
            }
        }
        if value.chars().count() > LONGEST_LITERAL {
            return Err(self.error(start, "String literal is too long"));
        }
        Ok(Token::Text { value, pattern, has_wildcard_escape })
    }

    fn escape(&mut self) -> Result<Escaped, SoqlError> {
        let at = self.at;
        match self.advance() {
            Some(wildcard @ ('%' | '_')) => Ok(Escaped::Wildcard(wildcard)),
            Some('u' | 'U') => self.code_point().map(Escaped::Character),
            Some(letter) => unescaped(letter)
                .map(Escaped::Character)
                .ok_or_else(|| self.error(at, &format!("Illegal character sequence '\\{letter}' in string literal"))),
            None => Err(self.error(at, "mismatched character '<EOF>' expecting '''")),
        }
    }

    fn code_point(&mut self) -> Result<char, SoqlError> {
        let start = self.at;
        let digits: String = self.characters.iter().skip(start).take(4).collect();
        self.at = (start + 4).min(self.characters.len());
        let all_hex = digits.len() == 4 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
        all_hex
            .then(|| u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32))
            .flatten()
            .ok_or_else(|| self.error(start, "Illegal character sequence '\\u' in string literal"))
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(&belongs) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    fn advance(&mut self) -> Option<char> {
        let character = self.peek(0)?;
        self.at += 1;
        Some(character)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn error(&self, at: usize, text: &str) -> SoqlError {
        SoqlError::at(self.query, Position(at), text)
    }
}

enum Escaped {
    Character(char),
    Wildcard(char),
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits_only(whole) && digits_only(fraction) && !fraction.is_empty()
}
