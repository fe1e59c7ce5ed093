//! States and provinces by ISO 3166-2, of the countries whose addresses are written with them.
//!
//! An org's describe names each code once, though several countries have it: `WA` is Washington and Western Australia. What it is called in which
//! country is known only here.

/// Country code, state code and name, one a line.
const STATES: &str = include_str!("../data/states.csv");

/// A state or province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// ISO 3166-1 alpha-2 code of its country.
    pub country: &'static str,
    /// Its code within the country, the second part of ISO 3166-2.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// Every state that is known, by country and code.
pub fn states() -> impl Iterator<Item = State> {
    STATES.lines().filter_map(|line| {
        let (country, rest) = line.split_once(',')?;
        let (code, name) = rest.split_once(',')?;
        Some(State { country, code, name })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country_name_of;

    #[test]
    fn every_line_is_a_state_of_a_country() {
        assert_eq!(states().count(), STATES.lines().count());
        for State { country, code, name } in states() {
            assert!(
                country_name_of(country).is_some() && !code.is_empty() && name.trim() == name,
                "{country} {code} {name}"
            );
        }
        let washingtons: Vec<_> = states().filter(|state| state.code == "WA").map(|state| state.name).collect();
        assert_eq!(washingtons, ["Western Australia", "Washington"]);
    }
}
