//! Clients for tests.

use salesbridge_model::{Address, Client, Phone};

use crate::moment;

/// A client with a key and a last name, which is all a Lead needs; set the rest by struct update.
pub fn client(key: &str) -> Client {
    Client { key: key.to_owned(), last_name: Some(format!("Name of {key}")), ..Client::default() }
}

/// A telephone number that was last changed so many seconds after [`moment`] zero.
pub fn phone(number: &str, confirmed: bool, changed: i64) -> Phone {
    Phone { number: number.to_owned(), confirmed, updated_at: moment(changed) }
}

/// A full address of a type, in a city, last changed so many seconds after [`moment`] zero.
pub fn address(kind: &str, city: &str, changed: i64) -> Address {
    Address {
        kind: kind.to_owned(),
        street: Some("1 Main Street".to_owned()),
        city: Some(city.to_owned()),
        state: None,
        postal_code: Some("10115".to_owned()),
        updated_at: moment(changed),
    }
}
