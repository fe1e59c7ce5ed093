//! Rows to JSON text, without a tree between them.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::schema::FieldType;
use crate::soql_execution::formats::Format;
use crate::soql_execution::shape::{Content, Entry, Record};

/// A record as text, cut where the answers of its child subqueries belong.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) text: Vec<u8>,
    pub(crate) cuts: Vec<usize>,
}

/// Writes the record of a row at the end of `out`; `null` where there is none.
pub(crate) fn record(record: &Record, row: &Row<'_>, out: &mut Written) -> rusqlite::Result<()> {
    for identity in &record.identities {
        if let ValueRef::Text(id) = row.get_ref(identity.at)? {
            out.text.extend_from_slice(identity.opening.as_bytes());
            out.text.extend_from_slice(id);
            out.text.extend_from_slice(b"\"}");
            for entry in &record.entries {
                written_entry(entry, &identity.opening, id, row, out)?;
            }
            out.text.push(b'}');
            return Ok(());
        }
    }
    out.text.extend_from_slice(b"null");
    Ok(())
}

pub(crate) fn written_entry(
    entry: &Entry,
    opening: &str,
    id: &[u8],
    row: &Row<'_>,
    out: &mut Written,
) -> rusqlite::Result<()> {
    out.text.extend_from_slice(entry.key.as_bytes());
    match &entry.content {
        Content::Cell(at, kind, None) => cell(*kind, row.get_ref(*at)?, &mut out.text),
        Content::Cell(at, kind, Some(format)) => dressed(*kind, *format, row.get_ref(*at)?, &mut out.text),
        Content::Blob(at) => blob(opening, id, &entry.name, row.get_ref(*at)?, &mut out.text),
        Content::Compound(parts) => compound(parts, row, &mut out.text)?,
        Content::Parent(parent) => record(parent, row, out)?,
        Content::Either(records) => either(records, row, out)?,
        Content::Children => out.cuts.push(out.text.len()),
    }
    Ok(())
}

/// The first record that the row has.
fn either(records: &[Record], row: &Row<'_>, out: &mut Written) -> rusqlite::Result<()> {
    for candidate in records {
        for identity in &candidate.identities {
            if matches!(row.get_ref(identity.at)?, ValueRef::Text(_)) {
                return record(candidate, row, out);
            }
        }
    }
    out.text.extend_from_slice(b"null");
    Ok(())
}

/// A stored value as JSON.
pub(crate) fn cell(kind: FieldType, value: ValueRef<'_>, out: &mut Vec<u8>) {
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        ValueRef::Integer(number) if kind == FieldType::Boolean => {
            out.extend_from_slice(if number == 0 { b"false" } else { b"true" });
        }
        ValueRef::Integer(number) if kind.is_number() && kind != FieldType::Int => real(number as f64, out),
        ValueRef::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        ValueRef::Real(number) => real(number, out),
        ValueRef::Text(_) | ValueRef::Blob(_) if kind == FieldType::EncryptedString => masked(value, out),
        ValueRef::Text(text) | ValueRef::Blob(text) => string(&String::from_utf8_lossy(text), out),
    }
}

fn dressed(kind: FieldType, format: Format, value: ValueRef<'_>, out: &mut Vec<u8>) {
    match format.dressed(kind, value) {
        Some(text) => string(&text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Encrypted text is shown to nobody: a star for each character.
fn masked(value: ValueRef<'_>, out: &mut Vec<u8>) {
    let length = value.as_str().map_or(0, |text| text.chars().count());
    string(&"*".repeat(length), out);
}

/// A blob is not shown but told the address of.
fn blob(opening: &str, id: &[u8], field: &str, value: ValueRef<'_>, out: &mut Vec<u8>) {
    let is_there = matches!(value, ValueRef::Integer(1));
    match opening.rsplit_once("\"url\":").filter(|_| is_there) {
        Some((_, url)) => {
            out.extend_from_slice(url.as_bytes());
            out.extend_from_slice(id);
            out.extend_from_slice(format!("/{field}\"").as_bytes());
        }
        None => out.extend_from_slice(b"null"),
    }
}

/// The parts of a compound as an object; null when all of them are.
fn compound(parts: &[(String, usize, FieldType)], row: &Row<'_>, out: &mut Vec<u8>) -> rusqlite::Result<()> {
    let mut is_empty = true;
    for (_, at, _) in parts {
        is_empty &= matches!(row.get_ref(*at)?, ValueRef::Null);
    }
    if is_empty {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    for (key, at, kind) in parts {
        out.extend_from_slice(key.as_bytes());
        cell(*kind, row.get_ref(*at)?, out);
    }
    out.push(b'}');
    Ok(())
}

fn real(number: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(serde_json::Value::from(number).to_string().as_bytes());
}

/// Text as a JSON string. Most text has nothing to escape and is copied as it is.
fn string(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}
