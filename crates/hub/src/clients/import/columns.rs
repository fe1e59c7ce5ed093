//! Headings: which column of a file means which part of a client. `docs/clients.md` tells people.

use std::collections::BTreeSet;

use csv::ByteRecord;
use salesbridge_model::{Address, Client};

use super::HeadingProblem;

/// The headings of a file, for people; `N` is a number from 1 on, `TYPE` any word.
pub const KNOWN_HEADINGS: &str = "key, email, first_name, middle_name, last_name, phone, phone_N_number, phone_N_confirmed, \
     phone_N_updated_at, address_TYPE_street, address_TYPE_city, address_TYPE_state, address_TYPE_postal_code, \
     address_TYPE_updated_at, country, country_code, company_names, status, client_type, verification_level";

/// Telephone numbers of a client that a file can hold.
const MOST_PHONES: u32 = 99;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Key,
    Email,
    FirstName,
    MiddleName,
    LastName,
    Country,
    CountryCode,
    CompanyNames,
    Status,
    ClientType,
    VerificationLevel,
    /// A part of the telephone number with this place; `phone` alone has place 0.
    Phone(u32, PhonePart),
    /// A part of the address of this type.
    Address(String, AddressPart),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PhonePart {
    Number,
    Confirmed,
    UpdatedAt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressPart {
    Street,
    City,
    State,
    PostalCode,
    UpdatedAt,
}

impl PhonePart {
    fn word(self) -> &'static str {
        match self {
            PhonePart::Number => "number",
            PhonePart::Confirmed => "confirmed",
            PhonePart::UpdatedAt => "updated_at",
        }
    }
}

/// Which parts of a client a file tells about; the others stay as the directory has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    fields: BTreeSet<&'static str>,
    address_types: BTreeSet<String>,
    all_addresses: bool,
}

impl Covered {
    pub(super) fn of(columns: &[Column]) -> Self {
        let mut covered = Self::default();
        covered.add(columns);
        covered
    }

    pub(super) fn add_phones(&mut self) {
        self.fields.insert("phones");
    }

    pub(super) fn add_all_addresses(&mut self) {
        self.all_addresses = true;
    }

    pub(super) fn add(&mut self, columns: &[Column]) {
        let covered = self;
        for column in columns {
            match column {
                Column::Key => {}
                Column::Email => drop(covered.fields.insert("email")),
                Column::FirstName => drop(covered.fields.insert("first_name")),
                Column::MiddleName => drop(covered.fields.insert("middle_name")),
                Column::LastName => drop(covered.fields.insert("last_name")),
                Column::Country => drop(covered.fields.insert("country")),
                Column::CountryCode => drop(covered.fields.insert("country_code")),
                Column::CompanyNames => drop(covered.fields.insert("company_names")),
                Column::Status => drop(covered.fields.insert("status")),
                Column::ClientType => drop(covered.fields.insert("client_type")),
                Column::VerificationLevel => drop(covered.fields.insert("verification_level")),
                Column::Phone(..) => drop(covered.fields.insert("phones")),
                Column::Address(kind, _) => drop(covered.address_types.insert(kind.clone())),
            }
        }
    }

    /// Gives a client of the file what the file does not tell about, from the client that is stored.
    pub(crate) fn complete(&self, client: &mut Client, stored: &Client) {
        let stored = stored.clone();
        let mut keep = |field: &str, give: &mut dyn FnMut(&mut Client)| {
            if !self.fields.contains(field) {
                give(client);
            }
        };
        keep("email", &mut |client| client.email.clone_from(&stored.email));
        keep("first_name", &mut |client| client.first_name.clone_from(&stored.first_name));
        keep("middle_name", &mut |client| client.middle_name.clone_from(&stored.middle_name));
        keep("last_name", &mut |client| client.last_name.clone_from(&stored.last_name));
        keep("country", &mut |client| client.country.clone_from(&stored.country));
        keep("country_code", &mut |client| client.country_code.clone_from(&stored.country_code));
        keep("company_names", &mut |client| client.company_names.clone_from(&stored.company_names));
        keep("status", &mut |client| client.status.clone_from(&stored.status));
        keep("client_type", &mut |client| client.client_type.clone_from(&stored.client_type));
        keep("verification_level", &mut |client| client.verification_level = stored.verification_level);
        keep("phones", &mut |client| client.phones.clone_from(&stored.phones));
        let told = |address: &&Address| self.all_addresses || self.address_types.contains(&address.kind);
        let others = stored.addresses.iter().filter(|address| !told(address));
        client.addresses.extend(others.cloned());
    }
}

/// What each column of the file holds.
pub(super) fn of_heading(record: &ByteRecord) -> Result<Vec<Column>, HeadingProblem> {
    let headings: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    let (mut columns, mut unknown) = (Vec::new(), Vec::new());
    for heading in headings {
        match Column::named(&heading.to_lowercase()) {
            Some(column) if columns.contains(&column) => return Err(HeadingProblem::Twice { heading }),
            Some(column) => columns.push(column),
            None => unknown.push(heading),
        }
    }
    if !unknown.is_empty() {
        return Err(HeadingProblem::Unknown { unknown });
    }
    if columns.contains(&Column::Key) { Ok(columns) } else { Err(HeadingProblem::NoKey) }
}

impl Column {
    /// The column of a part of a telephone number in a list, by its position from 0.
    pub(super) fn listed_phone(position: u32, part: PhonePart) -> Self {
        Column::Phone(MOST_PHONES.saturating_add(1).saturating_add(position), part)
    }

    /// The column that a heading in lower case means.
    pub(super) fn named(heading: &str) -> Option<Self> {
        Some(match heading {
            "key" => Column::Key,
            "email" => Column::Email,
            "first_name" => Column::FirstName,
            "middle_name" => Column::MiddleName,
            "last_name" => Column::LastName,
            "country" => Column::Country,
            "country_code" => Column::CountryCode,
            "company_names" => Column::CompanyNames,
            "status" => Column::Status,
            "client_type" => Column::ClientType,
            "verification_level" => Column::VerificationLevel,
            "phone" => Column::Phone(0, PhonePart::Number),
            _ => return phone(heading).or_else(|| address(heading)),
        })
    }

    /// The heading as we write it.
    pub(super) fn heading(&self) -> String {
        match self {
            Column::Key => "key".to_owned(),
            Column::Email => "email".to_owned(),
            Column::FirstName => "first_name".to_owned(),
            Column::MiddleName => "middle_name".to_owned(),
            Column::LastName => "last_name".to_owned(),
            Column::Country => "country".to_owned(),
            Column::CountryCode => "country_code".to_owned(),
            Column::CompanyNames => "company_names".to_owned(),
            Column::Status => "status".to_owned(),
            Column::ClientType => "client_type".to_owned(),
            Column::VerificationLevel => "verification_level".to_owned(),
            Column::Phone(0, _) => "phone".to_owned(),
            Column::Phone(place, part) if *place > MOST_PHONES => {
                format!("phones[{}].{}", place - MOST_PHONES - 1, part.word())
            }
            Column::Phone(place, part) => format!("phone_{place}_{}", part.word()),
            Column::Address(kind, AddressPart::Street) => format!("address_{kind}_street"),
            Column::Address(kind, AddressPart::City) => format!("address_{kind}_city"),
            Column::Address(kind, AddressPart::State) => format!("address_{kind}_state"),
            Column::Address(kind, AddressPart::PostalCode) => format!("address_{kind}_postal_code"),
            Column::Address(kind, AddressPart::UpdatedAt) => format!("address_{kind}_updated_at"),
        }
    }
}

fn phone(heading: &str) -> Option<Column> {
    let (place, part) = heading.strip_prefix("phone_")?.split_once('_')?;
    let part = match part {
        "number" => PhonePart::Number,
        "confirmed" => PhonePart::Confirmed,
        "updated_at" => PhonePart::UpdatedAt,
        _ => return None,
    };
    let place = place.parse().ok().filter(|place| (1..=MOST_PHONES).contains(place))?;
    Some(Column::Phone(place, part))
}

fn address(heading: &str) -> Option<Column> {
    const PARTS: [(&str, AddressPart); 5] = [
        ("_street", AddressPart::Street),
        ("_city", AddressPart::City),
        ("_state", AddressPart::State),
        ("_postal_code", AddressPart::PostalCode),
        ("_updated_at", AddressPart::UpdatedAt),
    ];
    let rest = heading.strip_prefix("address_")?;
    let (kind, part) = PARTS.iter().find_map(|(suffix, part)| Some((rest.strip_suffix(suffix)?, *part)))?;
    (!kind.is_empty()).then(|| Column::Address(kind.to_owned(), part))
}
