//! Who refers to an object, and what becomes of a reference when the record it names is deleted. Refuses to look at records.

use std::sync::Arc;

use crate::schema::{Ability, Field, FieldType, Object, ObjectAbility, Schema};

/// What deleting a record does to one that refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDelete {
    /// It is deleted too.
    Cascade,
    /// The deletion is refused.
    Restrict,
    /// The reference is cleared.
    Clear,
}

/// A field of an object that refers to another object.
pub(crate) struct Reference {
    pub(crate) object: Arc<Object>,
    pub(crate) field: Field,
    pub(crate) on_delete: OnDelete,
}

/// All references to an object that can be deleted.
pub(crate) fn references_to(schema: &Schema, parent: &Object) -> Vec<Reference> {
    let mut found = Vec::new();
    if !parent.can(ObjectAbility::Deletable) {
        return found;
    }
    for object in schema.objects() {
        let refers = |field: &&Field| {
            field.kind == FieldType::Reference && field.refers_to.contains(&parent.name) && field.name != "OwnerId"
        };
        for field in object.fields.iter().filter(refers) {
            let on_delete = on_delete(parent, object, field);
            found.push(Reference { object: Arc::clone(object), field: field.clone(), on_delete });
        }
    }
    found
}

/// As the parent's child relationships say; where they do not name the reference, as the field itself does.
fn on_delete(parent: &Object, object: &Object, field: &Field) -> OnDelete {
    let named = parent.children.iter().find(|child| child.object == object.name && child.field == field.name);
    let (cascades, restricts) = match named {
        Some(child) => (child.cascade_delete, child.restricted_delete),
        None => (false, false),
    };
    if cascades || field.can(Ability::CascadeDelete) {
        OnDelete::Cascade
    } else if restricts || field.can(Ability::RestrictedDelete) {
        OnDelete::Restrict
    } else {
        OnDelete::Clear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_follow_the_facts() {
        let schema = Schema::standard().unwrap();
        let account = schema.object("Account").unwrap();
        let references = references_to(&schema, account);
        let of = |object: &str, field: &str| {
            let found = references.iter().find(|known| known.object.name == object && known.field.name == field);
            found.map(|reference| reference.on_delete)
        };
        assert_eq!(of("Contact", "AccountId"), Some(OnDelete::Cascade));
        assert_eq!(of("Case", "AccountId"), Some(OnDelete::Restrict));
        assert_eq!(of("Lead", "ConvertedAccountId"), Some(OnDelete::Clear));
        assert_eq!(of("Lead", "OwnerId"), None);
        assert!(references_to(&schema, schema.object("User").unwrap()).is_empty());
    }
}
