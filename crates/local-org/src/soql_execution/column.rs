//! A field found, or what a function makes of it, as SQL with all that is known of it.

use std::sync::Arc;

use salesbridge_soql::{DateFunction, DatePart, Expression, Path};

use crate::answers::Fault;
use crate::schema::{Ability, Field, FieldType, Object, Schema};
use crate::soql_execution::asking::Asking;
use crate::soql_execution::date_parts::date_part_sql;
use crate::soql_execution::formats::Format;
use crate::soql_execution::scope::{Scope, coalesced, refused};
use crate::storage::{IGNORING_CASE, identifier};

/// What can be done with most values.
const ANY_USE: [Ability; 4] = [Ability::Filterable, Ability::Sortable, Ability::Groupable, Ability::Aggregatable];

/// An expression as SQL.
#[derive(Clone)]
pub(crate) struct Column {
    pub(crate) sql: String,
    pub(crate) kind: FieldType,
    /// The described name.
    pub(crate) name: String,
    pub(crate) can: Vec<Ability>,
    /// Relationship names in described case; empty for the query's own object.
    pub(crate) relationships: Vec<String>,
    /// SQL that is null where the row has no such parent.
    pub(crate) row_id: String,
    /// The field behind it; of a polymorphic parent, that of the first kind.
    pub(crate) source: Option<Source>,
    /// How its values are dressed for people, when they are.
    pub(crate) format: Option<Format>,
}

/// Where a field is.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) object: Arc<Object>,
    pub(crate) alias: String,
    pub(crate) field: usize,
}

impl Source {
    pub(crate) fn field(&self) -> &Field {
        &self.object.fields[self.field]
    }
}

impl Column {
    /// A field; of a polymorphic parent, the same field of each kind that has it. There is at least one.
    pub(crate) fn of(sources: Vec<Source>, relationships: &[String], row_id: String) -> Self {
        let expressions: Vec<String> =
            sources.iter().map(|source| format!("{}.{}", source.alias, identifier(&source.field().name))).collect();
        let is_joined = expressions.len() > 1;
        let mut sql = coalesced(expressions);
        let first = sources.into_iter().next();
        let field = first.as_ref().map(Source::field);
        let kind = field.map_or(FieldType::String, |field| field.kind);
        if is_joined && kind.is_text() {
            sql = format!("({sql} COLLATE {IGNORING_CASE})");
        }
        if kind == FieldType::Base64 {
            sql = format!("({sql} IS NOT NULL)");
        }
        Self {
            sql,
            kind,
            name: field.map(|field| field.name.clone()).unwrap_or_default(),
            can: field.map(|field| field.can.clone()).unwrap_or_default(),
            relationships: relationships.to_vec(),
            row_id,
            source: first,
            format: None,
        }
    }

    /// A field of the `Name` object that no kind of the parent has: it is there, without a value.
    pub(crate) fn absent(name: &str, relationships: &[String], row_id: String) -> Self {
        let kind = match name {
            "IsActive" => FieldType::Boolean,
            name if name.ends_with("Id") => FieldType::Reference,
            _ => FieldType::String,
        };
        Self {
            sql: "NULL".to_owned(),
            kind,
            name: name.to_owned(),
            can: ANY_USE.to_vec(),
            relationships: relationships.to_vec(),
            row_id,
            source: None,
            format: None,
        }
    }

    pub(crate) fn can(&self, ability: Ability) -> bool {
        self.can.contains(&ability)
    }

    pub(crate) fn field(&self) -> Option<&Field> {
        self.source.as_ref().map(Source::field)
    }

    /// The SOQL path in described case.
    pub(crate) fn path(&self) -> String {
        let mut path = self.relationships.join(".");
        if !path.is_empty() {
            path.push('.');
        }
        path + &self.name
    }

    /// SQL to sort by: picklists in the order of their values, everything else as it is.
    pub(crate) fn sort_sql(&self, schema: &Schema) -> String {
        self.rank_sql(schema).unwrap_or_else(|| self.sql.clone())
    }

    /// SQL of the place a value has in its picklist; values that are not in it come last, by their text.
    pub(crate) fn rank_sql(&self, schema: &Schema) -> Option<String> {
        let field = self.field().filter(|field| field.kind == FieldType::Picklist && self.kind == field.kind)?;
        let values = schema.picklist_values(field);
        if values.is_empty() {
            return None;
        }
        let arms: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("WHEN {} THEN {at}", literal(&value.value))).collect();
        let sql = &self.sql;
        let last = values.len();
        Some(format!("printf('%05d', CASE {sql} {} ELSE {last} END) || {sql}", arms.join(" ")))
    }
}

/// An expression that stands for one row.
pub(crate) fn plain(scope: &mut Scope<'_>, asking: &Asking<'_, '_>, expression: &Expression) -> Result<Column, Fault> {
    match expression {
        Expression::Field(path) => scope.column(path),
        Expression::Label(path) => label(scope, asking, path),
        Expression::DatePart(part) => date_part(scope, asking, part),
        Expression::Format(inner) => {
            let column = plain(scope, asking, inner)?;
            formatted(asking, column)
        }
        Expression::ConvertCurrency(_) => Err(not_run("convertCurrency()")),
        Expression::Distance(_) => Err(not_run("DISTANCE()")),
        Expression::Grouping(_) => Err(not_run("GROUPING()")),
        Expression::Aggregate(aggregate) => {
            let reason = format!("Aggregate function {} needs GROUP BY here", aggregate.function.as_str());
            Err(scope.fault(&aggregate.argument, "MALFORMED_QUERY", &reason))
        }
    }
}

/// Something that the grammar has and this org does not run.
pub(crate) fn not_run(what: &str) -> Fault {
    refused("FUNCTIONALITY_NOT_ENABLED", format!("The local org reads {what} but does not run it"))
}

/// The same column with its values dressed for people.
pub(crate) fn formatted(asking: &Asking<'_, '_>, mut column: Column) -> Result<Column, Fault> {
    column.format = Some(Format { zone: asking.zone()? });
    Ok(column)
}

/// Which kind of parent it is.
pub(crate) fn type_column(tables: &[(String, Arc<Object>)], relationships: Vec<String>, row_id: String) -> Column {
    let arms: Vec<String> = tables
        .iter()
        .map(|(alias, object)| format!("WHEN {alias}.\"Id\" IS NOT NULL THEN {}", literal(&object.name)))
        .collect();
    Column {
        sql: format!("(CASE {} END COLLATE {IGNORING_CASE})", arms.join(" ")),
        kind: FieldType::String,
        name: "Type".to_owned(),
        can: ANY_USE.to_vec(),
        relationships,
        row_id,
        source: None,
        format: None,
    }
}

fn label(scope: &mut Scope<'_>, asking: &Asking<'_, '_>, path: &Path) -> Result<Column, Fault> {
    let mut column = scope.column(path)?;
    let values = column.field().map(|field| asking.work.schema.picklist_values(field)).unwrap_or_default();
    let arms: Vec<String> = values
        .iter()
        .filter(|value| value.label != value.value)
        .map(|value| format!("WHEN {} THEN {}", literal(&value.value), literal(&value.label)))
        .collect();
    if !arms.is_empty() {
        let sql = &column.sql;
        column.sql = format!("(CASE {sql} {} ELSE {sql} END COLLATE {IGNORING_CASE})", arms.join(" "));
    }
    if column.kind == FieldType::Picklist {
        column.kind = FieldType::String;
    }
    Ok(column)
}

fn date_part(scope: &mut Scope<'_>, asking: &Asking<'_, '_>, part: &DatePart) -> Result<Column, Fault> {
    let mut column = scope.column(&part.argument)?;
    let needs_time = matches!(part.function, DateFunction::DayOnly | DateFunction::HourInDay) || part.in_user_zone;
    let fits = column.kind == FieldType::DateTime || column.kind == FieldType::Date && !needs_time;
    if !fits {
        let reason = format!("field {} does not support date function {}", column.name, part.function.as_str());
        return Err(scope.fault(&part.argument, "MALFORMED_QUERY", &reason));
    }
    column.sql = date_part_sql(asking, part, &column.sql)?;
    column.kind = if part.function == DateFunction::DayOnly { FieldType::Date } else { FieldType::Int };
    column.can = ANY_USE.to_vec();
    column.source = None;
    Ok(column)
}

/// Text of the schema as an SQL literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
