//! Rows of `FieldDefinition` and `EntityParticle`: one for each field; a field that is part of another is a particle only.

use serde_json::{Map, Value, json};

use crate::metadata::{Rows, developer_name, durable_id};
use crate::org::Work;
use crate::schema::{Ability, Field, FieldType, Object};

#[expect(clippy::unnecessary_wraps, reason = "one of several makers of rows, some of which read and may fail")]
pub(super) fn definitions(work: &Work<'_>) -> Rows {
    let definition = |(object, field): (&Object, &Field)| {
        let mut row = common(object, field);
        let indexed = field.kind.is_id() || field.finds_rows() || field.can(Ability::Unique);
        row.extend(map(json!({
            "DataType": data_type(field), "IsIndexed": indexed, "IsPolymorphicForeignKey": field.can(Ability::Polymorphic),
            "IsListFilterable": field.can(Ability::Filterable), "IsListSortable": field.can(Ability::Sortable),
            "PublisherId": if field.is_custom() { "<local>" } else { "System" },
        })));
        row.into()
    };
    Ok(fields(work).filter(|(object, field)| is_defined(object, field)).map(definition).collect())
}

#[expect(clippy::unnecessary_wraps, reason = "one of several makers of rows, some of which read and may fail")]
pub(super) fn particles(work: &Work<'_>) -> Rows {
    Ok(fields(work).map(|(object, field)| particle(object, field)).collect())
}

/// The id of a field that stays the same when a label changes.
pub(super) fn durable(object: &Object, field: &Field) -> String {
    let is_part = field.name.ends_with("__s");
    let own = field.custom_id.as_deref().and_then(|id| id.get(..15)).filter(|_| !is_part);
    format!("{}.{}", durable_id(object), own.unwrap_or(&field.name))
}

fn fields<'work>(work: &'work Work<'_>) -> impl Iterator<Item = (&'work Object, &'work Field)> {
    work.schema.objects().flat_map(|object| object.fields.iter().map(move |field| (object.as_ref(), field)))
}

fn is_defined(object: &Object, field: &Field) -> bool {
    field.compound.as_ref().is_none_or(|compound| *compound == field.name || object.field(compound).is_none())
}

fn common(object: &Object, field: &Field) -> Map<String, Value> {
    let durable = durable(object, field);
    let can = |ability| field.can(ability);
    map(json!({
        "Id": durable, "DurableId": durable, "QualifiedApiName": field.name, "EntityDefinitionId": durable_id(object),
        "DeveloperName": developer_name(&field.name), "MasterLabel": field.label, "Label": field.label,
        "Length": field.length, "ValueTypeId": field.kind.as_str(), "ExtraTypeInfo": field.extra_type,
        "IsCalculated": can(Ability::Calculated), "IsHighScaleNumber": false, "IsHtmlFormatted": can(Ability::Html),
        "IsNameField": can(Ability::NameField), "IsNillable": can(Ability::Nillable),
        "IsWorkflowFilterable": can(Ability::Filterable), "IsCompactLayoutable": can(Ability::Filterable),
        "Precision": field.precision.max(field.digits), "Scale": field.scale, "IsApiFilterable": can(Ability::Filterable),
        "IsApiSortable": can(Ability::Sortable), "IsApiGroupable": can(Ability::Groupable),
        "IsListVisible": can(Ability::Filterable), "RelationshipName": field.relationship,
    }))
}

fn particle(object: &Object, field: &Field) -> Value {
    let defined = match &field.compound {
        Some(compound) if !is_defined(object, field) => object.field(compound).unwrap_or(field),
        _ => field,
    };
    let can = |ability| field.can(ability);
    let is_compound = matches!(field.kind, FieldType::Address | FieldType::Location);
    let mut row = common(object, field);
    row.extend(map(json!({
        "DataType": field.kind.as_str(), "FieldDefinitionId": durable(object, defined), "Name": field.name,
        "IsPermissionable": can(Ability::Permissionable), "IsDependentPicklist": can(Ability::Dependent),
        "IsDisplayLocationInDecimal": field.custom.decimal_location, "IsEncrypted": can(Ability::Encrypted),
        "IsIdLookup": can(Ability::IdLookup), "IsAutonumber": can(Ability::AutoNumber),
        "IsCreatable": can(Ability::Createable), "IsUpdatable": can(Ability::Updateable),
        "IsDefaultedOnCreate": can(Ability::Defaulted), "IsCaseSensitive": can(Ability::CaseSensitive),
        "IsUnique": can(Ability::Unique), "IsNamePointing": can(Ability::NamePointing),
        "IsWriteRequiresMasterRead": field.custom.write_requires_master_read,
        "IsAggregatable": can(Ability::Aggregatable), "IsComponent": defined.name != field.name,
        "IsCompound": is_compound, "ByteLength": if field.kind.is_id() { 18 } else { field.length * 3 },
        "Digits": field.digits, "DefaultValueFormula": field.custom.default_formula, "InlineHelpText": field.help,
        "Mask": field.custom.mask_char, "MaskType": field.custom.mask_type,
        "RelationshipOrder": field.relationship_order,
    })));
    row.into()
}

/// The type in the words of the setup pages.
fn data_type(field: &Field) -> String {
    let sized = |name: &str| format!("{name}({})", field.length);
    let precise = |name: &str| format!("{name}({}, {})", field.precision.saturating_sub(field.scale), field.scale);
    match field.kind {
        _ if field.can(Ability::AutoNumber) => "Auto Number".to_owned(),
        _ if field.extra_type.as_deref() == Some("personname") && field.can(Ability::NameField) => "Name".to_owned(),
        FieldType::Id => "ID".to_owned(),
        FieldType::String => sized("Text"),
        FieldType::EncryptedString => sized("Text (Encrypted)"),
        FieldType::Boolean => "Checkbox".to_owned(),
        FieldType::Int => format!("Number({}, 0)", field.digits),
        FieldType::Double => precise("Number"),
        FieldType::Currency => precise("Currency"),
        FieldType::Percent => precise("Percent"),
        FieldType::Date => "Date".to_owned(),
        FieldType::DateTime => "Date/Time".to_owned(),
        FieldType::Time => "Time".to_owned(),
        FieldType::Reference if field.relationship_order.is_some() => {
            format!("Master-Detail({})", field.refers_to.join(","))
        }
        FieldType::Reference => format!("Lookup({})", field.refers_to.join(",")),
        FieldType::Picklist => "Picklist".to_owned(),
        FieldType::MultiPicklist => "Picklist (Multi-Select)".to_owned(),
        FieldType::TextArea if field.can(Ability::Html) => sized("Rich Text Area"),
        FieldType::TextArea if field.length > 255 => sized("Long Text Area"),
        FieldType::TextArea => sized("Text Area"),
        FieldType::Email => "Email".to_owned(),
        FieldType::Phone => "Phone".to_owned(),
        FieldType::Url => sized("URL"),
        FieldType::Address => "Address".to_owned(),
        FieldType::Location => "Geolocation".to_owned(),
        other => other.as_str().to_owned(),
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
