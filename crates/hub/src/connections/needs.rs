//! What is written through a connection, for its test.

use salesbridge_connector_kit::ObjectSchema;
use salesbridge_connectors::salesforce::{Need, NeedFindings};
use salesbridge_model::{Connection, Sync};
use salesbridge_sync::{LEAD_OBJECT, MappingPlan};

use crate::syncs::check_external_id;
use crate::{Hub, HubError};

impl Hub {
    /// What the syncs of a connection write; Leads, as long as there are none.
    pub(crate) async fn needs(&self, connection: &Connection) -> Result<Vec<Need>, HubError> {
        let syncs = self.store.read().await?.syncs().of_connection(connection.id).await?;
        if syncs.is_empty() {
            return Ok(vec![Need::of_object(LEAD_OBJECT)]);
        }
        syncs.into_iter().map(|sync| self.need_of(sync)).collect()
    }

    /// What one sync writes; it need not be stored.
    pub(crate) fn need_of(&self, sync: Sync) -> Result<Need, HubError> {
        let source = self.stream(&sync.stream)?;
        let (schema, key_column) = (source.schema(), source.key_column().to_owned());
        let object = sync.object.clone();
        let look = move |object: &ObjectSchema| {
            findings(&sync, MappingPlan::new(&sync.mapping, &schema, &key_column, object), object)
        };
        Ok(Need { object, look: Box::new(look) })
    }
}

/// A field that somebody chose is missed; one of the preset's own is left out.
fn findings<E: std::fmt::Display>(sync: &Sync, plan: Result<MappingPlan, E>, object: &ObjectSchema) -> NeedFindings {
    let mut findings = NeedFindings::default();
    match plan {
        Err(problem) => findings.missing.push(problem.to_string()),
        Ok(plan) => {
            let chosen = |target: &String| match &sync.preset {
                Some(preset) => preset.fields.values().any(|field| field == target),
                None => true,
            };
            for field in plan.left_out() {
                let list = if chosen(&field.target) { &mut findings.missing } else { &mut findings.left_out };
                list.push(field.to_string());
            }
        }
    }
    if let Err(problem) = check_external_id(sync, object) {
        findings.missing.push(problem.to_string());
    }
    findings
}
