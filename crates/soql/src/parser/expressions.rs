//! Fields and functions of fields, each where it may stand.

use crate::error::SoqlError;
use crate::lexer::Token;
use crate::parser::Parser;
use crate::tree::{Aggregate, AggregateFunction, DateFunction, DatePart, Distance, DistanceUnit, Expression, Path};
use crate::words::is_reserved;

/// The clause that an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Select,
    Where,
    Group,
    Having,
    Order,
}

impl Context {
    fn takes_aggregates(self) -> bool {
        matches!(self, Self::Select | Self::Having | Self::Order)
    }

    fn takes_labels(self) -> bool {
        matches!(self, Self::Select | Self::Where | Self::Order)
    }
}

impl Parser<'_> {
    pub(super) fn expression(&mut self, context: Context) -> Result<Expression, SoqlError> {
        if !self.is_symbol_at(1, "(") {
            return self.path().map(Expression::Field);
        }
        if context == Context::Select && self.take_function("FORMAT") {
            let inner = self.formatted()?;
            self.expect_symbol(")")?;
            return Ok(Expression::Format(Box::new(inner)));
        }
        if context.takes_labels() && self.take_function("toLabel") {
            return self.argument().map(Expression::Label);
        }
        if context.takes_labels() && self.take_function("DISTANCE") {
            return self.distance().map(Expression::Distance);
        }
        if context.takes_aggregates() && self.take_function("GROUPING") {
            return self.argument().map(Expression::Grouping);
        }
        let aggregates = context.takes_aggregates();
        self.computed(aggregates, context == Context::Select)
    }

    /// What `FORMAT` takes.
    fn formatted(&mut self) -> Result<Expression, SoqlError> {
        if self.is_symbol_at(1, "(") { self.computed(true, true) } else { self.path().map(Expression::Field) }
    }

    /// An aggregate, a converted amount or a part of a date.
    fn computed(&mut self, aggregates: bool, conversion: bool) -> Result<Expression, SoqlError> {
        if conversion && self.take_function("convertCurrency") {
            return self.argument().map(Expression::ConvertCurrency);
        }
        let word = self.word_at(0).unwrap_or_default();
        if let Some(function) = AggregateFunction::named(word).filter(|_| aggregates) {
            self.at += 2;
            return self.argument().map(|argument| Expression::Aggregate(Aggregate { function, argument }));
        }
        if let Some(function) = DateFunction::named(word) {
            self.at += 2;
            return self.date_part(function).map(Expression::DatePart);
        }
        // A function that may not stand here is unexpected itself; of any other word, its parenthesis is.
        if AggregateFunction::named(word).is_none() && !word.is_empty() && !is_reserved(word) {
            self.at += 1;
        }
        Err(self.unexpected())
    }

    fn date_part(&mut self, function: DateFunction) -> Result<DatePart, SoqlError> {
        let in_user_zone = self.take_function("convertTimezone");
        let argument = self.argument()?;
        if in_user_zone {
            self.expect_symbol(")")?;
        }
        Ok(DatePart { function, argument, in_user_zone })
    }

    fn distance(&mut self) -> Result<Distance, SoqlError> {
        let field = self.path()?;
        self.expect_symbol(",")?;
        if !self.take_function("GEOLOCATION") {
            return Err(self.unexpected());
        }
        let latitude = self.number()?;
        self.expect_symbol(",")?;
        let longitude = self.number()?;
        self.expect_symbol(")")?;
        self.expect_symbol(",")?;
        let units = [DistanceUnit::Miles, DistanceUnit::Kilometres];
        let unit = match self.peek() {
            Some(Token::Text { value, .. }) => units.into_iter().find(|unit| unit.as_str() == value),
            _ => None,
        };
        let unit = unit.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        self.expect_symbol(")")?;
        Ok(Distance { field, latitude, longitude, unit })
    }

    /// A field and the closing parenthesis.
    fn argument(&mut self) -> Result<Path, SoqlError> {
        let path = self.path()?;
        self.expect_symbol(")")?;
        Ok(path)
    }
}
