//! Objects: what can be done with them, their fields, and who refers to them. Refuses to know records.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::schema::plan::SavePlan;
use crate::schema::{Ability, Field, FieldType, PicklistValue};

/// An object, standard or custom.
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
    /// Where each field is, by its exact name.
    #[serde(skip)]
    places: HashMap<String, usize>,
    /// What writing a row needs.
    #[serde(skip)]
    pub(crate) plan: SavePlan,
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

impl Object {
    pub(crate) fn can(&self, ability: ObjectAbility) -> bool {
        self.can.contains(&ability)
    }

    /// Numbers the fields and works out what follows from them; called whenever they have changed.
    pub(super) fn settle(&mut self, picklists: &BTreeMap<String, Vec<PicklistValue>>) {
        for (at, field) in self.fields.iter_mut().enumerate() {
            field.at = at;
        }
        self.places = self.fields.iter().map(|field| (field.name.clone(), field.at)).collect();
        self.plan = SavePlan::of(self, picklists);
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        match self.places.get(name) {
            Some(&at) => self.fields.get(at),
            None => self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)),
        }
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
