//! Custom fields as the Tooling API describes them, turned into fields of ours.
//! Refuses to know formulas and relationships; those types are refused by name.

use serde::Deserialize;

use crate::answers::{Fault, RowError};
use crate::schema::{Ability, Field, FieldType, PicklistValue};

/// The body of `POST /tooling/sobjects/CustomField`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewCustomField {
    /// `Object.Field__c`.
    pub(crate) full_name: String,
    pub(crate) metadata: Metadata,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    label: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    length: Option<u32>,
    precision: Option<u32>,
    scale: Option<u32>,
    #[serde(default)]
    external_id: Option<bool>,
    #[serde(default)]
    unique: Option<bool>,
    #[serde(default)]
    case_sensitive: Option<bool>,
    #[serde(default)]
    required: Option<bool>,
    default_value: Option<serde_json::Value>,
    inline_help_text: Option<String>,
    value_set: Option<ValueSet>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ValueSet {
    #[serde(default)]
    restricted: Option<bool>,
    value_set_definition: Option<ValueSetDefinition>,
}

#[derive(Debug, Deserialize)]
struct ValueSetDefinition {
    value: Vec<MetadataValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetadataValue {
    full_name: String,
    label: Option<String>,
    #[serde(default)]
    default: Option<bool>,
}

impl NewCustomField {
    /// The object's name and the field's name.
    pub(crate) fn names(&self) -> Result<(&str, &str), Fault> {
        let wrong = || refused("FIELD_INTEGRITY_EXCEPTION", "Must specify a full name of the form Object.Field__c");
        let (object, field) = self.full_name.split_once('.').ok_or_else(wrong)?;
        let stem = field.strip_suffix("__c").ok_or_else(wrong)?;
        let is_name = stem.starts_with(|first: char| first.is_ascii_alphabetic())
            && stem.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
            && !stem.contains("__")
            && !stem.ends_with('_')
            && stem.len() <= 40;
        if is_name { Ok((object, field)) } else { Err(wrong()) }
    }

    /// The field, without its id.
    pub(crate) fn field(&self) -> Result<Field, Fault> {
        let (_, name) = self.names()?;
        let metadata = &self.metadata;
        let kind = metadata.field_type()?;
        let (length, precision, scale) = metadata.sizes(kind)?;
        Ok(Field {
            name: name.to_owned(),
            label: metadata.label.clone().unwrap_or_else(|| name.trim_end_matches("__c").replace('_', " ")),
            kind,
            length,
            precision,
            scale,
            digits: 0,
            can: metadata.abilities(kind),
            default: (kind == FieldType::Boolean).then(|| metadata.is_true_by_default().into()),
            compound: None,
            extra_type: (kind == FieldType::TextArea).then(|| "plaintextarea".to_owned()),
            relationship: None,
            relationship_order: None,
            controller: None,
            refers_to: Vec::new(),
            picklist_list: None,
            values: metadata.values(),
            help: metadata.inline_help_text.clone(),
            custom_id: None,
            at: 0,
        })
    }
}

impl Metadata {
    fn field_type(&self) -> Result<FieldType, Fault> {
        Ok(match self.kind.as_str() {
            "Text" => FieldType::String,
            "Number" => FieldType::Double,
            "Currency" => FieldType::Currency,
            "Percent" => FieldType::Percent,
            "Checkbox" => FieldType::Boolean,
            "Date" => FieldType::Date,
            "DateTime" => FieldType::DateTime,
            "Email" => FieldType::Email,
            "Phone" => FieldType::Phone,
            "Url" => FieldType::Url,
            "Picklist" => FieldType::Picklist,
            "TextArea" | "LongTextArea" => FieldType::TextArea,
            other => {
                let text = format!("The local org has no custom fields of type {other} yet");
                return Err(refused("FUNCTIONALITY_NOT_ENABLED", &text));
            }
        })
    }

    /// Length, precision and scale.
    fn sizes(&self, kind: FieldType) -> Result<(u32, u32, u32), Fault> {
        let is_long = self.kind == "LongTextArea";
        let longest = if is_long { 131_072 } else { 255 };
        match kind {
            FieldType::String | FieldType::TextArea if is_long || kind == FieldType::String => match self.length {
                Some(length) if (1..=longest).contains(&length) => Ok((length, 0, 0)),
                Some(_) => {
                    let text = format!("{}: length has to be between 1 and {longest}", self.kind);
                    Err(refused("NUMBER_OUTSIDE_VALID_RANGE", &text))
                }
                None => Err(refused("REQUIRED_FIELD_MISSING", "Must specify 'length' for a CustomField of this type")),
            },
            FieldType::Double | FieldType::Currency | FieldType::Percent => match (self.precision, self.scale) {
                (Some(precision @ 1..=18), Some(scale)) if scale <= precision => Ok((0, precision, scale)),
                _ => Err(refused("NUMBER_OUTSIDE_VALID_RANGE", "Must specify 'precision' and 'scale' up to 18 digits")),
            },
            FieldType::Email => Ok((80, 0, 0)),
            FieldType::Phone => Ok((40, 0, 0)),
            FieldType::TextArea | FieldType::Url | FieldType::Picklist => Ok((255, 0, 0)),
            _ => Ok((0, 0, 0)),
        }
    }

    fn abilities(&self, kind: FieldType) -> Vec<Ability> {
        let is_set = |flag: Option<bool>| flag.unwrap_or(false);
        let is_long = self.kind == "LongTextArea";
        let is_picklist_restricted = self.value_set.as_ref().is_some_and(|set| is_set(set.restricted));
        let is_defaulted = kind == FieldType::Boolean || self.values().iter().any(|value| value.default);
        [
            (Ability::Nillable, !is_set(self.required) && kind != FieldType::Boolean),
            (Ability::Createable, true),
            (Ability::Updateable, true),
            (Ability::Permissionable, !is_set(self.required)),
            (Ability::Defaulted, is_defaulted),
            (Ability::Filterable, !is_long),
            (Ability::Sortable, !is_long),
            (Ability::Groupable, !is_long && !matches!(kind, FieldType::DateTime) && !kind.is_number()),
            (Ability::Aggregatable, !is_long && kind != FieldType::Boolean),
            (Ability::ExternalId, is_set(self.external_id)),
            (Ability::IdLookup, is_set(self.external_id)),
            (Ability::Unique, is_set(self.unique)),
            (Ability::CaseSensitive, is_set(self.unique) && is_set(self.case_sensitive)),
            (Ability::Restricted, is_picklist_restricted),
        ]
        .into_iter()
        .filter_map(|(ability, has)| has.then_some(ability))
        .collect()
    }

    fn values(&self) -> Vec<PicklistValue> {
        let definition = self.value_set.as_ref().and_then(|set| set.value_set_definition.as_ref());
        let value = |value: &MetadataValue| PicklistValue {
            value: value.full_name.clone(),
            label: value.label.clone().unwrap_or_else(|| value.full_name.clone()),
            default: value.default.unwrap_or(false),
            active: true,
        };
        definition.map(|definition| definition.value.iter().map(value).collect()).unwrap_or_default()
    }

    fn is_true_by_default(&self) -> bool {
        self.default_value.as_ref().is_some_and(|value| value == true || value == "true")
    }
}

fn refused(code: &'static str, text: &str) -> Fault {
    Fault::bad_request(RowError::new(code, text))
}
