//! A JSON object to values of fields. What cannot be read at all fails the whole request, as parsing comes before any
//! row is looked at; what can be read and is wrong is an error of its row. Refuses to look at stored records.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, NaiveTime};
use rusqlite::types::Value as Cell;
use serde_json::{Map, Value};

use crate::answers::{Fault, RowError};
use crate::clock;
use crate::ids;
use crate::schema::{Ability, Field, FieldType, Object};

/// Why the row is read: the fields that may be written differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Create,
    Update,
}

/// A row as a caller wants it.
#[derive(Default)]
pub(crate) struct Input<'schema> {
    pub(crate) values: Vec<(&'schema Field, Cell)>,
    pub(crate) parents: Vec<ParentKey<'schema>>,
    pub(crate) problems: Vec<RowError>,
}

/// A parent named by an external id instead of its record id.
pub(crate) struct ParentKey<'schema> {
    pub(crate) field: &'schema Field,
    pub(crate) object: Option<String>,
    pub(crate) key_field: String,
    pub(crate) key: String,
}

/// Reads the fields of a row. `key_field` is the external id of an upsert, which may not be among them; `body` is the
/// request it stood in, for the place of an error.
pub(crate) fn parse<'schema>(
    object: &'schema Object,
    row: &Map<String, Value>,
    purpose: Purpose,
    key_field: Option<&Field>,
    body: &str,
) -> Result<Input<'schema>, Fault> {
    let mut input = Input::default();
    let mut refused = Vec::new();
    for (name, value) in row.iter().filter(|(name, _)| *name != "attributes") {
        let Some(field) = object.field(name) else {
            input.parents.extend(parent_key(object, name, value)?);
            continue;
        };
        if field.kind == FieldType::Id || key_field.is_some_and(|key| key.name == field.name) {
            return Err(misplaced(&field.name));
        }
        if is_writeable(field, purpose) {
            read_into(&mut input, field, value, body)?;
        } else {
            refused.push(field.name.as_str());
        }
    }
    if !refused.is_empty() {
        input.problems.push(not_writeable(&refused));
    }
    Ok(input)
}

/// Whether callers may give this field to a new row, or to one that is there.
pub(crate) fn is_writeable(field: &Field, purpose: Purpose) -> bool {
    field.can(match purpose {
        Purpose::Create => Ability::Createable,
        Purpose::Update => Ability::Updateable,
    })
}

fn read_into<'schema>(
    input: &mut Input<'schema>,
    field: &'schema Field,
    value: &Value,
    body: &str,
) -> Result<(), Fault> {
    match read(field, value) {
        Ok(cell) => input.values.push((field, cell)),
        Err(Unread::Row(error)) => input.problems.push(error),
        Err(Unread::Request) => return Err(undeserializable(field, value, body)),
    }
    Ok(())
}

enum Unread {
    Row(RowError),
    Request,
}

/// A value written as text, as in CSV: what is no value of the field is an error of the row.
pub(crate) fn cell_of_text(field: &Field, text: &str) -> Result<Cell, RowError> {
    let text = text.trim();
    let text = match (field.kind, text) {
        (FieldType::Boolean, "1") => "true",
        (FieldType::Boolean, "0") => "false",
        _ => text,
    };
    read_text(field, text).map_err(|unread| match unread {
        Unread::Row(error) => error,
        Unread::Request => wrong_type_error(field, text),
    })
}

fn read(field: &Field, value: &Value) -> Result<Cell, Unread> {
    match value {
        Value::Null if field.kind == FieldType::Boolean => Err(wrong_type(field, "null")),
        Value::Null => Ok(Cell::Null),
        Value::String(text) => read_text(field, text.trim()),
        Value::Bool(_) | Value::Number(_) => read_text(field, &value.to_string()),
        Value::Array(_) | Value::Object(_) => Err(Unread::Request),
    }
}

fn read_text(field: &Field, text: &str) -> Result<Cell, Unread> {
    if text.is_empty() && field.kind != FieldType::Boolean {
        return Ok(Cell::Null);
    }
    match field.kind {
        FieldType::Boolean => boolean(text).ok_or(Unread::Request),
        FieldType::Int => integer(field, text),
        FieldType::Double | FieldType::Currency | FieldType::Percent => decimal(field, text),
        FieldType::Date => date(text).ok_or(Unread::Request),
        FieldType::DateTime => clock::read(text).map(|time| Cell::Text(clock::stamp(time))).ok_or(Unread::Request),
        FieldType::Time => time(text).ok_or(Unread::Request),
        FieldType::Id | FieldType::Reference => id(field, text),
        FieldType::Base64 => STANDARD.decode(text).map(Cell::Blob).map_err(|_| wrong_type(field, "not base64")),
        _ => Ok(Cell::Text(text.to_owned())),
    }
}

/// A time of day, kept as it is shown: `10:22:00.000Z`.
fn time(text: &str) -> Option<Cell> {
    let bare = text.trim_end_matches('Z');
    let formats = ["%H:%M:%S%.f", "%H:%M"];
    let time = formats.iter().find_map(|format| NaiveTime::parse_from_str(bare, format).ok())?;
    Some(Cell::Text(time.format("%H:%M:%S%.3fZ").to_string()))
}

fn boolean(text: &str) -> Option<Cell> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(Cell::Integer(1)),
        "false" => Some(Cell::Integer(0)),
        _ => None,
    }
}

fn integer(field: &Field, text: &str) -> Result<Cell, Unread> {
    let number: f64 = text.parse().map_err(|_| wrong_type(field, text))?;
    if number.fract() != 0.0 {
        return Err(wrong_type(field, text));
    }
    if number.abs() > f64::from(i32::MAX) {
        return Err(out_of_range(field, text));
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 32 bits, checked above")]
    Ok(Cell::Integer(number as i64))
}

fn decimal(field: &Field, text: &str) -> Result<Cell, Unread> {
    let number: f64 = text.parse().map_err(|_| wrong_type(field, text))?;
    let most = 10_f64.powi(i32::try_from(field.precision.saturating_sub(field.scale)).unwrap_or(18));
    if !number.is_finite() {
        return Err(wrong_type(field, text));
    }
    let unit = 10_f64.powi(i32::try_from(field.scale).unwrap_or_default());
    // Beyond what a double holds exactly there are no decimals left to round.
    let scaled = number * unit;
    let rounded = if scaled.abs() < 9e15 { scaled.round() / unit } else { number };
    if field.degrees().is_some_and(|degrees| rounded.abs() > degrees) {
        return Err(out_of_range(field, text));
    }
    if field.precision > 0 && rounded.abs() >= most { Err(out_of_range(field, text)) } else { Ok(Cell::Real(rounded)) }
}

/// A day; a time is accepted and cut.
fn date(text: &str) -> Option<Cell> {
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    let is_plain = day.len() == 10 && (day.len() == text.len() || clock::read(text).is_some());
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().filter(|_| is_plain)?;
    Some(Cell::Text(date.to_string()))
}

fn id(field: &Field, text: &str) -> Result<Cell, Unread> {
    let wrong = || {
        let message = format!("{}: id value of incorrect type: {text}", field.label);
        Unread::Row(RowError::on("MALFORMED_ID", message, &[&field.name]))
    };
    ids::normalized(text).map(Cell::Text).ok_or_else(wrong)
}

/// `"Account": {"Ext__c": "42"}`: the parent with that external id. Null does not clear the reference.
fn parent_key<'schema>(
    object: &'schema Object,
    name: &str,
    value: &Value,
) -> Result<Option<ParentKey<'schema>>, Fault> {
    let field = object.relationship(name).ok_or_else(|| no_column(object, name))?;
    let parent = match value {
        Value::Null => return Ok(None),
        Value::Object(parent) => parent,
        _ => return Err(no_column(object, name)),
    };
    let named = parent.get("attributes").and_then(|attributes| attributes.get("type")).and_then(Value::as_str);
    let mut keys = parent.iter().filter(|(name, _)| *name != "attributes");
    let (Some((key_field, key)), None) = (keys.next(), keys.next()) else {
        let text = format!("The {name} relationship needs exactly one external ID field");
        return Err(Fault::bad_request(RowError::new("INVALID_FIELD", text)));
    };
    let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    Ok(Some(ParentKey { field, object: named.map(str::to_owned), key_field: key_field.clone(), key }))
}

fn no_column(object: &Object, name: &str) -> Fault {
    let text = format!("No such column '{name}' on sobject of type {}", object.name);
    Fault::bad_request(RowError::new("INVALID_FIELD", text))
}

fn misplaced(field: &str) -> Fault {
    let text = format!("The {field} field should not be specified in the sobject data.");
    Fault::bad_request(RowError::new("INVALID_FIELD", text))
}

/// The error of a row that gives fields nobody may write.
pub(crate) fn not_writeable(fields: &[&str]) -> RowError {
    let text = format!(
        "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is \
         read/write for your profile or permission set.",
        fields.join(", ")
    );
    RowError::on("INVALID_FIELD_FOR_INSERT_UPDATE", text, fields)
}

fn wrong_type(field: &Field, text: &str) -> Unread {
    Unread::Row(wrong_type_error(field, text))
}

fn wrong_type_error(field: &Field, text: &str) -> RowError {
    let message = format!("{}: value not of required type: {text}", field.label);
    RowError::on("INVALID_TYPE_ON_FIELD_IN_RECORD", message, &[&field.name])
}

fn out_of_range(field: &Field, text: &str) -> Unread {
    let message = format!("{}: value outside of valid range on numeric field: {text}", field.label);
    Unread::Row(RowError::on("NUMBER_OUTSIDE_VALID_RANGE", message, &[&field.name]))
}

fn undeserializable(field: &Field, value: &Value, body: &str) -> Fault {
    let (token, shown) = match value {
        Value::String(text) => ("VALUE_STRING", text.clone()),
        Value::Number(number) => ("VALUE_NUMBER", number.to_string()),
        Value::Bool(flag) => (if *flag { "VALUE_TRUE" } else { "VALUE_FALSE" }, flag.to_string()),
        Value::Array(_) => ("START_ARRAY", "[".to_owned()),
        _ => ("START_OBJECT", "{".to_owned()),
    };
    let at = body.find(&value.to_string()).unwrap_or_default();
    let line = body[..at].matches('\n').count() + 1;
    let column = body[..at].rsplit('\n').next().map_or(0, str::len) + 1;
    Fault::unreadable(format!(
        "Cannot deserialize instance of {} from {token} value {shown} or request may be missing a required field at \
         [line:{line}, column:{column}]",
        field.kind.as_str()
    ))
}
