//! What an object is made of, as the org describes it. Kept for five minutes, so that new fields appear without a restart (R76).

mod wire;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use salesbridge_model::Timestamp;

use crate::{ApiError, OrgClient, call::Call};

/// An object of the org.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDescribe {
    /// API name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whether we may read its records.
    pub queryable: bool,
    /// Whether we may make records of it.
    pub createable: bool,
    /// Whether we may change its records.
    pub updateable: bool,
    /// Whether we may delete its records.
    pub deletable: bool,
    /// First three characters of its records' ids, when it has its own.
    pub key_prefix: Option<String>,
    /// Its fields that we may see.
    pub fields: Vec<FieldDescribe>,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDescribe {
    /// API name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Salesforce's word for its type, such as `string`, `picklist` or `reference`.
    pub field_type: String,
    /// Longest text, in characters; 0 for types without length.
    pub length: u32,
    /// Digits on both sides of the point; 0 for types without.
    pub precision: u32,
    /// Digits after the point.
    pub scale: u32,
    /// Whether it may be empty.
    pub nillable: bool,
    /// Whether it may be given when a record is made.
    pub createable: bool,
    /// Whether it may be changed.
    pub updateable: bool,
    /// Whether the org fills it when it is not given.
    pub defaulted_on_create: bool,
    /// Whether records can be matched by it.
    pub external_id: bool,
    /// Whether two records may not share a value.
    pub unique: bool,
    /// Whether upper and lower case differ in a unique field.
    pub case_sensitive: bool,
    /// Its choices, for picklists.
    pub picklist_values: Vec<PicklistValue>,
    /// Whether other texts than its choices are refused.
    pub restricted_picklist: bool,
    /// The field whose value decides which of its choices may be chosen.
    pub controller: Option<String>,
    /// Objects it may refer to.
    pub reference_to: Vec<String>,
    /// The compound field it is a part of, such as `Name`.
    pub compound_field: Option<String>,
}

/// A choice of a picklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PicklistValue {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it may still be chosen.
    pub active: bool,
    /// Whether it is chosen when nothing is.
    pub default: bool,
    /// Positions in the controlling field's choices under which it may be chosen.
    pub valid_for: Vec<usize>,
}

impl ObjectDescribe {
    /// A field by its API name, in any case, as Salesforce itself reads it.
    pub fn field(&self, name: &str) -> Option<&FieldDescribe> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

impl FieldDescribe {
    /// Whether a new record is refused without it. Salesforce fills every checkbox itself.
    pub fn is_required_on_create(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create && self.field_type != "boolean"
    }
}

/// Describes by object name in lower case, with the time they were read.
#[derive(Default)]
pub(crate) struct DescribeCache(Mutex<HashMap<String, (Timestamp, Arc<ObjectDescribe>)>>);

/// How long a describe is believed.
const LIFETIME: chrono::Duration = chrono::Duration::minutes(5);

impl OrgClient {
    /// An object, at most five minutes old.
    pub async fn describe(&self, object: &str) -> Result<Arc<ObjectDescribe>, ApiError> {
        match self.shared.describes.young(object, self.clock().now()) {
            Some(describe) => Ok(describe),
            None => self.refresh_describe(object).await,
        }
    }

    /// An object as it is now.
    pub async fn refresh_describe(&self, object: &str) -> Result<Arc<ObjectDescribe>, ApiError> {
        let read_at = self.clock().now();
        let wire: wire::Object = self.read(&Call::get(["sobjects", object, "describe"]), "a describe").await?;
        let describe = Arc::new(ObjectDescribe::from(wire));
        self.shared.describes.keep(object, read_at, describe.clone());
        Ok(describe)
    }
}

impl DescribeCache {
    fn young(&self, object: &str, now: Timestamp) -> Option<Arc<ObjectDescribe>> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, describe) = cache.get(&object.to_ascii_lowercase())?;
        (now.signed_duration_since(read_at) < LIFETIME).then(|| describe.clone())
    }

    fn keep(&self, object: &str, read_at: Timestamp, describe: Arc<ObjectDescribe>) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(object.to_ascii_lowercase(), (read_at, describe));
    }
}
