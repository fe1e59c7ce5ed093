//! Tokens to a tree, clause by clause. Refuses to know the org: names are taken as they come.

use crate::conditions;
use crate::error::{Position, SoqlError};
use crate::lexer::{Placed, Token, shown, tokens};
use crate::tree::{
    Aggregate, AggregateFunction, Direction, From, Name, Nulls, Order, OrderKey, Path, Query, Select, SelectItem,
    Selected,
};
use crate::words::is_reserved;

/// The longest statement in characters (SOQL and SOSL Reference, "SOQL and SOSL limits").
const LONGEST_STATEMENT: usize = 100_000;
/// The most relationships a path may walk up.
const DEEPEST_PATH: usize = 5;

/// Reads one query.
///
/// # Errors
/// The text is not a query of the supported grammar; the message is worded and placed as Salesforce does it.
pub fn parse(query: &str) -> Result<Query, SoqlError> {
    if query.trim().is_empty() {
        return Err(SoqlError::plain("SOQL statements cannot be empty or null"));
    }
    if query.chars().count() > LONGEST_STATEMENT {
        return Err(SoqlError::plain("SOQL statement is too long"));
    }
    let mut parser = Parser { query, tokens: tokens(query)?, at: 0 };
    let parsed = parser.query()?;
    match parser.peek() {
        None => Ok(parsed),
        Some(_) => Err(parser.unexpected()),
    }
}

pub(crate) struct Parser<'query> {
    query: &'query str,
    tokens: Vec<Placed>,
    at: usize,
}

impl Parser<'_> {
    fn query(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("SELECT")?;
        let select = self.select()?;
        self.expect_word("FROM")?;
        let from = self.from()?;
        let condition = if self.take_word("WHERE") { Some(conditions::condition(self)?) } else { None };
        let group_by = if self.take_words(["GROUP", "BY"])? { self.list(Self::path)? } else { Vec::new() };
        let order_by = if self.take_words(["ORDER", "BY"])? { self.list(Self::order)? } else { Vec::new() };
        let limit = if self.take_word("LIMIT") { Some(self.whole_number()?) } else { None };
        let offset = if self.take_word("OFFSET") { Some(self.whole_number()?) } else { None };
        self.check_aliases(&select, &group_by)?;
        Ok(Query { select, from, condition, group_by, order_by, limit, offset })
    }

    fn select(&mut self) -> Result<Select, SoqlError> {
        if self.is_word_at(0, "COUNT") && self.is_symbol_at(1, "(") && self.is_symbol_at(2, ")") {
            self.at += 3;
            return Ok(Select::Count);
        }
        self.list(Self::select_item).map(Select::Items)
    }

    fn select_item(&mut self) -> Result<SelectItem, SoqlError> {
        let selected = match self.aggregate()? {
            Some(aggregate) => Selected::Aggregate(aggregate),
            None => Selected::Field(self.path()?),
        };
        Ok(SelectItem { selected, alias: self.alias() })
    }

    fn aggregate(&mut self) -> Result<Option<Aggregate>, SoqlError> {
        let Some(function) = self.aggregate_function() else { return Ok(None) };
        self.at += 2;
        let argument = self.path()?;
        self.expect_symbol(")")?;
        Ok(Some(Aggregate { function, argument }))
    }

    fn aggregate_function(&self) -> Option<AggregateFunction> {
        if !self.is_symbol_at(1, "(") {
            return None;
        }
        let Some(Token::Word(word)) = self.peek() else { return None };
        AggregateFunction::named(word)
    }

    fn from(&mut self) -> Result<From, SoqlError> {
        let object = self.object_name()?;
        Ok(From { object, alias: self.alias() })
    }

    fn order(&mut self) -> Result<Order, SoqlError> {
        let key = match self.aggregate()? {
            Some(aggregate) => OrderKey::Aggregate(aggregate),
            None => OrderKey::Field(self.path()?),
        };
        let direction = match (self.take_word("DESC"), self.take_word("ASC")) {
            (true, false) => Direction::Descending,
            (false, _) => Direction::Ascending,
            (true, true) => return Err(self.unexpected()),
        };
        let nulls = if self.take_word("NULLS") { self.nulls()? } else { Nulls::First };
        Ok(Order { key, direction, nulls })
    }

    fn nulls(&mut self) -> Result<Nulls, SoqlError> {
        if self.take_word("LAST") {
            return Ok(Nulls::Last);
        }
        self.expect_word("FIRST").map(|()| Nulls::First)
    }

    /// A plain field has no alias unless the query groups (SOQL and SOSL Reference, "Alias Notation with GROUP BY").
    fn check_aliases(&self, select: &Select, group_by: &[Path]) -> Result<(), SoqlError> {
        let Select::Items(items) = select else { return Ok(()) };
        let aliased = items.iter().find_map(|item| match (&item.selected, &item.alias) {
            (Selected::Field(path), Some(_)) => Some(path.position()),
            _ => None,
        });
        match aliased {
            Some(position) if group_by.is_empty() => {
                Err(self.error(position, "only aggregate expressions use field aliasing"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn path(&mut self) -> Result<Path, SoqlError> {
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
        let position = self.position();
        match self.peek() {
            Some(Token::Word(word)) if !is_reserved(word) || self.is_symbol_at(1, ".") => {
                let name = Name::new(word.clone(), position);
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// An object's name; `Group` and `Order` are objects too.
    fn object_name(&mut self) -> Result<Name, SoqlError> {
        let position = self.position();
        match self.peek() {
            Some(Token::Word(word)) if ["Group", "Order"].iter().any(|name| word.eq_ignore_ascii_case(name)) => {
                let name = Name::new(word.clone(), position);
                self.at += 1;
                Ok(name)
            }
            _ => self.name(),
        }
    }

    fn alias(&mut self) -> Option<Name> {
        match self.peek() {
            Some(Token::Word(word)) if !is_reserved(word) => self.name().ok(),
            _ => None,
        }
    }

    fn whole_number(&mut self) -> Result<u64, SoqlError> {
        let number = match self.peek() {
            Some(Token::Number(text)) => text.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(number)
    }

    pub(crate) fn list<T>(&mut self, item: fn(&mut Self) -> Result<T, SoqlError>) -> Result<Vec<T>, SoqlError> {
        let mut items = vec![item(self)?];
        while self.take_symbol(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn take_words(&mut self, [first, second]: [&str; 2]) -> Result<bool, SoqlError> {
        if !self.take_word(first) {
            return Ok(false);
        }
        self.expect_word(second).map(|()| true)
    }

    pub(crate) fn take_word(&mut self, expected: &str) -> bool {
        let found = self.is_word_at(0, expected);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn take_symbol(&mut self, expected: &str) -> bool {
        let found = self.is_symbol_at(0, expected);
        self.at += usize::from(found);
        found
    }

    fn expect_word(&mut self, expected: &str) -> Result<(), SoqlError> {
        if self.take_word(expected) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(crate) fn expect_symbol(&mut self, expected: &str) -> Result<(), SoqlError> {
        if self.take_symbol(expected) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(crate) fn is_word_at(&self, ahead: usize, expected: &str) -> bool {
        matches!(self.token_at(ahead), Some(Token::Word(word)) if word.eq_ignore_ascii_case(expected))
    }

    fn is_symbol_at(&self, ahead: usize, expected: &str) -> bool {
        matches!(self.token_at(ahead), Some(Token::Symbol(symbol)) if *symbol == expected)
    }

    pub(crate) fn peek(&self) -> Option<&Token> {
        self.token_at(0)
    }

    pub(crate) fn next_token(&mut self) -> Option<Token> {
        let token = self.peek().cloned()?;
        self.at += 1;
        Some(token)
    }

    fn token_at(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|placed| &placed.token)
    }

    pub(crate) fn position(&self) -> Position {
        self.tokens.get(self.at).map_or_else(|| Position(self.query.chars().count()), |placed| placed.position)
    }

    pub(crate) fn unexpected(&self) -> SoqlError {
        let found = self.peek().map_or("<EOF>", shown);
        self.error(self.position(), &format!("unexpected token: '{found}'"))
    }

    pub(crate) fn error(&self, position: Position, text: &str) -> SoqlError {
        SoqlError::at(self.query, position, text)
    }
}
