//! For implementations: the rows of an intent as text. A job has thousands of rows with the same fields, so each set of fields is named once, and the
//! fingerprints of a row follow each other.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use salesbridge_model::{ConfirmedFields, Fingerprint};
use serde::{Deserialize, Serialize, Serializer};

use crate::stored::{Stored, json};
use crate::{IntentRow, StoreError};

/// What is read; what is written has the same form.
#[derive(Deserialize)]
struct Rows<'a> {
    /// Sets of field names, each in the order of its fingerprints.
    sets: Vec<Vec<String>>,
    #[serde(borrow)]
    rows: Vec<Row<'a>>,
}

/// Source key, revision, record id, number of the set of fields, fingerprints of 16 bytes in Base64.
#[derive(Deserialize)]
struct Row<'a>(String, i64, Option<String>, usize, #[serde(borrow)] Cow<'a, str>);

/// The rows of an intent as text.
///
/// # Errors
/// As [`json`].
pub fn to_text(operation: &'static str, rows: &[IntentRow]) -> Result<String, StoreError> {
    let mut sets: Vec<Vec<&str>> = Vec::new();
    let mut known: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut set_of_row = Vec::with_capacity(rows.len());
    for row in rows {
        let fields: Vec<&str> = row.confirms.0.keys().map(String::as_str).collect();
        let set = *known.entry(fields).or_insert_with_key(|fields| {
            sets.push(fields.clone());
            sets.len() - 1
        });
        set_of_row.push(set);
    }
    json(operation, &Written { sets, rows: WrittenRows { rows, set_of_row } })
}

#[derive(Serialize)]
struct Written<'a> {
    sets: Vec<Vec<&'a str>>,
    rows: WrittenRows<'a>,
}

/// Rows that become text one after the other, so that they are in memory once.
struct WrittenRows<'a> {
    rows: &'a [IntentRow],
    set_of_row: Vec<usize>,
}

impl Serialize for WrittenRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().zip(&self.set_of_row).map(|(row, set)| {
            let prints: Vec<u8> = row.confirms.0.values().flat_map(|print| print.0.to_be_bytes()).collect();
            (&row.source_key, row.revision, &row.record_id, set, BASE64.encode(prints))
        }))
    }
}

/// The rows that a text holds. Earlier programs wrote a list in which every row has its own field names.
///
/// # Errors
/// [`StoreError::Corrupt`] when the text holds no rows.
pub fn from_text(stored: &Stored<'_>, text: &str) -> Result<Vec<IntentRow>, StoreError> {
    if text.starts_with('[') {
        return stored.json("rows", text);
    }
    let Rows { sets, rows } = stored.borrowed_json("rows", text)?;
    let row = |Row(source_key, revision, record_id, set, prints): Row<'_>| {
        let prints = BASE64.decode(prints.as_bytes()).ok()?;
        let (prints, []) = prints.as_chunks::<16>() else { return None };
        let fields = sets.get(set).filter(|fields| fields.len() == prints.len())?;
        let prints = prints.iter().map(|print| Fingerprint(u128::from_be_bytes(*print)));
        Some(IntentRow {
            source_key,
            revision,
            record_id,
            confirms: ConfirmedFields(fields.iter().cloned().zip(prints).collect()),
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
        fn rows_come_back_from_their_text_and_from_that_of_earlier_programs(rows in prop::collection::vec(any_row(), 0..9)) {
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
