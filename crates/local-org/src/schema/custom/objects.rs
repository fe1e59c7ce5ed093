//! A custom object's definition, turned into an object of ours. Refuses to know which names are taken.

use serde_json::Value;

use crate::answers::Fault;
use crate::schema::custom::wire::{FieldMetadata, ObjectMetadata};
use crate::schema::custom::{Kind, not_here, refused, unsound};
use crate::schema::{Ability, CustomFacts, Field, FieldType, Object, ObjectAbility};

/// The most characters of a label.
const LONGEST_LABEL: usize = 40;
/// The digits of key prefixes, in their order.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a definition comes to.
#[derive(Debug, Clone)]
pub(crate) struct CustomObject {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) key_prefix: String,
    pub(crate) metadata: ObjectMetadata,
}

/// The key prefix of the custom object with this number, counted from 0: `a00`, `a01`, …
pub(crate) fn key_prefix(number: usize) -> Option<String> {
    let digit = |at: usize| BASE62.get(at).map(|&byte| char::from(byte));
    Some(format!("a{}{}", digit(number / 62)?, digit(number % 62)?))
}

impl ObjectMetadata {
    /// What is wrong with the definition, if anything.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.custom_settings_type.is_some() {
            return Err(not_here("The local org has no custom settings"));
        }
        check_label(self.label.as_deref(), "label")?;
        check_label(self.plural_label.as_deref(), "pluralLabel")?;
        let known = ["Deployed", "InDevelopment"];
        if let Some(status) = self.deployment_status.as_deref().filter(|status| !known.contains(status)) {
            return Err(bad_value("Deployment Status", status));
        }
        let known = ["Private", "Read", "ReadWrite", "ReadWriteTransfer", "FullAccess", "ControlledByParent"];
        if let Some(model) = self.sharing_model.as_deref().filter(|model| !known.contains(model)) {
            return Err(bad_value("Sharing Model", model));
        }
        self.name_kind().map(drop)
    }

    fn name_kind(&self) -> Result<Kind, Fault> {
        let wrong = || unsound("Must specify a nameField of type Text or AutoNumber");
        let name = self.name_field.as_ref().ok_or_else(wrong)?;
        match name.kind.as_deref() {
            Some("Text") => Ok(Kind::Text),
            Some("AutoNumber") => match &name.display_format {
                Some(format) if crate::schema::auto_number::is_format(format) => Ok(Kind::AutoNumber),
                Some(format) => Err(unsound(format!("Display Format: {format} is not a valid display format"))),
                None => Err(unsound("Must specify 'displayFormat' for a CustomField of type AutoNumber")),
            },
            _ => Err(wrong()),
        }
    }
}

fn check_label(label: Option<&str>, key: &str) -> Result<(), Fault> {
    match label.map(str::trim) {
        None | Some("") => {
            Err(refused("REQUIRED_FIELD_MISSING", format!("Required field is missing: {key}"), &["Metadata"]))
        }
        Some(label) if label.chars().count() > LONGEST_LABEL => {
            let text = format!("{key}: data value too large: {label} (max length={LONGEST_LABEL})");
            Err(refused("STRING_TOO_LONG", text, &["Metadata"]))
        }
        Some(_) => Ok(()),
    }
}

fn bad_value(what: &str, value: &str) -> Fault {
    let text = format!("{what}: bad value for restricted picklist field: {value}");
    refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["Metadata"])
}

impl CustomObject {
    /// The object without custom fields.
    pub(crate) fn object(&self) -> Object {
        let metadata = &self.metadata;
        let label = metadata.label.clone().unwrap_or_default();
        Object {
            name: self.name.clone(),
            label_plural: metadata.plural_label.clone().unwrap_or_else(|| label.clone()),
            key_prefix: self.key_prefix.clone(),
            can: abilities(metadata),
            scopes: ["everything", "mine", "team"].map(str::to_owned).to_vec(),
            fields: fields(metadata, &label),
            children: Vec::new(),
            custom_id: Some(self.id.clone()),
            api: crate::schema::Api::Data,
            places: Default::default(),
            plan: Default::default(),
            label,
        }
    }
}

fn abilities(metadata: &ObjectMetadata) -> Vec<ObjectAbility> {
    let mut can = vec![
        ObjectAbility::Createable,
        ObjectAbility::Updateable,
        ObjectAbility::Deletable,
        ObjectAbility::Undeletable,
        ObjectAbility::Queryable,
        ObjectAbility::Retrieveable,
        ObjectAbility::Searchable,
        ObjectAbility::Replicateable,
        ObjectAbility::Triggerable,
        ObjectAbility::MruEnabled,
        ObjectAbility::Layoutable,
        ObjectAbility::SearchLayoutable,
        ObjectAbility::CompactLayoutable,
    ];
    can.extend(metadata.enable_feeds.then_some(ObjectAbility::FeedEnabled));
    can
}

fn fields(metadata: &ObjectMetadata, label: &str) -> Vec<Field> {
    use Ability::{Aggregatable, Defaulted, Filterable, Groupable, IdLookup, Nillable, Sortable};
    let named = |name: &str, label: &str, kind, can: &[Ability]| Field {
        label: label.to_owned(),
        can: can.to_vec(),
        ..Field::named(name, kind)
    };
    let asked = [Filterable, Sortable, Groupable, Aggregatable];
    let (given, dated) = ([&[Defaulted], &asked[..]].concat(), [Defaulted, Filterable, Sortable, Aggregatable]);
    let last = [Nillable, Filterable, Sortable, Aggregatable];
    let mut fields = vec![
        Field { length: 18, ..named("Id", "Record ID", FieldType::Id, &[&given, &[IdLookup][..]].concat()) },
        owner_field(),
        named("IsDeleted", "Deleted", FieldType::Boolean, &[Defaulted, Filterable, Sortable, Groupable]),
        name_field(metadata.name_field.as_ref(), label),
        named("CreatedDate", "Created Date", FieldType::DateTime, &dated),
        reference("CreatedById", "Created By ID", &given, &["User"]),
        named("LastModifiedDate", "Last Modified Date", FieldType::DateTime, &dated),
        reference("LastModifiedById", "Last Modified By ID", &given, &["User"]),
        named("SystemModstamp", "System Modstamp", FieldType::DateTime, &dated),
    ];
    if metadata.enable_activities {
        let can = [&[Nillable], &asked[..]].concat();
        fields.push(named("LastActivityDate", "Last Activity Date", FieldType::Date, &can));
    }
    fields.push(named("LastViewedDate", "Last Viewed Date", FieldType::DateTime, &last));
    fields.push(named("LastReferencedDate", "Last Referenced Date", FieldType::DateTime, &last));
    fields
}

/// Who owns a record.
pub(crate) fn owner_field() -> Field {
    use Ability::{Aggregatable, Createable, Defaulted, Filterable, Groupable, Sortable, Updateable};
    let can = [Defaulted, Filterable, Sortable, Groupable, Aggregatable, Createable, Updateable];
    reference("OwnerId", "Owner ID", &can, &["Group", "User"])
}

fn reference(name: &str, label: &str, can: &[Ability], refers_to: &[&str]) -> Field {
    let mut can = can.to_vec();
    if refers_to.len() > 1 {
        can.extend([Ability::NamePointing, Ability::Polymorphic]);
    }
    Field {
        label: label.to_owned(),
        length: 18,
        can,
        relationship: name.strip_suffix("Id").map(str::to_owned),
        refers_to: refers_to.iter().map(|&name| name.to_owned()).collect(),
        ..Field::named(name, FieldType::Reference)
    }
}

/// A name the user writes, who may leave it out and then gets the id; or one that is counted.
fn name_field(metadata: Option<&FieldMetadata>, object_label: &str) -> Field {
    use Ability::{
        Aggregatable, AutoNumber, Createable, Defaulted, Filterable, Groupable, IdLookup, NameField, Nillable,
        Sortable, Updateable,
    };
    let is_counted = metadata.is_some_and(|name| name.kind.as_deref() == Some("AutoNumber"));
    let mut can = vec![Filterable, Sortable, Aggregatable, IdLookup, NameField];
    if is_counted {
        can.extend([AutoNumber, Defaulted]);
    } else {
        can.extend([Nillable, Createable, Updateable, Groupable, Defaulted]);
    }
    let label = metadata.and_then(|name| name.label.clone()).unwrap_or_else(|| format!("{object_label} Name"));
    Field {
        label,
        length: 80,
        can,
        default: None::<Value>,
        custom: CustomFacts {
            display_format: metadata.and_then(|name| name.display_format.clone()).filter(|_| is_counted),
            ..CustomFacts::default()
        },
        ..Field::named("Name", FieldType::String)
    }
}
