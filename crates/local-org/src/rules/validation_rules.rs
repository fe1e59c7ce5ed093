//! Validation rules as they are made and kept: a row per rule, in the names of the Metadata API. Refuses to apply them.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::answers::{Fault, RowError};
use crate::ids;
use crate::org::Work;
use crate::rules::book::{RuleBook, ValidationRule};

/// The key prefix of validation rules.
const PREFIX: &str = "03d";

/// The metadata of a validation rule, in the names of the Metadata API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ValidationMetadata {
    #[serde(default = "yes")]
    pub(crate) active: bool,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) error_condition_formula: String,
    #[serde(default)]
    pub(crate) error_display_field: Option<String>,
    pub(crate) error_message: String,
}

/// A rule as it is sent to the Tooling API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ValidationSent {
    /// `Object.Rule`.
    #[serde(default)]
    pub(crate) full_name: Option<String>,
    pub(crate) metadata: ValidationMetadata,
}

impl ValidationSent {
    /// Makes the rule; answers its id.
    pub(crate) fn create(&self, work: &Work<'_>, user_id: &str) -> Result<String, Fault> {
        let full_name = self.full_name.as_deref().unwrap_or_default();
        let (object, name) = full_name.split_once('.').ok_or_else(|| {
            refused("REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName]".to_owned(), &["FullName"])
        })?;
        let object = work.schema.object(object).ok_or_else(|| {
            let text = format!("Entity Enumeration Or ID: bad value for restricted picklist field: {object}");
            refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["EntityEnumOrId"])
        })?;
        let full_name = format!("{}.{name}", object.name);
        let sql = "SELECT 1 FROM \"record_ValidationRule\" WHERE \"FullName\" = ?1";
        if work.sql.query_row(sql, [&full_name], |_| Ok(())).optional()?.is_some() {
            let text = format!("There is already a validation rule named {name} on {}.", object.label);
            return Err(refused("DUPLICATE_DEVELOPER_NAME", text, &["DeveloperName"]));
        }
        self.check(work, &object.name)?;
        let id = work.next_id(PREFIX);
        let now = work.stamp();
        work.sql.execute(
            "INSERT INTO \"record_ValidationRule\" (\"Id\", \"FullName\", \"ValidationName\", \"EntityDefinitionId\",
               \"CreatedDate\", \"CreatedById\", \"LastModifiedDate\", \"LastModifiedById\")
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?6)",
            params![id, full_name, name, object.name, now, user_id],
        )?;
        self.keep(work, &id, user_id)?;
        Ok(id)
    }

    /// Puts other metadata in the place of a rule's.
    pub(crate) fn update(&self, work: &Work<'_>, id: &str, user_id: &str) -> Result<(), Fault> {
        let (id, object) = found(work, id)?;
        self.check(work, &object)?;
        self.keep(work, &id, user_id)
    }

    /// The formula is read, and the field of the message is there.
    fn check(&self, work: &Work<'_>, object: &str) -> Result<(), Fault> {
        ValidationRule::of(&work.schema, object, &self.metadata).map_err(|error| {
            // The place is this org's own addition: Salesforce names the fault alone.
            let text = format!("Error Condition Formula: Error: {} (character {})", error.message, error.position + 1);
            refused("FIELD_INTEGRITY_EXCEPTION", text, &["ErrorConditionFormula"])
        })?;
        let field = self.metadata.error_display_field.as_deref();
        let known = |name: &str| work.schema.object(object).is_some_and(|object| object.field(name).is_some());
        match field {
            Some(name) if !known(name) => {
                let text = format!("Error Display Field: bad value for restricted picklist field: {name}");
                Err(refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["ErrorDisplayField"]))
            }
            _ => Ok(()),
        }
    }

    fn keep(&self, work: &Work<'_>, id: &str, user_id: &str) -> Result<(), Fault> {
        let metadata = serde_json::to_string(&self.metadata).unwrap_or_default();
        work.sql.execute(
            "UPDATE \"record_ValidationRule\" SET \"Active\" = ?2, \"Description\" = ?3, \"ErrorDisplayField\" = ?4,
               \"ErrorMessage\" = ?5, \"Metadata\" = ?6, \"LastModifiedDate\" = ?7, \"LastModifiedById\" = ?8
             WHERE \"Id\" = ?1",
            params![
                id,
                self.metadata.active,
                self.metadata.description,
                self.metadata.error_display_field,
                self.metadata.error_message,
                metadata,
                work.stamp(),
                user_id
            ],
        )?;
        publish(work)
    }
}

/// Deletes a rule.
pub(crate) fn delete(work: &Work<'_>, id: &str) -> Result<(), Fault> {
    let (id, _) = found(work, id)?;
    work.sql.execute("DELETE FROM \"record_ValidationRule\" WHERE \"Id\" = ?1", [id])?;
    publish(work)
}

/// Puts the kept rules in force.
pub(crate) fn publish(work: &Work<'_>) -> Result<(), Fault> {
    let schema = work.coming_schema();
    work.publish(schema.with_rules(RuleBook::load(work.sql, &schema)?));
    Ok(())
}

/// The id of a rule in its long form, and its object.
fn found(work: &Work<'_>, id: &str) -> Result<(String, String), Fault> {
    let sql = "SELECT \"Id\", \"EntityDefinitionId\" FROM \"record_ValidationRule\" WHERE \"Id\" = ?1";
    let normal = ids::normalized(id).unwrap_or_default();
    let known = work.sql.query_row(sql, [normal], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    known.ok_or_else(|| Fault::no_row(id))
}

fn refused(code: &'static str, text: String, fields: &[&str]) -> Fault {
    Fault::bad_request(RowError::on(code, text, fields))
}

fn yes() -> bool {
    true
}
