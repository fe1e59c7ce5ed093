//! Lookups and master-detail relationships: their rules, and the child relationship the parent gets.
//! Refuses to know records.

use crate::answers::Fault;
use crate::schema::custom::wire::FieldMetadata;
use crate::schema::custom::{Kind, not_here, refused, unsound};
use crate::schema::{Ability, Child, Object, Schema};

/// The most master-detail relationships of an object.
const MOST_MASTERS: usize = 2;

/// What is wrong with the relationship, if anything.
pub(crate) fn check(
    metadata: &FieldMetadata,
    kind: Kind,
    object: &Object,
    schema: &Schema,
    own_id: Option<&str>,
) -> Result<(), Fault> {
    let Some(target) = metadata.reference_to.as_deref().filter(|name| !name.is_empty()) else {
        return Err(unsound(format!("Must specify 'referenceTo' for a CustomField of type {}", kind.as_str())));
    };
    let parent = schema.object(target).filter(|parent| parent.is_data()).ok_or_else(|| {
        refused(
            "INVALID_CROSS_REFERENCE_KEY",
            format!("referenceTo value of '{target}' does not resolve to a valid sObject type"),
            &["Metadata"],
        )
    })?;
    if metadata.lookup_filter.as_ref().is_some_and(|filter| !filter.is_null()) {
        return Err(not_here("The local org has no lookup filters"));
    }
    check_delete(metadata, kind)?;
    if kind == Kind::MasterDetail {
        check_master(object, own_id)?;
    }
    match relationship_name(metadata) {
        Some(name) => check_name(name, parent, own_id),
        None if kind == Kind::MasterDetail => {
            Err(unsound("Must specify 'relationshipName' for a CustomField of type MasterDetail"))
        }
        None => Ok(()),
    }
}

fn check_delete(metadata: &FieldMetadata, kind: Kind) -> Result<(), Fault> {
    match metadata.delete_constraint.as_deref() {
        None | Some("SetNull") if kind == Kind::Lookup && metadata.required => Err(refused(
            super::UNSOUND,
            "field integrity exception: unknown (must specify either cascade delete or restrict delete for required \
             lookup foreign key)",
            &["Metadata"],
        )),
        None | Some("SetNull" | "Restrict" | "Cascade") => Ok(()),
        Some(other) => {
            let text = format!("Delete Constraint: bad value for restricted picklist field: {other}");
            Err(refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, &["Metadata"]))
        }
    }
}

fn check_master(object: &Object, own_id: Option<&str>) -> Result<(), Fault> {
    if !object.is_custom() {
        return Err(unsound(format!("{} cannot be the detail side of a master-detail relationship", object.label)));
    }
    let masters = object.fields.iter().filter(|field| field.is_master() && field.custom_id.as_deref() != own_id);
    if masters.count() >= MOST_MASTERS {
        return Err(refused(
            "LIMIT_EXCEEDED",
            "An object can have two master-detail relationships at most",
            &["Metadata"],
        ));
    }
    Ok(())
}

fn check_name(name: &str, parent: &Object, own_id: Option<&str>) -> Result<(), Fault> {
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !name.contains("__")
        && !name.ends_with('_');
    if !is_name {
        return Err(unsound(format!("The Child Relationship Name {name} is not a name")));
    }
    let described = format!("{name}__r");
    let is_taken =
        |child: &Child| child.relationship.eq_ignore_ascii_case(&described) && child.custom_id.as_deref() != own_id;
    if parent.children.iter().any(is_taken) {
        let text = format!("There is already a Child Relationship named {name} on {}.", parent.label);
        return Err(refused("DUPLICATE_DEVELOPER_NAME", text, &["RelationshipName"]));
    }
    Ok(())
}

fn relationship_name(metadata: &FieldMetadata) -> Option<&str> {
    metadata.relationship_name.as_deref().filter(|name| !name.is_empty())
}

/// The child relationship of the parent. One without a name is not kept: nothing can be asked by it.
pub(crate) fn child(metadata: &FieldMetadata, kind: Kind, object: &str, field: &str, id: &str) -> Option<Child> {
    let name = relationship_name(metadata).filter(|_| kind.is_relationship())?;
    Some(Child {
        object: object.to_owned(),
        field: field.to_owned(),
        relationship: format!("{name}__r"),
        cascade_delete: cascades(metadata, kind),
        restricted_delete: restricts(metadata, kind),
        custom_id: Some(id.to_owned()),
    })
}

/// What the relationship makes of the field, beside what every reference can.
pub(crate) fn abilities(metadata: &FieldMetadata, kind: Kind) -> Vec<Ability> {
    [(Ability::CascadeDelete, cascades(metadata, kind)), (Ability::RestrictedDelete, restricts(metadata, kind))]
        .into_iter()
        .filter_map(|(ability, has)| has.then_some(ability))
        .collect()
}

fn cascades(metadata: &FieldMetadata, kind: Kind) -> bool {
    kind == Kind::MasterDetail || kind == Kind::Lookup && metadata.delete_constraint.as_deref() == Some("Cascade")
}

fn restricts(metadata: &FieldMetadata, kind: Kind) -> bool {
    kind == Kind::Lookup && metadata.delete_constraint.as_deref() == Some("Restrict")
}
