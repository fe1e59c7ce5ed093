//! What an object looks like on the other side, as its describe says.

/// An object that can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSchema {
    /// API name.
    pub name: String,
    /// Fields, in the order of the describe.
    pub fields: Vec<FieldSchema>,
}

impl ObjectSchema {
    /// The field with this API name, in any case.
    pub fn field(&self, name: &str) -> Option<&FieldSchema> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FieldSchema {
    /// API name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The other side's word for its type, such as `string` or `picklist`.
    pub kind: String,
    /// Longest text in characters, where the type has one.
    pub length: Option<u32>,
    /// May be set when a record is made.
    pub createable: bool,
    /// May be changed later.
    pub updateable: bool,
    /// Must be set when a record is made.
    pub required: bool,
    /// May be used to find a record by our own key.
    pub external_id: bool,
    /// No two records share a value.
    pub unique: bool,
    /// What may be chosen, for picklists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// What may be chosen in a picklist.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Values of the field that this one depends on, under which it may be chosen; empty when it depends on none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under: Vec<String>,
}
