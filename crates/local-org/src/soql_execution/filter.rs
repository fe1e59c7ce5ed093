//! Conditions to SQL. Values are bound, never written into the text. The rules for nulls are SOQL's, not SQL's.

use chrono::NaiveDate;
use rusqlite::types::Value as Cell;
use salesbridge_soql::{Comparison, Condition, DateLiteral, Expression, Operator, Value};

use crate::answers::Fault;
use crate::schema::{Ability, FieldType};
use crate::soql_execution::asking::Asking;
use crate::soql_execution::column::Column;
use crate::soql_execution::scope::Scope;
use crate::soql_execution::semi_joins::semi_join;
use crate::soql_execution::values::Literals;
use crate::soql_execution::{date_literals, multi_picklists};
use crate::storage::SOQL_LIKE;

/// Lists longer than this are bound as one JSON array, so that no list has more values than SQLite binds.
const LONGEST_BOUND_LIST: usize = 200;

/// What turns a query's conditions into SQL; values go to the end of `values`.
pub(crate) struct Filter<'job, 'query, 'values, 'org> {
    pub(crate) asking: &'job Asking<'job, 'org>,
    pub(crate) scope: &'job mut Scope<'query>,
    pub(crate) values: &'values mut Vec<Cell>,
}

/// Finds the column of a left side.
pub(crate) type Resolve<'resolve> = &'resolve mut dyn FnMut(&mut Scope<'_>, &Expression) -> Result<Column, Fault>;

impl Filter<'_, '_, '_, '_> {
    /// A condition as SQL.
    pub(crate) fn condition(&mut self, condition: &Condition, resolve: Resolve<'_>) -> Result<String, Fault> {
        match condition {
            Condition::And(parts) => self.joined(parts, " AND ", resolve),
            Condition::Or(parts) => self.joined(parts, " OR ", resolve),
            // SOQL knows no third truth value: what is not known to hold does not hold.
            Condition::Not(inner) => Ok(format!("NOT coalesce({}, 0)", self.condition(inner, resolve)?)),
            Condition::Compare(comparison) => self.compared(comparison, resolve),
        }
    }

    fn joined(&mut self, parts: &[Condition], word: &str, resolve: Resolve<'_>) -> Result<String, Fault> {
        let mut written = Vec::new();
        for part in parts {
            written.push(self.condition(part, resolve)?);
        }
        Ok(balanced(&written, word))
    }

    fn compared(&mut self, comparison: &Comparison, resolve: Resolve<'_>) -> Result<String, Fault> {
        if let Operator::InQuery(query) | Operator::NotInQuery(query) = &comparison.operator {
            let negated = matches!(comparison.operator, Operator::NotInQuery(_));
            return semi_join(self, comparison.left.path(), query, negated);
        }
        let column = resolve(self.scope, &comparison.left)?;
        let path = comparison.left.path();
        if !column.can(Ability::Filterable) {
            let reason = format!("field '{}' can not be filtered in a query call", column.name);
            return Err(self.scope.fault(path, "INVALID_FIELD", &reason));
        }
        let literals = Literals { scope: self.scope, path, column: &column };
        let mut against = Against { asking: self.asking, literals, column: &column, values: self.values };
        against.operator(&comparison.operator)
    }
}

/// Many parts as a tree of pairs: SQLite refuses deep expressions, and a chain of a thousand would be one.
fn balanced(parts: &[String], word: &str) -> String {
    match parts {
        [] => "1".to_owned(),
        [only] => only.clone(),
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            format!("({}{word}{})", balanced(left, word), balanced(right, word))
        }
    }
}

struct Against<'job, 'values, 'query, 'org> {
    asking: &'job Asking<'job, 'org>,
    literals: Literals<'job, 'query>,
    column: &'job Column,
    values: &'values mut Vec<Cell>,
}

impl Against<'_, '_, '_, '_> {
    fn operator(&mut self, operator: &Operator) -> Result<String, Fault> {
        if self.column.kind == FieldType::MultiPicklist {
            return self.several(operator);
        }
        match operator {
            Operator::Equal(value) => self.equal(value),
            Operator::NotEqual(value) => self.not_equal(value),
            Operator::Less(value) => self.ordered("<", value),
            Operator::LessOrEqual(value) => self.ordered("<=", value),
            Operator::Greater(value) => self.ordered(">", value),
            Operator::GreaterOrEqual(value) => self.ordered(">=", value),
            Operator::Like(pattern) => self.like(pattern),
            Operator::In(list) => self.within(list),
            Operator::NotIn(list) => self.without(list),
            _ => Err(self.literals.wrong_operator()),
        }
    }

    /// Comparisons of what holds several values at once.
    fn several(&mut self, operator: &Operator) -> Result<String, Fault> {
        let sql = self.column.sql.clone();
        let mut bind = |text: String| bound(self.values, Cell::Text(text));
        let equal = |value: &Value, bind: &mut dyn FnMut(String) -> String| match self.literals.cell(value)? {
            Cell::Text(text) => Ok(multi_picklists::equals(&sql, &text, bind)),
            _ => Ok(format!("{sql} IS NULL")),
        };
        let any = |values: &[Value], bind: &mut dyn FnMut(String) -> String| -> Result<String, Fault> {
            let parts: Result<Vec<String>, Fault> = values.iter().map(|value| equal(value, bind)).collect();
            Ok(balanced(&parts?, " OR "))
        };
        Ok(match operator {
            Operator::Equal(value) => equal(value, &mut bind)?,
            Operator::NotEqual(value) => format!("NOT coalesce({}, 0)", equal(value, &mut bind)?),
            Operator::In(values) => any(values, &mut bind)?,
            Operator::NotIn(values) => format!("NOT coalesce({}, 0)", any(values, &mut bind)?),
            Operator::Includes(texts) => {
                let parts: Vec<String> =
                    texts.iter().map(|text| multi_picklists::includes(&sql, text, &mut bind)).collect();
                balanced(&parts, " OR ")
            }
            Operator::Excludes(texts) => {
                let parts: Vec<String> =
                    texts.iter().map(|text| multi_picklists::includes(&sql, text, &mut bind)).collect();
                format!("NOT coalesce({}, 0)", balanced(&parts, " OR "))
            }
            _ => return Err(self.literals.wrong_operator()),
        })
    }

    fn equal(&mut self, value: &Value) -> Result<String, Fault> {
        let sql = &self.column.sql;
        if let Value::Literal(literal) = value {
            let (start, end) = self.edges(*literal)?;
            return Ok(format!("({sql} >= {start} AND {sql} < {end})"));
        }
        match self.literals.cell(value)? {
            // A boolean is never null; the API reads null as false.
            Cell::Null if self.column.kind == FieldType::Boolean => Ok(format!("coalesce({sql}, 0) = 0")),
            Cell::Null => Ok(format!("{sql} IS NULL")),
            cell => Ok(format!("{sql} = {}", bound(self.values, cell))),
        }
    }

    fn not_equal(&mut self, value: &Value) -> Result<String, Fault> {
        let sql = &self.column.sql;
        if let Value::Literal(literal) = value {
            let (start, end) = self.edges(*literal)?;
            return Ok(self.or_null(&format!("({sql} < {start} OR {sql} >= {end})")));
        }
        match self.literals.cell(value)? {
            Cell::Null if self.column.kind == FieldType::Boolean => Ok(format!("{sql} = 1")),
            Cell::Null => Ok(format!("{sql} IS NOT NULL")),
            cell => {
                let place = bound(self.values, cell);
                Ok(self.or_null(&format!("{sql} <> {place}")))
            }
        }
    }

    fn ordered(&mut self, operator: &str, value: &Value) -> Result<String, Fault> {
        let sql = &self.column.sql;
        if self.column.kind == FieldType::Boolean || self.column.kind.is_id() && *value == Value::Null {
            return Err(self.literals.wrong_operator());
        }
        if let Value::Literal(literal) = value {
            let (start, end) = self.days(*literal)?;
            let (operator, edge) = match operator {
                "<" => ("<", start),
                "<=" => ("<", end),
                ">" => (">=", end),
                _ => (">=", start),
            };
            let edge = self.day(edge)?;
            return Ok(format!("{sql} {operator} {edge}"));
        }
        let cell = self.literals.cell(value)?;
        Ok(format!("{sql} {operator} {}", bound(self.values, cell)))
    }

    fn like(&mut self, pattern: &str) -> Result<String, Fault> {
        if !self.column.kind.is_text() {
            return Err(self.literals.wrong_operator());
        }
        let place = bound(self.values, Cell::Text(pattern.to_owned()));
        Ok(format!("{SOQL_LIKE}({place}, {})", self.column.sql))
    }

    fn within(&mut self, list: &[Value]) -> Result<String, Fault> {
        let mut parts = Vec::new();
        let has_null = self.list(list, &mut parts)?;
        if has_null {
            parts.push(self.equal(&Value::Null)?);
        }
        Ok(balanced(&parts, " OR "))
    }

    fn without(&mut self, list: &[Value]) -> Result<String, Fault> {
        let mut parts = Vec::new();
        let has_null = self.list(list, &mut parts)?;
        let sql = &self.column.sql;
        let is_none = format!("NOT {}", balanced(&parts, " OR "));
        Ok(if has_null { format!("({is_none} AND {sql} IS NOT NULL)") } else { self.or_null(&is_none) })
    }

    /// The values of a list as conditions of which one must hold; answers whether null is among them.
    fn list(&mut self, list: &[Value], parts: &mut Vec<String>) -> Result<bool, Fault> {
        let sql = &self.column.sql;
        let mut has_null = false;
        let mut cells = Vec::new();
        for value in list {
            match value {
                Value::Literal(_) => parts.push(self.equal(value)?),
                value => match self.literals.cell(value)? {
                    Cell::Null => has_null = true,
                    cell => cells.push(cell),
                },
            }
        }
        if cells.len() > LONGEST_BOUND_LIST {
            let place = bound(self.values, Cell::Text(json_array(&cells)));
            parts.push(format!("{sql} IN (SELECT value FROM json_each({place}))"));
        } else if !cells.is_empty() {
            let places: Vec<String> = cells.into_iter().map(|cell| bound(self.values, cell)).collect();
            parts.push(format!("{sql} IN ({})", places.join(", ")));
        }
        if parts.is_empty() {
            parts.push("0".to_owned());
        }
        Ok(has_null)
    }

    /// What is different also covers rows without a value, but not rows without the parent that would hold it.
    fn or_null(&self, different: &str) -> String {
        let (sql, row_id) = (&self.column.sql, &self.column.row_id);
        if self.column.relationships.is_empty() {
            format!("({different} OR {sql} IS NULL)")
        } else {
            format!("({different} OR ({sql} IS NULL AND {row_id} IS NOT NULL))")
        }
    }

    /// The places of the first moment of a literal and of the first moment after it.
    fn edges(&mut self, literal: DateLiteral) -> Result<(String, String), Fault> {
        let (start, end) = self.days(literal)?;
        Ok((self.day(start)?, self.day(end)?))
    }

    fn days(&self, literal: DateLiteral) -> Result<(NaiveDate, NaiveDate), Fault> {
        if !matches!(self.column.kind, FieldType::Date | FieldType::DateTime) {
            return Err(self.literals.wrong_type());
        }
        date_literals::days(self.asking, literal)
    }

    /// The place of the first moment of a day.
    fn day(&mut self, day: NaiveDate) -> Result<String, Fault> {
        let stored = date_literals::stored(self.asking, self.column.kind, day)?;
        Ok(bound(self.values, Cell::Text(stored)))
    }
}

fn bound(values: &mut Vec<Cell>, cell: Cell) -> String {
    values.push(cell);
    format!("?{}", values.len())
}

fn json_array(cells: &[Cell]) -> String {
    let values: Vec<serde_json::Value> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Text(text) => text.as_str().into(),
            Cell::Real(number) => (*number).into(),
            Cell::Integer(number) => (*number).into(),
            _ => serde_json::Value::Null,
        })
        .collect();
    serde_json::Value::from(values).to_string()
}
