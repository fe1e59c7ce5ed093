//! Editing a connection: credentials, company, mapping and Enabled, all together or not at all (R42).

use std::collections::BTreeMap;

use salesbridge_connectors::salesforce::REFRESH_TOKEN;
use salesbridge_model::{
    Ability, ClientsToLeads, Connection, ConnectionId, Run, RunCounts, RunId, RunState, RunTrigger, Secret, Slug, Sync,
    SyncId, TooLong,
};
use salesbridge_store::{StoreError, Transaction};
use salesbridge_sync::{
    CLIENT_FIELDS, CLIENTS_STREAM, LEAD_OBJECT, clients_to_leads_mapping, clients_to_leads_options,
};
use serde_json::{Value, json};

use super::app::SecretChanges;
use super::credentials::{NOT_SIGNED_IN, SignInChange, SignInEdit};
use super::{ConnectionDetails, DAILY_CALLS};
use crate::audit::Deed;
use crate::{Caller, Hub, HubError};

/// Tags of one connection, at most.
const MOST_TAGS: usize = 20;
/// Characters of a tag, at most.
const LONGEST_TAG: usize = 50;

/// Changes to a connection; what is absent stays as it is.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionEdit {
    /// What people read.
    pub caption: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Words that people group connections by, all of them.
    pub tags: Option<Vec<String>>,
    /// Another way of signing in, with the fields that it asks for.
    pub method: Option<String>,
    /// Name of the connected service whose app it uses; empty for an app of its own.
    pub service: Option<String>,
    /// The method's fields that are not secret; null or empty takes one away.
    #[serde(default)]
    pub settings: BTreeMap<String, Option<String>>,
    /// The method's fields that are secret; null or empty takes one away. They are sealed and never shown.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Option<String>>, write_only)]
    pub secrets: BTreeMap<String, Option<Secret<String>>>,
    /// Company of every new Lead; filling it makes the sync "clients to Leads", emptying it disables that sync.
    pub company: Option<String>,
    /// Lead fields for the client's `status`, `verification_level` and `client_type`; null takes a choice back.
    #[serde(default)]
    pub fields: BTreeMap<String, Option<String>>,
    /// What happens to a text that is longer than its Lead field takes.
    pub too_long: Option<TooLong>,
    /// External-ID field on Lead that carries our own key; empty takes the choice back.
    pub external_id_field: Option<String>,
    /// Calls that it may make a day; 0 takes the ceiling away
    pub daily_calls: Option<u64>,
    /// Whether anything may be sent through it.
    pub enabled: Option<bool>,
    /// A person has been told how many records this makes, and said yes.
    #[serde(default)]
    pub confirmed: bool,
}

/// A connection and its preset as they would be after an edit.
pub(super) struct Edited {
    pub(super) connection: Connection,
    /// Secrets to be stored or removed.
    pub(super) secrets: SecretChanges,
    /// Whether it signs in in another way than before.
    pub(super) signs_in_anew: bool,
    /// Whether a person has to sign in first.
    pub(super) nobody_signed_in: bool,
    pub(super) preset: Option<Sync>,
    pub(super) preset_is_new: bool,
    /// The preset sends after this edit and did not before, or sends differently: every client is compared.
    pub(super) compares: bool,
    /// Sending begins with this edit.
    pub(super) starts: bool,
    pub(super) confirmed: bool,
}

/// The part of an edit that is about the preset.
struct PresetEdit {
    company: Option<String>,
    fields: BTreeMap<String, Option<String>>,
    too_long: Option<TooLong>,
    external_id_field: Option<String>,
}

impl Hub {
    /// Changes a connection and what belongs to it. The name never changes (R46).
    pub async fn edit_connection(
        &self,
        caller: &Caller,
        name: &str,
        edit: ConnectionEdit,
    ) -> Result<ConnectionDetails, HubError> {
        let before = self.find_connection(caller, name, Ability::Edit).await?;
        let syncs = self.store.read().await?.syncs().of_connection(before.id).await?;
        let mut edited = self.edited(before, syncs, edit).await?;
        self.confirm_start(&mut edited).await?;

        let mut tx = self.store.write().await?;
        let was = audited(&mut *tx, edited.connection.id).await?;
        tx.connections().update(&edited.connection).await?;
        self.store_edited(&mut *tx, &edited).await?;
        let is = audited_after(&mut *tx, &edited).await?;
        let deed = Deed::to_connection("connection.edit", &edited.connection).was(was).is(is);
        self.record(&mut *tx, caller, deed).await?;
        tx.commit().await?;
        self.signal_mended();
        self.connection_after(edited.connection.id).await
    }

    /// Works out what an edit makes of a connection and its preset, and refuses it where it makes no sense.
    pub(super) async fn edited(
        &self,
        mut connection: Connection,
        syncs: Vec<Sync>,
        edit: ConnectionEdit,
    ) -> Result<Edited, HubError> {
        let was_sending = connection.enabled;
        if let Some(caption) = edit.caption.filter(|caption| !caption.trim().is_empty()) {
            connection.caption = caption;
        }
        connection.description = edit.description.map_or(connection.description, |text| text.trim().to_owned());
        connection.tags = edit.tags.map_or(Ok(connection.tags), tidy_tags)?;
        let (method, service, settings, secrets) = (edit.method, edit.service, edit.settings, edit.secrets);
        let sign_in = SignInEdit { method, service, settings, secrets };
        let SignInChange { secrets, differs: signs_in_anew, nobody_signed_in } =
            self.change_sign_in(&mut connection, sign_in).await?;
        connection.held = connection.held.filter(|_| !signs_in_anew);
        connection.health = connection.health.filter(|_| !signs_in_anew); // the next look comes at once
        match edit.daily_calls {
            Some(0) => drop(connection.settings.remove(DAILY_CALLS)),
            Some(calls) => drop(connection.settings.insert(DAILY_CALLS.to_owned(), calls.to_string())),
            None => {}
        }
        if let Some(enabled) = edit.enabled {
            connection.enabled = enabled;
            // Saying Yes again is how a person says that it is mended.
            connection.held = connection.held.filter(|_| !enabled);
        }
        if nobody_signed_in {
            let known = connection.held.take().filter(|held| held.code == NOT_SIGNED_IN);
            connection.held = Some(known.unwrap_or_else(|| self.held_until_signed_in(&connection)));
        }
        connection.updated_at = self.later_than(connection.updated_at);

        let known = syncs.into_iter().find(|sync| sync.preset.is_some());
        let before = known.clone();
        let choices = PresetEdit {
            company: edit.company,
            fields: edit.fields,
            too_long: edit.too_long,
            external_id_field: edit.external_id_field,
        };
        let preset = self.edited_preset(&connection, known, choices)?;
        let sends = |sync: &Option<Sync>| sync.as_ref().is_some_and(|sync| sync.enabled);
        let starts = connection.enabled && sends(&preset) && !(was_sending && sends(&before));
        let differs = preset.as_ref().map(|sync| (&sync.mapping, &sync.options))
            != before.as_ref().map(|sync| (&sync.mapping, &sync.options));
        Ok(Edited {
            connection,
            secrets,
            signs_in_anew,
            nobody_signed_in,
            preset_is_new: preset.is_some() && before.is_none(),
            compares: sends(&preset) && (starts || differs || !sends(&before)),
            preset,
            starts,
            confirmed: edit.confirmed,
        })
    }

    /// Stores an edit, in the caller's transaction; the connection itself is stored by the caller.
    pub(super) async fn store_edited(&self, tx: &mut dyn Transaction, edited: &Edited) -> Result<(), HubError> {
        let connection = edited.connection.id;
        for (field, change) in &edited.secrets {
            match change {
                Some(token) if field == REFRESH_TOKEN => drop(self.seal_refresh_token(tx, connection, token).await?),
                Some(secret) => self.seal(tx, connection, field, secret).await?,
                None => drop(tx.secrets().remove(connection.into(), field).await?),
            }
        }
        let Some(sync) = &edited.preset else { return Ok(()) };
        if edited.preset_is_new {
            tx.syncs().insert(sync).await.map_err(|error| match error {
                StoreError::Taken { .. } => HubError::NameTaken { noun: "sync", name: sync.name.to_string() },
                other => other.into(),
            })?;
        } else {
            tx.syncs().update(sync).await?;
        }
        if edited.compares {
            self.queue_full_run(tx, sync).await?;
        }
        Ok(())
    }

    /// Asks for a full run of a sync, unless one is asked for already that has not begun.
    pub(crate) async fn queue_full_run(&self, tx: &mut dyn Transaction, sync: &Sync) -> Result<RunId, HubError> {
        let open = tx.runs().open(sync.id).await?;
        if let Some(waiting) = open.iter().find(|run| run.trigger == RunTrigger::Full && run.state == RunState::Queued)
        {
            return Ok(waiting.id);
        }
        let run = Run {
            id: RunId::make(&*self.ids),
            sync_id: sync.id,
            trigger: RunTrigger::Full,
            state: RunState::Queued,
            cursor: None,
            counts: RunCounts::default(),
            api_calls: 0,
            problem: None,
            warnings: Vec::new(),
            created_at: self.clock.now(),
            finished_at: None,
        };
        tx.runs().insert(&run).await?;
        Ok(run.id)
    }

    fn edited_preset(
        &self,
        connection: &Connection,
        known: Option<Sync>,
        PresetEdit { company, fields, too_long, external_id_field }: PresetEdit,
    ) -> Result<Option<Sync>, HubError> {
        let mut chosen = known.as_ref().and_then(|sync| sync.preset.clone()).unwrap_or_default();
        let was_empty = chosen.company.is_empty();
        if let Some(company) = company {
            chosen.company = company.trim().to_owned();
        }
        chosen.too_long = too_long.unwrap_or(chosen.too_long);
        choose_fields(&mut chosen, fields)?;
        let Some(mut sync) = known.or_else(|| (!chosen.company.is_empty()).then(|| self.new_preset(connection))) else {
            if chosen.fields.is_empty() && external_id_field.is_none() && too_long.is_none() {
                return Ok(None);
            }
            return Err(HubError::invalid("company", "is empty; it is needed before fields can be mapped"));
        };
        if let Some(field) = external_id_field {
            sync.options.external_id_field = Some(field.trim().to_owned()).filter(|field| !field.is_empty());
        }
        sync.enabled = !chosen.company.is_empty() && (sync.enabled || was_empty);
        sync.held = sync.held.filter(|_| !connection.enabled);
        sync.mapping = clients_to_leads_mapping(&chosen);
        sync.preset = Some(chosen);
        sync.updated_at = self.clock.now();
        Ok(Some(sync))
    }

    fn new_preset(&self, connection: &Connection) -> Sync {
        let now = self.clock.now();
        Sync {
            id: SyncId::make(&*self.ids),
            name: preset_name(&connection.name),
            connection_id: connection.id,
            stream: CLIENTS_STREAM.to_owned(),
            object: LEAD_OBJECT.to_owned(),
            preset: None,
            mapping: salesbridge_model::Mapping::default(),
            options: clients_to_leads_options(),
            left_out: Vec::new(),
            enabled: false,
            held: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A connection with its preset, as the audit log tells of them.
pub(super) async fn audited(tx: &mut dyn Transaction, id: ConnectionId) -> Result<Value, StoreError> {
    let connection = tx.connections().find(id).await?;
    let preset = tx.syncs().of_connection(id).await?.into_iter().find(|sync| sync.preset.is_some());
    let mut told = json!(connection);
    if let (Some(told), Some(preset)) = (told.as_object_mut(), preset) {
        told.insert("sync".to_owned(), json!(preset));
    }
    Ok(told)
}

/// The same as an edit leaves it; of a secret that it gave only that it did.
pub(super) async fn audited_after(tx: &mut dyn Transaction, edited: &Edited) -> Result<Value, StoreError> {
    let mut told = audited(tx, edited.connection.id).await?;
    if let (Some(told), false) = (told.as_object_mut(), edited.secrets.is_empty()) {
        let changes = edited.secrets.iter();
        let words = changes.map(|(field, change)| (field, if change.is_some() { "changed" } else { "removed" }));
        told.insert("secrets".to_owned(), json!(words.collect::<BTreeMap<_, _>>()));
    }
    Ok(told)
}

/// Words without what nobody reads in them, each once.
fn tidy_tags(given: Vec<String>) -> Result<Vec<String>, HubError> {
    let mut tags: Vec<String> = Vec::new();
    for tag in given.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if tag.chars().count() > LONGEST_TAG {
            return Err(HubError::invalid("tags", format!("`{tag}` is longer than {LONGEST_TAG} characters")));
        }
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(HubError::invalid("tags", format!("are {}; at most {MOST_TAGS} are kept", tags.len())));
    }
    Ok(tags)
}

/// `<connection>-leads`, which is a name whenever the connection's is one and short enough.
fn preset_name(connection: &Slug) -> Slug {
    let long = format!("{connection}-leads");
    long.parse().unwrap_or_else(|_| connection.clone())
}

fn choose_fields(chosen: &mut ClientsToLeads, fields: BTreeMap<String, Option<String>>) -> Result<(), HubError> {
    for (source, target) in fields {
        if !CLIENT_FIELDS.contains(&source.as_str()) {
            let message = format!("`{source}` cannot be mapped; what can be is: {}", CLIENT_FIELDS.join(", "));
            return Err(HubError::invalid("fields", message));
        }
        match target.map(|target| target.trim().to_owned()).filter(|target| !target.is_empty()) {
            Some(target) => chosen.fields.insert(source, target),
            None => chosen.fields.remove(&source),
        };
    }
    Ok(())
}
