//! One field as describe writes it: exactly the keys recorded at version 59, whatever the field.

use serde_json::{Map, Value, json};

use crate::schema::{Ability, Field, FieldType, PicklistValue, Schema};

/// A field with all its keys, in alphabetical order.
pub(crate) fn field(schema: &Schema, field: &Field) -> Value {
    let mut keys = Map::new();
    keys.extend(named(flags(field)));
    keys.extend(named(sizes(field)));
    keys.extend(named(texts(field)));
    keys.insert("picklistValues".to_owned(), schema.picklist_values(field).iter().map(value).collect());
    keys.insert("referenceTo".to_owned(), field.refers_to.clone().into());
    keys.insert("filteredLookupInfo".to_owned(), Value::Null);
    keys.insert("defaultValue".to_owned(), default_value(field));
    keys.sort_keys();
    keys.into()
}

fn named<const N: usize>(keys: [(&str, Value); N]) -> impl Iterator<Item = (String, Value)> {
    keys.into_iter().map(|(name, value)| (name.to_owned(), value))
}

fn flags(field: &Field) -> [(&'static str, Value); 34] {
    let can = |ability| Value::from(field.can(ability));
    let no = Value::from(false);
    [
        ("aggregatable", can(Ability::Aggregatable)),
        ("aiPredictionField", no.clone()),
        ("autoNumber", can(Ability::AutoNumber)),
        ("calculated", can(Ability::Calculated)),
        ("cascadeDelete", can(Ability::CascadeDelete)),
        ("caseSensitive", can(Ability::CaseSensitive)),
        ("createable", can(Ability::Createable)),
        ("custom", field.is_custom().into()),
        ("defaultedOnCreate", can(Ability::Defaulted)),
        ("dependentPicklist", can(Ability::Dependent)),
        ("deprecatedAndHidden", no.clone()),
        ("displayLocationInDecimal", no.clone()),
        ("encrypted", can(Ability::Encrypted)),
        ("externalId", can(Ability::ExternalId)),
        ("filterable", can(Ability::Filterable)),
        ("formulaTreatNullNumberAsZero", no.clone()),
        ("groupable", can(Ability::Groupable)),
        ("highScaleNumber", no.clone()),
        ("htmlFormatted", can(Ability::Html)),
        ("idLookup", can(Ability::IdLookup)),
        ("nameField", can(Ability::NameField)),
        ("namePointing", can(Ability::NamePointing)),
        ("nillable", can(Ability::Nillable)),
        ("permissionable", can(Ability::Permissionable)),
        ("polymorphicForeignKey", can(Ability::Polymorphic)),
        ("queryByDistance", can(Ability::QueryByDistance)),
        ("restrictedDelete", can(Ability::RestrictedDelete)),
        ("restrictedPicklist", can(Ability::Restricted)),
        ("searchPrefilterable", no.clone()),
        ("sortable", can(Ability::Sortable)),
        ("unique", can(Ability::Unique)),
        ("updateable", can(Ability::Updateable)),
        ("writeRequiresMasterRead", no),
        ("relationshipOrder", field.relationship_order.into()),
    ]
}

fn sizes(field: &Field) -> [(&'static str, Value); 5] {
    let byte_length = match field.kind {
        FieldType::Id | FieldType::Reference => 18,
        _ => field.length * 3,
    };
    [
        ("byteLength", byte_length.into()),
        ("digits", field.digits.into()),
        ("length", field.length.into()),
        ("precision", field.precision.into()),
        ("scale", field.scale.into()),
    ]
}

fn texts(field: &Field) -> [(&'static str, Value); 14] {
    [
        ("calculatedFormula", Value::Null),
        ("compoundFieldName", field.compound.clone().into()),
        ("controllerName", field.controller.clone().into()),
        ("defaultValueFormula", Value::Null),
        ("extraTypeInfo", field.extra_type.clone().into()),
        ("inlineHelpText", field.help.clone().into()),
        ("label", field.label.clone().into()),
        ("mask", Value::Null),
        ("maskType", Value::Null),
        ("name", field.name.clone().into()),
        ("referenceTargetField", Value::Null),
        ("relationshipName", field.relationship.clone().into()),
        ("soapType", field.kind.soap_type().into()),
        ("type", field.kind.as_str().into()),
    ]
}

fn default_value(field: &Field) -> Value {
    match (&field.default, field.kind) {
        (Some(value), _) => value.clone(),
        (None, FieldType::Boolean) => false.into(),
        (None, _) => Value::Null,
    }
}

fn value(value: &PicklistValue) -> Value {
    json!({
        "active": value.active, "defaultValue": value.default, "label": value.label, "validFor": null,
        "value": value.value,
    })
}
