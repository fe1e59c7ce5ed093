//! Text of a formula to tokens. Refuses to know the order they come in.

use crate::validation::FormulaError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A field, a path to one, a function or a literal word.
    Name(String),
    Text(String),
    Number(f64),
    Symbol(&'static str),
}

/// A token and where it begins, in characters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) position: usize,
}

/// Longer symbols first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 19] =
    ["&&", "||", "<>", "!=", "==", "<=", ">=", "(", ")", ",", "+", "-", "*", "/", "^", "&", "<", ">", "="];
const NOT: &str = "!";

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, FormulaError> {
    let mut lexer = Lexer { characters: text.chars().collect(), at: 0 };
    let mut found = Vec::new();
    while let Some(placed) = lexer.next()? {
        found.push(placed);
    }
    Ok(found)
}

/// How a message shows a token.
pub(super) fn shown(token: &Token) -> String {
    match token {
        Token::Name(text) | Token::Text(text) => text.clone(),
        Token::Number(number) => number.to_string(),
        Token::Symbol(symbol) => (*symbol).to_owned(),
    }
}

struct Lexer {
    characters: Vec<char>,
    at: usize,
}

impl Lexer {
    fn next(&mut self) -> Result<Option<Placed>, FormulaError> {
        self.skip_blanks()?;
        let position = self.at;
        let Some(first) = self.peek(0) else { return Ok(None) };
        let token = match first {
            '"' | '\'' => self.text(first)?,
            _ if first.is_ascii_digit() || (first == '.' && self.peek(1).is_some_and(|next| next.is_ascii_digit())) => {
                self.number()?
            }
            _ if starts_name(first) => {
                Token::Name(self.take_while(|c| starts_name(c) || c.is_ascii_digit() || c == '.'))
            }
            _ => self.symbol()?,
        };
        Ok(Some(Placed { token, position }))
    }

    /// Blanks and comments.
    fn skip_blanks(&mut self) -> Result<(), FormulaError> {
        loop {
            self.take_while(char::is_whitespace);
            if !(self.peek(0) == Some('/') && self.peek(1) == Some('*')) {
                return Ok(());
            }
            let start = self.at;
            self.at += 2;
            while !(self.peek(0) == Some('*') && self.peek(1) == Some('/')) {
                if self.peek(0).is_none() {
                    return Err(FormulaError::at(start, "Syntax error.  Missing '*/'"));
                }
                self.at += 1;
            }
            self.at += 2;
        }
    }

    fn text(&mut self, quote: char) -> Result<Token, FormulaError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(character) = self.peek(0) else {
                return Err(FormulaError::at(start, format!("Syntax error.  Missing '{quote}'")));
            };
            self.at += 1;
            match character {
                _ if character == quote => return Ok(Token::Text(text)),
                '\\' => text.push(self.escaped()),
                _ => text.push(character),
            }
        }
    }

    /// What a backslash makes of the next character; before others than these it means nothing.
    fn escaped(&mut self) -> char {
        let character = match self.peek(0) {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(quoted @ ('"' | '\'' | '\\')) => quoted,
            _ => return '\\',
        };
        self.at += 1;
        character
    }

    fn number(&mut self) -> Result<Token, FormulaError> {
        let start = self.at;
        let text = self.take_while(|character| character.is_ascii_digit() || character == '.');
        let number = text.parse().map_err(|_| FormulaError::at(start, format!("Syntax error.  Found '{text}'")))?;
        Ok(Token::Number(number))
    }

    fn symbol(&mut self) -> Result<Token, FormulaError> {
        let rest: String = self.characters.iter().skip(self.at).take(2).collect();
        let known = SYMBOLS.into_iter().chain([NOT]).find(|symbol| rest.starts_with(symbol));
        let symbol = known.ok_or_else(|| {
            FormulaError::at(self.at, format!("Syntax error.  Found '{}'", rest.chars().take(1).collect::<String>()))
        })?;
        self.at += symbol.chars().count();
        Ok(Token::Symbol(symbol))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(&belongs) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }
}

fn starts_name(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || character == '$'
}
