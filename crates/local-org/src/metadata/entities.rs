//! Rows of `EntityDefinition`: one for each object of the data API.

use serde_json::{Value, json};

use crate::metadata::{Rows, developer_name, durable_id};
use crate::org::Work;
use crate::schema::{Object, ObjectAbility};

#[expect(clippy::unnecessary_wraps, reason = "one of several makers of rows, some of which read and may fail")]
pub(super) fn rows(work: &Work<'_>) -> Rows {
    Ok(work.schema.objects().map(|object| row(object)).collect())
}

fn row(object: &Object) -> Value {
    let can = |ability| object.can(ability);
    let key_prefix = Some(&object.key_prefix).filter(|prefix| !prefix.is_empty());
    let is_layoutable = can(ObjectAbility::Layoutable);
    let durable_id = durable_id(object);
    json!({
        "Id": durable_id, "DurableId": durable_id, "QualifiedApiName": object.name,
        "DeveloperName": developer_name(&object.name), "MasterLabel": object.label, "Label": object.label,
        "PluralLabel": object.label_plural, "KeyPrefix": key_prefix,
        "IsCustomizable": object.is_data() && can(ObjectAbility::Createable),
        "IsApexTriggerable": can(ObjectAbility::Triggerable), "IsWorkflowEnabled": can(ObjectAbility::Triggerable),
        "IsProcessEnabled": can(ObjectAbility::Triggerable), "IsCompactLayoutable": can(ObjectAbility::CompactLayoutable),
        "DeploymentStatus": object.is_custom().then_some("Deployed"),
        "IsReplicateable": can(ObjectAbility::Replicateable), "IsRetrieveable": can(ObjectAbility::Retrieveable),
        "IsSearchLayoutable": can(ObjectAbility::SearchLayoutable), "IsSearchable": can(ObjectAbility::Searchable),
        "IsTriggerable": can(ObjectAbility::Triggerable), "IsIdEnabled": object.is_data(),
        "IsEverCreatable": can(ObjectAbility::Createable), "IsEverUpdatable": can(ObjectAbility::Updateable),
        "IsEverDeletable": can(ObjectAbility::Deletable), "IsFeedEnabled": can(ObjectAbility::FeedEnabled),
        "IsQueryable": can(ObjectAbility::Queryable), "IsMruEnabled": can(ObjectAbility::MruEnabled),
        "IsLayoutable": is_layoutable,
        "DetailUrl": key_prefix.filter(|_| is_layoutable).map(|_| "/{ID}"),
        "EditUrl": key_prefix.filter(|_| is_layoutable).map(|_| "/{ID}/e"),
        "NewUrl": key_prefix.filter(|_| is_layoutable).map(|prefix| format!("/{prefix}/e")),
        "PublisherId": if object.is_custom() { "<local>" } else { "System" },
        "InternalSharingModel": object.is_data().then_some("ReadWrite"),
        "ExternalSharingModel": object.is_data().then_some("Private"),
    })
}
