//! A sync with both its ends open, ready for the engine.

use std::sync::Arc;

use salesbridge_connector_kit::{Destination, ObjectSchema, Source};
use salesbridge_connectors::salesforce::SalesforceConnector;
use salesbridge_journal::Lease;
use salesbridge_model::{Connection, InstallationId, Sync};
use salesbridge_sync::{CLIENTS_STREAM, Job, MappingPlan};
use tokio_util::sync::CancellationToken;

use crate::clients::ClientStream;
use crate::{Hub, HubError};

/// A sync with both its ends open.
pub(crate) struct OpenSync {
    sync: Sync,
    source: Box<dyn Source>,
    connector: Arc<SalesforceConnector>,
    object: ObjectSchema,
    plan: MappingPlan,
    installation: InstallationId,
    stop: CancellationToken,
}

impl OpenSync {
    /// The sync.
    pub(crate) fn sync(&self) -> &Sync {
        &self.sync
    }

    /// Its stream.
    pub(crate) fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// The org it writes to.
    pub(crate) fn connector(&self) -> &SalesforceConnector {
        &self.connector
    }

    /// What its object looks like.
    pub(crate) fn object(&self) -> &ObjectSchema {
        &self.object
    }

    /// Its mapping, checked against both ends.
    pub(crate) fn plan(&self) -> &MappingPlan {
        &self.plan
    }

    pub(crate) fn job<'a>(&'a self, lease: &'a Lease) -> Job<'a> {
        Job {
            sync: &self.sync,
            source: &*self.source,
            destination: &*self.connector,
            object: &self.object,
            plan: &self.plan,
            installation: self.installation,
            lease,
            stop: &self.stop,
        }
    }
}

impl Hub {
    /// Opens both ends of a sync and checks its mapping against them.
    pub(crate) async fn open_sync(
        &self,
        sync: Sync,
        connection: &Connection,
        stop: CancellationToken,
    ) -> Result<OpenSync, HubError> {
        let source = self.stream(&sync.stream)?;
        let connector = self.connector(connection).await?;
        let object = connector.describe(&sync.object, false).await?;
        let schema = source.schema();
        let plan = match MappingPlan::new(&sync.mapping, &schema, source.key_column(), &object) {
            Ok(plan) => plan,
            // The org may have changed since its describe was remembered.
            Err(_) => {
                let fresh = connector.describe(&sync.object, true).await?;
                MappingPlan::new(&sync.mapping, &schema, source.key_column(), &fresh).map_err(|problem| {
                    HubError::NotPossible {
                        code: "mapping_broken",
                        message: problem.to_string(),
                        remedy: format!(
                            "Mend the field in Salesforce or the mapping of the sync {}, then enable it again",
                            sync.name
                        ),
                    }
                })?
            }
        };
        check_external_id(&sync, &object)?;
        Ok(OpenSync { sync, source, connector, object, plan, installation: self.installation, stop })
    }

    /// Opens a stream by its name.
    pub(crate) fn stream(&self, name: &str) -> Result<Box<dyn Source>, HubError> {
        match name {
            CLIENTS_STREAM => Ok(Box::new(ClientStream(self.store.clone()))),
            other => Err(HubError::invalid("stream", format!("`{other}` is not known; known is: {CLIENTS_STREAM}"))),
        }
    }
}

/// Refuses an external-ID field that cannot carry our key.
pub(crate) fn check_external_id(sync: &Sync, object: &ObjectSchema) -> Result<(), HubError> {
    let Some(name) = &sync.options.external_id_field else { return Ok(()) };
    let usable = object.field(name).is_some_and(|field| field.external_id && field.unique && field.createable);
    if usable {
        return Ok(());
    }
    Err(HubError::NotPossible {
        code: "external_id_field_unusable",
        message: format!("{} has no unique external-ID field {name} that may be written", object.name),
        remedy: format!(
            "In Salesforce Setup > Object Manager > {} > Fields make a Text field of length 255 with External ID and Unique, or choose none",
            object.name
        ),
    })
}
