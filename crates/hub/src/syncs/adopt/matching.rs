//! Adopting by fields whose values are the same in the mapped row and in a record.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use salesbridge_connector_kit::{Cell, ObjectSchema};
use salesbridge_connectors::salesforce::FoundRecord;
use salesbridge_sync::MappedBatch;

use super::deciding::{Decided, Deciding, decided};
use super::{AdoptReport, AdoptResult, BATCH};
use crate::syncs::open::OpenSync;
use crate::{Caller, Hub, HubError};

/// Types of fields that a query can compare with a text (SOQL and SOSL Reference, "Comparison Operators").
const TEXTS: [&str; 6] = ["string", "email", "phone", "url", "picklist", "id"];

/// The values of the match fields, as Salesforce compares them.
type Values = Vec<String>;

impl Hub {
    pub(super) async fn adopt_matching(
        &self,
        open: &OpenSync,
        fields: &[String],
        by: Option<&Caller>,
    ) -> Result<AdoptReport, HubError> {
        let places = places(open, fields)?;
        let mut report = AdoptReport::new(by.is_some());
        let alike = self.values_of_several(open, &places).await?;
        let mut position: Option<String> = None;
        loop {
            let Some(mapped) = page(open, &mut position).await? else { return Ok(report) };
            let decided = self.decide_matches(open, &places, &mapped, &alike).await?;
            self.finish_batch(open, decided, by, &mut report).await?;
        }
    }

    /// Hashes of values that several rows have; 8 bytes a row, so that any stream may be looked at.
    async fn values_of_several(&self, open: &OpenSync, places: &[usize]) -> Result<Alike, HubError> {
        let mut alike = Alike::default();
        let mut seen = HashSet::new();
        let mut position: Option<String> = None;
        while let Some(mapped) = page(open, &mut position).await? {
            for row in 0..mapped.keys.len() {
                if let Some(values) = values(&mapped, row, places) {
                    let hash = alike.hasher.hash_one(&values);
                    if !seen.insert(hash) {
                        alike.several.insert(hash);
                    }
                }
            }
        }
        Ok(alike)
    }

    async fn decide_matches(
        &self,
        open: &OpenSync,
        places: &[usize],
        mapped: &MappedBatch,
        alike: &Alike,
    ) -> Result<Vec<Decided>, HubError> {
        let names: Vec<&str> = places.iter().map(|place| open.plan().fields()[*place].as_str()).collect();
        let first: BTreeSet<String> = (0..mapped.keys.len())
            .filter_map(|row| values(mapped, row, places).and_then(|values| values.into_iter().next()))
            .collect();
        let found = match names.first() {
            Some(by) => open.connector().look_up(&open.sync().object, by, &first, open.plan().fields()).await?,
            None => Vec::new(),
        };
        let mut records: HashMap<Values, Vec<&FoundRecord>> = HashMap::new();
        for record in &found {
            let values = names.iter().map(|name| record.text(name).map(folded)).collect::<Option<Values>>();
            records.entry(values.unwrap_or_default()).or_default().push(record);
        }
        let ids = found.iter().map(|record| record.id().to_owned()).collect();
        let deciding = Deciding::begin(self, open, &mapped.keys, ids).await?;
        let match_one = |row: usize| {
            let key = &mapped.keys[row];
            let not = |result, ids, message: String| decided(None, key, result, ids, message);
            if let Some(link) = deciding.link(key) {
                return not(
                    AdoptResult::Already,
                    vec![link.record_id.clone()],
                    "the row has a record already".to_owned(),
                );
            }
            let Some(values) = values(mapped, row, places) else {
                return not(AdoptResult::Missing, Vec::new(), format!("the row has no {}", names.join(" or ")));
            };
            match records.get(&values).map(Vec::as_slice).unwrap_or_default() {
                [] => not(AdoptResult::Missing, Vec::new(), format!("no {} has the same", open.sync().object)),
                [record] if alike.are_of_several(&values) => {
                    let ids = vec![record.id().to_owned()];
                    not(AdoptResult::Ambiguous, ids, "several rows match this record".to_owned())
                }
                [record] => deciding.row(None, mapped, row, record),
                several => {
                    let ids = several.iter().map(|record| record.id().to_owned()).collect();
                    not(AdoptResult::Ambiguous, ids, format!("{} records match", several.len()))
                }
            }
        };
        Ok((0..mapped.keys.len()).map(match_one).collect())
    }
}

/// Values that several rows share.
#[derive(Default)]
struct Alike {
    hasher: RandomState,
    several: HashSet<u64>,
}

impl Alike {
    fn are_of_several(&self, values: &Values) -> bool {
        self.several.contains(&self.hasher.hash_one(values))
    }
}

/// The next rows, mapped; `None` at the end.
async fn page(open: &OpenSync, position: &mut Option<String>) -> Result<Option<MappedBatch>, HubError> {
    let rows = open.source().after(position.as_deref(), BATCH).await.map_err(HubError::Source)?;
    let mapped = open.plan().apply(&rows);
    let Some(last) = mapped.keys.last() else { return Ok(None) };
    *position = Some(last.clone());
    Ok(Some(mapped))
}

/// Positions of the match fields among the mapped ones.
fn places(open: &OpenSync, fields: &[String]) -> Result<Vec<usize>, HubError> {
    let mapped = open.plan().fields();
    let place = |field: &String| {
        let place = mapped.iter().position(|name| name.eq_ignore_ascii_case(field)).ok_or_else(|| {
            HubError::invalid("match", format!("{field} is not mapped; mapped are: {}", mapped.join(", ")))
        })?;
        if is_text(open.object(), &mapped[place]) {
            return Ok(place);
        }
        Err(HubError::invalid("match", format!("{field} holds no short text that records could be found by")))
    };
    fields.iter().map(place).collect()
}

fn is_text(object: &ObjectSchema, field: &str) -> bool {
    object.field(field).is_some_and(|field| TEXTS.contains(&field.kind.as_str()))
}

/// The row's values of the match fields; `None` when it lacks one of them.
fn values(mapped: &MappedBatch, row: usize, places: &[usize]) -> Option<Values> {
    let value = |place: &usize| match mapped.cells.get(row, *place) {
        Cell::Set(value) => Some(folded(&value.to_string())).filter(|text| !text.is_empty()),
        Cell::Clear | Cell::Omit => None,
    };
    places.iter().map(value).collect()
}

/// Salesforce compares without regard to case and to blanks around.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
