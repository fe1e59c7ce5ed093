//! The rules an org was given: validation, duplicate and assignment rules. Read from the database once and kept with the
//! schema they speak of. Refuses to apply them.

use std::collections::HashMap;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params, params_from_iter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::org::{Work, setting};
use crate::rules::formula_fields::FieldsOf;
use crate::rules::validation_rules::ValidationMetadata;
use crate::schema::Schema;
use crate::storage::{identifier, table};
use crate::validation::{Formula, FormulaError};

/// All rules, by the object they are of.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleBook {
    pub(crate) validation: HashMap<String, Vec<ValidationRule>>,
    pub(crate) duplicates: HashMap<String, Vec<DuplicateRule>>,
    pub(crate) assignment: HashMap<String, Vec<AssignmentRule>>,
}

/// Refuses records for which a formula holds.
#[derive(Debug, Clone)]
pub(crate) struct ValidationRule {
    pub(crate) condition: Formula,
    pub(crate) message: String,
    /// The field the message is shown at.
    pub(crate) error_field: Option<String>,
}

/// Refuses records that have the same values as another one in some fields. A control command makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuplicateRule {
    /// Given by the org.
    #[serde(default)]
    pub id: String,
    /// The API name of the object.
    pub object: String,
    /// The developer name, as in the answer to a refused row.
    pub name: String,
    /// The fields that must all have a value and all be equal.
    pub fields: Vec<String>,
    /// What a refused row is told.
    #[serde(default = "use_one_of_these")]
    pub message: String,
    /// Whether a caller may save all the same, by header.
    #[serde(default = "yes")]
    pub allow_save: bool,
}

/// Gives new and changed records to an owner by the value of one field. A control command makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentRule {
    /// Given by the org.
    #[serde(default)]
    pub id: String,
    /// `Lead` or `Case`.
    pub object: String,
    /// The rule's name.
    pub name: String,
    /// The field looked at; every record is meant without one.
    #[serde(default)]
    pub field: Option<String>,
    /// The value the field must have.
    #[serde(default)]
    pub value: Option<String>,
    /// A user, or a queue of the object.
    pub owner_id: String,
    /// Whether it runs when a call names no rule.
    #[serde(default = "yes")]
    pub active: bool,
}

/// The kinds of rules in the table `rule`.
pub(crate) const DUPLICATE: &str = "duplicate";
pub(crate) const ASSIGNMENT: &str = "assignment";

impl RuleBook {
    /// The rules the database remembers, as far as they fit the schema.
    pub(crate) fn load(sql: &Connection, schema: &Schema) -> rusqlite::Result<Self> {
        let mut book = Self::default();
        for rule in kept::<DuplicateRule>(sql, DUPLICATE)? {
            book.duplicates.entry(rule.object.clone()).or_default().push(rule);
        }
        for rule in kept::<AssignmentRule>(sql, ASSIGNMENT)? {
            book.assignment.entry(rule.object.clone()).or_default().push(rule);
        }
        for (object, name, metadata) in kept_validation(sql)? {
            match ValidationRule::of(schema, &object, &metadata) {
                Ok(rule) if metadata.active => book.validation.entry(object).or_default().push(rule),
                Ok(_) => {}
                Err(error) => tracing::warn!(rule = %name, error = %error, "a validation rule fits the org no more"),
            }
        }
        Ok(book)
    }
}

impl ValidationRule {
    /// Reads the formula of a rule of this object.
    pub(crate) fn of(schema: &Schema, object: &str, metadata: &ValidationMetadata) -> Result<Self, FormulaError> {
        let object = schema
            .object(object)
            .ok_or_else(|| FormulaError { message: format!("Entity {object} does not exist"), position: 0 })?;
        let condition = Formula::condition(&metadata.error_condition_formula, &FieldsOf { schema, object })?;
        let (message, error_field) = (metadata.error_message.clone(), metadata.error_display_field.clone());
        Ok(Self { condition, message, error_field })
    }
}

impl DuplicateRule {
    /// Keeps the rule, in the place of the one with its id, and the row that callers find it by.
    pub(crate) fn keep(&self, work: &Work<'_>) -> rusqlite::Result<()> {
        keep(work.sql, DUPLICATE, &self.id, self)?;
        let values = [("SobjectType", &self.object), ("DeveloperName", &self.name), ("MasterLabel", &self.name)];
        show(work, "DuplicateRule", &self.id, values, ("IsActive", true))
    }
}

impl AssignmentRule {
    /// Keeps the rule, in the place of the one with its id, and the row that callers find it by.
    pub(crate) fn keep(&self, work: &Work<'_>) -> rusqlite::Result<()> {
        keep(work.sql, ASSIGNMENT, &self.id, self)?;
        let values = [("SobjectType", &self.object), ("Name", &self.name)];
        show(work, "AssignmentRule", &self.id, values, ("Active", self.active))
    }
}

fn keep(sql: &Connection, kind: &str, id: &str, rule: &impl Serialize) -> rusqlite::Result<()> {
    let definition = serde_json::to_string(rule).unwrap_or_default();
    sql.prepare_cached("INSERT OR REPLACE INTO rule (id, kind, definition) VALUES (?1, ?2, ?3)")?
        .execute(params![id, kind, definition])
        .map(drop)
}

/// The row of a rule, as queries show it.
fn show<const N: usize>(
    work: &Work<'_>,
    object: &str,
    id: &str,
    texts: [(&str, &String); N],
    (flag, is_set): (&str, bool),
) -> rusqlite::Result<()> {
    let user = setting(work.sql, "admin_id")?.unwrap_or_default();
    let mut names = vec!["Id", flag, "CreatedById", "LastModifiedById"];
    let mut cells = vec![text_cell(id), Cell::Integer(is_set.into()), text_cell(&user), text_cell(&user)];
    for name in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        names.push(name);
        cells.push(text_cell(work.stamp()));
    }
    for (name, text) in texts {
        names.push(name);
        cells.push(text_cell(text));
    }
    let columns: Vec<String> = names.iter().map(|name| identifier(name)).collect();
    let places = vec!["?"; cells.len()].join(", ");
    let sql = format!("INSERT OR REPLACE INTO {} ({}) VALUES ({places})", table(object), columns.join(", "));
    work.sql.execute(&sql, params_from_iter(cells)).map(drop)
}

fn text_cell(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// Forgets a duplicate or assignment rule and its row; answers whether there was one.
pub(crate) fn forget(work: &Work<'_>, id: &str) -> rusqlite::Result<bool> {
    for object in ["DuplicateRule", "AssignmentRule"] {
        work.sql.execute(&format!("DELETE FROM {} WHERE \"Id\" = ?1", table(object)), [id])?;
    }
    work.sql.execute("DELETE FROM rule WHERE id = ?1", [id]).map(|count| count > 0)
}

/// The kept rules of a kind, in the order they were made.
pub(crate) fn kept<R: DeserializeOwned>(sql: &Connection, kind: &str) -> rusqlite::Result<Vec<R>> {
    let mut statement = sql.prepare_cached("SELECT definition FROM rule WHERE kind = ?1 ORDER BY id")?;
    let texts: Vec<String> = statement.query_map([kind], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
}

/// Object, name and metadata of each validation rule.
fn kept_validation(sql: &Connection) -> rusqlite::Result<Vec<(String, String, ValidationMetadata)>> {
    let mut statement = sql.prepare(
        "SELECT \"EntityDefinitionId\", \"FullName\", \"Metadata\" FROM \"record_ValidationRule\" ORDER BY \"Id\"",
    )?;
    let rows: Vec<(String, String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let read = |(object, name, text): (String, String, String)| Some((object, name, serde_json::from_str(&text).ok()?));
    Ok(rows.into_iter().filter_map(read).collect())
}

fn yes() -> bool {
    true
}

fn use_one_of_these() -> String {
    "Use one of these records?".to_owned()
}
