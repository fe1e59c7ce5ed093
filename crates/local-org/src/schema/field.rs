//! Fields: type, sizes, and what can be done with them. Refuses to know values.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema::PicklistValue;

/// A field of an object.
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
    #[serde(default)]
    pub(crate) custom: CustomFacts,
    /// Its place among the fields of its object, and in a [`Record`](crate::rows::Record).
    #[serde(skip)]
    pub(crate) at: usize,
}

/// What only custom fields have.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct CustomFacts {
    /// How the numbers of an auto-number field are written.
    pub(crate) display_format: Option<String>,
    pub(crate) default_formula: Option<String>,
    pub(crate) mask_char: Option<String>,
    pub(crate) mask_type: Option<String>,
    pub(crate) decimal_location: bool,
    pub(crate) write_requires_master_read: bool,
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
    Time,
    Reference,
    Picklist,
    MultiPicklist,
    Combobox,
    TextArea,
    Email,
    Phone,
    Url,
    Address,
    Location,
    EncryptedString,
    Base64,
    AnyType,
}

impl Field {
    /// A field that can nothing yet.
    pub(crate) fn named(name: &str, kind: FieldType) -> Self {
        Self {
            name: name.to_owned(),
            label: name.to_owned(),
            kind,
            length: 0,
            precision: 0,
            scale: 0,
            digits: 0,
            can: Vec::new(),
            default: None,
            compound: None,
            extra_type: None,
            relationship: None,
            relationship_order: None,
            controller: None,
            refers_to: Vec::new(),
            picklist_list: None,
            values: Vec::new(),
            help: None,
            custom_id: None,
            custom: CustomFacts::default(),
            at: 0,
        }
    }

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

    /// The most degrees, of a latitude or a longitude.
    pub(crate) fn degrees(&self) -> Option<f64> {
        let is_part = |part: &str| self.compound.is_some() && self.name.trim_end_matches("__s").ends_with(part);
        if is_part("Latitude") { Some(90.0) } else { is_part("Longitude").then_some(180.0) }
    }

    /// Whether it is the detail side of a master-detail relationship.
    pub(crate) fn is_master(&self) -> bool {
        self.is_custom() && self.relationship_order.is_some()
    }
}

impl FieldType {
    /// Whether values are text that compares without case.
    pub(crate) fn is_text(self) -> bool {
        use FieldType::{
            AnyType, Combobox, Email, EncryptedString, MultiPicklist, Phone, Picklist, String, TextArea, Url,
        };
        matches!(
            self,
            AnyType | String | Picklist | MultiPicklist | Combobox | TextArea | Email | EncryptedString | Phone | Url
        )
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
            Self::Time => "time",
            Self::Reference => "reference",
            Self::Picklist => "picklist",
            Self::MultiPicklist => "multipicklist",
            Self::Combobox => "combobox",
            Self::TextArea => "textarea",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Address => "address",
            Self::Location => "location",
            Self::EncryptedString => "encryptedstring",
            Self::Base64 => "base64",
            Self::AnyType => "anyType",
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
            Self::Time => "xsd:time",
            Self::Address => "urn:address",
            Self::Location => "urn:location",
            Self::Base64 => "xsd:base64Binary",
            Self::AnyType => "xsd:anyType",
            _ => "xsd:string",
        }
    }
}
