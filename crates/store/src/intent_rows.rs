//! For implementations: the rows of an intent as text. A job has thousands of rows with the same fields, so each set of fields is named once, and the
//! fingerprints of a row follow each other.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use salesbridge_model::{ConfirmedFields, Fingerprint};
use serde::{Deserialize, Serialize};

use crate::stored::{Stored, json};
use crate::{IntentRow, StoreError};

#[derive(Serialize, Deserialize)]
struct Rows<'a> {
    /// Sets of field names, each in the order of its fingerprints.
    #[serde(borrow)]
    sets: Vec<Vec<std::borrow::Cow<'a, str>>>,
    #[serde(borrow)]
    rows: Vec<Row<'a>>,
}

/// Source key, revision, record id, number of the set of fields, fingerprints of 16 bytes in Base64.
#[derive(Serialize, Deserialize)]
struct Row<'a>(
    #[serde(borrow)] std::borrow::Cow<'a, str>,
    i64,
    #[serde(borrow)] Option<std::borrow::Cow<'a, str>>,
    usize,
    String,
);

/// The rows of an intent as text.
///
/// # Errors
/// As [`json`].
pub fn to_text(operation: &'static str, rows: &[IntentRow]) -> Result<String, StoreError> {
    let mut sets: Vec<Vec<_>> = Vec::new();
    let mut known: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut compact = Vec::with_capacity(rows.len());
    for row in rows {
        let fields: Vec<&str> = row.confirms.0.keys().map(String::as_str).collect();
        let set = *known.entry(fields).or_insert_with_key(|fields| {
            sets.push(fields.iter().map(|field| (*field).into()).collect());
            sets.len() - 1
        });
        let prints: Vec<u8> = row.confirms.0.values().flat_map(|print| print.0.to_be_bytes()).collect();
        let record_id = row.record_id.as_deref().map(Into::into);
        compact.push(Row(row.source_key.as_str().into(), row.revision, record_id, set, BASE64.encode(prints)));
    }
    json(operation, &Rows { sets, rows: compact })
}

/// The rows that a text holds. Up to schema 7 every row had its own field names.
///
/// # Errors
/// [`StoreError::Corrupt`] when the text holds no rows.
pub fn from_text(stored: &Stored<'_>, text: &str) -> Result<Vec<IntentRow>, StoreError> {
    if text.starts_with('[') {
        return stored.json("rows", text);
    }
    let Rows { sets, rows } = stored.borrowed_json("rows", text)?;
    let row = |Row(source_key, revision, record_id, set, prints): Row<'_>| {
        let prints = BASE64.decode(prints).ok()?;
        let (prints, []) = prints.as_chunks::<16>() else { return None };
        let fields = sets.get(set).filter(|fields| fields.len() == prints.len())?;
        let prints = prints.iter().map(|print| Fingerprint(u128::from_be_bytes(*print)));
        Some(IntentRow {
            source_key: source_key.into_owned(),
            revision,
            record_id: record_id.map(Into::into),
            confirms: ConfirmedFields(fields.iter().map(|field| field.clone().into_owned()).zip(prints).collect()),
        })
    };
    let rows: Option<Vec<IntentRow>> = rows.into_iter().map(row).collect();
    rows.ok_or_else(|| stored.corrupt("rows", "a row has other fingerprints than fields".into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_row() -> impl Strategy<Value = IntentRow> {
        let fields = prop::collection::btree_map("[A-C]\"?", any::<u128>().prop_map(Fingerprint), 0..4);
        ("\\PC{1,9}", any::<i64>(), prop::option::of("\\PC{0,9}"), fields).prop_map(
            |(source_key, revision, record_id, fields)| IntentRow {
                source_key,
                revision,
                record_id,
                confirms: ConfirmedFields(fields),
            },
        )
    }

    proptest! {
        #[test]
        fn rows_come_back_from_their_text_and_from_that_of_earlier_schemas(rows in prop::collection::vec(any_row(), 0..9)) {
            let stored = Stored::new("intent", "1");
            prop_assert_eq!(&from_text(&stored, &to_text("test", &rows).unwrap()).unwrap(), &rows);
            prop_assert_eq!(&from_text(&stored, &json("test", &rows).unwrap()).unwrap(), &rows);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", set in 0..3_usize, prints in "[A-Za-z0-9+/=]{0,45}") {
            let stored = Stored::new("intent", "1");
            let _ = from_text(&stored, &text);
            let text = format!("{{\"sets\":[[],[\"A\"]],\"rows\":[[\"C-1\",0,null,{set},\"{prints}\"]]}}");
            if let Ok(rows) = from_text(&stored, &text) {
                prop_assert_eq!(rows[0].confirms.0.len(), set);
            }
        }
    }
}
