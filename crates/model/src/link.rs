//! A link: which Salesforce record stands for which source row, and what it is known to hold.

use std::collections::BTreeMap;

use crate::{SyncId, Timestamp};

/// (sync, source key) ↔ Salesforce record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Link {
    /// The sync that made it.
    pub sync_id: SyncId,
    /// The source row's key.
    pub source_key: String,
    /// 18-character id of the record.
    pub record_id: String,
    /// What Salesforce confirmed, field by field.
    #[schema(value_type = BTreeMap<String, String>)]
    pub confirmed: ConfirmedFields,
    /// Whether it may still be written through.
    pub state: LinkState,
    /// The records that stand in its place since it was converted; empty before.
    #[serde(default)]
    pub successors: Vec<RecordReference>,
    /// When it was last confirmed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Whether a link may be written through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// The record exists as far as we know.
    Active,
    /// The record was deleted in Salesforce; a person decides what happens.
    Broken,
    /// The record was converted into others in Salesforce; it is not written any more.
    Converted,
}

/// A record of the other side.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct RecordReference {
    /// API name of its object, such as `Contact`.
    pub object: String,
    /// Its 18-character id.
    pub id: String,
}

/// The fingerprint of each field's confirmed value, by the field's API name. Values themselves are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ConfirmedFields(pub BTreeMap<String, Fingerprint>);

/// 128-bit fingerprint of one value, printed as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub u128);

impl serde::Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

impl<'de> serde::Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}
