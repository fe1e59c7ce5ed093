//! Conditions to SQL. Values are bound, never written into the text. The rules for nulls are SOQL's, not SQL's.

use rusqlite::types::Value as Cell;
use salesbridge_soql::{Comparison, Condition, Operator, Path, Value};

use crate::answers::Fault;
use crate::clock;
use crate::ids;
use crate::schema::{Ability, FieldType};
use crate::soql_execution::resolve::{Column, Scope};
use crate::storage::SOQL_LIKE;

/// Turns a condition into SQL; its values go to the end of `values`.
pub(crate) fn condition(scope: &mut Scope<'_>, condition: &Condition, values: &mut Vec<Cell>) -> Result<String, Fault> {
    let mut joined = |parts: &[Condition], word: &str, scope: &mut Scope<'_>| {
        let parts: Result<Vec<String>, Fault> = parts.iter().map(|part| self::condition(scope, part, values)).collect();
        parts.map(|parts| format!("({})", parts.join(word)))
    };
    match condition {
        Condition::And(parts) => joined(parts, " AND ", scope),
        Condition::Or(parts) => joined(parts, " OR ", scope),
        // SOQL knows no third truth value: what is not known to hold does not hold.
        Condition::Not(inner) => Ok(format!("NOT coalesce({}, 0)", self::condition(scope, inner, values)?)),
        Condition::Compare(comparison) => compared(scope, comparison, values),
    }
}

fn compared(scope: &mut Scope<'_>, comparison: &Comparison, values: &mut Vec<Cell>) -> Result<String, Fault> {
    let column = scope.column(&comparison.field)?;
    if !column.can.contains(&Ability::Filterable) {
        let reason = format!("field '{}' can not be filtered in a query call", column.name);
        return Err(scope.fault(&comparison.field, "INVALID_FIELD", &reason));
    }
    let mut against = Against { scope, path: &comparison.field, column: &column, values };
    match &comparison.operator {
        Operator::Equal(value) => against.equal(value),
        Operator::NotEqual(value) => against.not_equal(value),
        Operator::Less(value) => against.ordered("<", value),
        Operator::LessOrEqual(value) => against.ordered("<=", value),
        Operator::Greater(value) => against.ordered(">", value),
        Operator::GreaterOrEqual(value) => against.ordered(">=", value),
        Operator::Like(pattern) => against.like(pattern),
        Operator::In(list) => against.within(list),
        Operator::NotIn(list) => against.without(list),
    }
}

struct Against<'job, 'query> {
    scope: &'job Scope<'query>,
    path: &'job Path,
    column: &'job Column,
    values: &'job mut Vec<Cell>,
}

impl Against<'_, '_> {
    fn equal(&mut self, value: &Value) -> Result<String, Fault> {
        let sql = &self.column.sql;
        match self.cell(value)? {
            // A boolean is never null; the API reads null as false.
            Cell::Null if self.column.kind == FieldType::Boolean => Ok(format!("coalesce({sql}, 0) = 0")),
            Cell::Null => Ok(format!("{sql} IS NULL")),
            cell => Ok(format!("{sql} = {}", self.bound(cell))),
        }
    }

    fn not_equal(&mut self, value: &Value) -> Result<String, Fault> {
        let sql = &self.column.sql;
        match self.cell(value)? {
            Cell::Null if self.column.kind == FieldType::Boolean => Ok(format!("{sql} = 1")),
            Cell::Null => Ok(format!("{sql} IS NOT NULL")),
            cell => {
                let bound = self.bound(cell);
                Ok(self.or_null(&format!("{sql} <> {bound}")))
            }
        }
    }

    fn ordered(&mut self, operator: &str, value: &Value) -> Result<String, Fault> {
        if self.column.kind == FieldType::Boolean || self.column.kind.is_id() && *value == Value::Null {
            return Err(self.wrong_operator());
        }
        let cell = self.cell(value)?;
        Ok(format!("{} {operator} {}", self.column.sql, self.bound(cell)))
    }

    fn like(&mut self, pattern: &str) -> Result<String, Fault> {
        if !self.column.kind.is_text() {
            return Err(self.wrong_operator());
        }
        let bound = self.bound(Cell::Text(pattern.to_owned()));
        Ok(format!("{SOQL_LIKE}({bound}, {})", self.column.sql))
    }

    fn within(&mut self, list: &[Value]) -> Result<String, Fault> {
        let (places, has_null) = self.list(list)?;
        let sql = &self.column.sql;
        let or_null = if has_null { format!(" OR {sql} IS NULL") } else { String::new() };
        Ok(format!("({sql} IN ({places}){or_null})"))
    }

    fn without(&mut self, list: &[Value]) -> Result<String, Fault> {
        let (places, has_null) = self.list(list)?;
        let sql = &self.column.sql;
        let is_not_in = format!("{sql} NOT IN ({places})");
        Ok(if has_null { format!("({is_not_in} AND {sql} IS NOT NULL)") } else { self.or_null(&is_not_in) })
    }

    fn list(&mut self, list: &[Value]) -> Result<(String, bool), Fault> {
        let mut places = Vec::new();
        let mut has_null = false;
        for value in list {
            match self.cell(value)? {
                Cell::Null => has_null = true,
                cell => places.push(self.bound(cell)),
            }
        }
        Ok((places.join(", "), has_null))
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

    fn bound(&mut self, cell: Cell) -> String {
        self.values.push(cell);
        format!("?{}", self.values.len())
    }

    fn cell(&self, value: &Value) -> Result<Cell, Fault> {
        let kind = self.column.kind;
        match value {
            Value::Null => Ok(Cell::Null),
            Value::Text(text) if kind.is_id() => self.id(text),
            Value::Text(text) if kind.is_text() && text.is_empty() => Ok(Cell::Null),
            Value::Text(text) if kind.is_text() => Ok(Cell::Text(text.clone())),
            Value::Number(text) if kind.is_number() => text.parse().map(Cell::Real).map_err(|_| self.wrong_type()),
            Value::Boolean(flag) if kind == FieldType::Boolean => Ok(Cell::Integer(i64::from(*flag))),
            Value::Date(text) if kind == FieldType::Date => Ok(Cell::Text(text.clone())),
            Value::DateTime(text) if kind == FieldType::DateTime => {
                clock::read(text).map(|time| Cell::Text(clock::shown(time))).ok_or_else(|| self.wrong_type())
            }
            _ => Err(self.wrong_type()),
        }
    }

    fn id(&self, text: &str) -> Result<Cell, Fault> {
        if text.is_empty() {
            return Ok(Cell::Null);
        }
        let invalid = || {
            let reason = format!("invalid ID field: {text}");
            self.scope.fault(self.path, "INVALID_QUERY_FILTER_OPERATOR", &reason)
        };
        ids::normalized(text).map(Cell::Text).ok_or_else(invalid)
    }

    fn wrong_type(&self) -> Fault {
        let (name, kind) = (&self.column.name, self.column.kind);
        let (shown, quotes) = match kind {
            FieldType::DateTime => ("dateTime", "should not be enclosed in quotes"),
            kind if kind.is_text() || kind.is_id() => ("string", "should be enclosed in quotes"),
            kind => (kind.as_str(), "should not be enclosed in quotes"),
        };
        let reason = format!("value of filter criterion for field '{name}' must be of type {shown} and {quotes}");
        self.scope.fault(self.path, "INVALID_FIELD", &reason)
    }

    fn wrong_operator(&self) -> Fault {
        let reason = format!("invalid operator on {} field", self.column.kind.as_str());
        self.scope.fault(self.path, "INVALID_QUERY_FILTER_OPERATOR", &reason)
    }
}
