//! A made-up broker's clients, for the demo: many countries and scripts, and every odd case a sync has to get right.
//!
//! Nobody in it exists. E-mail addresses are at example.com, .org and .net (RFC 2606), telephone numbers from ranges that regulators
//! keep for fiction (named in `places`). The same seed gives the same clients on every machine and in every version that keeps
//! the word lists.

mod dice;
mod places;
#[cfg(test)]
mod tests;

use salesbridge_model::{Address, Client, Phone, Timestamp};

use self::dice::Dice;
use self::places::{PLACES, Place};

/// 2026-01-01T00:00:00Z: nothing in the directory changed later.
const NEWEST_CHANGE: i64 = 1_767_225_600;

/// So many clients, with the keys `C-000001`, `C-000002` and so on. Client number n is the same whatever the count.
pub fn made_up_clients(seed: u64, count: u32) -> impl Iterator<Item = Client> + Send {
    (0..count).map(move |index| client(seed, index))
}

fn client(seed: u64, index: u32) -> Client {
    let mut dice = Dice::new(seed, u64::from(index));
    // Every fiftieth has the name and e-mail address of the one before: they are two clients all the same.
    let person = if index % 50 == 49 { index - 1 } else { index };
    let mut name_dice = Dice::new(!seed, u64::from(person));
    let place = name_dice.pick(PLACES);
    let corporate = dice.one_in(6);
    let mut client = Client {
        key: format!("C-{:06}", u64::from(index) + 1),
        phones: phones(&mut dice, place),
        addresses: addresses(&mut dice, place),
        company_names: if corporate { companies(&mut dice) } else { Vec::new() },
        status: Some(
            (*dice.pick(&["Active", "Active", "Active", "Active", "Active", "New", "Suspended", "Banned"])).to_owned(),
        ),
        client_type: Some(if corporate { "Corporate" } else { "Individual" }.to_owned()),
        verification_level: Some(dice.below(4)),
        ..Client::default()
    };
    set_country(&mut client, &mut dice, place);
    set_name(&mut client, &mut name_dice, place, person);
    client
}

fn set_name(client: &mut Client, dice: &mut Dice, place: &Place, person: u32) {
    let (given, family) = (*dice.pick(place.given), *dice.pick(place.family));
    let decoration = if dice.one_in(60) { " \u{1F600}" } else { "" };
    client.first_name = dice.in_percent(96).then(|| format!("{given}{decoration}"));
    client.middle_name = dice.one_in(8).then(|| (*dice.pick(place.given)).to_owned());
    client.last_name = match dice.below(100) {
        0..4 => None,
        4 => Some("  ".to_owned()),
        _ => Some(family.to_owned()),
    };
    client.email = dice.in_percent(97).then(|| email(dice, given, family, person));
}

fn email(dice: &mut Dice, given: &str, family: &str, person: u32) -> String {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    let name = if given.is_ascii() && family.is_ascii() {
        format!("{}.{}", plain(given), plain(family))
    } else {
        "client".to_owned()
    };
    format!("{name}{}@example.{}", person + 1, dice.pick(&["com", "org", "net"]))
}

/// What is known of the country: both, one of the two, or nothing.
fn set_country(client: &mut Client, dice: &mut Dice, place: &Place) {
    let (name, code) = match dice.below(20) {
        0 => (true, false),
        1 => (false, true),
        2 => (false, false),
        _ => (true, true),
    };
    client.country = name.then(|| place.country.to_owned());
    client.country_code = code.then(|| place.code.to_owned());
}

/// None to three numbers; of those, one or none is confirmed. Now and then two were changed at the same time.
fn phones(dice: &mut Dice, place: &Place) -> Vec<Phone> {
    let count = [0, 1, 1, 1, 1, 1, 2, 2, 3, 3][dice.below(10) as usize];
    let confirmed = dice.in_percent(60).then(|| dice.below(3));
    let same_time = dice.one_in(10).then(|| some_time(dice));
    let first = dice.below(100);
    (0..count)
        .map(|number| Phone {
            // Places of ten apart, so that the numbers of one client differ.
            number: format!("{}{:02}", dice.pick(place.phones), (first + number * 10) % 100),
            confirmed: confirmed == Some(number),
            updated_at: same_time.unwrap_or_else(|| some_time(dice)),
        })
        .collect()
}

fn addresses(dice: &mut Dice, place: &Place) -> Vec<Address> {
    let kinds: &[&str] = match dice.below(20) {
        0 => &[],
        1..13 => &["residential"],
        13..17 => &["residential", "billing"],
        17..19 => &["billing", "mailing"],
        _ => &["residential", "billing", "mailing", "shipping"],
    };
    kinds.iter().map(|kind| address(dice, place, kind)).collect()
}

fn address(dice: &mut Dice, place: &Place, kind: &str) -> Address {
    let (city, state, postal_code) = *dice.pick(place.cities);
    let number = dice.below(180) + 1;
    let street = *dice.pick(place.streets);
    let street = place.street_form.replace("{street}", street).replace("{number}", &number.to_string());
    let second_line = if dice.one_in(25) { "\nBuilding \"B\", c/o O'Neill" } else { "" };
    Address {
        kind: kind.to_owned(),
        street: Some(format!("{street}{second_line}")),
        city: Some(city.to_owned()),
        state: Some(state).filter(|state| !state.is_empty()).map(str::to_owned),
        postal_code: dice.in_percent(95).then(|| postal_code.to_owned()),
        updated_at: some_time(dice),
    }
}

fn companies(dice: &mut Dice) -> Vec<String> {
    const FIRST: &[&str] = &["Example", "Sample", "Fictional", "Specimen", "Placeholder", "Imaginary"];
    const SECOND: &[&str] = &["Trading", "Holdings", "Capital", "Logistics", "Foods", "Métaux & Fils"];
    const FORM: &[&str] = &["Ltd", "LLC", "GmbH", "S.A.", "AB", "株式会社"];
    let count = 1 + u32::from(dice.one_in(4));
    (0..count).map(|_| format!("{} {} {}", dice.pick(FIRST), dice.pick(SECOND), dice.pick(FORM))).collect()
}

/// A whole second within three years.
fn some_time(dice: &mut Dice) -> Timestamp {
    let ago = i64::from(dice.below(3 * 365 * 24 * 3_600));
    Timestamp::from_timestamp(NEWEST_CHANGE - ago, 0).unwrap_or_default()
}
