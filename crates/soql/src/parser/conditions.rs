//! `WHERE` and `HAVING`.

use crate::error::SoqlError;
use crate::lexer::Token;
use crate::parser::Parser;
use crate::parser::expressions::Context;
use crate::tree::{Comparison, Condition, Expression, Operator, Query, Value};

/// Parentheses and `NOT`s inside each other; more is refused rather than recursed into.
const DEEPEST_NESTING: usize = 100;
/// The most semi-joins and anti-joins of one query.
const MOST_SEMI_JOINS: usize = 2;

const NOT_AT_THE_TOP: &str =
    "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.";

impl Parser<'_> {
    /// A whole condition.
    pub(super) fn condition(&mut self, context: Context) -> Result<Condition, SoqlError> {
        let condition = Conditions { parser: self, context, depth: 0 }.condition()?;
        self.check_semi_joins(&condition, context)?;
        Ok(condition)
    }

    /// A semi-join stands alone or among what `AND` joins, nowhere deeper.
    fn check_semi_joins(&self, condition: &Condition, context: Context) -> Result<(), SoqlError> {
        let (found, text) = match condition {
            Condition::Or(_) => {
                (semi_join_in(condition), "Semi join sub-selects are not allowed with the 'OR' operator")
            }
            Condition::And(parts) => (parts.iter().find_map(|part| misplaced(part, context)), NOT_AT_THE_TOP),
            single => (misplaced(single, context), NOT_AT_THE_TOP),
        };
        found.map_or(Ok(()), |found| Err(self.error(found.left.position(), text)))
    }
}

/// The semi-join of a part of a condition, unless it may stand there.
fn misplaced(part: &Condition, context: Context) -> Option<&Comparison> {
    if context == Context::Where && matches!(part, Condition::Compare(_)) { None } else { semi_join_in(part) }
}

/// The first semi-join of a condition.
fn semi_join_in(condition: &Condition) -> Option<&Comparison> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().find_map(semi_join_in),
        Condition::Not(inner) => semi_join_in(inner),
        Condition::Compare(comparison) => {
            matches!(comparison.operator, Operator::InQuery(_) | Operator::NotInQuery(_)).then_some(comparison)
        }
    }
}

struct Conditions<'parser, 'query> {
    parser: &'parser mut Parser<'query>,
    context: Context,
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
        let left = self.parser.expression(self.context)?;
        let is_distance = matches!(left, Expression::Distance(_));
        if is_distance && !self.parser.is_symbol_at(0, "<") && !self.parser.is_symbol_at(0, ">") {
            return Err(self.parser.unexpected());
        }
        let operator = self.operator(&left)?;
        Ok(Comparison { left, operator })
    }

    fn operator(&mut self, left: &Expression) -> Result<Operator, SoqlError> {
        if self.parser.take_word("LIKE") {
            return self.pattern().map(Operator::Like);
        }
        if self.parser.take_word("INCLUDES") {
            return self.texts().map(Operator::Includes);
        }
        if self.parser.take_word("EXCLUDES") {
            return self.texts().map(Operator::Excludes);
        }
        if self.parser.take_word("IN") {
            return self.within(left, Operator::In, Operator::InQuery);
        }
        if self.parser.is_word_at(0, "NOT") && self.parser.is_word_at(1, "IN") {
            self.parser.at += 2;
            return self.within(left, Operator::NotIn, Operator::NotInQuery);
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
        self.parser.at += 1;
        self.parser.value().map(make)
    }

    fn pattern(&mut self) -> Result<String, SoqlError> {
        self.parser.check_bind()?;
        match self.parser.peek() {
            Some(Token::Text { pattern, .. }) => {
                let pattern = pattern.clone();
                self.parser.at += 1;
                Ok(pattern)
            }
            _ => Err(self.parser.unexpected()),
        }
    }

    fn texts(&mut self) -> Result<Vec<String>, SoqlError> {
        self.parser.check_bind()?;
        self.parser.in_parentheses(|parser| parser.list(Parser::text))
    }

    /// A list of values, or a query.
    fn within(
        &mut self,
        left: &Expression,
        values: fn(Vec<Value>) -> Operator,
        query: fn(Box<Query>) -> Operator,
    ) -> Result<Operator, SoqlError> {
        self.parser.check_bind()?;
        if !self.parser.is_word_at(1, "SELECT") {
            return self.parser.in_parentheses(|parser| parser.list(Parser::value)).map(values);
        }
        self.check_semi_join(left)?;
        let inside = self.parser.in_parentheses(Parser::semi_join)?;
        Ok(query(Box::new(inside)))
    }

    fn check_semi_join(&mut self, left: &Expression) -> Result<(), SoqlError> {
        if !matches!(left, Expression::Field(_)) {
            return Err(self.parser.unexpected());
        }
        let position = self.parser.position_at(1);
        self.parser.semi_joins += 1;
        if self.parser.inside_semi_join {
            return Err(self.parser.error(position, "Nesting of semi join sub-selects is not supported"));
        }
        if self.parser.semi_joins > MOST_SEMI_JOINS {
            let text = format!("Maximum {MOST_SEMI_JOINS} semi join sub-selects are allowed.");
            return Err(self.parser.error(position, &text));
        }
        Ok(())
    }
}
