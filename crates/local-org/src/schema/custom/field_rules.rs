//! The rules a custom field's definition must keep. Refuses to know names and records.

use crate::answers::Fault;
use crate::schema::custom::wire::FieldMetadata;
use crate::schema::custom::{Kind, defaults, not_here, picklists, references, refused, unsound};
use crate::schema::{Object, Schema};

/// The most characters of a label.
const LONGEST_LABEL: usize = 40;
/// The most characters of the text that helps to fill in a field.
const LONGEST_HELP: usize = 510;
/// The most digits of a number.
const MOST_DIGITS: u32 = 18;
/// The most decimal places of a location.
const MOST_LOCATION_PLACES: u32 = 15;

/// What is wrong with the definition of a field on `object`, if anything. `own_id` is the field's, when it is there already.
pub(crate) fn check(
    metadata: &FieldMetadata,
    object: &Object,
    schema: &Schema,
    own_id: Option<&str>,
) -> Result<Kind, Fault> {
    let named = metadata.kind.as_deref().ok_or_else(|| unsound("Must specify 'type' for a CustomField"))?;
    let kind = Kind::named(named)?;
    if metadata.formula.as_ref().is_some_and(|formula| !formula.trim().is_empty()) {
        return Err(not_here("The local org has no formula fields"));
    }
    check_texts(metadata)?;
    check_sizes(metadata, kind)?;
    check_flags(metadata, kind)?;
    defaults::value(metadata, kind)?;
    if kind.is_picklist() {
        picklists::check(metadata, kind, object)?;
    }
    if kind.is_relationship() {
        references::check(metadata, kind, object, schema, own_id)?;
    }
    if kind == Kind::AutoNumber {
        check_display_format(metadata)?;
    }
    if kind == Kind::EncryptedText {
        check_mask(metadata)?;
    }
    Ok(kind)
}

fn check_texts(metadata: &FieldMetadata) -> Result<(), Fault> {
    let too_long =
        |text: &Option<String>, most: usize| text.as_ref().filter(|text| text.chars().count() > most).cloned();
    if let Some(label) = too_long(&metadata.label, LONGEST_LABEL) {
        let text = format!("Field Label: data value too large: {label} (max length={LONGEST_LABEL})");
        return Err(refused("STRING_TOO_LONG", text, &["Label"]));
    }
    if let Some(help) = too_long(&metadata.inline_help_text, LONGEST_HELP) {
        let text = format!("Help Text: data value too large: {help} (max length={LONGEST_HELP})");
        return Err(refused("STRING_TOO_LONG", text, &["InlineHelpText"]));
    }
    Ok(())
}

fn check_sizes(metadata: &FieldMetadata, kind: Kind) -> Result<(), Fault> {
    if let Some((shortest, longest)) = kind.lengths() {
        let length = metadata.length.ok_or_else(|| must_specify("length", kind))?;
        if !(shortest..=longest).contains(&length) {
            let text = format!("{}: Length must be between {shortest} and {longest}", kind.as_str());
            return Err(refused("NUMBER_OUTSIDE_VALID_RANGE", text, &["Length"]));
        }
    }
    if kind.needs_visible_lines() && metadata.visible_lines.is_none() {
        return Err(must_specify("visibleLines", kind));
    }
    if kind.is_number() {
        let precision = metadata.precision.ok_or_else(|| must_specify("precision", kind))?;
        let scale = metadata.scale.ok_or_else(|| must_specify("scale", kind))?;
        if !(1..=MOST_DIGITS).contains(&precision) || scale > precision {
            let text = format!(
                "{}: precision must be between 1 and {MOST_DIGITS}, and scale no more than precision",
                kind.as_str()
            );
            return Err(refused("NUMBER_OUTSIDE_VALID_RANGE", text, &["Precision"]));
        }
    }
    if kind == Kind::Location && metadata.scale.ok_or_else(|| must_specify("scale", kind))? > MOST_LOCATION_PLACES {
        let text = format!("Location: scale must be between 0 and {MOST_LOCATION_PLACES}");
        return Err(refused("NUMBER_OUTSIDE_VALID_RANGE", text, &["Scale"]));
    }
    Ok(())
}

fn check_flags(metadata: &FieldMetadata, kind: Kind) -> Result<(), Fault> {
    let flags = [
        ("externalId", metadata.external_id, kind.may_be_external_id()),
        ("unique", metadata.unique, kind.may_be_unique()),
        ("caseSensitive", metadata.case_sensitive, metadata.unique && kind == Kind::Text),
        ("required", metadata.required, kind.may_be_required()),
    ];
    match flags.iter().find(|(_, is_set, may_be)| *is_set && !may_be) {
        Some((name, ..)) => {
            Err(unsound(format!("Can not specify '{name}' for a CustomField of type {}", kind.as_str())))
        }
        None => Ok(()),
    }
}

fn check_display_format(metadata: &FieldMetadata) -> Result<(), Fault> {
    match &metadata.display_format {
        Some(format) if crate::schema::auto_number::is_format(format) => Ok(()),
        Some(format) => Err(unsound(format!("Display Format: {format} is not a valid display format"))),
        None => Err(must_specify("displayFormat", Kind::AutoNumber)),
    }
}

fn check_mask(metadata: &FieldMetadata) -> Result<(), Fault> {
    let known = ["all", "creditCard", "ssn", "lastFour", "sin", "nino"];
    let mask = metadata.mask_type.as_deref().ok_or_else(|| must_specify("maskType", Kind::EncryptedText))?;
    if !known.contains(&mask) {
        let text = format!("Mask Type: bad value for restricted picklist field: {mask}");
        return Err(refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["MaskType"]));
    }
    match metadata.mask_char.as_deref() {
        None => Err(must_specify("maskChar", Kind::EncryptedText)),
        Some("asterisk" | "X") => Ok(()),
        Some(other) => {
            let text = format!("Mask Char: bad value for restricted picklist field: {other}");
            Err(refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["MaskChar"]))
        }
    }
}

fn must_specify(key: &str, kind: Kind) -> Fault {
    unsound(format!("Must specify '{key}' for a CustomField of type {}", kind.as_str()))
}
