//! The types a custom field can be of, and what each of them takes. Refuses to look at a definition.

use crate::answers::Fault;
use crate::schema::FieldType;
use crate::schema::custom::{not_here, refused};

/// A type in the words of the Metadata API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    AutoNumber,
    Checkbox,
    Currency,
    Date,
    DateTime,
    Email,
    EncryptedText,
    Html,
    Location,
    LongTextArea,
    Lookup,
    MasterDetail,
    MultiselectPicklist,
    Number,
    Percent,
    Phone,
    Picklist,
    Text,
    TextArea,
    Time,
    Url,
}

const KINDS: [(&str, Kind); 21] = [
    ("AutoNumber", Kind::AutoNumber),
    ("Checkbox", Kind::Checkbox),
    ("Currency", Kind::Currency),
    ("Date", Kind::Date),
    ("DateTime", Kind::DateTime),
    ("Email", Kind::Email),
    ("EncryptedText", Kind::EncryptedText),
    ("Html", Kind::Html),
    ("Location", Kind::Location),
    ("LongTextArea", Kind::LongTextArea),
    ("Lookup", Kind::Lookup),
    ("MasterDetail", Kind::MasterDetail),
    ("MultiselectPicklist", Kind::MultiselectPicklist),
    ("Number", Kind::Number),
    ("Percent", Kind::Percent),
    ("Phone", Kind::Phone),
    ("Picklist", Kind::Picklist),
    ("Text", Kind::Text),
    ("TextArea", Kind::TextArea),
    ("Time", Kind::Time),
    ("Url", Kind::Url),
];

/// Types that Salesforce has and this org does not.
const MISSING: [&str; 7] = [
    "Summary",
    "Hierarchy",
    "MetadataRelationship",
    "ExternalLookup",
    "IndirectLookup",
    "File",
    "ArchivedMasterDetail",
];

impl Kind {
    pub(crate) fn named(name: &str) -> Result<Self, Fault> {
        if let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) {
            return Ok(*kind);
        }
        if MISSING.contains(&name) {
            return Err(not_here(format!("The local org has no custom fields of type {name}")));
        }
        let text = format!("Type: bad value for restricted picklist field: {name}");
        Err(refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["Metadata"]))
    }

    pub(crate) fn as_str(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn field_type(self) -> FieldType {
        match self {
            Self::AutoNumber | Self::Text => FieldType::String,
            Self::Checkbox => FieldType::Boolean,
            Self::Currency => FieldType::Currency,
            Self::Date => FieldType::Date,
            Self::DateTime => FieldType::DateTime,
            Self::Email => FieldType::Email,
            Self::EncryptedText => FieldType::EncryptedString,
            Self::Html | Self::LongTextArea | Self::TextArea => FieldType::TextArea,
            Self::Location => FieldType::Location,
            Self::Lookup | Self::MasterDetail => FieldType::Reference,
            Self::MultiselectPicklist => FieldType::MultiPicklist,
            Self::Number => FieldType::Double,
            Self::Percent => FieldType::Percent,
            Self::Phone => FieldType::Phone,
            Self::Picklist => FieldType::Picklist,
            Self::Time => FieldType::Time,
            Self::Url => FieldType::Url,
        }
    }

    pub(crate) fn is_long_text(self) -> bool {
        matches!(self, Self::Html | Self::LongTextArea)
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Currency | Self::Number | Self::Percent)
    }

    pub(crate) fn is_picklist(self) -> bool {
        matches!(self, Self::MultiselectPicklist | Self::Picklist)
    }

    pub(crate) fn is_relationship(self) -> bool {
        matches!(self, Self::Lookup | Self::MasterDetail)
    }

    /// The lengths that can be asked for, where one has to be.
    pub(crate) fn lengths(self) -> Option<(u32, u32)> {
        match self {
            Self::Text => Some((1, 255)),
            Self::LongTextArea | Self::Html => Some((256, 131_072)),
            Self::EncryptedText => Some((1, 175)),
            _ => None,
        }
    }

    /// The length where none can be asked for.
    pub(crate) fn fixed_length(self) -> u32 {
        match self {
            Self::AutoNumber => 30,
            Self::Email => 80,
            Self::Phone => 40,
            Self::Lookup | Self::MasterDetail => 18,
            Self::Picklist | Self::TextArea | Self::Url => 255,
            Self::MultiselectPicklist => 4_099,
            _ => 0,
        }
    }

    pub(crate) fn needs_visible_lines(self) -> bool {
        self.is_long_text() || self == Self::MultiselectPicklist
    }

    pub(crate) fn may_be_external_id(self) -> bool {
        matches!(self, Self::AutoNumber | Self::Email | Self::Number | Self::Text)
    }

    pub(crate) fn may_be_unique(self) -> bool {
        matches!(self, Self::Email | Self::Number | Self::Text)
    }

    pub(crate) fn may_be_required(self) -> bool {
        !self.is_long_text() && !matches!(self, Self::AutoNumber | Self::Checkbox)
    }

    /// Whether stored values can stay when a field of this type becomes one of the other.
    pub(crate) fn may_become(self, other: Self) -> bool {
        let is_plain_text = |kind: Self| {
            matches!(kind.field_type(), FieldType::String | FieldType::TextArea | FieldType::Picklist)
                || matches!(kind, Self::Email | Self::Phone | Self::Url | Self::MultiselectPicklist)
        };
        self == other
            || self.is_number() && other.is_number()
            || is_plain_text(self) && is_plain_text(other) && other != Self::AutoNumber
    }
}
