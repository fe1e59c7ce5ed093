//! What objects and fields the org has. Refuses to know records and HTTP.

pub(crate) mod custom;
mod field;
mod object;
mod picklist;
mod plan;
pub(crate) mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use field::{Ability, Field, FieldType};
pub(crate) use object::{Child, Object, ObjectAbility};
pub(crate) use picklist::PicklistValue;

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
const SHARED_PICKLISTS: &str = include_str!("../../objects/picklists.json");

/// All objects, by lower-case name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    objects: BTreeMap<String, Arc<Object>>,
    picklists: Arc<BTreeMap<String, Vec<PicklistValue>>>,
}

impl Schema {
    /// The standard objects, from the facts in this crate.
    pub(crate) fn standard() -> Result<Self, serde_json::Error> {
        let mut schema =
            Self { objects: BTreeMap::new(), picklists: Arc::new(serde_json::from_str(SHARED_PICKLISTS)?) };
        for facts in OBJECTS {
            let mut object: Object = serde_json::from_str(facts)?;
            object.settle(&schema.picklists);
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
            let object = Arc::make_mut(object);
            change(&mut object.fields);
            object.settle(&self.picklists);
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
