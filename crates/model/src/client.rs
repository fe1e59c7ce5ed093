//! A client: a person or company the firm serves, as the client directory keeps it.

use crate::{Timestamp, country_name_of};

/// A person or company the firm serves. `key` is the firm's own and never changes; importing again updates by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The firm's own key, unique in the directory.
    pub key: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Middle name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Telephone numbers; at most one is confirmed.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// Postal addresses; at most one of each type.
    #[serde(default)]
    pub addresses: Vec<Address>,
    /// Country in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// ISO 3166-1 alpha-2 code of the country, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Names of the client's own companies.
    #[serde(default)]
    pub company_names: Vec<String>,
    /// Status in the firm's words, such as `Active` or `Banned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Kind of client in the firm's words, such as `Individual` or `Corporate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_type: Option<String>,
    /// How far the client's identity has been verified; 0 is not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_level: Option<u32>,
}

/// A telephone number of a client.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// The number as the client gave it.
    pub number: String,
    /// Whether the client has confirmed it.
    #[serde(default)]
    pub confirmed: bool,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A postal address of a client.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Kind of address in lower case, such as `residential` or `billing`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Street and number; may hold line breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// What is wrong with a client, at which field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[error("{field}: {message}")]
pub struct ClientProblem {
    /// The field as written in JSON and CSV headings.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Longest text the directory keeps in one field, in characters. Longer input is refused, never cut.
const LONGEST_TEXT: usize = 4_000;

impl Client {
    /// Every problem of this client; empty when it may be stored.
    pub fn problems(&self) -> Vec<ClientProblem> {
        let mut problems = Vec::new();
        self.check_key(&mut problems);
        self.check_texts(&mut problems);
        self.check_email(&mut problems);
        self.check_phones(&mut problems);
        self.check_addresses(&mut problems);
        self.check_country(&mut problems);
        problems
    }

    fn check_key(&self, problems: &mut Vec<ClientProblem>) {
        if self.key.trim().is_empty() {
            problems.push(problem("key", "is empty; every client needs the firm's own unique key"));
        } else if self.key.trim() != self.key || self.key.chars().any(char::is_control) {
            problems.push(problem("key", "has blanks around it or control characters in it"));
        } else if self.key.len() > 200 {
            problems.push(problem("key", "is longer than 200 bytes"));
        }
    }

    fn check_texts(&self, problems: &mut Vec<ClientProblem>) {
        let texts = [
            ("first_name", &self.first_name),
            ("middle_name", &self.middle_name),
            ("last_name", &self.last_name),
            ("country", &self.country),
            ("status", &self.status),
            ("client_type", &self.client_type),
        ];
        for (field, text) in texts {
            if text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
                problems.push(problem(field, &format!("is longer than {LONGEST_TEXT} characters")));
            }
        }
    }

    fn check_email(&self, problems: &mut Vec<ClientProblem>) {
        if let Some(email) = self.email.as_ref().filter(|email| !email_address::EmailAddress::is_valid(email)) {
            problems.push(problem("email", &format!("`{email}` is not an e-mail address such as ann@example.com")));
        }
    }

    fn check_phones(&self, problems: &mut Vec<ClientProblem>) {
        if self.phones.iter().filter(|phone| phone.confirmed).count() > 1 {
            problems.push(problem("phones", "more than one number is confirmed; at most one may be"));
        }
        for (index, phone) in self.phones.iter().enumerate() {
            let digits = phone.number.chars().filter(char::is_ascii_digit).count();
            if !(3..=20).contains(&digits) || phone.number.chars().any(char::is_control) {
                problems.push(problem(
                    "phones",
                    &format!("`{}` is not a telephone number; one has 3 to 20 digits", phone.number),
                ));
            }
            if self.phones[..index].iter().any(|other| other.number == phone.number) {
                problems.push(problem("phones", &format!("`{}` is listed twice", phone.number)));
            }
        }
    }

    fn check_addresses(&self, problems: &mut Vec<ClientProblem>) {
        for (index, address) in self.addresses.iter().enumerate() {
            if address.kind.trim().is_empty() {
                problems.push(problem("addresses", "an address has no type; `residential` and `billing` are examples"));
            }
            if self.addresses[..index].iter().any(|other| other.kind == address.kind) {
                problems.push(problem("addresses", &format!("there are two addresses of type `{}`", address.kind)));
            }
        }
    }

    fn check_country(&self, problems: &mut Vec<ClientProblem>) {
        if let Some(code) = &self.country_code
            && (code.to_ascii_uppercase() != *code || country_name_of(code).is_none())
        {
            problems.push(problem(
                "country_code",
                &format!("`{code}` is not an ISO 3166-1 code of two upper-case letters such as DE"),
            ));
        }
    }
}

fn problem(field: &str, message: &str) -> ClientProblem {
    ClientProblem { field: field.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client { key: "C-1".into(), ..Client::default() }
    }

    fn phone(number: &str, confirmed: bool) -> Phone {
        Phone { number: number.into(), confirmed, updated_at: Timestamp::UNIX_EPOCH }
    }

    fn fields(client: &Client) -> Vec<String> {
        client.problems().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_client_with_only_a_key_is_valid() {
        assert_eq!(client().problems(), []);
    }

    #[test]
    fn each_rule_names_its_field() {
        assert_eq!(fields(&Client { key: " ".into(), ..client() }), ["key"]);
        assert_eq!(fields(&Client { email: Some("ann@".into()), ..client() }), ["email"]);
        assert_eq!(fields(&Client { country_code: Some("XX".into()), ..client() }), ["country_code"]);
        assert_eq!(fields(&Client { country_code: Some("de".into()), ..client() }), ["country_code"]);
        assert_eq!(
            fields(&Client { phones: vec![phone("12 34", true), phone("56 78", true)], ..client() }),
            ["phones"]
        );
        assert_eq!(fields(&Client { phones: vec![phone("none", false)], ..client() }), ["phones"]);
        assert_eq!(fields(&Client { last_name: Some("x".repeat(4_001)), ..client() }), ["last_name"]);
    }
}
