//! State and country picklists: with the switch on, every address has a code beside the text of its state and its country,
//! and both say the same. Refuses to know HTTP.

use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::rows::Saving;
use crate::rules::countries::{By, Country, country, country_values, state_values};
use crate::schema::{Ability, Field, FieldType, Object, Schema};

/// What a country is told that is not in the list; the label of its field follows.
const NO_COUNTRY: &str = "There's a problem with this country, even though it may appear correct. Please select a \
                          country/territory from the list of valid countries.";
/// What a state is told that is not in the list; the label of its field follows.
const NO_STATE: &str = "There's a problem with this state, even though it may appear correct. Please select a state from \
                        the list of valid states.";
/// What a state without a country is told; the label of its field follows (unconfirmed).
const NO_COUNTRY_YET: &str = "A country/territory must be specified before specifying a state value for field";
/// What a state is told that its country does not have; the label of its field follows.
const NOT_OF_COUNTRY: &str = "The existing country/territory doesn't recognize the state value for field";
/// The length of the fields of codes.
const CODE_LENGTH: u32 = 10;

/// The same schema with codes beside the states and countries of all addresses.
pub(crate) fn with_codes(schema: &Schema) -> Schema {
    let mut changed = schema.clone();
    for object in schema.objects() {
        for country in object.fields.iter().filter(|field| is_country(object, field)) {
            let prefix = prefix(country);
            if object.field(&format!("{prefix}CountryCode")).is_some() {
                continue;
            }
            if let Some(state) = object.field(&format!("{prefix}State")) {
                changed = changed.with_standard_field(&object.name, code_of(country, None));
                changed =
                    changed.with_standard_field(&object.name, code_of(state, Some(format!("{prefix}CountryCode"))));
            }
        }
    }
    changed
}

/// Makes the codes and the texts of a row's addresses agree; what agrees with nothing is refused.
pub(crate) fn agree(saving: &mut Saving<'_, '_>) {
    let codes = saving.object.fields.iter().filter(|field| field.name.ends_with("CountryCode") && is_code(field));
    let prefixes: Vec<String> = codes.map(|field| field.name.trim_end_matches("CountryCode").to_owned()).collect();
    for prefix in prefixes {
        agree_on(saving, &prefix);
    }
}

fn agree_on(saving: &mut Saving<'_, '_>, prefix: &str) {
    let name = |rest: &str| format!("{prefix}{rest}");
    let [country_name, country_code, state_name, state_code] =
        ["Country", "CountryCode", "State", "StateCode"].map(name);
    let gives_state = saving.gives(&state_name) || saving.gives(&state_code);
    if !(gives_state || saving.gives(&country_name) || saving.gives(&country_code)) {
        return;
    }
    let country = match chosen(saving, &country_name, &country_code) {
        None => None,
        Some((text, by)) => match country(&text, by) {
            Some(found) => Some(found),
            None => return refuse_country(saving, &text, by, [&country_name, &country_code]),
        },
    };
    saving.set(&country_name, text(country.map(|country| country.name.as_str())));
    saving.set(&country_code, text(country.map(|country| country.code.as_str())));
    let state = chosen(saving, &state_name, &state_code);
    match (state, country) {
        (None, _) => {
            saving.set(&state_name, Cell::Null);
            saving.set(&state_code, Cell::Null);
        }
        (Some(_), None) => refuse(saving, &format!("{NO_COUNTRY_YET}: {}", label(saving, &state_name)), &state_name),
        (Some(state), Some(country)) => set_state(saving, country, state, gives_state, [&state_name, &state_code]),
    }
}

fn set_state(
    saving: &mut Saving<'_, '_>,
    country: &Country,
    (asked, by): (String, By),
    is_given: bool,
    [name, code]: [&str; 2],
) {
    if let Some((state_code, state_name)) = country.state(&asked, by) {
        saving.set(name, text(Some(state_name)));
        saving.set(code, text(Some(state_code)));
    } else if !is_given {
        refuse(saving, &format!("{NOT_OF_COUNTRY}: {}", label(saving, code)), code);
    } else if by == By::Name {
        refuse(saving, &format!("{NO_STATE}: {}", label(saving, name)), name);
    } else {
        let text = format!(
            "The {code} field contains {asked}, which isn't an available state. Your administrator can add it for you."
        );
        refuse(saving, &text, code);
    }
}

fn refuse_country(saving: &mut Saving<'_, '_>, asked: &str, by: By, [name, code]: [&str; 2]) {
    if by == By::Name {
        return refuse(saving, &format!("{NO_COUNTRY}: {}", label(saving, name)), name);
    }
    let text = format!(
        "The {code} field contains {asked}, which isn't an available country/territory. Your administrator can add it for \
         you."
    );
    refuse(saving, &text, code);
}

/// What a row says of its country or state: a code that was given wins over a text, and what was given over what is there.
fn chosen(saving: &Saving<'_, '_>, name: &str, code: &str) -> Option<(String, By)> {
    let of = |field: &str, by: By| saving.text(field).map(|text| (text.to_owned(), by));
    if saving.gives(code) && (saving.text(code).is_some() || !saving.gives(name)) {
        of(code, By::Code)
    } else if saving.gives(name) {
        of(name, By::Name)
    } else {
        of(code, By::Code).or_else(|| of(name, By::Name))
    }
}

fn refuse(saving: &mut Saving<'_, '_>, text: &str, field: &str) {
    saving.errors.push(RowError::on("FIELD_INTEGRITY_EXCEPTION", text, &[field]));
}

fn label(saving: &Saving<'_, '_>, field: &str) -> String {
    saving.object.field(field).map_or_else(String::new, |field| field.label.clone())
}

fn text(value: Option<&str>) -> Cell {
    value.map_or(Cell::Null, |value| Cell::Text(value.to_owned()))
}

fn is_country(object: &Object, field: &Field) -> bool {
    let compound = field.compound.as_deref().and_then(|name| object.field(name));
    field.name.ends_with("Country") && compound.is_some_and(|compound| compound.kind == FieldType::Address)
}

fn is_code(field: &Field) -> bool {
    field.kind == FieldType::Picklist && field.compound.is_some()
}

fn prefix(country: &Field) -> &str {
    country.name.strip_suffix("Country").unwrap_or_default()
}

/// The field of codes beside a field of text. Codes are looked at here, not as a restricted picklist is.
fn code_of(beside: &Field, controller: Option<String>) -> Field {
    let mut can = beside.can.clone();
    can.extend(controller.is_some().then_some(Ability::Dependent));
    let values = if controller.is_some() { state_values() } else { country_values() };
    Field {
        name: format!("{}Code", beside.name),
        label: format!("{} Code", beside.label),
        kind: FieldType::Picklist,
        length: CODE_LENGTH,
        can,
        controller,
        values,
        ..beside.clone()
    }
}
