//! What a full run would do, without doing it.

use salesbridge_model::{OutcomeKind, Timestamp};

use crate::engine::{Engine, Job};
use crate::error::EngineError;
use crate::notes;
use crate::outgoing::{Outgoing, OutgoingRow};

/// What a full run would do.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Preview {
    /// Records it would make.
    pub creates: u64,
    /// Records it would change.
    pub updates: u64,
    /// Rows without a difference.
    pub unchanged: u64,
    /// Rows it would refuse before sending.
    pub refused: u64,
    /// Rows that wait for a person.
    pub uncertain: u64,
    /// Write calls it would cost.
    pub calls: u64,
    /// Mapped fields that would be left out, and values that would be left out or shortened.
    pub warnings: Vec<String>,
    /// The first rows that would be written or refused.
    pub rows: Vec<PreviewRow>,
}

/// What would happen to one row.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PreviewRow {
    /// The source row's key.
    pub source_key: String,
    /// What would happen.
    pub action: PreviewAction,
    /// The record it would change.
    pub record_id: Option<String>,
    /// Fields that would be sent.
    pub fields: Vec<PreviewField>,
    /// Why it would be refused.
    pub message: Option<String>,
}

/// What would happen to a row.
pub type PreviewAction = OutcomeKind;

/// A field that would be sent.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct PreviewField {
    /// API name.
    pub name: String,
    /// The value; `None` empties the field.
    pub value: Option<String>,
}

const PAGE_ROWS: usize = 1000;

impl Engine {
    /// Reads the whole stream and compares it, sends nothing; shows at most `rows` rows.
    pub async fn preview(&self, job: &Job<'_>, rows: usize) -> Result<Preview, EngineError> {
        let mut preview = Preview { warnings: job.plan.warnings(), ..Preview::default() };
        let mut position: Option<String> = None;
        loop {
            let mapped = job.plan.apply(&job.source.after(position.as_deref(), PAGE_ROWS).await?);
            let Some(last) = mapped.keys.last() else { break };
            position = Some(last.clone());
            let mut tx = self.store.read().await?;
            let links = tx.links().find_many(job.sync.id, &mapped.keys).await?;
            let due = tx.due().find_many(job.sync.id, &mapped.keys).await?;
            drop(tx);
            let mut outgoing = Outgoing::default();
            // A row that was put off shows what will become of it.
            outgoing.sort_in(job.plan, &mapped, &links, &due, Timestamp::MAX_UTC);
            preview.add(job, outgoing, rows);
        }
        preview.calls = calls(job, true, preview.creates) + calls(job, false, preview.updates);
        Ok(preview)
    }
}

/// Calls that sending so many rows takes.
fn calls(job: &Job<'_>, creating: bool, rows: u64) -> u64 {
    let batching = job.batching(creating, usize::try_from(rows).unwrap_or(usize::MAX));
    rows.div_ceil(batching.rows as u64) * batching.calls
}

impl Preview {
    fn add(&mut self, job: &Job<'_>, outgoing: Outgoing, rows: usize) {
        self.creates += outgoing.creates.len() as u64;
        self.updates += outgoing.updates.len() as u64;
        self.unchanged += outgoing.unchanged.len() as u64;
        self.refused += outgoing.refused.len() as u64;
        self.uncertain += outgoing.waiting.len() as u64;
        notes::add(&mut self.warnings, outgoing.notes);
        let written = |action| move |row: OutgoingRow| written_row(job, action, &row);
        let refused = outgoing.refused.into_iter().map(|(source_key, _, refusal)| PreviewRow {
            source_key,
            action: OutcomeKind::Refused,
            record_id: None,
            fields: Vec::new(),
            message: Some(refusal.message),
        });
        let creates = outgoing.creates.into_iter().map(written(OutcomeKind::Created));
        let updates = outgoing.updates.into_iter().map(written(OutcomeKind::Updated));
        let room = rows.saturating_sub(self.rows.len());
        self.rows.extend(refused.chain(updates).chain(creates).take(room));
    }
}

fn written_row(job: &Job<'_>, action: PreviewAction, row: &OutgoingRow) -> PreviewRow {
    let field = |(name, value): (&str, Option<&salesbridge_connector_kit::FieldValue>)| PreviewField {
        name: name.to_owned(),
        value: value.map(ToString::to_string),
    };
    PreviewRow {
        source_key: row.intent.source_key.clone(),
        action,
        record_id: row.intent.record_id.clone(),
        fields: row.values(job.plan.fields()).map(field).collect(),
        message: None,
    }
}
