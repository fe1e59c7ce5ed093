//! A custom field's definition, turned into the fields of ours it comes to: one, or three for a location.
//! Refuses to judge; the rules were asked before.

use crate::answers::Fault;
use crate::schema::custom::wire::FieldMetadata;
use crate::schema::custom::{Kind, defaults, picklists, references};
use crate::schema::{Ability, Child, CustomFacts, Field, FieldType, Object};

/// The digits of a location's parts, on both sides of the point.
const LOCATION_DIGITS: u32 = 18;

/// What a definition comes to.
#[derive(Debug, Clone)]
pub(crate) struct CustomField {
    pub(crate) fields: Vec<Field>,
    /// What the parent of a relationship gets.
    pub(crate) child: Option<(String, Child)>,
}

/// The fields of the definition with this id.
pub(crate) fn built(
    metadata: &FieldMetadata,
    kind: Kind,
    object: &Object,
    name: &str,
    id: &str,
) -> Result<CustomField, Fault> {
    let mut field = plain(metadata, kind, name, id);
    field.default = defaults::value(metadata, kind)?;
    if kind.is_relationship() {
        refer(&mut field, metadata, kind, object);
    }
    let parts = if kind == Kind::Location { parts(&field, metadata.scale.unwrap_or_default()) } else { Vec::new() };
    let child = references::child(metadata, kind, &object.name, name, id);
    let target = metadata.reference_to.clone().unwrap_or_default();
    Ok(CustomField { fields: std::iter::once(field).chain(parts).collect(), child: child.map(|child| (target, child)) })
}

fn plain(metadata: &FieldMetadata, kind: Kind, name: &str, id: &str) -> Field {
    let is_sized = kind.is_number();
    Field {
        label: metadata.label.clone().unwrap_or_else(|| name.trim_end_matches("__c").replace('_', " ")),
        length: metadata.length.filter(|_| kind.lengths().is_some()).unwrap_or_else(|| kind.fixed_length()),
        precision: metadata.precision.filter(|_| is_sized).unwrap_or_default(),
        scale: metadata.scale.filter(|_| is_sized).unwrap_or_default(),
        can: abilities(metadata, kind),
        extra_type: extra_type(kind).map(str::to_owned),
        controller: metadata.value_set.as_ref().and_then(|set| set.controlling_field.clone()),
        values: if kind.is_picklist() { picklists::values(metadata) } else { Vec::new() },
        help: metadata.inline_help_text.clone(),
        custom_id: Some(id.to_owned()),
        custom: CustomFacts {
            display_format: metadata.display_format.clone().filter(|_| kind == Kind::AutoNumber),
            default_formula: defaults::formula(metadata).filter(|_| kind != Kind::Checkbox),
            mask_char: metadata.mask_char.clone().filter(|_| kind == Kind::EncryptedText),
            mask_type: metadata.mask_type.clone().filter(|_| kind == Kind::EncryptedText),
            decimal_location: metadata.display_location_in_decimal,
            write_requires_master_read: metadata.write_requires_master_read && kind == Kind::MasterDetail,
        },
        ..Field::named(name, kind.field_type())
    }
}

fn extra_type(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Html => Some("richtextarea"),
        Kind::LongTextArea | Kind::TextArea => Some("plaintextarea"),
        _ => None,
    }
}

fn abilities(metadata: &FieldMetadata, kind: Kind) -> Vec<Ability> {
    let is_written = !matches!(kind, Kind::AutoNumber | Kind::Location);
    let is_required = metadata.required || kind == Kind::MasterDetail;
    let is_hidden_text = kind.is_long_text() || kind == Kind::EncryptedText;
    let has_default = metadata.value_set.as_ref().and_then(|set| set.value_set_definition.as_ref());
    let has_default = has_default.is_some_and(|definition| definition.value.iter().any(|value| value.default));
    let mut can: Vec<Ability> = [
        (Ability::Nillable, !is_required && !matches!(kind, Kind::Checkbox | Kind::AutoNumber)),
        (Ability::Createable, is_written),
        (Ability::Updateable, is_written && (kind != Kind::MasterDetail || metadata.reparentable_master_detail)),
        (Ability::Permissionable, !is_required),
        (Ability::Defaulted, matches!(kind, Kind::Checkbox | Kind::AutoNumber) || has_default),
        (Ability::Filterable, !is_hidden_text),
        (Ability::Sortable, !is_hidden_text && !matches!(kind, Kind::MultiselectPicklist | Kind::Location)),
        (Ability::Groupable, is_groupable(kind)),
        (Ability::Aggregatable, is_aggregatable(kind)),
        (Ability::AutoNumber, kind == Kind::AutoNumber),
        (Ability::ExternalId, metadata.external_id),
        (Ability::IdLookup, metadata.external_id),
        (Ability::Unique, metadata.unique),
        (Ability::CaseSensitive, metadata.unique && metadata.case_sensitive),
        (Ability::Restricted, metadata.value_set.as_ref().is_some_and(|set| set.restricted)),
        (Ability::Dependent, metadata.value_set.as_ref().is_some_and(|set| set.controlling_field.is_some())),
        (Ability::Encrypted, kind == Kind::EncryptedText),
        (Ability::Html, kind == Kind::Html),
        (Ability::QueryByDistance, kind == Kind::Location),
    ]
    .into_iter()
    .filter_map(|(ability, has)| has.then_some(ability))
    .collect();
    can.extend(references::abilities(metadata, kind));
    can
}

fn is_groupable(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Checkbox
            | Kind::Date
            | Kind::Email
            | Kind::Lookup
            | Kind::MasterDetail
            | Kind::Phone
            | Kind::Picklist
            | Kind::Text
            | Kind::TextArea
            | Kind::Url
    )
}

fn is_aggregatable(kind: Kind) -> bool {
    let is_not = kind.is_long_text()
        || matches!(
            kind,
            Kind::Checkbox | Kind::EncryptedText | Kind::Location | Kind::MultiselectPicklist | Kind::Time
        );
    !is_not
}

fn refer(field: &mut Field, metadata: &FieldMetadata, kind: Kind, object: &Object) {
    field.relationship = field.name.strip_suffix("__c").map(|stem| format!("{stem}__r"));
    field.refers_to = metadata.reference_to.iter().cloned().collect();
    if kind == Kind::MasterDetail {
        let others = object.fields.iter().filter(|known| known.is_master() && known.name != field.name);
        let next = u32::try_from(others.count()).unwrap_or_default();
        field.relationship_order = Some(metadata.relationship_order.unwrap_or(next));
    }
}

/// Latitude and longitude of a location.
fn parts(location: &Field, scale: u32) -> Vec<Field> {
    let stem = location.name.strip_suffix("__c").unwrap_or(&location.name);
    let part = |part: &str| Field {
        label: format!("{} ({part})", location.label),
        precision: LOCATION_DIGITS,
        scale,
        can: [
            location
                .can
                .iter()
                .copied()
                .filter(|can| matches!(can, Ability::Nillable | Ability::Permissionable))
                .collect(),
            vec![
                Ability::Createable,
                Ability::Updateable,
                Ability::Filterable,
                Ability::Sortable,
                Ability::Aggregatable,
            ],
        ]
        .concat(),
        compound: Some(location.name.clone()),
        custom_id: location.custom_id.clone(),
        ..Field::named(&format!("{stem}__{part}__s"), FieldType::Double)
    };
    vec![part("Latitude"), part("Longitude")]
}
