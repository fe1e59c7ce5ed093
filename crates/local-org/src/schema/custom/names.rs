//! The names of custom objects and fields. Refuses to know which are taken.

use crate::answers::Fault;
use crate::schema::custom::{refused, unsound};

/// The most characters of a name, without what follows the double underscore.
const LONGEST: usize = 40;

/// The object's name and the field's name of `Object.Field__c`.
pub(crate) fn field_names(full_name: &str) -> Result<(&str, &str), Fault> {
    let wrong = || unsound("Must specify a full name of the form Object.Field__c");
    let (object, field) = full_name.split_once('.').ok_or_else(wrong)?;
    if object.is_empty() {
        return Err(wrong());
    }
    checked(field, "Field Name")?;
    Ok((object, field))
}

/// The name of a custom object.
pub(crate) fn object_name(full_name: &str) -> Result<&str, Fault> {
    if let Some(suffix) = ["__mdt", "__e", "__b", "__x"].iter().find(|suffix| full_name.ends_with(**suffix)) {
        return Err(super::not_here(format!("The local org has no objects whose names end with {suffix}")));
    }
    checked(full_name, "Object Name")
}

fn checked<'name>(name: &'name str, what: &str) -> Result<&'name str, Fault> {
    let Some(stem) = name.strip_suffix("__c") else {
        return Err(unsound(format!("fullName must end with: __c, and {name} does not")));
    };
    let is_name = stem.starts_with(|first: char| first.is_ascii_alphabetic())
        && stem.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !stem.contains("__")
        && !stem.ends_with('_');
    if !is_name {
        return Err(unsound(format!(
            "The {what} can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, \
             not include spaces, not end with an underscore, and not contain two consecutive underscores."
        )));
    }
    if stem.len() > LONGEST {
        let text = format!("{what}: data value too large: {stem} (max length={LONGEST})");
        return Err(refused("STRING_TOO_LONG", text, &["DeveloperName"]));
    }
    Ok(name)
}
