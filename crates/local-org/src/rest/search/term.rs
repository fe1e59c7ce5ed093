//! The words of a search and how they belong together: `acme AND (berlin OR "new york") AND NOT old*`. Refuses to know
//! what is searched.

use crate::answers::Fault;
use crate::rest::search::malformed;
use crate::schema::{Field, FieldType};

/// The deepest nesting of parentheses.
const DEEPEST: usize = 20;

#[derive(Debug, PartialEq)]
pub(super) enum Term {
    /// A pattern as SOQL writes it between quotes.
    Word(String),
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    And,
    Or,
    Not,
    Open,
    Close,
}

/// Reads the text of a search.
pub(super) fn read(text: &str) -> Result<Term, Fault> {
    let tokens = tokens(text);
    let longest = tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.replace(['%', '\\'], "").chars().count()),
        _ => None,
    });
    if longest.max().unwrap_or_default() < 2 {
        return Err(malformed(&format!("search term must be longer than one character: {text}")));
    }
    let mut rest = tokens.as_slice();
    let term = any(&mut rest, 0)?;
    if rest.is_empty() { Ok(term) } else { Err(malformed(&format!("unexpected token in the search term: {text}"))) }
}

impl Term {
    /// The condition in SOQL: the word stands in one of the fields.
    pub(super) fn condition(&self, fields: &[&Field]) -> String {
        let joined = |terms: &[Self], by: &str| {
            let conditions: Vec<String> = terms.iter().map(|term| format!("({})", term.condition(fields))).collect();
            conditions.join(by)
        };
        match self {
            Self::All(terms) => joined(terms, " AND "),
            Self::Any(terms) => joined(terms, " OR "),
            Self::Not(term) => format!("NOT ({})", term.condition(fields)),
            Self::Word(pattern) => {
                let conditions: Vec<String> = fields.iter().map(|field| in_field(field, pattern)).collect();
                conditions.join(" OR ")
            }
        }
    }
}

/// Words stand between blanks; addresses and numbers have no blanks to go by.
fn in_field(field: &Field, pattern: &str) -> String {
    let name = &field.name;
    if matches!(field.kind, FieldType::Email | FieldType::Phone | FieldType::Url) {
        return format!("{name} LIKE '%{pattern}%'");
    }
    let places = [pattern.to_owned(), format!("{pattern} %"), format!("% {pattern}"), format!("% {pattern} %")];
    let conditions: Vec<String> = places.iter().map(|place| format!("{name} LIKE '{place}'")).collect();
    conditions.join(" OR ")
}

fn any(rest: &mut &[Token], depth: usize) -> Result<Term, Fault> {
    let mut terms = vec![all(rest, depth)?];
    while rest.first() == Some(&Token::Or) {
        *rest = &rest[1..];
        terms.push(all(rest, depth)?);
    }
    Ok(single(terms, Term::Any))
}

/// Words side by side belong together as if `AND` stood between them.
fn all(rest: &mut &[Token], depth: usize) -> Result<Term, Fault> {
    let mut terms = vec![one(rest, depth)?];
    while !matches!(rest.first(), None | Some(Token::Or | Token::Close)) {
        if rest.first() == Some(&Token::And) {
            *rest = &rest[1..];
        }
        terms.push(one(rest, depth)?);
    }
    Ok(single(terms, Term::All))
}

fn one(rest: &mut &[Token], depth: usize) -> Result<Term, Fault> {
    let Some((token, after)) = rest.split_first() else { return Err(malformed("unexpected end of the search term")) };
    *rest = after;
    match token {
        Token::Word(word) => Ok(Term::Word(word.clone())),
        Token::Not if depth < DEEPEST => Ok(Term::Not(Box::new(one(rest, depth + 1)?))),
        Token::Open if depth < DEEPEST => {
            let inner = any(rest, depth + 1)?;
            match rest.split_first() {
                Some((Token::Close, after)) => *rest = after,
                _ => return Err(malformed("expecting a right parenthesis in the search term")),
            }
            Ok(inner)
        }
        _ => Err(malformed("unexpected token in the search term")),
    }
}

fn single(mut terms: Vec<Term>, many: fn(Vec<Term>) -> Term) -> Term {
    match (terms.len(), terms.pop()) {
        (1, Some(term)) => term,
        (_, last) => many(terms.into_iter().chain(last).collect()),
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut in_quotes = false;
    let mut characters = text.chars();
    let mut finish = |word: &mut String, is_phrase: bool| {
        let taken = std::mem::take(word);
        match taken.as_str() {
            "" => {}
            "AND" if !is_phrase => tokens.push(Token::And),
            "OR" if !is_phrase => tokens.push(Token::Or),
            "NOT" if !is_phrase => tokens.push(Token::Not),
            "(" if !is_phrase => tokens.push(Token::Open),
            ")" if !is_phrase => tokens.push(Token::Close),
            _ => tokens.push(Token::Word(taken)),
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.push_str(&characters.next().map(escaped).unwrap_or_default()),
            '"' => {
                finish(&mut word, in_quotes);
                in_quotes = !in_quotes;
            }
            '(' | ')' if !in_quotes => {
                finish(&mut word, false);
                finish(&mut character.to_string(), false);
            }
            blank if blank.is_whitespace() && !in_quotes => finish(&mut word, false),
            '*' => word.push('%'),
            '?' => word.push('_'),
            plain => word.push_str(&escaped(plain)),
        }
    }
    finish(&mut word, in_quotes);
    tokens
}

/// A character that stands for itself inside a pattern in quotes. Control characters are blanks.
fn escaped(character: char) -> String {
    match character {
        '%' | '_' | '\'' | '\\' | '"' => format!("\\{character}"),
        control if control.is_control() => " ".to_owned(),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Term {
        Term::Word(text.to_owned())
    }

    #[test]
    fn words_belong_together_by_and_unless_told_otherwise() {
        let any = Term::Any(vec![word("berlin"), word("new york")]);
        let all = Term::All(vec![word("acme"), any, Term::Not(Box::new(word("old%")))]);
        assert_eq!(read("acme (berlin OR \"new york\") AND NOT old*").ok(), Some(all));
        assert_eq!(read("o'b_r").ok(), Some(word("o\\'b\\_r")));
        assert_eq!(read("\"AND\"").ok(), Some(word("AND")));
    }

    #[test]
    fn what_is_no_search_is_refused() {
        for text in [
            "",
            "a",
            "*",
            "AND",
            "(acme",
            "acme )",
            "acme OR",
            "NOT",
            &"(".repeat(100),
            &format!("{}acme", "NOT ".repeat(100)),
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
