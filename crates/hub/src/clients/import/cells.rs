//! Cells: what each may hold, and how a row of them becomes a client. Texts are kept as they are; an empty cell is no value.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use csv::ByteRecord;
use salesbridge_model::{Address, Client, ClientProblem, Phone, Timestamp};

use super::columns::{AddressPart, Column, PhonePart};

/// A client in the making.
#[derive(Default)]
pub(super) struct Draft {
    client: Client,
    phones: BTreeMap<u32, PhoneDraft>,
    addresses: BTreeMap<String, AddressDraft>,
    now: Timestamp,
    problems: Vec<ClientProblem>,
}

#[derive(Default)]
struct PhoneDraft {
    number: Option<String>,
    confirmed: bool,
    updated_at: Option<Timestamp>,
}

#[derive(Default)]
struct AddressDraft {
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    updated_at: Option<Timestamp>,
}

impl Draft {
    /// A client of whom nothing is known yet; `now` is taken for a phone or address without a time.
    pub(super) fn empty(now: Timestamp) -> Self {
        Self { now, ..Self::default() }
    }

    /// Whether there is an address of this type.
    pub(super) fn has_address(&self, kind: &str) -> bool {
        self.addresses.contains_key(kind)
    }

    /// Reads every cell of a row, also after a broken one, so that all its problems are told at once.
    pub(super) fn read(columns: &[Column], record: &ByteRecord, now: Timestamp) -> Self {
        let mut draft = Self::empty(now);
        if record.len() != columns.len() {
            draft.refuse("row", wrong_length(columns.len(), record));
        }
        for (column, cell) in columns.iter().zip(record) {
            match std::str::from_utf8(cell) {
                Ok("") => {}
                Ok(text) => draft.take(column, text),
                Err(_) => draft.refuse(&column.heading(), "is not UTF-8; save the file as UTF-8".to_owned()),
            }
        }
        draft
    }

    /// The client, or its key as far as known and everything that is wrong.
    pub(super) fn finish(mut self) -> Result<Client, (Option<String>, Vec<ClientProblem>)> {
        self.add_phones();
        self.add_addresses();
        let key_is_told = self.problems.iter().any(|problem| problem.field == "key");
        let more = self.client.problems().into_iter().filter(|problem| !(key_is_told && problem.field == "key"));
        self.problems.extend(more);
        if self.problems.is_empty() {
            return Ok(self.client);
        }
        Err((Some(self.client.key).filter(|key| !key.is_empty()), self.problems))
    }

    /// Takes one value.
    pub(super) fn take(&mut self, column: &Column, text: &str) {
        let owned = || Some(text.to_owned());
        match column {
            Column::Key => self.client.key = text.to_owned(),
            Column::Email => self.client.email = owned(),
            Column::FirstName => self.client.first_name = owned(),
            Column::MiddleName => self.client.middle_name = owned(),
            Column::LastName => self.client.last_name = owned(),
            Column::Country => self.client.country = owned(),
            Column::CountryCode => self.client.country_code = owned(),
            Column::CompanyNames => self.client.company_names = company_names(text),
            Column::Status => self.client.status = owned(),
            Column::ClientType => self.client.client_type = owned(),
            Column::VerificationLevel => self.client.verification_level = self.parsed(column, text, level),
            Column::Phone(place, part) => self.take_phone(column, *place, *part, text),
            Column::Address(kind, part) => self.take_address(column, kind, *part, text),
        }
    }

    fn take_phone(&mut self, column: &Column, place: u32, part: PhonePart, text: &str) {
        match part {
            PhonePart::Number => self.phones.entry(place).or_default().number = Some(text.to_owned()),
            PhonePart::Confirmed => {
                let confirmed = self.parsed(column, text, yes_or_no).unwrap_or_default();
                self.phones.entry(place).or_default().confirmed = confirmed;
            }
            PhonePart::UpdatedAt => {
                let updated_at = self.parsed(column, text, instant);
                self.phones.entry(place).or_default().updated_at = updated_at;
            }
        }
    }

    fn take_address(&mut self, column: &Column, kind: &str, part: AddressPart, text: &str) {
        let updated_at = if part == AddressPart::UpdatedAt { self.parsed(column, text, instant) } else { None };
        let address = self.addresses.entry(kind.to_owned()).or_default();
        match part {
            AddressPart::Street => address.street = Some(text.to_owned()),
            AddressPart::City => address.city = Some(text.to_owned()),
            AddressPart::State => address.state = Some(text.to_owned()),
            AddressPart::PostalCode => address.postal_code = Some(text.to_owned()),
            AddressPart::UpdatedAt => address.updated_at = updated_at,
        }
    }

    /// A time or a `no` beside an empty number says nothing; a `yes` does.
    fn add_phones(&mut self) {
        for (place, phone) in std::mem::take(&mut self.phones) {
            match phone.number {
                Some(number) => {
                    let updated_at = phone.updated_at.unwrap_or(self.now);
                    self.client.phones.push(Phone { number, confirmed: phone.confirmed, updated_at });
                }
                None if phone.confirmed => {
                    let heading = Column::Phone(place, PhonePart::Confirmed).heading();
                    let number = Column::Phone(place, PhonePart::Number).heading();
                    self.refuse(&heading, format!("says yes, but {number} is empty"));
                }
                None => {}
            }
        }
    }

    /// An address with nothing but a time is none.
    fn add_addresses(&mut self) {
        for (kind, address) in std::mem::take(&mut self.addresses) {
            let AddressDraft { street, city, state, postal_code, updated_at } = address;
            if street.is_some() || city.is_some() || state.is_some() || postal_code.is_some() {
                let updated_at = updated_at.unwrap_or(self.now);
                self.client.addresses.push(Address { kind, street, city, state, postal_code, updated_at });
            }
        }
    }

    fn parsed<T>(&mut self, column: &Column, text: &str, parse: fn(&str) -> Result<T, &'static str>) -> Option<T> {
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(expected) => {
                self.refuse(&column.heading(), format!("`{}` is not {expected}", shortened(text)));
                None
            }
        }
    }

    /// Notes what is wrong with a value.
    pub(super) fn refuse(&mut self, field: &str, message: String) {
        self.problems.push(ClientProblem { field: field.to_owned(), message });
    }
}

fn wrong_length(headings: usize, record: &ByteRecord) -> String {
    let cells = record.len();
    let hint = if record.iter().any(|cell| cell.contains(&b'\n')) {
        "; it runs over several lines: perhaps a quotation mark was never closed"
    } else {
        ""
    };
    format!("has {cells} of the {headings} columns that the heading names{hint}")
}

fn company_names(text: &str) -> Vec<String> {
    text.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn level(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "a whole number such as 2")
}

fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err("yes or no, true or false, 1 or 0"),
    }
}

/// A time without an offset is UTC; a date is its first moment in UTC.
fn instant(text: &str) -> Result<Timestamp, &'static str> {
    let with_offset = DateTime::parse_from_rfc3339(text).ok();
    // As PostgreSQL writes it: a blank between, and hours alone as the offset.
    let with_short_offset = || DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok().map(|time| time.to_utc());
    let without = |format| NaiveDateTime::parse_from_str(text, format).ok().map(|time| time.and_utc());
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
    with_offset
        .map(|time| time.to_utc())
        .or_else(with_short_offset)
        .or_else(|| without("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|| without("%Y-%m-%d %H:%M:%S%.f"))
        .or_else(date)
        .ok_or("a time such as 2026-01-31T09:30:00Z or 2026-01-31")
}

/// A refused cell as far as people need to see it.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST).chain(['…']).collect() }
}
