//! Features of an org that bring fields along: state and country picklists, parts of names, record types.
//! Refuses to know what the fields do.

use rusqlite::Connection;

use crate::answers::Fault;
use crate::org::{Work, keep_setting, setting};
use crate::rules::{addresses, name_parts, record_types};
use crate::schema::{Schema, tables};

/// A feature that is off until it is switched on, and stays on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    StateAndCountryPicklists,
    MiddleNames,
    NameSuffixes,
}

impl Switch {
    const ALL: [Self; 3] = [Self::StateAndCountryPicklists, Self::MiddleNames, Self::NameSuffixes];

    fn setting(self) -> &'static str {
        match self {
            Self::StateAndCountryPicklists => "state_and_country_picklists",
            Self::MiddleNames => "middle_names",
            Self::NameSuffixes => "name_suffixes",
        }
    }

    fn applied(self, schema: &Schema) -> Schema {
        match self {
            Self::StateAndCountryPicklists => addresses::with_codes(schema),
            Self::MiddleNames => name_parts::with_part(schema, name_parts::MIDDLE_NAME),
            Self::NameSuffixes => name_parts::with_part(schema, name_parts::SUFFIX),
        }
    }
}

/// The schema with the fields of what is switched on, and of objects with record types.
pub(crate) fn with_switched_fields(sql: &Connection, mut schema: Schema) -> rusqlite::Result<Schema> {
    for switch in Switch::ALL {
        if setting(sql, switch.setting())?.is_some() {
            schema = switch.applied(&schema);
        }
    }
    for object in record_types::typed_objects(sql)? {
        schema = record_types::with_field(&schema, &object).unwrap_or(schema);
    }
    Ok(schema)
}

/// Switches a feature on.
pub(crate) fn switch(work: &Work<'_>, switch: Switch) -> Result<(), Fault> {
    if setting(work.sql, switch.setting())?.is_some() {
        return Ok(());
    }
    keep_setting(work.sql, switch.setting(), "on")?;
    let schema = switch.applied(&work.coming_schema());
    for object in schema.objects() {
        let before = work.schema.object(&object.name);
        for field in &object.fields {
            if before.is_some_and(|before| before.field(&field.name).is_none()) {
                tables::add_column_once(work.sql, object, field)?;
            }
        }
    }
    work.publish(schema);
    Ok(())
}
