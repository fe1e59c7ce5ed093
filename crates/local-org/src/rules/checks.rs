//! Refusals of a completed row: owners, hierarchies, validation rules, duplicate rules. Refuses to change the row.

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use crate::answers::RowError;
use crate::ids;
use crate::org::Work;
use crate::rows::{Saving, record_url};
use crate::rules::book::DuplicateRule;
use crate::rules::formula_fields::SavedRow;
use crate::rules::look_up::{self, flag};
use crate::schema::{Field, FieldType};
use crate::storage::{identifier, table};

/// What a queue is told that does not take the object (unconfirmed).
const NOT_OF_QUEUE: &str = "Queue not associated with this SObject type";
/// What a record is told that would be above itself (unconfirmed).
const ABOVE_ITSELF: &str = "This record would be its own parent or grandparent";
/// The deepest hierarchy that is followed.
const DEEPEST: usize = 500;
/// The most duplicates named in an answer.
const MOST_DUPLICATES: u32 = 100;

/// Adds what is wrong with a completed row.
pub(crate) fn check(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    check_owner(saving)?;
    check_hierarchies(saving)?;
    if saving.errors.is_empty() {
        check_validation_rules(saving);
    }
    if saving.errors.is_empty() {
        check_duplicate_rules(saving)?;
    }
    Ok(())
}

/// A new owner is an active user, or a queue that takes the object.
fn check_owner(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let Some(owner) = saving.text("OwnerId").filter(|_| saving.gives("OwnerId") && saving.changes("OwnerId")) else {
        return Ok(());
    };
    let (work, label) = (saving.work, saving.object.label.to_lowercase());
    let error = match ids::prefix(owner) {
        "005" => {
            let is_active = look_up::by_id(work, "User", owner, ["IsActive"])?.is_none_or(|[cell]| flag(&cell));
            let text = format!("operation performed with inactive user [{owner}] as owner of {label}");
            (!is_active).then(|| RowError::on("INACTIVE_OWNER_OR_USER", text, &["OwnerId"]))
        }
        "00G" if saving.object.name != "Group" => {
            let sql = "SELECT 1 FROM \"record_QueueSobject\" WHERE \"QueueId\" = ?1 AND \"SobjectType\" = ?2";
            let takes: Option<i64> = work
                .sql
                .prepare_cached(sql)?
                .query_row(params![owner, saving.object.name], |row| row.get(0))
                .optional()?;
            takes.is_none().then(|| RowError::on("INVALID_OPERATION", NOT_OF_QUEUE, &["OwnerId"]))
        }
        _ => None,
    };
    saving.errors.extend(error);
    Ok(())
}

/// A record is not above itself.
fn check_hierarchies(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let Some(own_id) = saving.id else { return Ok(()) };
    let object = saving.object;
    let leads_up = |field: &&Field| field.kind == FieldType::Reference && field.refers_to.contains(&object.name);
    for field in object.fields.iter().filter(leads_up).filter(|field| saving.given.contains(&field.at)) {
        let mut above = saving.record.text(object, &field.name).map(str::to_owned);
        for _ in 0..DEEPEST {
            let Some(id) = above.take() else { break };
            if id == own_id {
                saving.errors.push(RowError::on("CIRCULAR_DEPENDENCY", ABOVE_ITSELF, &[&field.name]));
                break;
            }
            let next = look_up::by_id(saving.work, &object.name, &id, [field.name.as_str()])?;
            above = next.and_then(|[cell]| look_up::text(&cell).map(str::to_owned));
        }
    }
    Ok(())
}

fn check_validation_rules(saving: &mut Saving<'_, '_>) {
    let schema = &saving.work.schema;
    let Some(rules) = schema.rules().validation.get(&saving.object.name) else { return };
    let row = SavedRow(saving);
    let broken = rules.iter().filter(|rule| rule.condition.holds(&row));
    let errors: Vec<RowError> = broken
        .map(|rule| {
            let fields: Vec<&str> = rule.error_field.iter().map(String::as_str).collect();
            RowError::on("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message.clone(), &fields)
        })
        .collect();
    saving.errors.extend(errors);
}

fn check_duplicate_rules(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let work = saving.work;
    let Some(rules) = work.schema.rules().duplicates.get(&saving.object.name) else { return Ok(()) };
    for rule in rules {
        let is_asked = rule.fields.iter().any(|field| saving.changes(field));
        let may_save = rule.allow_save && work.save_options.borrow().allow_duplicates;
        if may_save || !is_asked {
            continue;
        }
        let duplicates = duplicates(saving, rule)?;
        if !duplicates.is_empty() {
            let error = RowError::on("DUPLICATES_DETECTED", rule.message.clone(), &[]);
            saving.errors.push(error.with_duplicates(duplicate_result(
                work,
                saving.object.name.as_str(),
                rule,
                &duplicates,
            )));
        }
    }
    Ok(())
}

/// The records that have the row's values in all fields of the rule.
fn duplicates(saving: &Saving<'_, '_>, rule: &DuplicateRule) -> rusqlite::Result<Vec<String>> {
    let mut cells = vec![rusqlite::types::Value::Text(saving.id.unwrap_or_default().to_owned())];
    let mut conditions = Vec::new();
    for field in &rule.fields {
        let cell = saving.cell(field);
        if *cell == rusqlite::types::Value::Null {
            return Ok(Vec::new());
        }
        cells.push(cell.clone());
        conditions.push(format!("{} = ?{}", identifier(field), cells.len()));
    }
    let sql = format!(
        "SELECT \"Id\" FROM {} WHERE \"Id\" <> ?1 AND {} AND {} ORDER BY \"Id\" LIMIT {MOST_DUPLICATES}",
        table(&saving.object.name),
        conditions.join(" AND "),
        saving.object.is_live_sql(),
    );
    let mut statement = saving.work.sql.prepare_cached(&sql)?;
    statement.query_map(rusqlite::params_from_iter(cells), |row| row.get(0))?.collect()
}

/// What the answer to a single row says of the rule and of the records found.
fn duplicate_result(work: &Work<'_>, object: &str, rule: &DuplicateRule, duplicates: &[String]) -> Value {
    let version = work.save_options.borrow().version.clone();
    let found: Vec<Value> = duplicates
        .iter()
        .map(|id| {
            let attributes = json!({"type": object, "url": record_url(&version, object, id)});
            json!({"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0,
                "record": {"attributes": attributes, "Id": id}})
        })
        .collect();
    let matched = json!({"entityType": object, "errors": [], "matchEngine": "ExactMatchEngine", "size": found.len(),
        "matchRecords": found, "rule": format!("{}_Match", rule.name), "success": true});
    json!({"allowSave": rule.allow_save, "duplicateRule": rule.name, "duplicateRuleEntityType": object,
        "errorMessage": rule.message, "matchResults": [matched]})
}
