//! What adopting records did, or would do.

/// Rows that a report describes; more are only counted.
const DESCRIBED_ROWS: usize = 10_000;

/// What adopting records did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AdoptReport {
    /// Whether links were made; else it was a dry run.
    pub applied: bool,
    /// Rows that were linked, or would be.
    pub linked: u64,
    /// Rows that have this record, or another, already.
    pub already: u64,
    /// Rows for which no record matches.
    pub missing: u64,
    /// Rows that match several records, or records that match several rows.
    pub ambiguous: u64,
    /// Pairs that cannot be linked.
    pub refused: u64,
    /// The first ten thousand rows that were not linked, with the reason.
    pub rows: Vec<AdoptedRow>,
}

/// A row that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AdoptedRow {
    /// Line of the file of pairs, counted from 1.
    pub line: Option<u64>,
    /// The source row's key.
    pub key: String,
    /// What became of it.
    pub result: AdoptResult,
    /// The record it names or matches; several when it is ambiguous.
    pub record_ids: Vec<String>,
    /// Why it was not linked.
    pub message: String,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdoptResult {
    /// It has its record now.
    Linked,
    /// It had it before.
    Already,
    /// No record matches.
    Missing,
    /// Several match.
    Ambiguous,
    /// It cannot be linked.
    Refused,
}

impl AdoptReport {
    pub(super) fn new(applied: bool) -> Self {
        Self { applied, ..Self::default() }
    }

    pub(super) fn add(&mut self, row: AdoptedRow) {
        let count = match row.result {
            AdoptResult::Linked => &mut self.linked,
            AdoptResult::Already => &mut self.already,
            AdoptResult::Missing => &mut self.missing,
            AdoptResult::Ambiguous => &mut self.ambiguous,
            AdoptResult::Refused => &mut self.refused,
        };
        *count += 1;
        let is_done = matches!(row.result, AdoptResult::Linked | AdoptResult::Already);
        if !is_done && self.rows.len() < DESCRIBED_ROWS {
            self.rows.push(row);
        }
    }
}
