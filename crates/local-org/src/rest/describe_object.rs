//! An object as describe writes it: in short, and in full with its fields, record types and everyone who refers to it.
//! Refuses to know who asks.

use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::describe_field::field;
use crate::schema::{Field, FieldType, Object, ObjectAbility, Schema};
use crate::storage::table;

/// The record type of objects that have none.
pub(super) const MASTER: &str = "012000000000000AAA";

/// Where the described objects are found.
pub(super) struct Place<'call> {
    /// As in paths: `v66.0`.
    pub(super) version: &'call str,
    /// What stands before `sobjects` in paths: nothing, or `/tooling`.
    pub(super) api: &'static str,
    /// Where pages are.
    pub(super) instance_url: &'call str,
}

impl Place<'_> {
    /// The path of an object's resource.
    pub(super) fn path(&self, object: &Object) -> String {
        format!("/services/data/{}{}/sobjects/{}", self.version, self.api, object.name)
    }
}

/// The short form: flags, labels, paths.
pub(super) fn entry(place: &Place<'_>, object: &Object) -> Map<String, Value> {
    let can = |ability| Value::from(object.can(ability));
    let entries = [
        ("activateable", can(ObjectAbility::Activateable)),
        ("associateEntityType", Value::Null),
        ("associateParentEntity", Value::Null),
        ("createable", can(ObjectAbility::Createable)),
        ("custom", object.is_custom().into()),
        ("customSetting", false.into()),
        ("deepCloneable", false.into()),
        ("deletable", can(ObjectAbility::Deletable)),
        ("deprecatedAndHidden", false.into()),
        ("feedEnabled", can(ObjectAbility::FeedEnabled)),
        ("hasSubtypes", false.into()),
        ("isInterface", false.into()),
        ("isSubtype", false.into()),
        ("keyPrefix", Some(object.key_prefix.clone()).filter(|prefix| !prefix.is_empty()).into()),
        ("label", object.label.clone().into()),
        ("labelPlural", object.label_plural.clone().into()),
        ("layoutable", can(ObjectAbility::Layoutable)),
        ("mergeable", can(ObjectAbility::Mergeable)),
        ("mruEnabled", can(ObjectAbility::MruEnabled)),
        ("name", object.name.clone().into()),
        ("queryable", can(ObjectAbility::Queryable)),
        ("replicateable", can(ObjectAbility::Replicateable)),
        ("retrieveable", can(ObjectAbility::Retrieveable)),
        ("searchable", can(ObjectAbility::Searchable)),
        ("triggerable", can(ObjectAbility::Triggerable)),
        ("undeletable", can(ObjectAbility::Undeletable)),
        ("updateable", can(ObjectAbility::Updateable)),
        ("urls", urls(place, object)),
    ];
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The full form: the short one, the fields, and who refers to the object.
pub(super) fn described(work: &Work<'_>, place: &Place<'_>, object: &Object) -> Result<Value, Fault> {
    let mut described = entry(place, object);
    let fields = object.fields.iter().map(|known| field(&work.schema, object, known)).collect();
    let more = [
        ("actionOverrides", json!([])),
        ("childRelationships", children(&work.schema, object)),
        ("compactLayoutable", object.can(ObjectAbility::CompactLayoutable).into()),
        ("defaultImplementation", Value::Null),
        ("extendedBy", Value::Null),
        ("extendsInterfaces", Value::Null),
        ("fields", fields),
        ("implementedBy", Value::Null),
        ("implementsInterfaces", Value::Null),
        ("listviewable", Value::Null),
        ("lookupLayoutable", Value::Null),
        ("namedLayoutInfos", json!([])),
        ("networkScopeFieldName", Value::Null),
        ("recordTypeInfos", record_type_infos(work, place, object)?),
        ("searchLayoutable", object.can(ObjectAbility::SearchLayoutable).into()),
        ("sobjectDescribeOption", "FULL".into()),
        ("supportedScopes", object.scopes.iter().map(|scope| supported(object, scope)).collect()),
    ];
    described.extend(more.map(|(name, value)| (name.to_owned(), value)));
    if object.can(ObjectAbility::Layoutable)
        && let Some(Value::Object(urls)) = described.get_mut("urls")
    {
        let page = |path: &str| Value::from(format!("{}/{path}", place.instance_url));
        urls.insert("uiDetailTemplate".to_owned(), page("{ID}"));
        urls.insert("uiEditTemplate".to_owned(), page("{ID}/e"));
        urls.insert("uiNewRecord".to_owned(), page(&format!("{}/e", object.key_prefix)));
    }
    described.sort_keys();
    Ok(described.into())
}

fn urls(place: &Place<'_>, object: &Object) -> Value {
    let base = place.path(object);
    let mut urls = Map::new();
    urls.insert("sobject".to_owned(), base.clone().into());
    urls.insert("describe".to_owned(), format!("{base}/describe").into());
    urls.insert("rowTemplate".to_owned(), format!("{base}/{{ID}}").into());
    if object.can(ObjectAbility::Layoutable) {
        let paths = [
            ("layouts", "describe/layouts"),
            ("compactLayouts", "describe/compactLayouts"),
            ("approvalLayouts", "describe/approvalLayouts"),
            ("listviews", "listviews"),
            ("quickActions", "quickActions"),
        ];
        urls.extend(paths.map(|(name, path)| (name.to_owned(), format!("{base}/{path}").into())));
    }
    urls.into()
}

/// Who refers to the object: by name where a query can ask for the children, and without one where it cannot.
fn children(schema: &Schema, object: &Object) -> Value {
    let mut children: Vec<(String, String, Value)> = Vec::new();
    for child in &object.children {
        let flags = (child.cascade_delete, child.restricted_delete);
        let shown = shown_child(&child.object, &child.field, flags, Some(&child.relationship));
        children.push((child.object.clone(), child.field.clone(), shown));
    }
    for (other, field) in referring(schema, object) {
        let is_named = |child: &crate::schema::Child| child.object == other.name && child.field == field.name;
        if !object.children.iter().any(is_named) {
            use crate::schema::Ability::{CascadeDelete, RestrictedDelete};
            let flags = (field.can(CascadeDelete), field.can(RestrictedDelete));
            let shown = shown_child(&other.name, &field.name, flags, None);
            children.push((other.name.clone(), field.name.clone(), shown));
        }
    }
    children.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    children.into_iter().map(|(_, _, shown)| shown).collect()
}

fn referring<'schema>(
    schema: &'schema Schema,
    object: &'schema Object,
) -> impl Iterator<Item = (&'schema Object, &'schema Field)> {
    let others = schema.objects().filter(|other| other.is_data());
    let fields = others.flat_map(|other| other.fields.iter().map(move |field| (other.as_ref(), field)));
    fields.filter(|(_, field)| {
        field.kind == FieldType::Reference && field.refers_to.iter().any(|name| name.eq_ignore_ascii_case(&object.name))
    })
}

fn shown_child(object: &str, field: &str, (cascades, restricts): (bool, bool), relationship: Option<&str>) -> Value {
    json!({
        "cascadeDelete": cascades, "childSObject": object, "deprecatedAndHidden": false, "field": field,
        "junctionIdListNames": [], "junctionReferenceTo": [], "relationshipName": relationship,
        "restrictedDelete": restricts,
    })
}

fn supported(object: &Object, scope: &str) -> Value {
    let plural = object.label_plural.to_lowercase();
    let label = match scope {
        "everything" => format!("All {plural}"),
        "mine" => format!("My {plural}"),
        "team" => format!("My team's {plural}"),
        "delegated" => format!("My delegated {plural}"),
        other => other.to_owned(),
    };
    json!({"label": label, "name": scope})
}

/// A record type as describe and layouts know it.
pub(super) struct RecordTypeInfo {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) developer_name: String,
    pub(super) is_active: bool,
    pub(super) is_default: bool,
}

/// The record types of an object, the one of objects without any last.
pub(super) fn record_types(work: &Work<'_>, object: &Object) -> Result<Vec<RecordTypeInfo>, Fault> {
    let mut infos = Vec::new();
    if object.is_data() && work.schema.object("RecordType").is_some() {
        let sql = format!(
            "SELECT \"Id\", \"Name\", \"DeveloperName\", \"IsActive\" FROM {} WHERE \"SobjectType\" = ?1 ORDER BY \"Id\"",
            table("RecordType")
        );
        let mut statement = work.sql.prepare_cached(&sql)?;
        let read = statement.query_map([&object.name], |row| {
            Ok(RecordTypeInfo {
                id: row.get(0)?,
                name: row.get(1)?,
                developer_name: row.get(2)?,
                is_active: row.get(3)?,
                is_default: false,
            })
        })?;
        infos = read.collect::<Result<_, _>>()?;
    }
    let master = "Master".to_owned();
    infos.push(RecordTypeInfo {
        id: MASTER.to_owned(),
        name: master.clone(),
        developer_name: master,
        is_active: true,
        is_default: true,
    });
    Ok(infos)
}

fn record_type_infos(work: &Work<'_>, place: &Place<'_>, object: &Object) -> Result<Value, Fault> {
    let shown = |info: &RecordTypeInfo| {
        let layout = format!("{}/describe/layouts/{}", place.path(object), info.id);
        json!({
            "active": info.is_active, "available": true, "defaultRecordTypeMapping": info.is_default,
            "developerName": info.developer_name, "master": info.id == MASTER, "name": info.name,
            "recordTypeId": info.id, "urls": {"layout": layout},
        })
    };
    Ok(record_types(work, object)?.iter().map(shown).collect())
}
