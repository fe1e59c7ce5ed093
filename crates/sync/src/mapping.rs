//! Applying a mapping: Arrow in, cells with their presence out.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch, cast::AsArray};
use arrow_schema::{DataType, Schema};
use salesbridge_connector_kit::{Cells, FieldSchema, FieldValue, ObjectSchema, Refusal};
use salesbridge_model::{Constant, LeftOutField, LineSource, Mapping, MappingLine, TooLong, WhenEmpty, WriteWhen};

use crate::columns::{is_readable, value_at};
use crate::convert::convert;
use crate::length::{fit, trouble};
use crate::pick;
use crate::places::{Place, Places};

/// A mapping that was checked against a stream's columns and an object's fields.
#[derive(Debug)]
pub struct MappingPlan {
    lines: Vec<PlannedLine>,
    fields: Arc<[String]>,
    key_column: String,
    left_out: Vec<LeftOutField>,
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("mapping of `{target}`: {message}")]
pub struct MappingProblem {
    /// The target field.
    pub target: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Mapped rows.
#[derive(Debug)]
pub struct MappedBatch {
    /// Keys of the source rows, in their order.
    pub keys: Vec<String>,
    /// Their target fields.
    pub cells: Cells,
    /// Rows that cannot be sent, by position.
    pub refusals: Vec<(usize, Refusal)>,
    /// What was left out or shortened of rows that are sent all the same, by position.
    pub notes: Vec<(usize, String)>,
}

#[derive(Debug)]
struct PlannedLine {
    line: MappingLine,
    kind: String,
    length: Option<u32>,
    place: Option<Place>,
}

/// A value that cannot be sent.
struct Unfit {
    code: &'static str,
    message: String,
    remedy: String,
}

impl MappingPlan {
    /// Checks the mapping. Lines whose field the object does not have, or does not let be written, are left out with a warning; when such a line is
    /// required, the mapping cannot be used.
    pub fn new(
        mapping: &Mapping,
        stream: &Schema,
        key_column: &str,
        object: &ObjectSchema,
    ) -> Result<Self, MappingProblem> {
        let mut lines: Vec<PlannedLine> = Vec::new();
        let mut left_out = Vec::new();
        let places = Places::of(mapping, object);
        for line in &mapping.lines {
            check_source(line, stream)?;
            if places.says_otherwise(line) {
                continue;
            }
            match writable(line, object) {
                Ok(field) if lines.iter().any(|planned| planned.line.target == field.name) => {
                    return Err(problem(line, "the field is mapped twice".to_owned()));
                }
                Ok(field) => lines.push(PlannedLine::new(line, field, &places)?),
                Err(message) if line.required => return Err(problem(line, message)),
                Err(reason) => left_out.push(LeftOutField { target: line.target.clone(), reason }),
            }
        }
        let fields = lines.iter().map(|planned| planned.line.target.clone()).collect();
        Ok(Self { lines, fields, key_column: key_column.to_owned(), left_out })
    }

    /// Mapped fields that the object does not have, or does not let be written.
    pub fn left_out(&self) -> &[LeftOutField] {
        &self.left_out
    }

    /// What was left out, for people.
    pub fn warnings(&self) -> Vec<String> {
        self.left_out.iter().map(LeftOutField::to_string).collect()
    }

    /// The target fields, by API name.
    pub fn fields(&self) -> &Arc<[String]> {
        &self.fields
    }

    /// Whether a field is set only when a record is made.
    pub(crate) fn on_create_only(&self, field: usize) -> bool {
        self.lines[field].line.when == WriteWhen::OnCreateOnly
    }

    /// States with their countries: where the country changes, a state that is not sent is void.
    pub(crate) fn states(&self) -> impl Iterator<Item = (usize, usize)> {
        let is = |planned: &PlannedLine, what: fn(&Place) -> bool| planned.place.as_ref().is_some_and(what);
        let states = self.lines.iter().enumerate().filter(move |(_, planned)| is(planned, Place::is_state));
        states.filter_map(move |(state, planned)| {
            let prefix = planned.line.target.trim_end_matches("StateCode");
            let of_it = |other: &PlannedLine| {
                is(other, Place::is_country_code) && other.line.target == format!("{prefix}CountryCode")
            };
            Some((state, self.lines.iter().position(of_it)?))
        })
    }

    /// Maps every row of a batch that has the columns the plan was made for.
    pub fn apply(&self, batch: &RecordBatch) -> MappedBatch {
        let keys = self.keys(batch);
        let mut cells = Cells::new(self.fields.clone());
        let (mut refusals, mut notes) = (Vec::new(), Vec::new());
        for row in 0..keys.len() {
            cells.push_row();
            for (field, planned) in self.lines.iter().enumerate() {
                let mut note = |note: String| notes.push((row, note));
                match planned.value(batch, row, &mut note) {
                    Ok(Given::Value(value)) => cells.put(row, field, Some(value)),
                    Ok(Given::Nothing) if planned.line.when_empty == WhenEmpty::Clear => cells.put(row, field, None),
                    Ok(Given::Nothing | Given::LeftOut) => {}
                    Err(unfit) => refusals.push((row, planned.refusal(unfit))),
                }
            }
        }
        refusals.dedup_by_key(|(row, _)| *row);
        MappedBatch { keys, cells, refusals, notes }
    }

    fn keys(&self, batch: &RecordBatch) -> Vec<String> {
        let Some(column) = batch.column_by_name(&self.key_column) else { return Vec::new() };
        match column.data_type() {
            DataType::Utf8 => column.as_string::<i32>().iter().flatten().map(str::to_owned).collect(),
            DataType::LargeUtf8 => column.as_string::<i64>().iter().flatten().map(str::to_owned).collect(),
            _ => (0..column.len()).filter_map(|row| value_at(column, row)).map(|value| value.to_string()).collect(),
        }
    }
}

/// What a line gives for a row.
enum Given {
    Value(FieldValue),
    Nothing,
    /// There is a value, but none that the other side would take.
    LeftOut,
}

impl PlannedLine {
    fn new(line: &MappingLine, field: &FieldSchema, places: &Places) -> Result<Self, MappingProblem> {
        let planned = Self {
            line: MappingLine { target: field.name.clone(), ..line.clone() },
            kind: field.kind.clone(),
            length: field.length.filter(|_| !matches!(field.kind.as_str(), "id" | "reference" | "base64")),
            place: places.rule(&field.name),
        };
        // Nothing that the line gives can be sent: that is told once, not for every row.
        if let (LineSource::Constant { value: Constant::Text(text) }, TooLong::Refuse) = (&line.source, line.too_long)
            && let Some(message) = trouble(text, planned.length)
        {
            return Err(problem(line, message));
        }
        Ok(planned)
    }

    fn value(&self, batch: &RecordBatch, row: usize, note: &mut dyn FnMut(String)) -> Result<Given, Unfit> {
        let found = match &self.place {
            None => source_value(&self.line.source, batch, row),
            Some(place) => match place.give(&self.line.target, |source| source_value(source, batch, row)) {
                Ok(found) => found,
                Err(why) => {
                    note(why);
                    return Ok(Given::LeftOut);
                }
            },
        };
        let Some(found) = found.or_else(|| self.line.default.as_ref().map(constant)) else { return Ok(Given::Nothing) };
        match convert(found, &self.kind).map_err(|message| self.does_not_fit(message))? {
            FieldValue::Text(text) => self.fitted(text, note),
            other => Ok(Given::Value(other)),
        }
    }

    fn fitted(&self, text: String, note: &mut dyn FnMut(String)) -> Result<Given, Unfit> {
        let target = &self.line.target;
        match trouble(&text, self.length) {
            None => Ok(Given::Value(FieldValue::Text(text))),
            Some(message) if self.line.too_long == TooLong::Shorten => {
                note(format!("{target}: {message}; it was shortened"));
                Ok(Given::Value(FieldValue::Text(fit(&text, self.length))))
            }
            // Salesforce's own code for it: the row is the same, whoever refuses it.
            Some(message) => Err(Unfit {
                code: "STRING_TOO_LONG",
                message: format!("{target}: {message}"),
                remedy: format!(
                    "Shorten the value at the source, or let the mapping of {target} shorten what is too long"
                ),
            }),
        }
    }

    fn does_not_fit(&self, message: String) -> Unfit {
        let target = &self.line.target;
        Unfit {
            code: "VALUE_DOES_NOT_FIT",
            message: format!("{target}: {message}"),
            remedy: format!("Correct the value at the source, or map {target} from something else"),
        }
    }

    fn refusal(&self, unfit: Unfit) -> Refusal {
        let Unfit { code, message, remedy } = unfit;
        Refusal { code: code.to_owned(), message, fields: vec![self.line.target.clone()], remedy }
    }
}

fn source_value(source: &LineSource, batch: &RecordBatch, row: usize) -> Option<FieldValue> {
    match source {
        LineSource::Column { column } => batch.column_by_name(column).and_then(|column| value_at(column, row)),
        LineSource::Constant { value } => Some(constant(value)),
        LineSource::Pick(rule) => batch.column_by_name(&rule.column).and_then(|column| pick::pick(rule, column, row)),
    }
}

fn constant(constant: &Constant) -> FieldValue {
    match constant {
        Constant::Boolean(truth) => FieldValue::Boolean(*truth),
        Constant::Integer(number) => FieldValue::Integer(*number),
        Constant::Decimal(number) => FieldValue::Decimal(*number),
        Constant::Text(text) => FieldValue::Text(text.clone()),
    }
}

fn check_source(line: &MappingLine, stream: &Schema) -> Result<(), MappingProblem> {
    let column = match &line.source {
        LineSource::Constant { .. } => return Ok(()),
        LineSource::Column { column } => column,
        LineSource::Pick(rule) => &rule.column,
    };
    let Some((_, field)) = stream.column_with_name(column) else {
        return Err(problem(line, format!("the stream has no column `{column}`")));
    };
    let trouble = match &line.source {
        LineSource::Pick(rule) => pick::problem(rule, field.data_type()),
        _ if is_readable(field.data_type()) => None,
        _ => Some(format!("the column `{column}` is of type {}, which needs a pick rule", field.data_type())),
    };
    trouble.map_or(Ok(()), |message| Err(problem(line, message)))
}

fn writable<'a>(line: &MappingLine, object: &'a ObjectSchema) -> Result<&'a FieldSchema, String> {
    let field = object.field(&line.target).ok_or_else(|| {
        format!(
            "{} has no field {}; make it in Salesforce Setup, or give the signed-in user access to it",
            object.name, line.target
        )
    })?;
    let may_write = field.createable && (field.updateable || line.when == WriteWhen::OnCreateOnly);
    if may_write { Ok(field) } else { Err(format!("{} on {} cannot be written", field.name, object.name)) }
}

fn problem(line: &MappingLine, message: String) -> MappingProblem {
    MappingProblem { target: line.target.clone(), message }
}
