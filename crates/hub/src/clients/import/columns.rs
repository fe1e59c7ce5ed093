//! Headings: which column of a file means which part of a client. `docs/clients.md` tells people.

use csv::ByteRecord;

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
    fn named(heading: &str) -> Option<Self> {
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
            Column::Phone(place, PhonePart::Number) => format!("phone_{place}_number"),
            Column::Phone(place, PhonePart::Confirmed) => format!("phone_{place}_confirmed"),
            Column::Phone(place, PhonePart::UpdatedAt) => format!("phone_{place}_updated_at"),
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
