//! How objects are laid out on pages: the one layout, the one compact layout that each object has here, and the resources
//! that list what nobody has made. Refuses to know where the answers are shown.

use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::metadata::layout_id;
use crate::org::Work;
use crate::rest::describe_field::{field as described_field, values};
use crate::rest::describe_object::{MASTER, Place, RecordTypeInfo, record_types};
use crate::schema::{Ability, Field, FieldType, Object, ObjectAbility};

/// The fields of a compact layout at most.
const COMPACT_FIELDS: usize = 5;

/// All layouts, and which record type has which.
pub(super) fn layouts(work: &Work<'_>, place: &Place<'_>, object: &Object) -> Result<Value, Fault> {
    layoutable(object)?;
    let infos = record_types(work, object)?;
    let mappings: Vec<Value> = infos.iter().map(|info| mapping(work, place, object, info)).collect();
    Ok(json!({
        "layouts": [layout(work, object)], "recordTypeMappings": mappings,
        "recordTypeSelectorRequired": [infos.len() > 2],
    }))
}

/// The layout of a record type.
pub(super) fn layout_of(work: &Work<'_>, object: &Object, record_type: &str) -> Result<Value, Fault> {
    layoutable(object)?;
    let id = crate::ids::normalized(record_type);
    let is_known = record_types(work, object)?.iter().any(|info| Some(&info.id) == id.as_ref());
    if is_known { Ok(layout(work, object)) } else { Err(Fault::no_resource()) }
}

pub(super) fn compact_layouts(work: &Work<'_>, place: &Place<'_>, object: &Object) -> Result<Value, Fault> {
    layoutable(object)?;
    let base = format!("{}/describe/compactLayouts", place.path(object));
    let mapping = |info: &RecordTypeInfo| {
        json!({
            "available": true, "compactLayoutId": null, "compactLayoutName": "SYSTEM", "recordTypeId": info.id,
            "recordTypeName": info.name, "urls": {"compactLayout": format!("{base}/{}", info.id)},
        })
    };
    let mappings: Vec<Value> = record_types(work, object)?.iter().map(mapping).collect();
    Ok(json!({
        "compactLayouts": [compact_layout(work, object)], "defaultCompactLayoutId": null,
        "recordTypeCompactLayoutMappings": mappings, "urls": {"primary": format!("{base}/primary")},
    }))
}

/// The compact layout of a record type, or of the object itself.
pub(super) fn compact_layout_of(work: &Work<'_>, object: &Object, record_type: &str) -> Result<Value, Fault> {
    layoutable(object)?;
    let id = crate::ids::normalized(record_type);
    let is_known =
        record_type == "primary" || record_types(work, object)?.iter().any(|info| Some(&info.id) == id.as_ref());
    if is_known { Ok(compact_layout(work, object)) } else { Err(Fault::no_resource()) }
}

/// Nobody has made any.
pub(super) fn approval_layouts(object: &Object) -> Result<Value, Fault> {
    layoutable(object)?;
    Ok(json!({"approvalLayouts": []}))
}

/// Nobody has made any.
pub(super) fn list_views(object: &Object) -> Result<Value, Fault> {
    layoutable(object)?;
    Ok(json!({"done": true, "listviews": [], "nextRecordsUrl": null, "size": 0, "sobjectType": object.name}))
}

/// Nobody has made any.
pub(super) fn quick_actions(object: &Object) -> Result<Value, Fault> {
    layoutable(object)?;
    Ok(json!([]))
}

fn layoutable(object: &Object) -> Result<(), Fault> {
    if object.can(ObjectAbility::Layoutable) { Ok(()) } else { Err(Fault::no_resource()) }
}

fn mapping(work: &Work<'_>, place: &Place<'_>, object: &Object, info: &RecordTypeInfo) -> Value {
    let is_picklist = |field: &&Field| matches!(field.kind, FieldType::Picklist | FieldType::MultiPicklist);
    let picklists: Vec<Value> = object
        .fields
        .iter()
        .filter(is_picklist)
        .map(|field| json!({"picklistName": field.name, "picklistValues": values(&work.schema, object, field)}))
        .collect();
    json!({
        "active": info.is_active, "available": true, "defaultRecordTypeMapping": info.is_default,
        "developerName": info.developer_name, "layoutId": layout_id(object), "master": info.id == MASTER,
        "name": info.name, "picklistsForRecordType": picklists, "recordTypeId": info.id,
        "urls": {"layout": format!("{}/describe/layouts/{}", place.path(object), info.id)},
    })
}

fn layout(work: &Work<'_>, object: &Object) -> Value {
    let is_shown =
        |field: &&Field| field.kind != FieldType::Id && field.name != "IsDeleted" && part_of(object, field).is_none();
    let shown: Vec<&Field> = object.fields.iter().filter(is_shown).collect();
    let edited: Vec<&Field> = shown.iter().copied().filter(|field| is_edited(object, field)).collect();
    json!({
        "buttonLayoutSection": {"detailButtons": []},
        "detailLayoutSections": [section(work, object, &shown)],
        "editLayoutSections": [section(work, object, &edited)],
        "feedView": null, "highlightsPanelLayoutSection": null, "id": layout_id(object), "multirowEditLayoutSections": [],
        "offlineLinks": [], "quickActionList": {"quickActionListItems": []}, "relatedContent": null,
        "relatedLists": [], "saveOptions": [],
    })
}

/// The compound field a field is a part of, when the object has it.
fn part_of<'object>(object: &'object Object, field: &Field) -> Option<&'object Field> {
    field.compound.as_deref().filter(|name| *name != field.name).and_then(|name| object.field(name))
}

fn is_edited(object: &Object, field: &Field) -> bool {
    let is_written = |field: &Field| field.can(Ability::Createable) || field.can(Ability::Updateable);
    is_written(field) || object.parts_of(field).any(is_written)
}

fn section(work: &Work<'_>, object: &Object, fields: &[&Field]) -> Value {
    let rows: Vec<Value> = fields
        .chunks(2)
        .map(|row| {
            let items: Vec<Value> = row.iter().map(|field| item(work, object, field)).collect();
            json!({"layoutItems": items, "numItems": row.len()})
        })
        .collect();
    json!({
        "collapsed": false, "columns": 2, "heading": format!("{} Information", object.label), "layoutRows": rows,
        "layoutSectionId": null, "parentLayoutId": layout_id(object), "rows": fields.len().div_ceil(2),
        "tabOrder": "LeftToRight", "useCollapsibleSection": false, "useHeading": true,
    })
}

fn item(work: &Work<'_>, object: &Object, field: &Field) -> Value {
    let (mut parts, mut can_create, mut can_update) =
        (Vec::new(), field.can(Ability::Createable), field.can(Ability::Updateable));
    for part in object.parts_of(field).filter(|part| part.name != field.name) {
        can_create |= part.can(Ability::Createable);
        can_update |= part.can(Ability::Updateable);
        parts.push(component(work, object, part));
    }
    let mut shown = component(work, object, field);
    if let (false, Some(shown)) = (parts.is_empty(), shown.as_object_mut()) {
        shown.insert("components".to_owned(), parts.into());
        shown.insert("fieldType".to_owned(), field.kind.as_str().into());
    }
    json!({
        "editableForNew": can_create, "editableForUpdate": can_update, "label": field.label,
        "layoutComponents": [shown], "placeholder": false, "required": field.is_required(),
    })
}

fn component(work: &Work<'_>, object: &Object, field: &Field) -> Value {
    let lines = if field.kind == FieldType::TextArea { 6 } else { 1 };
    let mut component = Map::new();
    component.insert("details".to_owned(), described_field(&work.schema, object, field));
    component.insert("displayLines".to_owned(), lines.into());
    component.insert("tabOrder".to_owned(), (field_place(object, field) + 1).into());
    component.insert("type".to_owned(), "Field".into());
    component.insert("value".to_owned(), field.name.clone().into());
    component.into()
}

fn field_place(object: &Object, field: &Field) -> usize {
    object.fields.iter().position(|known| known.name == field.name).unwrap_or_default()
}

fn compact_layout(work: &Work<'_>, object: &Object) -> Value {
    let names = object.fields.iter().filter(|field| field.can(Ability::NameField));
    let kinds = [FieldType::Phone, FieldType::Email, FieldType::Picklist, FieldType::Currency, FieldType::Date];
    let others = object.fields.iter().filter(|field| !field.can(Ability::NameField) && kinds.contains(&field.kind));
    let items: Vec<Value> = names.chain(others).take(COMPACT_FIELDS).map(|field| item(work, object, field)).collect();
    json!({
        "actions": [], "fieldItems": items, "id": null, "imageItems": [], "label": "System Default", "name": "SYSTEM",
        "objectType": object.name,
    })
}
