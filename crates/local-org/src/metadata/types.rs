//! Rows of `DataType`: the types that fields can have.

use serde_json::json;

use crate::metadata::Rows;
use crate::org::Work;

/// The types, and whether their values have parts.
const TYPES: [(&str, bool); 23] = [
    ("address", true),
    ("anyType", false),
    ("base64", false),
    ("boolean", false),
    ("combobox", false),
    ("complexvalue", true),
    ("currency", false),
    ("date", false),
    ("datetime", false),
    ("double", false),
    ("email", false),
    ("encryptedstring", false),
    ("id", false),
    ("int", false),
    ("location", true),
    ("multipicklist", false),
    ("percent", false),
    ("phone", false),
    ("picklist", false),
    ("reference", false),
    ("string", false),
    ("textarea", false),
    ("time", false),
];

#[expect(clippy::unnecessary_wraps, reason = "one of several makers of rows, some of which read and may fail")]
pub(super) fn rows(_: &Work<'_>) -> Rows {
    let row = |(name, is_complex): &(&str, bool)| json!({"Id": name, "DurableId": name, "DeveloperName": name, "IsComplex": is_complex});
    Ok(TYPES.iter().map(row).collect())
}
