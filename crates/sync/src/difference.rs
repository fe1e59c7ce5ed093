//! What differs between a mapped row and what was confirmed for it.

use salesbridge_connector_kit::{Cell, Cells};
use salesbridge_model::{ConfirmedFields, Link};

use crate::fingerprint::fingerprint;
use crate::mapping::MappingPlan;

/// What has to be done for a row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// A record is made with every field that is present.
    Create {
        /// Positions of the fields.
        fields: Vec<usize>,
        /// What their confirmation will stand for.
        confirms: ConfirmedFields,
    },
    /// Its record is changed in these fields.
    Update {
        /// Positions of the fields.
        fields: Vec<usize>,
        /// What their confirmation will stand for.
        confirms: ConfirmedFields,
    },
    /// Nothing.
    Unchanged,
}

/// Compares one mapped row with its link. A field that is omitted never differs; one that is set on create only differs never again.
pub(crate) fn difference(plan: &MappingPlan, cells: &Cells, row: usize, link: Option<&Link>) -> Difference {
    let mut fields = Vec::new();
    let mut confirms = ConfirmedFields::default();
    for (position, name) in cells.fields().iter().enumerate() {
        let cell = cells.get(row, position);
        let Some(print) = fingerprint(cell) else { continue };
        let differs = match link {
            None => true,
            Some(link) => !plan.on_create_only(position) && link.confirmed.0.get(name) != Some(&print),
        };
        if !differs {
            continue;
        }
        confirms.0.insert(name.clone(), print);
        // A new record has nothing to clear: it is empty as it is.
        if link.is_some() || cell != Cell::Clear {
            fields.push(position);
        }
    }
    if let Some(link) = link {
        clear_void_states(plan, cells, row, link, &mut fields, &mut confirms);
    }
    match (link, fields.is_empty()) {
        (None, _) => Difference::Create { fields, confirms },
        (Some(_), false) => Difference::Update { fields, confirms },
        (Some(_), true) => Difference::Unchanged,
    }
}

/// What is known of a record that holds already what a row would write, in the cells for which `holds` says so.
pub fn confirmed_fields(cells: &Cells, row: usize, holds: impl Fn(&str, Cell<'_>) -> bool) -> ConfirmedFields {
    let mut confirmed = ConfirmedFields::default();
    for (position, name) in cells.fields().iter().enumerate() {
        let cell = cells.get(row, position);
        if let Some(print) = fingerprint(cell).filter(|_| holds(name, cell)) {
            confirmed.0.insert(name.clone(), print);
        }
    }
    confirmed
}

/// Salesforce refuses another country while the record still has a state of the old one.
fn clear_void_states(
    plan: &MappingPlan,
    cells: &Cells,
    row: usize,
    link: &Link,
    fields: &mut Vec<usize>,
    confirms: &mut ConfirmedFields,
) {
    for (state, country) in plan.states() {
        let name = &cells.fields()[state];
        let cleared = fingerprint(Cell::Clear);
        let has_one = link.confirmed.0.get(name).is_some_and(|print| Some(*print) != cleared);
        if fields.contains(&country) && cells.get(row, state) == Cell::Omit && has_one {
            fields.push(state);
            confirms.0.extend(cleared.map(|print| (name.clone(), print)));
        }
    }
}
