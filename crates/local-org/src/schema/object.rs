//! Objects: what can be done with them, their fields, and who refers to them. Refuses to know records.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::schema::plan::SavePlan;
use crate::schema::{Ability, Field, PicklistValue};

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
    /// The id of a custom object's definition.
    #[serde(default)]
    pub(crate) custom_id: Option<String>,
    #[serde(default)]
    pub(crate) api: Api,
    /// Where each field is, by its exact name.
    #[serde(skip)]
    pub(super) places: HashMap<String, usize>,
    /// What writing a row needs.
    #[serde(skip)]
    pub(crate) plan: SavePlan,
}

/// Where an object can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Api {
    /// The data API; its rows are records.
    #[default]
    Data,
    /// Both APIs; its rows follow from the schema.
    Both,
    /// The Tooling API; its rows follow from the schema.
    Tooling,
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
    /// The id of the custom field that makes the relationship.
    #[serde(default)]
    pub(crate) custom_id: Option<String>,
}

impl Object {
    pub(crate) fn can(&self, ability: ObjectAbility) -> bool {
        self.can.contains(&ability)
    }

    /// Numbers the fields and works out what follows from them; called whenever they have changed.
    pub(super) fn settle(&mut self, picklists: &BTreeMap<String, Vec<PicklistValue>>) {
        self.settle_owner();
        for (at, field) in self.fields.iter_mut().enumerate() {
            field.at = at;
        }
        self.places = self.fields.iter().map(|field| (field.name.clone(), field.at)).collect();
        self.plan = SavePlan::of(self, picklists);
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.custom_id.is_some()
    }

    /// Whether its rows are records, and do not follow from the schema.
    pub(crate) fn is_data(&self) -> bool {
        self.api == Api::Data
    }

    /// The detail side of a master-detail relationship has no owner of its own.
    fn settle_owner(&mut self) {
        let is_detail = self.fields.iter().any(Field::is_master);
        let owner = self.fields.iter().position(|field| field.name == "OwnerId");
        match (self.is_custom(), is_detail, owner) {
            (true, true, Some(at)) => drop(self.fields.remove(at)),
            (true, false, None) => self.fields.insert(1, super::custom::owner_field()),
            _ => {}
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        match self.places.get(name) {
            Some(&at) => self.fields.get(at),
            None => self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)),
        }
    }

    /// Whether its rows have durable ids instead of record ids: such rows come in one page or not at all.
    pub(crate) fn has_durable_ids(&self) -> bool {
        !self.is_data() && self.field("DurableId").is_some()
    }

    /// SQL that is true of records outside the recycle bin; some objects have none.
    pub(crate) fn is_live_sql(&self) -> &'static str {
        if self.field("IsDeleted").is_some() { "\"IsDeleted\" = 0" } else { "1" }
    }

    /// The field behind a parent relationship.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        let named =
            |field: &&Field| field.relationship.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.fields.iter().find(named)
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
