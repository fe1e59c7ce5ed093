//! The values of custom picklists: their rules, and the values they come to. Refuses to know records.

use std::collections::HashSet;

use crate::answers::Fault;
use crate::schema::custom::wire::{FieldMetadata, ValueSet, WrittenValue};
use crate::schema::custom::{Kind, not_here, refused, unsound};
use crate::schema::{Object, PicklistValue};

/// The most values of a picklist that is not restricted to fewer.
const MOST_VALUES: usize = 1_000;
/// The most characters of a value.
const LONGEST_VALUE: usize = 255;

/// What is wrong with the value set of a picklist, if anything.
pub(crate) fn check(metadata: &FieldMetadata, kind: Kind, object: &Object) -> Result<(), Fault> {
    let missing = || unsound(format!("Must specify 'valueSet' for a CustomField of type {}", kind.as_str()));
    let set = metadata.value_set.as_ref().ok_or_else(missing)?;
    if set.value_set_name.is_some() {
        return Err(not_here("The local org has no global value sets"));
    }
    let written = &set.value_set_definition.as_ref().ok_or_else(missing)?.value;
    if written.len() > MOST_VALUES {
        return Err(refused(
            "LIMIT_EXCEEDED",
            format!("A picklist can have {MOST_VALUES} values at most"),
            &["Metadata"],
        ));
    }
    let mut seen = HashSet::new();
    for value in written {
        check_value(value, &mut seen)?;
    }
    if kind == Kind::Picklist && written.iter().filter(|value| value.default).count() > 1 {
        return Err(unsound("A picklist can have one default value at most"));
    }
    check_controller(set, object)
}

fn check_value(value: &WrittenValue, seen: &mut HashSet<String>) -> Result<(), Fault> {
    let name = value.name();
    if name.trim().is_empty() {
        return Err(refused("REQUIRED_FIELD_MISSING", "Required field is missing: fullName", &["Metadata"]));
    }
    if name.chars().count() > LONGEST_VALUE {
        let text = format!("Picklist Value: data value too large: {name} (max length={LONGEST_VALUE})");
        return Err(refused("STRING_TOO_LONG", text, &["Metadata"]));
    }
    if !seen.insert(name.to_lowercase()) {
        return Err(refused("DUPLICATE_VALUE", format!("duplicate picklist value: {name}"), &["Metadata"]));
    }
    Ok(())
}

fn check_controller(set: &ValueSet, object: &Object) -> Result<(), Fault> {
    let Some(name) = set.controlling_field.as_deref() else { return Ok(()) };
    let controls = |kind| matches!(kind, crate::schema::FieldType::Picklist | crate::schema::FieldType::Boolean);
    match object.field(name) {
        Some(field) if controls(field.kind) => Ok(()),
        _ => Err(unsound(format!("Invalid controlling field: {name}"))),
    }
}

/// The values as describe lists them.
pub(crate) fn values(metadata: &FieldMetadata) -> Vec<PicklistValue> {
    let Some(set) = &metadata.value_set else { return Vec::new() };
    let Some(definition) = &set.value_set_definition else { return Vec::new() };
    let mut values: Vec<PicklistValue> = definition.value.iter().map(|value| shown(set, value)).collect();
    if definition.sorted {
        values.sort_by_key(|value| value.label.to_lowercase());
    }
    values
}

fn shown(set: &ValueSet, written: &WrittenValue) -> PicklistValue {
    let value = written.name().to_owned();
    let settings = set.value_settings.iter().flatten().filter(|setting| setting.value_name == value);
    PicklistValue {
        label: written.label.clone().unwrap_or_else(|| value.clone()),
        default: written.default,
        active: written.is_active.unwrap_or(true),
        valid_for: settings.flat_map(|setting| setting.controlling_field_value.clone()).collect(),
        value,
    }
}
