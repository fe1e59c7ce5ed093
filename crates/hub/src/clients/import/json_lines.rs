//! Clients from JSON Lines: one object a line, with the members of a client as the API shows it, or the headings of a CSV file, or both.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use salesbridge_model::{ClientProblem, Timestamp};
use serde_json::{Map, Value};

use super::cells::Draft;
use super::columns::{AddressPart, Column, Covered, KNOWN_HEADINGS, PhonePart};
use super::repeats::Repeats;
use super::{ReadClient, RepeatedKey, RowProblem};

/// Bytes of one line at most; no client is as long.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// Gives the clients one by one. UTF-8 with or without byte order mark; blank lines are passed over. `now` is taken for a phone or address without
/// `updated_at`. A member that is not there stays as the directory has it; one that is null is no value.
pub fn read_clients_json_lines<R: Read>(reader: R, now: Timestamp) -> JsonLines<R> {
    JsonLines { reader: BufReader::new(reader), line: 0, now, repeats: Repeats::default(), broken_off: false }
}

/// The clients of a file, in its order; a row that is not taken is an `Err`, after which the next one follows.
pub struct JsonLines<R> {
    reader: BufReader<R>,
    line: u64,
    now: Timestamp,
    repeats: Repeats,
    broken_off: bool,
}

impl<R> JsonLines<R> {
    /// The first thousand repeated keys among the good rows read so far. Only repeats of the first million keys are noticed.
    pub fn repeated(&self) -> &[RepeatedKey] {
        self.repeats.described()
    }
}

impl<R: Read> Iterator for JsonLines<R> {
    type Item = Result<ReadClient, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.broken_off {
                return None;
            }
            let mut bytes = Vec::new();
            let read = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes);
            self.line += 1;
            match read {
                Ok(0) => return None,
                Ok(length) if length as u64 == LONGEST_LINE && !bytes.ends_with(b"\n") => {
                    return Some(Err(self.break_off(&format!("the line is longer than {LONGEST_LINE} bytes"))));
                }
                Ok(_) => {}
                Err(error) => return Some(Err(self.break_off(&error.to_string()))),
            }
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.line == 1).unwrap_or(&bytes);
            if !text.trim_ascii().is_empty() {
                let row = client(text, self.line, self.now);
                if let Ok(ReadClient { client, .. }) = &row {
                    self.repeats.note(&client.key, self.line);
                }
                return Some(row);
            }
        }
    }
}

impl<R> JsonLines<R> {
    fn break_off(&mut self, why: &str) -> RowProblem {
        self.broken_off = true;
        let message = format!("cannot be read on: {why}; the rows from here on were not read");
        RowProblem { line: self.line, key: None, problems: vec![problem("file", message)] }
    }
}

fn client(text: &[u8], line: u64, now: Timestamp) -> Result<ReadClient, RowProblem> {
    let members: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
        let message = format!("is no JSON object such as {{\"key\":\"C-1\"}}: {error}");
        RowProblem { line, key: None, problems: vec![problem("line", message)] }
    })?;
    let mut row = Row { draft: Draft::empty(now), columns: Vec::new(), covered: Covered::default() };
    for (name, value) in &members {
        row.take(name, value);
    }
    let Row { draft, columns, mut covered } = row;
    let client = draft.finish().map_err(|(key, problems)| RowProblem { line, key, problems })?;
    covered.add(&columns);
    Ok(ReadClient { line, client, covered: Some(Arc::new(covered)) })
}

struct Row {
    draft: Draft,
    columns: Vec<Column>,
    covered: Covered,
}

impl Row {
    fn take(&mut self, name: &str, value: &Value) {
        let heading = name.trim().to_lowercase();
        match (heading.as_str(), value) {
            ("phones", Value::Array(phones)) => {
                self.covered.add_phones();
                phones.iter().zip(0..).for_each(|(phone, place)| self.take_phone(place, phone));
            }
            ("addresses", Value::Array(addresses)) => {
                self.covered.add_all_addresses();
                addresses.iter().for_each(|address| self.take_address(address));
            }
            ("company_names", Value::Array(names)) => {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                self.take_cell(Column::CompanyNames, &Value::from(names.join("|")));
            }
            ("phones", Value::Null) => self.covered.add_phones(),
            ("addresses", Value::Null) => self.covered.add_all_addresses(),
            _ => match Column::named(&heading) {
                Some(column) if self.columns.contains(&column) => {
                    self.draft.refuse(name, "is there twice".to_owned());
                }
                Some(column) => self.take_cell(column, value),
                None => {
                    let known = format!("is not known; known are phones, addresses, {KNOWN_HEADINGS}");
                    self.draft.refuse(name, known);
                }
            },
        }
    }

    fn take_cell(&mut self, column: Column, value: &Value) {
        self.give(&column, value);
        self.columns.push(column);
    }

    fn take_phone(&mut self, place: u32, phone: &Value) {
        let Value::Object(members) = phone else {
            return self
                .draft
                .refuse("phones", "expected is a list such as [{\"number\":\"+1 212 555 0100\"}]".to_owned());
        };
        for (name, value) in members {
            let part = match name.as_str() {
                "number" => PhonePart::Number,
                "confirmed" => PhonePart::Confirmed,
                "updated_at" => PhonePart::UpdatedAt,
                other => {
                    self.draft
                        .refuse("phones", format!("`{other}` is not known; known are number, confirmed, updated_at"));
                    continue;
                }
            };
            self.give(&Column::listed_phone(place, part), value);
        }
    }

    fn take_address(&mut self, address: &Value) {
        let kind = address.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(members) = address.as_object().filter(|_| !kind.trim().is_empty()) else {
            return self
                .draft
                .refuse("addresses", "an address has no type; `residential` and `billing` are examples".to_owned());
        };
        if self.draft.has_address(&kind) {
            return self.draft.refuse("addresses", format!("there are two addresses of type `{kind}`"));
        }
        for (name, value) in members.iter().filter(|(name, _)| *name != "type") {
            let part = match name.as_str() {
                "street" => AddressPart::Street,
                "city" => AddressPart::City,
                "state" => AddressPart::State,
                "postal_code" => AddressPart::PostalCode,
                "updated_at" => AddressPart::UpdatedAt,
                other => {
                    let known = "type, street, city, state, postal_code, updated_at";
                    self.draft.refuse("addresses", format!("`{other}` is not known; known are {known}"));
                    continue;
                }
            };
            self.give(&Column::Address(kind.clone(), part), value);
        }
    }

    /// Numbers and truths are taken as a CSV file has them.
    fn give(&mut self, column: &Column, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => self.draft.take(column, text),
            Value::Number(_) | Value::Bool(_) => self.draft.take(column, &value.to_string()),
            Value::Array(_) | Value::Object(_) => {
                self.draft.refuse(&column.heading(), "is a list or an object; expected is one value".to_owned());
            }
        }
    }
}

fn problem(field: &str, message: String) -> ClientProblem {
    ClientProblem { field: field.to_owned(), message }
}
