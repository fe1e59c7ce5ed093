//! What the org says about its objects.

use serde_json::{Map, Value, json};

use crate::answers::Fault;
use crate::org::Work;
use crate::rest::describe_field::field;
use crate::rest::{Call, object as named_object};
use crate::rows;
use crate::schema::{Child, Object, ObjectAbility};
use crate::storage::{identifier, table};

/// The most recent records shown.
const RECENT: u32 = 10;

pub(super) fn global_answer(work: &Work<'_>, call: &Call) -> Value {
    let entries: Vec<Value> = work.schema.objects().map(|object| entry(&call.version, object).into()).collect();
    json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries})
}

pub(super) fn basic_answer(work: &Work<'_>, call: &Call, name: &str) -> Result<Value, Fault> {
    let object = named_object(work, name)?;
    let recent = recent(work, &call.version, &object)?;
    Ok(json!({"objectDescribe": entry(&call.version, &object), "recentItems": recent}))
}

pub(super) fn object_answer(work: &Work<'_>, call: &Call, name: &str) -> Result<Value, Fault> {
    let object = named_object(work, name)?;
    Ok(described(work, &call.version, &object))
}

/// The short form: flags, labels, paths.
fn entry(version: &str, object: &Object) -> Map<String, Value> {
    let can = |ability| Value::from(object.can(ability));
    let base = format!("/services/data/{version}/sobjects/{}", object.name);
    let entries = [
        ("activateable", can(ObjectAbility::Activateable)),
        ("associateEntityType", Value::Null),
        ("associateParentEntity", Value::Null),
        ("createable", can(ObjectAbility::Createable)),
        ("custom", false.into()),
        ("customSetting", false.into()),
        ("deepCloneable", false.into()),
        ("deletable", can(ObjectAbility::Deletable)),
        ("deprecatedAndHidden", false.into()),
        ("feedEnabled", can(ObjectAbility::FeedEnabled)),
        ("hasSubtypes", false.into()),
        ("isInterface", false.into()),
        ("isSubtype", false.into()),
        ("keyPrefix", object.key_prefix.clone().into()),
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
        (
            "urls",
            json!({"sobject": base, "describe": format!("{base}/describe"), "rowTemplate": format!("{base}/{{ID}}")}),
        ),
    ];
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The full form: the short one, the fields, and who refers to the object.
fn described(work: &Work<'_>, version: &str, object: &Object) -> Value {
    let mut described = entry(version, object);
    let more = [
        ("actionOverrides", json!([])),
        ("childRelationships", object.children.iter().map(child).collect()),
        ("compactLayoutable", object.can(ObjectAbility::CompactLayoutable).into()),
        ("defaultImplementation", Value::Null),
        ("extendedBy", Value::Null),
        ("extendsInterfaces", Value::Null),
        ("fields", object.fields.iter().map(|known| field(&work.schema, known)).collect()),
        ("implementedBy", Value::Null),
        ("implementsInterfaces", Value::Null),
        ("listviewable", Value::Null),
        ("lookupLayoutable", Value::Null),
        ("namedLayoutInfos", json!([])),
        ("networkScopeFieldName", Value::Null),
        ("recordTypeInfos", record_types(version, object)),
        ("searchLayoutable", object.can(ObjectAbility::SearchLayoutable).into()),
        ("sobjectDescribeOption", "FULL".into()),
        ("supportedScopes", object.scopes.iter().map(|scope| json!({"label": scope, "name": scope})).collect()),
    ];
    described.extend(more.map(|(name, value)| (name.to_owned(), value)));
    described.sort_keys();
    described.into()
}

fn child(child: &Child) -> Value {
    json!({
        "cascadeDelete": child.cascade_delete, "childSObject": child.object, "deprecatedAndHidden": false,
        "field": child.field, "junctionIdListNames": [], "junctionReferenceTo": [],
        "relationshipName": child.relationship, "restrictedDelete": child.restricted_delete,
    })
}

fn record_types(version: &str, object: &Object) -> Value {
    let layout = format!("/services/data/{version}/sobjects/{}/describe/layouts/012000000000000AAA", object.name);
    json!([{
        "active": true, "available": true, "defaultRecordTypeMapping": true, "developerName": "Master", "master": true,
        "name": "Master", "recordTypeId": "012000000000000AAA", "urls": {"layout": layout},
    }])
}

fn recent(work: &Work<'_>, version: &str, object: &Object) -> Result<Vec<Value>, Fault> {
    let name = object.name_field().map(|field| field.name.clone()).unwrap_or_else(|| "Id".to_owned());
    let sql = format!(
        "SELECT \"Id\", {} FROM {} WHERE {} ORDER BY \"LastModifiedDate\" DESC, \"Id\" DESC LIMIT {RECENT}",
        identifier(&name),
        table(&object.name),
        object.is_live_sql()
    );
    let mut statement = work.sql.prepare_cached(&sql)?;
    let shown = statement.query_map([], |row| {
        let (id, shown): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let url = rows::record_url(version, &object.name, &id);
        let mut item = Map::new();
        item.insert("attributes".to_owned(), json!({"type": object.name, "url": url}));
        item.insert("Id".to_owned(), id.into());
        item.insert(name.clone(), shown.into());
        Ok(Value::from(item))
    })?;
    Ok(shown.collect::<Result<_, _>>()?)
}
