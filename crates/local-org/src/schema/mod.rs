//! What objects and fields the org has. Refuses to know records and HTTP.

pub(crate) mod auto_number;
pub(crate) mod custom;
pub(crate) mod definitions;
mod field;
mod object;
mod picklist;
mod plan;
pub(crate) mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use custom::CustomField;

pub(crate) use field::{Ability, CustomFacts, Field, FieldType};
pub(crate) use object::{Api, Child, Object, ObjectAbility};
pub(crate) use picklist::PicklistValue;

use crate::rules::RuleBook;

/// The facts about standard objects, one file each, and the long picklists some of them share.
const OBJECTS: [&str; 49] = [
    include_str!("../../objects/Account.json"),
    include_str!("../../objects/AccountContactRole.json"),
    include_str!("../../objects/Asset.json"),
    include_str!("../../objects/AssignmentRule.json"),
    include_str!("../../objects/Attachment.json"),
    include_str!("../../objects/Campaign.json"),
    include_str!("../../objects/CampaignMember.json"),
    include_str!("../../objects/CampaignMemberStatus.json"),
    include_str!("../../objects/Case.json"),
    include_str!("../../objects/CaseComment.json"),
    include_str!("../../objects/CaseStatus.json"),
    include_str!("../../objects/Contact.json"),
    include_str!("../../objects/ContentDocument.json"),
    include_str!("../../objects/ContentDocumentLink.json"),
    include_str!("../../objects/ContentVersion.json"),
    include_str!("../../objects/Contract.json"),
    include_str!("../../objects/Document.json"),
    include_str!("../../objects/DuplicateRule.json"),
    include_str!("../../objects/EmailMessage.json"),
    include_str!("../../objects/Event.json"),
    include_str!("../../objects/FieldPermissions.json"),
    include_str!("../../objects/Folder.json"),
    include_str!("../../objects/Group.json"),
    include_str!("../../objects/GroupMember.json"),
    include_str!("../../objects/Individual.json"),
    include_str!("../../objects/Lead.json"),
    include_str!("../../objects/LeadStatus.json"),
    include_str!("../../objects/Note.json"),
    include_str!("../../objects/ObjectPermissions.json"),
    include_str!("../../objects/Opportunity.json"),
    include_str!("../../objects/OpportunityContactRole.json"),
    include_str!("../../objects/OpportunityLineItem.json"),
    include_str!("../../objects/OpportunityStage.json"),
    include_str!("../../objects/Order.json"),
    include_str!("../../objects/OrderItem.json"),
    include_str!("../../objects/Organization.json"),
    include_str!("../../objects/PermissionSet.json"),
    include_str!("../../objects/PermissionSetAssignment.json"),
    include_str!("../../objects/Pricebook2.json"),
    include_str!("../../objects/PricebookEntry.json"),
    include_str!("../../objects/Product2.json"),
    include_str!("../../objects/Profile.json"),
    include_str!("../../objects/QueueSobject.json"),
    include_str!("../../objects/RecordType.json"),
    include_str!("../../objects/Task.json"),
    include_str!("../../objects/TaskPriority.json"),
    include_str!("../../objects/TaskStatus.json"),
    include_str!("../../objects/User.json"),
    include_str!("../../objects/UserRole.json"),
];
/// The objects whose rows follow from the schema, and those of which a local org has no rows.
const METADATA: [&str; 13] = [
    include_str!("../../objects/metadata/ApexClass.json"),
    include_str!("../../objects/metadata/ApexTrigger.json"),
    include_str!("../../objects/metadata/CustomField.json"),
    include_str!("../../objects/metadata/CustomObject.json"),
    include_str!("../../objects/metadata/DataType.json"),
    include_str!("../../objects/metadata/EntityDefinition.json"),
    include_str!("../../objects/metadata/EntityParticle.json"),
    include_str!("../../objects/metadata/FieldDefinition.json"),
    include_str!("../../objects/metadata/Layout.json"),
    include_str!("../../objects/metadata/ManagedEventSubscription.json"),
    include_str!("../../objects/metadata/PicklistValueInfo.json"),
    include_str!("../../objects/metadata/RelationshipDomain.json"),
    include_str!("../../objects/metadata/ValidationRule.json"),
];
/// Objects of the data API that the Tooling API shows too.
const TOOLING_SHOWS: [&str; 8] =
    ["Group", "Organization", "PermissionSet", "PermissionSetAssignment", "Profile", "RecordType", "User", "UserRole"];
const SHARED_PICKLISTS: &str = include_str!("../../objects/picklists.json");

/// All objects, by lower-case name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    objects: BTreeMap<String, Arc<Object>>,
    /// The objects that only the Tooling API shows.
    tooling: Arc<BTreeMap<String, Arc<Object>>>,
    picklists: Arc<BTreeMap<String, Vec<PicklistValue>>>,
    /// What rows have to keep to beyond their fields.
    rules: Arc<RuleBook>,
}

impl Schema {
    /// The standard objects, from the facts in this crate.
    pub(crate) fn standard() -> Result<Self, serde_json::Error> {
        let picklists: Arc<BTreeMap<_, _>> = Arc::new(serde_json::from_str(SHARED_PICKLISTS)?);
        let (mut objects, mut tooling) = (BTreeMap::new(), BTreeMap::new());
        for facts in OBJECTS.into_iter().chain(METADATA) {
            let mut object: Object = serde_json::from_str(facts)?;
            object.settle(&picklists);
            let shelf = if object.api == Api::Tooling { &mut tooling } else { &mut objects };
            shelf.insert(object.name.to_lowercase(), Arc::new(object));
        }
        Ok(Self { objects, tooling: Arc::new(tooling), picklists, rules: Arc::default() })
    }

    /// The objects as the Tooling API shows them.
    pub(crate) fn for_tooling(&self) -> Self {
        let is_shown = |object: &Object| !object.is_data() || TOOLING_SHOWS.contains(&object.name.as_str());
        let shared = self.objects.iter().filter(|(_, object)| is_shown(object));
        let objects =
            self.tooling.iter().chain(shared).map(|(key, object)| (key.clone(), Arc::clone(object))).collect();
        Self {
            objects,
            tooling: Arc::default(),
            picklists: Arc::clone(&self.picklists),
            rules: Arc::clone(&self.rules),
        }
    }

    /// An object whose rows follow from the schema.
    pub(crate) fn metadata_object(&self, name: &str) -> Option<&Arc<Object>> {
        let name = name.to_lowercase();
        self.tooling.get(&name).or_else(|| self.objects.get(&name)).filter(|object| !object.is_data())
    }

    /// Every object that has a table.
    pub(crate) fn with_tables(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values().chain(self.tooling.values())
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

    /// The rules this org was given.
    pub(crate) fn rules(&self) -> &RuleBook {
        &self.rules
    }

    /// The same schema with other rules.
    pub(crate) fn with_rules(&self, rules: RuleBook) -> Self {
        Self { rules: Arc::new(rules), ..self.clone() }
    }

    /// The same schema with one more standard field on an object: what a switch or a record type brings.
    pub(crate) fn with_standard_field(&self, object: &str, field: Field) -> Self {
        let mut schema = self.clone();
        if let Some(object) = schema.objects.get_mut(&object.to_lowercase()) {
            let object = Arc::make_mut(object);
            object.fields.push(field);
            object.settle(&self.picklists);
        }
        schema
    }

    /// The same schema with one more object, or with another one of its name.
    pub(crate) fn with_object(&self, mut object: Object) -> Self {
        let mut schema = self.clone();
        object.settle(&self.picklists);
        schema.objects.insert(object.name.to_lowercase(), Arc::new(object));
        schema
    }

    /// The same schema without an object and without the relationships of others that lead to it.
    pub(crate) fn without_object(&self, name: &str) -> Self {
        let mut schema = self.clone();
        schema.objects.remove(&name.to_lowercase());
        for object in schema.objects.values_mut() {
            if object.children.iter().any(|child| child.object == name) {
                Arc::make_mut(object).children.retain(|child| child.object != name);
            }
        }
        schema
    }

    /// The same schema with a custom field, in the place of the one with its id if there is one.
    pub(crate) fn with_custom(&self, object: &str, custom: CustomField) -> Self {
        let id = custom.fields.first().and_then(|field| field.custom_id.clone());
        let place = self.object(object).and_then(|object| object.fields.iter().position(|field| field.custom_id == id));
        let mut schema = id.as_deref().map_or_else(|| self.clone(), |id| self.without_custom(id));
        if let Some(object) = schema.objects.get_mut(&object.to_lowercase()) {
            let object = Arc::make_mut(object);
            let place = place.unwrap_or(usize::MAX).min(object.fields.len());
            object.fields.splice(place..place, custom.fields);
            object.settle(&self.picklists);
        }
        if let Some((parent, child)) = custom.child
            && let Some(parent) = schema.objects.get_mut(&parent.to_lowercase())
        {
            Arc::make_mut(parent).children.push(child);
        }
        schema
    }

    /// The same schema without the custom field with this id.
    pub(crate) fn without_custom(&self, id: &str) -> Self {
        let mut schema = self.clone();
        for object in schema.objects.values_mut() {
            let has_field = object.fields.iter().any(|field| field.custom_id.as_deref() == Some(id));
            let has_child = object.children.iter().any(|child| child.custom_id.as_deref() == Some(id));
            if has_field || has_child {
                let object = Arc::make_mut(object);
                object.fields.retain(|field| field.custom_id.as_deref() != Some(id));
                object.children.retain(|child| child.custom_id.as_deref() != Some(id));
                object.settle(&self.picklists);
            }
        }
        schema
    }
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
        assert_eq!(people, ["Contact", "Individual", "Lead", "User"]);
    }

    /// Fields, picklist values and named child relationships of the objects whose facts were recorded.
    #[test]
    fn recorded_objects_are_carried_completely() {
        let schema = Schema::standard().unwrap();
        for (name, fields, values, children) in [
            ("Account", 58, 81, 61),
            ("Campaign", 33, 16, 25),
            ("CampaignMember", 36, 14, 3),
            ("Case", 35, 22, 33),
            ("Contact", 61, 40, 53),
            ("EmailMessage", 40, 6, 7),
            ("Event", 48, 39, 14),
            ("Lead", 55, 69, 38),
            ("Opportunity", 41, 30, 31),
            ("OpportunityLineItem", 21, 0, 0),
            ("PricebookEntry", 15, 0, 6),
            ("Product2", 20, 2, 23),
            ("Task", 39, 49, 8),
            ("User", 186, 26, 37),
        ] {
            let object = schema.object(name).unwrap();
            let own_values: usize = object.fields.iter().map(|field| field.values.len()).sum();
            let standard = object.fields.iter().filter(|field| !field.is_custom()).count();
            assert_eq!((standard, own_values, object.children.len()), (fields, values, children), "{name}");
        }
    }

    #[test]
    fn a_child_relationship_to_a_kept_object_has_its_field() {
        let schema = Schema::standard().unwrap();
        for parent in schema.objects() {
            for child in &parent.children {
                let Some(object) = schema.object(&child.object) else { continue };
                let field = object.field(&child.field).unwrap_or_else(|| panic!("{}.{}", child.object, child.field));
                assert!(field.refers_to.contains(&parent.name), "{} to {}", field.name, parent.name);
            }
        }
    }
}
