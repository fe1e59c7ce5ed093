//! Values of picklists, as the facts write them and as the Tooling API does.

use serde::{Deserialize, Serialize};

/// One value of a picklist: bare text, or text with what sets it apart.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(from = "WrittenValue")]
pub(crate) struct PicklistValue {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) default: bool,
    pub(crate) active: bool,
    /// The values of the controlling field it is valid for.
    #[serde(default)]
    pub(crate) valid_for: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenValue {
    Bare(String),
    Full {
        value: String,
        label: Option<String>,
        #[serde(default)]
        default: bool,
        #[serde(default = "yes")]
        active: bool,
        #[serde(default)]
        valid_for: Vec<String>,
    },
}

impl From<WrittenValue> for PicklistValue {
    fn from(written: WrittenValue) -> Self {
        match written {
            WrittenValue::Bare(value) => {
                Self { label: value.clone(), value, default: false, active: true, valid_for: Vec::new() }
            }
            WrittenValue::Full { value, label, default, active, valid_for } => {
                let label = label.unwrap_or_else(|| value.clone());
                Self { label, value, default, active, valid_for }
            }
        }
    }
}

fn yes() -> bool {
    true
}
