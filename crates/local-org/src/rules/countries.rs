//! Countries and their states as state and country picklists know them. Refuses to know records.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::schema::PicklistValue;

const COUNTRIES: &str = include_str!("../../objects/countries.json");

#[derive(Debug, Deserialize)]
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) name: String,
    /// Code and name of each; none where a country has no states in the picklists.
    #[serde(default)]
    pub(crate) states: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Facts {
    countries: Vec<Country>,
}

/// All countries, read when they are first asked for.
pub(crate) fn countries() -> &'static [Country] {
    static READ: OnceLock<Vec<Country>> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str::<Facts>(COUNTRIES).map_or_else(|_| Vec::new(), |facts| facts.countries))
}

/// The country with this code, or with this name in any case.
pub(crate) fn country(text: &str, by: By) -> Option<&'static Country> {
    countries().iter().find(|country| by.is(text, &country.code, &country.name))
}

impl Country {
    /// The state with this code, or with this name in any case.
    pub(crate) fn state(&self, text: &str, by: By) -> Option<&(String, String)> {
        self.states.iter().find(|(code, name)| by.is(text, code, name))
    }
}

/// What something is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Code,
    Name,
}

impl By {
    fn is(self, text: &str, code: &str, name: &str) -> bool {
        match self {
            Self::Code => code.eq_ignore_ascii_case(text),
            Self::Name => name.to_lowercase() == text.to_lowercase(),
        }
    }
}

/// The values of a field of country codes.
pub(crate) fn country_values() -> Vec<PicklistValue> {
    countries().iter().map(|country| value(&country.code, &country.name)).collect()
}

/// The values of a field of state codes: each code once, valid for all countries that have it.
pub(crate) fn state_values() -> Vec<PicklistValue> {
    let mut values: Vec<PicklistValue> = Vec::new();
    for country in countries() {
        for (code, name) in &country.states {
            match values.iter_mut().find(|value| value.value == *code) {
                Some(known) => known.valid_for.push(country.code.clone()),
                None => values.push(PicklistValue { valid_for: vec![country.code.clone()], ..value(code, name) }),
            }
        }
    }
    values
}

fn value(code: &str, name: &str) -> PicklistValue {
    PicklistValue {
        value: code.to_owned(),
        label: name.to_owned(),
        default: false,
        active: true,
        valid_for: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_and_states_are_found_by_code_and_by_name() {
        assert_eq!(countries().len(), 249);
        let states = country("united states", By::Name).unwrap();
        assert_eq!((states.code.as_str(), states.states.len()), ("US", 51));
        assert_eq!(states.state("or", By::Code).unwrap().1, "Oregon");
        assert!(country("Atlantis", By::Name).is_none() && country("DE", By::Code).unwrap().states.is_empty());
    }

    #[test]
    fn a_state_code_is_valid_for_the_countries_that_have_it() {
        let values = state_values();
        let washington = values.iter().find(|value| value.value == "WA").unwrap();
        assert_eq!(washington.valid_for, ["AU", "US"]);
    }
}
