//! Literals of a filter as stored values of the field they are compared with.

use rusqlite::types::Value as Cell;
use salesbridge_soql::{Path, Value};

use crate::answers::Fault;
use crate::clock;
use crate::ids;
use crate::schema::FieldType;
use crate::soql_execution::column::{Column, not_run};
use crate::soql_execution::scope::Scope;

/// The literals that one field is compared with.
pub(crate) struct Literals<'job, 'query> {
    pub(crate) scope: &'job Scope<'query>,
    pub(crate) path: &'job Path,
    pub(crate) column: &'job Column,
}

impl Literals<'_, '_> {
    /// The value as the field would store it.
    pub(crate) fn cell(&self, value: &Value) -> Result<Cell, Fault> {
        let kind = self.column.kind;
        match value {
            Value::Null => Ok(Cell::Null),
            Value::Text(text) if kind.is_id() => self.id(text),
            Value::Text(text) if kind.is_text() && text.is_empty() => Ok(Cell::Null),
            Value::Text(text) if kind.is_text() => Ok(Cell::Text(text.clone())),
            Value::Number(text) if kind.is_number() => text.parse().map(Cell::Real).map_err(|_| self.wrong_type()),
            Value::Currency { .. } if kind.is_number() => Err(not_run("amounts with a currency")),
            Value::Boolean(flag) if kind == FieldType::Boolean => Ok(Cell::Integer(i64::from(*flag))),
            Value::Date(text) if kind == FieldType::Date => Ok(Cell::Text(text.clone())),
            Value::DateTime(text) if kind == FieldType::DateTime => {
                clock::read(text).map(|time| Cell::Text(clock::shown(time))).ok_or_else(|| self.wrong_type())
            }
            Value::Time(text) if kind == FieldType::Time => Ok(Cell::Text(stored_time(text))),
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

    pub(crate) fn wrong_type(&self) -> Fault {
        let (name, kind) = (&self.column.name, self.column.kind);
        let (shown, quotes) = match kind {
            FieldType::DateTime => ("dateTime", "should not be enclosed in quotes"),
            kind if kind.is_text() || kind.is_id() => ("string", "should be enclosed in quotes"),
            kind => (kind.as_str(), "should not be enclosed in quotes"),
        };
        let reason = format!("value of filter criterion for field '{name}' must be of type {shown} and {quotes}");
        self.scope.fault(self.path, "INVALID_FIELD", &reason)
    }

    pub(crate) fn wrong_operator(&self) -> Fault {
        let reason = format!("invalid operator on {} field", self.column.kind.as_str());
        self.scope.fault(self.path, "INVALID_QUERY_FILTER_OPERATOR", &reason)
    }
}

/// `hh:mm:ss` with three digits behind it, as times are kept.
fn stored_time(literal: &str) -> String {
    let clock = literal.trim_end_matches('Z');
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    format!("{clock}.{:0<3.3}Z", fraction)
}
