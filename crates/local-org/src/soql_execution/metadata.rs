//! `columns=true`: what a query's columns are, without running it.

use std::sync::Arc;

use salesbridge_soql::{Expression, Query, Selected};
use serde_json::{Value, json};

use crate::answers::Fault;
use crate::schema::{Ability, FieldType, Object};
use crate::soql_execution::aggregates;
use crate::soql_execution::asking::Asking;
use crate::soql_execution::column::{Column, plain};
use crate::soql_execution::field_groups::fields_of;
use crate::soql_execution::scope::Scope;
use crate::soql_execution::{check_clauses, is_aggregate};

/// The answer of `columns=true`.
pub(crate) fn column_metadata(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<Value, Fault> {
    check_clauses(query)?;
    let mut scope = Scope::of_object(asking.work, text, &query.from)?;
    let object = Arc::clone(scope.object());
    let columns =
        if is_aggregate(query) { aggregated(asking, &mut scope, query)? } else { listed(asking, &mut scope, query)? };
    let is_id = |column: &Value| column["columnName"] == "Id" && column["aggregate"] == false;
    Ok(json!({
        "columnMetadata": columns,
        "entityName": object.name,
        "groupBy": !query.grouping.expressions().is_empty(),
        "idSelected": columns.iter().any(is_id),
        "keyPrefix": object.key_prefix,
    }))
}

fn aggregated(asking: &Asking<'_, '_>, scope: &mut Scope<'_>, query: &Query) -> Result<Vec<Value>, Fault> {
    let grouped = aggregates::grouped(asking, scope, query)?;
    let outputs = aggregates::outputs(asking, scope, query, &grouped)?;
    let named = outputs.iter().zip(query.expressions());
    Ok(named
        .map(|(output, expression)| {
            let shown = if output.is_aggregate { expression.to_string() } else { output.key.clone() };
            described(&output.key, &shown, &output.column, output.is_aggregate, Vec::new())
        })
        .collect())
}

fn listed(asking: &Asking<'_, '_>, scope: &mut Scope<'_>, query: &Query) -> Result<Vec<Value>, Fault> {
    let mut columns = Vec::new();
    for item in query.items() {
        match &item.selected {
            Selected::Expression(expression) => {
                let column = plain(scope, asking, expression)?;
                let alias = item.alias.as_ref().map(|alias| alias.as_str().to_owned());
                columns.push(one(expression, &column, alias));
            }
            Selected::Fields(group) => {
                for name in fields_of(&Arc::clone(scope.object()), *group)? {
                    columns.push(nested(&scope.own_column(&name)?));
                }
            }
            Selected::Children(child) => {
                let (mut inside, relationship) = Scope::of_children(asking.work, scope, &child.from)?;
                let inner = listed(asking, &mut inside, child)?;
                columns.push(joined(&relationship.relationship, None, true, inner));
            }
            Selected::TypeOf(type_of) => {
                let mut inner = Vec::new();
                for branch in &type_of.branches {
                    for path in &branch.fields {
                        let column = scope.branch_column(&type_of.relationship, branch.object.as_str(), path)?;
                        inner.push(described(&column.name, &column.name, &column, false, Vec::new()));
                    }
                }
                columns.push(joined(type_of.relationship.as_str(), None, false, inner));
            }
        }
    }
    Ok(columns)
}

fn one(expression: &Expression, column: &Column, alias: Option<String>) -> Value {
    match alias {
        Some(alias) => described(&alias, &expression.to_string(), column, false, Vec::new()),
        None => nested(column),
    }
}

/// A column inside the parents it is reached by.
fn nested(column: &Column) -> Value {
    let own = described(&column.name, &column.name, column, false, Vec::new());
    column.relationships.iter().rev().fold(own, |inner, relationship| {
        let object = column.source.as_ref().map(|source| &source.object);
        joined(relationship, object, false, vec![inner])
    })
}

fn joined(name: &str, object: Option<&Arc<Object>>, aggregate: bool, columns: Vec<Value>) -> Value {
    json!({
        "aggregate": aggregate,
        "apexType": object.map(|object| object.name.as_str()),
        "booleanType": false,
        "columnName": name,
        "custom": name.ends_with("__r"),
        "displayName": name,
        "foreignKeyName": null,
        "insertable": false,
        "joinColumns": columns,
        "numberType": false,
        "textType": false,
        "updatable": false,
    })
}

fn described(name: &str, shown: &str, column: &Column, aggregate: bool, columns: Vec<Value>) -> Value {
    let field = column.field();
    let foreign_key =
        field.and_then(|field| field.relationship.clone()).filter(|_| column.kind == FieldType::Reference);
    json!({
        "aggregate": aggregate,
        "apexType": apex_type(column.kind),
        "booleanType": column.kind == FieldType::Boolean,
        "columnName": name,
        "custom": field.is_some_and(crate::schema::Field::is_custom),
        "displayName": shown,
        "foreignKeyName": foreign_key,
        "insertable": field.is_some_and(|field| field.can(Ability::Createable)),
        "joinColumns": columns,
        "numberType": column.kind.is_number(),
        "textType": column.kind.is_text(),
        "updatable": field.is_some_and(|field| field.can(Ability::Updateable)),
    })
}

fn apex_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Id | FieldType::Reference => "Id",
        FieldType::Boolean => "Boolean",
        FieldType::Int => "Integer",
        FieldType::Double | FieldType::Currency | FieldType::Percent => "Double",
        FieldType::Date => "Date",
        FieldType::DateTime => "Datetime",
        FieldType::Time => "Time",
        FieldType::Address => "Address",
        FieldType::Location => "Location",
        FieldType::Base64 => "Blob",
        FieldType::AnyType => "Object",
        _ => "String",
    }
}
