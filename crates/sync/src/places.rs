//! Countries and states: in words or as codes, whichever the org's fields want.
//!
//! An org with state and country picklists has a code field beside each field of words, `CountryCode` beside `Country`. Salesforce keeps the two in step, and
//! refuses a whole record for words that are in no list. So there only codes are sent, looked up in the org's own lists, and what is in no list is left
//! out and told. Elsewhere only words are sent.

use std::collections::HashMap;
use std::sync::Arc;

use salesbridge_connector_kit::{FieldSchema, FieldValue, ObjectSchema};
use salesbridge_model::{LineSource, Mapping, MappingLine, country_code_of, country_name_of, states};

/// How the lines of a mapping for countries and states are carried out.
#[derive(Debug, Default)]
pub(crate) struct Places {
    rules: HashMap<String, Place>,
    said_otherwise: Vec<String>,
}

/// What a line for a country or state gives.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A country in words.
    Country { words: LineSource, code: LineSource },
    /// A country's code, one of the org's list.
    CountryCode(Arc<Country>),
    /// A state's code, one of the org's list for the country.
    StateCode { state: LineSource, country: Arc<Country>, states: Arc<HashMap<(String, String), String>> },
}

/// Where a country is known from, and the org's list.
#[derive(Debug)]
pub(crate) struct Country {
    words: Option<LineSource>,
    code: LineSource,
    choices: HashMap<String, String>,
}

/// A value, or why there is none though the source has one.
pub(crate) type Placed = Result<Option<FieldValue>, String>;

impl Places {
    /// The rules for every `…CountryCode` that the mapping has a line for.
    pub(crate) fn of(mapping: &Mapping, object: &ObjectSchema) -> Self {
        let mut places = Self::default();
        for code in &mapping.lines {
            let ending = code.target.len().checked_sub("CountryCode".len());
            let prefix = ending.and_then(|at| code.target.split_at_checked(at));
            if let Some((prefix, _)) = prefix.filter(|(_, ending)| ending.eq_ignore_ascii_case("CountryCode")) {
                places.add(mapping, object, prefix, code);
            }
        }
        places
    }

    /// Whether another line says what this one would, in the form that the org wants.
    pub(crate) fn says_otherwise(&self, line: &MappingLine) -> bool {
        !line.required && self.said_otherwise.contains(&line.target.to_lowercase())
    }

    /// The rule for a line, if it is one for a country or state.
    pub(crate) fn rule(&self, target: &str) -> Option<Place> {
        self.rules.get(&target.to_lowercase()).cloned()
    }

    fn add(&mut self, mapping: &Mapping, object: &ObjectSchema, prefix: &str, code: &MappingLine) {
        let name = |suffix: &str| format!("{prefix}{suffix}").to_lowercase();
        let line = |name: &str| mapping.lines.iter().find(|line| line.target.eq_ignore_ascii_case(name));
        let (words, state) = (line(&name("Country")), line(&name("StateCode")));
        let field = |name: &str| object.field(name).filter(|field| field.createable);
        let Some(countries) = field(&code.target) else {
            self.said_otherwise.extend([name("CountryCode"), name("StateCode")]);
            if let Some(words) = words {
                let place = Place::Country { words: words.source.clone(), code: code.source.clone() };
                self.rules.insert(name("Country"), place);
            }
            return;
        };
        // A field of that name that is no picklist is a field like any other.
        if countries.choices.is_empty() {
            return;
        }
        let country = Arc::new(Country {
            words: words.map(|line| line.source.clone()),
            code: code.source.clone(),
            choices: choices(countries),
        });
        self.said_otherwise.push(name("Country"));
        self.rules.insert(name("CountryCode"), Place::CountryCode(country.clone()));
        if let (Some(state), Some(states)) = (state, field(&name("StateCode"))) {
            self.said_otherwise.push(name("State"));
            let states = Arc::new(choices_under(states));
            let place = Place::StateCode { state: state.source.clone(), country, states };
            self.rules.insert(name("StateCode"), place);
        }
    }
}

impl Place {
    /// What the line gives for a row; `value` reads a source in it.
    pub(crate) fn give(&self, target: &str, value: impl Fn(&LineSource) -> Option<FieldValue>) -> Placed {
        let text = |source: &LineSource| value(source).map(|value| value.to_string());
        match self {
            Place::Country { words, code } => {
                let named = || text(code).and_then(|code| country_name_of(code.trim()).map(in_words));
                Ok(text(words).or_else(named).map(FieldValue::Text))
            }
            Place::CountryCode(country) => match country.code(text) {
                Ok(code) => Ok(code.map(FieldValue::Text)),
                Err(NotListed) => Err(format!("its country is not among those of the org, so {target} is left out")),
            },
            Place::StateCode { state, country, states } => {
                let Some(state) = text(state) else { return Ok(None) };
                let Ok(Some(country)) = country.code(text) else {
                    return Err(format!("its state needs a country that the org knows, so {target} is left out"));
                };
                match states.get(&(country.clone(), folded(&state))) {
                    Some(code) => Ok(Some(FieldValue::Text(code.clone()))),
                    None => {
                        Err(format!("its state is not among those of {country} in the org, so {target} is left out"))
                    }
                }
            }
        }
    }

    /// The target whose change makes this one void, for a state.
    pub(crate) fn is_state(&self) -> bool {
        matches!(self, Place::StateCode { .. })
    }

    /// Whether this is the country of a state.
    pub(crate) fn is_country_code(&self) -> bool {
        matches!(self, Place::CountryCode(_))
    }
}

/// The source names a country that the org's list does not have.
struct NotListed;

impl Country {
    fn code(&self, text: impl Fn(&LineSource) -> Option<String>) -> Result<Option<String>, NotListed> {
        let code = text(&self.code);
        let words = self.words.as_ref().and_then(text);
        let listed = |text: &str| self.choices.get(&folded(text)).cloned();
        let by_words = |words: &String| listed(words).or_else(|| country_code_of(words).and_then(listed));
        match code.as_deref().and_then(listed).or_else(|| words.as_ref().and_then(by_words)) {
            Some(code) => Ok(Some(code)),
            None if code.is_none() && words.is_none() => Ok(None),
            None => Err(NotListed),
        }
    }
}

/// A country's name as an address has it: `United States of America`, not `The United States of America`.
fn in_words(name: &str) -> String {
    name.strip_prefix("The ").unwrap_or(name).to_owned()
}

/// Values by themselves and by what people read.
fn choices(field: &FieldSchema) -> HashMap<String, String> {
    let labels = field.choices.iter().map(|choice| (folded(&choice.label), choice.value.clone()));
    let values = field.choices.iter().map(|choice| (folded(&choice.value), choice.value.clone()));
    labels.chain(values).collect()
}

/// The same, by the country under which they may be chosen. A describe has each code once, with the name that it has in one of its countries: where we
/// know better, it is ours that counts.
fn choices_under(field: &FieldSchema) -> HashMap<(String, String), String> {
    let known: HashMap<(&str, &str), &str> = states().map(|state| ((state.country, state.code), state.name)).collect();
    let mut choices = HashMap::new();
    for choice in &field.choices {
        for country in &choice.under {
            let name = known.get(&(country.as_str(), choice.value.as_str())).copied().unwrap_or(&choice.label);
            for text in [name, &choice.value] {
                choices.insert((country.clone(), folded(text)), choice.value.clone());
            }
        }
    }
    choices
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
