//! The body of a definition: its full name and its metadata. Keys are read in any case. Refuses to judge metadata.

use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::rest::body;

/// What a caller wants defined.
#[derive(Debug)]
pub(crate) struct Asked {
    full_name: Option<String>,
    metadata: Option<Value>,
}

impl Asked {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let body: Map<String, Value> = body::read(bytes)?;
        let mut asked = Self { full_name: None, metadata: None };
        for (key, value) in body {
            match (key.to_ascii_lowercase().as_str(), value) {
                ("fullname", Value::String(name)) => asked.full_name = Some(name),
                ("metadata", Value::Object(metadata)) => asked.metadata = Some(Value::Object(metadata)),
                // What an answer carries and a caller sends back with a change.
                ("fullname" | "metadata", Value::Null) | ("attributes" | "id", _) => {}
                ("fullname" | "metadata", _) => {
                    return Err(Fault::unreadable(format!("Cannot deserialize instance of {key}")));
                }
                _ => {
                    let text =
                        format!("Unable to create/update fields: {key}. Definitions are written by their Metadata.");
                    let error = RowError::on("INVALID_FIELD_FOR_INSERT_UPDATE", text, &[&key]);
                    return Err(Fault::bad_request(error));
                }
            }
        }
        Ok(asked)
    }

    pub(crate) fn full_name(&self) -> Result<&str, Fault> {
        self.full_name.as_deref().ok_or_else(|| missing("FullName"))
    }

    /// The full name, where a change repeats it.
    pub(crate) fn repeated_name(&self) -> Option<&str> {
        self.full_name.as_deref()
    }

    pub(crate) fn metadata(&self) -> Result<&Value, Fault> {
        self.metadata.as_ref().ok_or_else(|| missing("Metadata"))
    }
}

fn missing(key: &str) -> Fault {
    let text = format!("Required fields are missing: [{key}]");
    Fault::bad_request(RowError::on("REQUIRED_FIELD_MISSING", text, &[key]))
}
