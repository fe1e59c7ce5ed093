//! What objects and fields the org has. Refuses to know records and HTTP.

pub(crate) mod custom;
pub(crate) mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The facts about standard objects, one file each, and the long picklists some of them share.
const OBJECTS: [&str; 16] = [
    include_str!("../../objects/Account.json"),
    include_str!("../../objects/Campaign.json"),
    include_str!("../../objects/CampaignMember.json"),
    include_str!("../../objects/Case.json"),
    include_str!("../../objects/Contact.json"),
    include_str!("../../objects/EmailMessage.json"),
    include_str!("../../objects/Event.json"),
    include_str!("../../objects/Lead.json"),
    include_str!("../../objects/Opportunity.json"),
    include_str!("../../objects/OpportunityLineItem.json"),
    include_str!("../../objects/Organization.json"),
    include_str!("../../objects/PricebookEntry.json"),
    include_str!("../../objects/Product2.json"),
    include_str!("../../objects/Profile.json"),
    include_str!("../../objects/Task.json"),
    include_str!("../../objects/User.json"),
];
const SHARED_PICKLISTS: &str = include_str!("../../objects/picklists.json");

/// All objects, by lower-case name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    objects: BTreeMap<String, Arc<Object>>,
    picklists: Arc<BTreeMap<String, Vec<PicklistValue>>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) label_plural: String,
    pub(crate) key_prefix: String,
    pub(crate) can: Vec<ObjectAbility>,
    pub(crate) scopes: Vec<String>,
    pub(crate) fields: Vec<Field>,
    pub(crate) children: Vec<Child>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ObjectAbility {
    Createable,
    Updateable,
    Deletable,
    Undeletable,
    Queryable,
    Retrieveable,
    Searchable,
    Replicateable,
    Triggerable,
    Mergeable,
    MruEnabled,
    Layoutable,
    SearchLayoutable,
    CompactLayoutable,
    FeedEnabled,
    Activateable,
}

/// A child relationship of an object.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Child {
    pub(crate) object: String,
    pub(crate) field: String,
    pub(crate) relationship: String,
    #[serde(default)]
    pub(crate) cascade_delete: bool,
    #[serde(default)]
    pub(crate) restricted_delete: bool,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    #[serde(rename = "type")]
    pub(crate) kind: FieldType,
    #[serde(default)]
    pub(crate) length: u32,
    #[serde(default)]
    pub(crate) precision: u32,
    #[serde(default)]
    pub(crate) scale: u32,
    #[serde(default)]
    pub(crate) digits: u32,
    pub(crate) can: Vec<Ability>,
    #[serde(default)]
    pub(crate) default: Option<Value>,
    #[serde(default)]
    pub(crate) compound: Option<String>,
    #[serde(default)]
    pub(crate) extra_type: Option<String>,
    #[serde(default)]
    pub(crate) relationship: Option<String>,
    #[serde(default)]
    pub(crate) relationship_order: Option<u32>,
    #[serde(default)]
    pub(crate) controller: Option<String>,
    #[serde(default)]
    pub(crate) refers_to: Vec<String>,
    #[serde(default)]
    pub(crate) picklist_list: Option<String>,
    #[serde(default)]
    pub(crate) values: Vec<PicklistValue>,
    #[serde(default)]
    pub(crate) help: Option<String>,
    /// The id of a custom field's definition.
    #[serde(default)]
    pub(crate) custom_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ability {
    Nillable,
    Createable,
    Updateable,
    Defaulted,
    Filterable,
    Sortable,
    Groupable,
    Aggregatable,
    IdLookup,
    ExternalId,
    Unique,
    CaseSensitive,
    AutoNumber,
    Calculated,
    NameField,
    NamePointing,
    Restricted,
    Dependent,
    Polymorphic,
    Permissionable,
    CascadeDelete,
    RestrictedDelete,
    QueryByDistance,
    Encrypted,
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FieldType {
    Id,
    String,
    Boolean,
    Int,
    Double,
    Currency,
    Percent,
    Date,
    DateTime,
    Reference,
    Picklist,
    Combobox,
    TextArea,
    Email,
    Phone,
    Url,
    Address,
}

/// One value of a picklist: bare text, or text with what sets it apart.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(from = "WrittenValue")]
pub(crate) struct PicklistValue {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) default: bool,
    pub(crate) active: bool,
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
    },
}

impl From<WrittenValue> for PicklistValue {
    fn from(written: WrittenValue) -> Self {
        match written {
            WrittenValue::Bare(value) => Self { label: value.clone(), value, default: false, active: true },
            WrittenValue::Full { value, label, default, active } => {
                Self { label: label.unwrap_or_else(|| value.clone()), value, default, active }
            }
        }
    }
}

impl Schema {
    /// The standard objects, from the facts in this crate.
    pub(crate) fn standard() -> Result<Self, serde_json::Error> {
        let mut schema =
            Self { objects: BTreeMap::new(), picklists: Arc::new(serde_json::from_str(SHARED_PICKLISTS)?) };
        for facts in OBJECTS {
            let object: Object = serde_json::from_str(facts)?;
            schema.objects.insert(object.name.to_lowercase(), Arc::new(object));
        }
        Ok(schema)
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Arc<Object>> {
        self.objects.get(&name.to_lowercase())
    }

    pub(crate) fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// The object an id belongs to, by its key prefix.
    pub(crate) fn object_of_id(&self, id: &str) -> Option<&Arc<Object>> {
        let prefix = crate::ids::prefix(id);
        self.objects().find(|object| object.key_prefix == prefix)
    }

    pub(crate) fn picklist_values<'schema>(&'schema self, field: &'schema Field) -> &'schema [PicklistValue] {
        match &field.picklist_list {
            Some(list) => self.picklists.get(list).map_or(&[], Vec::as_slice),
            None => &field.values,
        }
    }

    /// The same schema with one more field on an object.
    pub(crate) fn with_field(&self, object: &str, field: Field) -> Self {
        self.changed(object, |fields| fields.push(field))
    }

    /// The same schema without a field.
    pub(crate) fn without_field(&self, object: &str, name: &str) -> Self {
        self.changed(object, |fields| fields.retain(|field| field.name != name))
    }

    fn changed(&self, object: &str, change: impl FnOnce(&mut Vec<Field>)) -> Self {
        let mut schema = self.clone();
        if let Some(object) = schema.objects.get_mut(&object.to_lowercase()) {
            change(&mut Arc::make_mut(object).fields);
        }
        schema
    }
}

impl Object {
    pub(crate) fn can(&self, ability: ObjectAbility) -> bool {
        self.can.contains(&ability)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// SQL that is true of records outside the recycle bin; some objects have none.
    pub(crate) fn is_live_sql(&self) -> &'static str {
        if self.field("IsDeleted").is_some() { "\"IsDeleted\" = 0" } else { "1" }
    }

    /// The reference field behind a parent relationship.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        let named =
            |field: &&Field| field.relationship.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.fields.iter().filter(|field| field.kind == FieldType::Reference).find(named)
    }

    pub(crate) fn name_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.can(Ability::NameField))
    }

    /// The fields an address is made of, without the address's own prefix.
    pub(crate) fn parts_of<'object>(&'object self, compound: &'object Field) -> impl Iterator<Item = &'object Field> {
        self.fields.iter().filter(|field| field.compound.as_deref() == Some(&compound.name))
    }

    /// Whether `Name` is made of the parts of a person's name.
    pub(crate) fn is_person(&self) -> bool {
        self.field("Name").is_some_and(|name| name.extra_type.as_deref() == Some("personname"))
    }
}

impl Field {
    pub(crate) fn can(&self, ability: Ability) -> bool {
        self.can.contains(&ability)
    }

    pub(crate) fn is_required(&self) -> bool {
        !self.can(Ability::Nillable)
            && self.can(Ability::Createable)
            && !self.can(Ability::Defaulted)
            && self.kind != FieldType::Boolean
    }

    /// Whether a row can be found by it: an external id, or a standard field that serves as one.
    pub(crate) fn finds_rows(&self) -> bool {
        self.can(Ability::ExternalId) || self.can(Ability::IdLookup)
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.custom_id.is_some()
    }
}

impl FieldType {
    /// Whether values are text that compares without case.
    pub(crate) fn is_text(self) -> bool {
        use FieldType::{Combobox, Email, Phone, Picklist, String, TextArea, Url};
        matches!(self, String | Picklist | Combobox | TextArea | Email | Phone | Url)
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Double | Self::Currency | Self::Percent)
    }

    pub(crate) fn is_id(self) -> bool {
        matches!(self, Self::Id | Self::Reference)
    }

    /// As describe and messages write it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Double => "double",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Reference => "reference",
            Self::Picklist => "picklist",
            Self::Combobox => "combobox",
            Self::TextArea => "textarea",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Address => "address",
        }
    }

    /// The type in the SOAP schema.
    pub(crate) fn soap_type(self) -> &'static str {
        match self {
            Self::Id | Self::Reference => "tns:ID",
            Self::Boolean => "xsd:boolean",
            Self::Int => "xsd:int",
            Self::Double | Self::Currency | Self::Percent => "xsd:double",
            Self::Date => "xsd:date",
            Self::DateTime => "xsd:dateTime",
            Self::Address => "urn:address",
            _ => "xsd:string",
        }
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_read_and_agree_with_what_is_required_of_a_new_row() {
        let schema = Schema::standard().unwrap();
        let required = |object: &str| {
            let object = schema.object(object).unwrap();
            object.fields.iter().filter(|field| field.is_required()).map(|field| field.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(required("Lead"), ["LastName", "Company"]);
        assert_eq!(required("account"), ["Name"]);
        assert_eq!(required("Contact"), ["LastName"]);
        assert_eq!(required("Opportunity"), ["Name", "StageName", "CloseDate"]);
        assert!(required("Case").is_empty());
    }

    #[test]
    fn a_person_has_a_name_made_of_parts() {
        let schema = Schema::standard().unwrap();
        let people: Vec<_> = schema.objects().filter(|object| object.is_person()).map(|o| o.name.as_str()).collect();
        assert_eq!(people, ["Contact", "Lead", "User"]);
    }
}
