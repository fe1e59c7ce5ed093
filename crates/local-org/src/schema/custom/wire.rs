//! The metadata of custom fields and objects as the Tooling API writes it. Numbers and flags may come as text.
//! Refuses to judge.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// The keys of a field's metadata, in the order of answers; those never sent are answered as null.
pub(crate) const FIELD_KEYS: [&str; 47] = [
    "businessOwnerGroup",
    "businessOwnerUser",
    "businessStatus",
    "caseSensitive",
    "complianceGroup",
    "customDataType",
    "defaultValue",
    "deleteConstraint",
    "deprecated",
    "description",
    "displayFormat",
    "displayLocationInDecimal",
    "encryptionScheme",
    "escapeMarkup",
    "externalDeveloperName",
    "externalId",
    "formula",
    "formulaTreatBlanksAs",
    "inlineHelpText",
    "isConvertLeadDisabled",
    "isFilteringDisabled",
    "isNameField",
    "isSortingDisabled",
    "label",
    "length",
    "lookupFilter",
    "maskChar",
    "maskType",
    "metadataRelationshipControllingField",
    "populateExistingRows",
    "precision",
    "readOnlyProxy",
    "referenceTo",
    "relationshipLabel",
    "relationshipName",
    "relationshipOrder",
    "reparentableMasterDetail",
    "required",
    "scale",
    "startingNumber",
    "trackFeedHistory",
    "trackHistory",
    "type",
    "unique",
    "valueSet",
    "visibleLines",
    "writeRequiresMasterRead",
];
/// The keys of an object's metadata, likewise.
pub(crate) const OBJECT_KEYS: [&str; 14] = [
    "allowInChatterGroups",
    "deploymentStatus",
    "description",
    "enableActivities",
    "enableBulkApi",
    "enableFeeds",
    "enableHistory",
    "enableReports",
    "enableSearch",
    "externalSharingModel",
    "label",
    "nameField",
    "pluralLabel",
    "sharingModel",
];

/// What defines a custom field.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FieldMetadata {
    pub(crate) label: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(deserialize_with = "number")]
    pub(crate) length: Option<u32>,
    #[serde(deserialize_with = "number")]
    pub(crate) precision: Option<u32>,
    #[serde(deserialize_with = "number")]
    pub(crate) scale: Option<u32>,
    #[serde(deserialize_with = "number")]
    pub(crate) visible_lines: Option<u32>,
    #[serde(deserialize_with = "number")]
    pub(crate) starting_number: Option<u32>,
    #[serde(deserialize_with = "number")]
    pub(crate) relationship_order: Option<u32>,
    #[serde(deserialize_with = "flag")]
    pub(crate) external_id: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) unique: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) case_sensitive: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) required: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) reparentable_master_detail: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) write_requires_master_read: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) display_location_in_decimal: bool,
    pub(crate) default_value: Option<Value>,
    pub(crate) display_format: Option<String>,
    pub(crate) inline_help_text: Option<String>,
    pub(crate) mask_char: Option<String>,
    pub(crate) mask_type: Option<String>,
    pub(crate) reference_to: Option<String>,
    pub(crate) relationship_name: Option<String>,
    pub(crate) relationship_label: Option<String>,
    pub(crate) delete_constraint: Option<String>,
    pub(crate) formula: Option<String>,
    pub(crate) lookup_filter: Option<Value>,
    pub(crate) value_set: Option<ValueSet>,
}

/// The values of a picklist.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ValueSet {
    #[serde(deserialize_with = "flag")]
    pub(crate) restricted: bool,
    pub(crate) value_set_name: Option<String>,
    pub(crate) controlling_field: Option<String>,
    pub(crate) value_set_definition: Option<ValueSetDefinition>,
    pub(crate) value_settings: Option<Vec<ValueSetting>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ValueSetDefinition {
    #[serde(deserialize_with = "flag")]
    pub(crate) sorted: bool,
    pub(crate) value: Vec<WrittenValue>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WrittenValue {
    pub(crate) full_name: Option<String>,
    pub(crate) value_name: Option<String>,
    pub(crate) label: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(crate) default: bool,
    pub(crate) is_active: Option<bool>,
}

/// Which values of the controlling field a value is valid for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ValueSetting {
    pub(crate) controlling_field_value: Vec<String>,
    pub(crate) value_name: String,
}

/// What defines a custom object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ObjectMetadata {
    pub(crate) label: Option<String>,
    pub(crate) plural_label: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) name_field: Option<FieldMetadata>,
    pub(crate) deployment_status: Option<String>,
    pub(crate) sharing_model: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(crate) enable_activities: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) enable_feeds: bool,
    pub(crate) custom_settings_type: Option<String>,
}

impl WrittenValue {
    /// The value's API name.
    pub(crate) fn name(&self) -> &str {
        self.full_name.as_deref().or(self.value_name.as_deref()).unwrap_or_default()
    }
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    let text = match &value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    };
    text.parse()
        .map(Some)
        .map_err(|_| de::Error::custom(format!("Cannot deserialize instance of int from value {text}")))
}

fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match Option::<Value>::deserialize(from)? {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(Value::String(text)) if text == "true" || text == "false" => Ok(text == "true"),
        Some(other) => Err(de::Error::custom(format!("Cannot deserialize instance of boolean from value {other}"))),
    }
}
