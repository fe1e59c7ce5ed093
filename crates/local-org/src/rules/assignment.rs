//! Assignment rules: a lead or case goes to the owner of the first rule that fits, unless its caller wants none or gave an
//! owner. Refuses to check the owner.

use rusqlite::types::Value as Cell;

use crate::rows::Saving;

/// Which assignment rules a call asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Assignment {
    /// Those that are active.
    #[default]
    Active,
    Off,
    /// The one with this id, active or not.
    Rule(String),
}

/// Gives a new row to the owner that a rule says.
pub(super) fn assign(saving: &mut Saving<'_, '_>) {
    let schema = &saving.work.schema;
    let Some(rules) = schema.rules().assignment.get(&saving.object.name) else { return };
    if !saving.is_new() {
        return;
    }
    let asked = saving.work.save_options.borrow().assignment.clone();
    let is_asked = |id: &str, active: bool| match &asked {
        Assignment::Active => active,
        Assignment::Off => false,
        Assignment::Rule(rule) => rule == id,
    };
    let fits = |field: Option<&String>, value: Option<&String>| match (field, value) {
        (None, _) => true,
        (Some(field), None) => *saving.cell(field) == Cell::Null,
        (Some(field), Some(value)) => {
            saving.text(field).is_some_and(|text| text.to_lowercase() == value.to_lowercase())
        }
    };
    let rule = rules
        .iter()
        .filter(|rule| is_asked(&rule.id, rule.active))
        .find(|rule| fits(rule.field.as_ref(), rule.value.as_ref()));
    if let Some(owner) = rule.map(|rule| rule.owner_id.clone()) {
        saving.set("OwnerId", Cell::Text(owner));
    }
}
