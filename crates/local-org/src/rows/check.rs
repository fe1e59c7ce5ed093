//! The rules a row must keep before it is written. Refuses to write.

use rusqlite::types::Value as Cell;
use rusqlite::{OptionalExtension, params};

use crate::answers::RowError;
use crate::ids;
use crate::org::Work;
use crate::rows::Record;
use crate::rows::find::{self, Found};
use crate::rows::parse::{Input, ParentKey};
use crate::rows::saving::Saving;
use crate::rules::MASTER;
use crate::schema::{Ability, Field, FieldType, Object};
use crate::storage::{identifier, table};

/// The longest text of all values of a multi-select picklist together.
const LONGEST_MULTI_PICKLIST: usize = 4_099;

/// Sets the values that the caller gave, each in the form the org keeps it in. Parents named by external id become ids.
pub(crate) fn take_in(saving: &mut Saving<'_, '_>, mut input: Input<'_>) -> rusqlite::Result<()> {
    let work = saving.work;
    saving.errors.append(&mut input.problems);
    for parent in &input.parents {
        match parent_id(work, parent)? {
            Ok(id) => input.values.push((parent.field, Cell::Text(id))),
            Err(error) => saving.errors.push(error),
        }
    }
    let mut emptied = Vec::new();
    for (field, mut cell) in input.values {
        if let Cell::Text(text) = &mut cell {
            match text_rule(work, field, text)? {
                Ok(Some(replacement)) => *text = replacement,
                Ok(None) => {}
                Err(error) => saving.errors.push(error),
            }
        }
        if cell == Cell::Null && !field.can(Ability::Nillable) {
            // A new row keeps its default; one that is there cannot lose what it must have.
            if !saving.is_new() {
                emptied.push(field.at);
            }
            continue;
        }
        saving.given.push(field.at);
        saving.record.set(field.at, cell);
    }
    let (object, record) = (saving.object, &saving.record);
    let missing = || object.plan.required.iter().copied().filter(|&at| *record.at(at) == Cell::Null).collect();
    let missing: Vec<usize> = if saving.is_new() { missing() } else { emptied };
    saving.errors.extend(missing_error(object, &missing));
    Ok(())
}

/// The rules that look at the whole row, given and derived values alike.
pub(crate) fn rules(saving: &mut Saving<'_, '_>) -> rusqlite::Result<()> {
    let object = saving.object;
    let unique = saving.given.iter().map(|&at| &object.fields[at]).filter(|field| field.can(Ability::Unique));
    let mut errors = Vec::new();
    for field in unique {
        errors.extend(duplicate(saving.work, object, field, saving.record.at(field.at), saving.id)?);
    }
    saving.errors.append(&mut errors);
    Ok(())
}

/// Which values of a stored row would be held twice if it came back.
pub(crate) fn duplicates_of(work: &Work<'_>, object: &Object, id: &str) -> rusqlite::Result<Vec<RowError>> {
    let unique: Vec<&Field> = object.fields.iter().filter(|field| field.can(Ability::Unique)).collect();
    let mut errors = Vec::new();
    if unique.is_empty() {
        return Ok(errors);
    }
    if let Some(record) = Record::load(work, object, id)? {
        for field in unique {
            errors.extend(duplicate(work, object, field, record.at(field.at), Some(id))?);
        }
    }
    Ok(errors)
}

fn missing_error(object: &Object, missing: &[usize]) -> Option<RowError> {
    let mut missing = missing.to_vec();
    missing.sort_unstable();
    let fields: Vec<&str> = missing.iter().map(|&at| object.fields[at].name.as_str()).collect();
    let text = format!("Required fields are missing: [{}]", fields.join(", "));
    (!fields.is_empty()).then(|| RowError::on("REQUIRED_FIELD_MISSING", text, &fields))
}

type Ruled = Result<Option<String>, RowError>;

/// The rules of text; a restricted picklist answers the value in its defined case.
fn text_rule(work: &Work<'_>, field: &Field, text: &str) -> rusqlite::Result<Ruled> {
    if field.kind == FieldType::Reference {
        return reference(work, field, text);
    }
    let longest = usize::try_from(field.length).unwrap_or(usize::MAX);
    if longest > 0 && text.len() > longest && text.chars().count() > longest {
        let message = format!("{}: data value too large: {text} (max length={})", field.label, field.length);
        return Ok(Err(RowError::on("STRING_TOO_LONG", message, &[&field.name])));
    }
    if field.kind == FieldType::Email && !is_email(text) {
        let message = format!("{}: invalid email address: {text}", field.label);
        return Ok(Err(RowError::on("INVALID_EMAIL_ADDRESS", message, &[&field.name])));
    }
    Ok(match field.kind {
        FieldType::Picklist => picklist(work, field, text),
        FieldType::MultiPicklist => multi_picklist(work, field, text),
        _ => Ok(None),
    })
}

/// Several values between semicolons: each as a picklist takes it, once, in the order of the list; others come last.
fn multi_picklist(work: &Work<'_>, field: &Field, text: &str) -> Ruled {
    if text.chars().count() > LONGEST_MULTI_PICKLIST {
        let message = format!("{}: data value too large: {text} (max length={LONGEST_MULTI_PICKLIST})", field.label);
        return Err(RowError::on("STRING_TOO_LONG", message, &[&field.name]));
    }
    let known = work.schema.picklist_values(field);
    let mut chosen: Vec<(usize, String)> = Vec::new();
    for value in text.split(';').map(str::trim).filter(|value| !value.is_empty()) {
        let value = picklist(work, field, value)?.unwrap_or_else(|| value.to_owned());
        let place = known.iter().position(|known| known.value == value).unwrap_or(usize::MAX);
        if !chosen.iter().any(|(_, taken)| *taken == value) {
            chosen.push((place, value));
        }
    }
    chosen.sort_by_key(|(place, _)| *place);
    let values: Vec<String> = chosen.into_iter().map(|(_, value)| value).collect();
    Ok(Some(values.join(";")))
}

fn picklist(work: &Work<'_>, field: &Field, text: &str) -> Ruled {
    let values = work.schema.picklist_values(field);
    if values.iter().any(|value| value.value == text) {
        return Ok(None);
    }
    match values.iter().find(|value| value.value.to_lowercase() == text.to_lowercase()) {
        Some(known) => Ok(Some(known.value.clone())),
        None if field.can(Ability::Restricted) => {
            let message = format!("{}: bad value for restricted picklist field: {text}", field.label);
            Err(RowError::on("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, &[&field.name]))
        }
        None => Ok(None),
    }
}

fn reference(work: &Work<'_>, field: &Field, id: &str) -> rusqlite::Result<Ruled> {
    // The type of records without a type has no row.
    if id == MASTER && field.refers_to.iter().any(|name| name == "RecordType") {
        return Ok(Ok(None));
    }
    let known: Vec<&Object> =
        field.refers_to.iter().filter_map(|name| work.schema.object(name)).map(AsRef::as_ref).collect();
    let Some(target) = known.iter().find(|object| object.key_prefix == ids::prefix(id)) else {
        // Objects this org does not keep can be referred to by any well-formed id.
        let may_be_elsewhere = known.len() < field.refers_to.len() && work.schema.object_of_id(id).is_none();
        let message = format!("{}: id value of incorrect type: {id}", field.label);
        let wrong = RowError::on("MALFORMED_ID", message, &[&field.name]);
        return Ok(if may_be_elsewhere { Ok(None) } else { Err(wrong) });
    };
    Ok(match find::by_id(work, target, id)? {
        Found::One(_) => Ok(None),
        Found::Deleted => Err(RowError::on("ENTITY_IS_DELETED", "entity is deleted", &[&field.name])),
        _ => Err(RowError::on("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[&field.name])),
    })
}

fn parent_id(work: &Work<'_>, parent: &ParentKey<'_>) -> rusqlite::Result<Result<String, RowError>> {
    let asked = parent.object.as_deref().or_else(|| parent.field.refers_to.first().map(String::as_str));
    let object = asked.filter(|asked| parent.field.refers_to.iter().any(|known| known.eq_ignore_ascii_case(asked)));
    let found = match object.and_then(|name| work.schema.object(name)) {
        Some(object) => find::by_external_id(work, object, &parent.key_field, &parent.key)?,
        None => Found::NoSuchField,
    };
    let refused = |code, message: String| Err(RowError::on(code, message, &[]));
    Ok(match found {
        Found::One(id) => Ok(id),
        Found::Several(_) => {
            let text = format!("Foreign key external ID: {} matches more than one row", parent.key);
            refused("DUPLICATE_EXTERNAL_ID", text)
        }
        Found::NoSuchField => {
            refused("INVALID_FIELD", format!("Foreign key field {} is not an external ID", parent.key_field))
        }
        Found::Deleted | Found::None => {
            let entity = asked.unwrap_or_default();
            let text = format!(
                "Foreign key external ID: {} not found for field {} in entity {entity}",
                parent.key, parent.key_field
            );
            refused("INVALID_FIELD", text)
        }
    })
}

fn duplicate(
    work: &Work<'_>,
    object: &Object,
    field: &Field,
    cell: &Cell,
    own_id: Option<&str>,
) -> rusqlite::Result<Option<RowError>> {
    if *cell == Cell::Null {
        return Ok(None);
    }
    let found: Option<String> = work
        .sql
        .prepare_cached(&format!(
            "SELECT \"Id\" FROM {} WHERE {} = ?1 AND \"Id\" <> ?2 AND {}",
            table(&object.name),
            identifier(&field.name),
            object.is_live_sql()
        ))?
        .query_row(params![cell, own_id.unwrap_or_default()], |row| row.get(0))
        .optional()?;
    Ok(found.map(|id| {
        let text = format!("duplicate value found: {} duplicates value on record with id: {id}", field.name);
        RowError::on("DUPLICATE_VALUE", text, &[])
    }))
}

/// `local@domain.tld`, without blanks; what the API takes for an address.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || ",;<>()[]\"@".contains(c));
    let labels: Vec<&str> = domain.split('.').collect();
    is_plain(local)
        && is_plain(domain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && labels.last().is_some_and(|top| top.chars().count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["a@b.co", "first.last+tag@sub.domain.example", "o'brien@b.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "foo", "a@b", "a@@b.co", "a b@c.de", "@b.co", "a@.co", "a@b.", "a@b.c", "a,b@c.de"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
