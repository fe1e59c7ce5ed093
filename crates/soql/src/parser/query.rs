//! A query clause by clause, in the order that the language fixes.

use crate::error::SoqlError;
use crate::lexer::Token;
use crate::parser::Parser;
use crate::parser::expressions::Context;
use crate::tree::{
    Condition, Direction, Expression, From, Grouping, Name, Nulls, Order, Query, Related, Scope, Select, SelectItem,
    Selected, Touches, Updates,
};
use crate::words::is_object;

/// The most levels of child subqueries, the outer query counted (SOQL and SOSL Reference, "Relationship Query Limitations").
const DEEPEST_LEVEL: usize = 5;
/// The most child subqueries of one query.
const MOST_CHILDREN: usize = 20;
/// The most fields between the parentheses of `ROLLUP` and `CUBE`.
const MOST_SUBTOTALS: usize = 3;

impl Parser<'_> {
    /// A whole query.
    pub(super) fn query(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("SELECT")?;
        let select = self.select()?;
        self.expect_word("FROM")?;
        let from = self.from()?;
        let mut query = bare(select, from);
        query.scope = self.scope()?;
        query.condition = self.where_clause()?;
        query.with = self.with()?;
        // `COUNT()` stands alone: it is neither grouped nor ordered.
        if query.select != Select::Count {
            query.grouping = self.grouping()?;
            query.having = if self.take_word("HAVING") { Some(self.condition(Context::Having)?) } else { None };
            query.order_by = self.order_by()?;
        }
        query.limit = self.number_after("LIMIT")?;
        query.offset = self.number_after("OFFSET")?;
        self.closing(&mut query)?;
        self.check(&query)?;
        Ok(query)
    }

    /// A child subquery, its parentheses around it. It is neither grouped, nor aliased, nor counted.
    pub(super) fn child(&mut self) -> Result<Query, SoqlError> {
        let position = self.position_at(1);
        self.children += 1;
        if self.children > MOST_CHILDREN {
            return Err(self.error(position, &format!("Too many child subqueries, maximum is {MOST_CHILDREN}")));
        }
        if self.level == DEEPEST_LEVEL {
            let text = format!(
                "SOQL statements cannot query aggregate relationships more than {DEEPEST_LEVEL} level away from the root \
                 entity object."
            );
            return Err(self.error(position, &text));
        }
        self.level += 1;
        let child = self.in_parentheses(Self::child_inside)?;
        self.level -= 1;
        Ok(child)
    }

    fn child_inside(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("SELECT")?;
        let select = Select::Items(self.list(Self::select_item)?);
        self.expect_word("FROM")?;
        let from = self.from()?;
        let mut query = bare(select, from);
        query.condition = self.where_clause()?;
        query.with = self.with()?;
        query.order_by = self.order_by()?;
        query.limit = self.number_after("LIMIT")?;
        query.offset = self.number_after("OFFSET")?;
        self.check(&query)?;
        let aggregate = query.expressions().find(|expression| expression.is_aggregate());
        match aggregate.or_else(|| query.order_by.iter().map(|order| &order.key).find(|key| key.is_aggregate())) {
            Some(aggregate) => {
                let text = "Aggregate functions are not supported in a child subquery";
                Err(self.error(aggregate.position(), text))
            }
            None => Ok(query),
        }
    }

    /// The inside of a semi-join: one field of one object.
    pub(super) fn semi_join(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("SELECT")?;
        let selected = Selected::Expression(Expression::Field(self.path()?));
        self.expect_word("FROM")?;
        let object = self.object_name()?;
        let from = From { owner: None, object, alias: self.object_alias(), related: Vec::new() };
        let mut query = bare(Select::Items(vec![SelectItem { selected, alias: None }]), from);
        self.inside_semi_join = true;
        query.condition = self.where_clause()?;
        self.inside_semi_join = false;
        Ok(query)
    }

    fn from(&mut self) -> Result<From, SoqlError> {
        let first = self.object_name()?;
        let (owner, object) =
            if self.level > 1 && self.take_symbol(".") { (Some(first), self.object_name()?) } else { (None, first) };
        let alias = self.object_alias();
        let mut related = Vec::new();
        while self.take_symbol(",") {
            let path = self.path()?;
            related.push(Related { path, alias: self.object_alias() });
        }
        Ok(From { owner, object, alias, related })
    }

    fn object_name(&mut self) -> Result<Name, SoqlError> {
        match self.word_at(0) {
            Some(word) if is_object(word) => Ok(self.word_as_name()),
            _ => self.name(),
        }
    }

    fn scope(&mut self) -> Result<Option<Scope>, SoqlError> {
        if !self.take_words(["USING", "SCOPE"])? {
            return Ok(None);
        }
        let scope = self.word_at(0).and_then(|word| Scope::named(word, self.position()));
        let scope = scope.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(Some(scope))
    }

    fn where_clause(&mut self) -> Result<Option<Condition>, SoqlError> {
        if self.take_word("WHERE") { self.condition(Context::Where).map(Some) } else { Ok(None) }
    }

    fn grouping(&mut self) -> Result<Grouping, SoqlError> {
        if !self.take_words(["GROUP", "BY"])? {
            return Ok(Grouping::None);
        }
        let grouped = |parser: &mut Self| parser.expression(Context::Group);
        for (name, make) in [("ROLLUP", Grouping::Rollup as fn(Vec<Expression>) -> Grouping), ("CUBE", Grouping::Cube)]
        {
            if self.is_word_at(0, name) && self.is_symbol_at(1, "(") {
                let position = self.position();
                self.at += 1;
                let expressions = self.in_parentheses(|parser| parser.list(grouped))?;
                if expressions.len() > MOST_SUBTOTALS {
                    let text = format!("GROUP BY {name} takes at most {MOST_SUBTOTALS} fields");
                    return Err(self.error(position, &text));
                }
                return Ok(make(expressions));
            }
        }
        self.list(grouped).map(Grouping::By)
    }

    fn order_by(&mut self) -> Result<Vec<Order>, SoqlError> {
        if self.take_words(["ORDER", "BY"])? { self.list(Self::order) } else { Ok(Vec::new()) }
    }

    fn order(&mut self) -> Result<Order, SoqlError> {
        let key = self.expression(Context::Order)?;
        let direction = if self.take_word("DESC") { Direction::Descending } else { Direction::Ascending };
        if direction == Direction::Ascending {
            self.take_word("ASC");
        }
        let nulls = if self.take_word("NULLS") { self.nulls()? } else { Nulls::First };
        Ok(Order { key, direction, nulls })
    }

    fn nulls(&mut self) -> Result<Nulls, SoqlError> {
        if self.take_word("LAST") {
            return Ok(Nulls::Last);
        }
        self.expect_word("FIRST").map(|()| Nulls::First)
    }

    fn number_after(&mut self, word: &str) -> Result<Option<u64>, SoqlError> {
        if !self.take_word(word) {
            return Ok(None);
        }
        let number = match self.peek() {
            Some(Token::Number(text)) => text.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(Some(number))
    }

    /// What no single clause can judge.
    fn check(&self, query: &Query) -> Result<(), SoqlError> {
        let is_grouped = query.grouping != Grouping::None;
        for item in query.items() {
            match &item.selected {
                // A plain field has no alias unless the query groups (SOQL and SOSL Reference, "Alias Notation").
                Selected::Expression(Expression::Field(path)) if item.alias.is_some() && !is_grouped => {
                    return Err(self.error(path.position(), "only aggregate expressions use field aliasing"));
                }
                Selected::TypeOf(type_of) if is_grouped || query.having.is_some() => {
                    return Err(self.error(type_of.relationship.position(), "TYPEOF is not allowed with GROUP BY"));
                }
                Selected::Children(child) if query.scope.is_some() => {
                    let text = "USING SCOPE is not allowed in a query with child subqueries";
                    return Err(self.error(child.from.object.position(), text));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn bare(select: Select, from: From) -> Query {
    Query {
        select,
        from,
        scope: None,
        condition: None,
        with: None,
        grouping: Grouping::None,
        having: None,
        order_by: Vec::new(),
        limit: None,
        offset: None,
        touches: Touches::default(),
        updates: Updates::default(),
        settings: Vec::new(),
        for_update: false,
        all_rows: false,
    }
}
