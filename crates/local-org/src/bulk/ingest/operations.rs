//! What a job does with one row. Refuses to know where rows come from and where their outcome goes.

use std::collections::HashMap;

use crate::answers::{Fault, RowError};
use crate::bulk::csv_rows::CsvRow;
use crate::bulk::ingest::columns::Columns;
use crate::bulk::ingest::row_input::row_input;
use crate::bulk::jobs::{Definition, Operation};
use crate::ids;
use crate::org::Work;
use crate::rows::{self, Found, Purpose, key_cell};
use crate::rules::{Assignment, hard_delete};
use crate::schema::{Ability, Field};

/// What became of a row.
pub(super) enum Done {
    Written { id: String, is_new: bool },
    Refused { id: Option<String>, errors: Vec<RowError> },
}

/// The rows of one transaction of Salesforce's, at most 200, and all that is needed to write them.
pub(super) struct Chunk<'chunk, 'job> {
    work: &'chunk Work<'job>,
    columns: &'chunk Columns,
    definition: &'chunk Definition,
    repeated: HashMap<String, usize>,
}

impl<'chunk, 'job> Chunk<'chunk, 'job> {
    pub(super) fn new<'block>(
        work: &'chunk Work<'job>,
        columns: &'chunk Columns,
        definition: &'chunk Definition,
        rows: impl Iterator<Item = CsvRow<'block>>,
    ) -> Self {
        let assignment = definition.assignment_rule.clone().map_or(Assignment::Off, Assignment::Rule);
        work.save_options.borrow_mut().assignment = assignment;
        let mut chunk = Self { work, columns, definition, repeated: HashMap::new() };
        if definition.operation != Operation::Insert {
            for row in rows {
                if let Some(identity) = chunk.identity(row) {
                    *chunk.repeated.entry(chunk.folded(&identity)).or_default() += 1;
                }
            }
        }
        chunk
    }

    pub(super) fn write(&self, row: CsvRow<'_>) -> Result<Done, Fault> {
        if let Some(error) = self.spoiled(row) {
            return Ok(Done::Refused { id: None, errors: vec![error] });
        }
        match self.definition.operation {
            Operation::Insert => self.insert(row),
            Operation::Upsert => self.upsert(row),
            Operation::Delete | Operation::HardDelete => self.delete(row),
            _ => self.update(row, self.identity(row)),
        }
    }

    fn insert(&self, row: CsvRow<'_>) -> Result<Done, Fault> {
        if self.record_id(row).is_some() {
            let error = RowError::on("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", &["Id"]);
            return Ok(refused(None, error));
        }
        self.create(row, None)
    }

    fn upsert(&self, row: CsvRow<'_>) -> Result<Done, Fault> {
        let Some(key) = self.key() else {
            return match self.identity(row) {
                Some(id) => self.update(row, Some(id)),
                None => self.create(row, None),
            };
        };
        if self.record_id(row).is_some() {
            let text = format!("cannot specify both an external ID reference {} and a salesforce id, Id", key.name);
            return Ok(refused(None, RowError::on("INVALID_FIELD", text, &[])));
        }
        let Some(value) = self.identity(row) else {
            let text = format!("{} not specified", key.name);
            return Ok(refused(None, RowError::on("MISSING_ARGUMENT", text, &[])));
        };
        if self.is_repeated(&value) {
            let text = format!("Duplicate external id specified: {value}");
            return Ok(refused(None, RowError::on("DUPLICATE_VALUE", text, &[&key.name])));
        }
        match rows::by_external_id(self.work, &self.columns.object, &key.name, &value)? {
            Found::One(id) => self.change(row, id),
            Found::Several(_) => {
                let text = format!("{}: more than one record found for external id field: [{value}]", key.name);
                Ok(refused(None, RowError::on("DUPLICATE_EXTERNAL_ID", text, &[])))
            }
            _ => self.create(row, Some((key, value))),
        }
    }

    fn update(&self, row: CsvRow<'_>, id: Option<String>) -> Result<Done, Fault> {
        Ok(match self.existing(id, "update")? {
            Ok(id) => self.change(row, id)?,
            Err(refused) => refused,
        })
    }

    fn delete(&self, row: CsvRow<'_>) -> Result<Done, Fault> {
        let id = match self.existing(self.identity(row), "delete")? {
            Ok(id) => id,
            Err(refused) => return Ok(refused),
        };
        let delete = if self.definition.operation == Operation::HardDelete { hard_delete } else { rows::delete };
        let outcome = delete(self.work, &self.columns.object, &id, &self.definition.created_by)?;
        Ok(done(outcome, Some(id), false))
    }

    fn create(&self, row: CsvRow<'_>, key: Option<(&Field, String)>) -> Result<Done, Fault> {
        let mut input = row_input(self.columns, row, Purpose::Create);
        if let Some((field, value)) = key {
            let field = self.columns.object.field(&field.name);
            input.values.extend(field.and_then(|field| key_cell(field, &value).map(|cell| (field, cell))));
        }
        let outcome = rows::create(self.work, &self.columns.object, input, &self.definition.created_by)?;
        Ok(done(outcome, None, true))
    }

    fn change(&self, row: CsvRow<'_>, id: String) -> Result<Done, Fault> {
        let input = row_input(self.columns, row, Purpose::Update);
        let outcome = rows::update(self.work, &self.columns.object, &id, input, &self.definition.created_by)?;
        Ok(done(outcome, Some(id), false))
    }

    /// The id of a record that is there and named once in this chunk.
    fn existing(&self, id: Option<String>, call: &str) -> Result<Result<String, Done>, Fault> {
        let Some(id) = id else {
            let text = format!("Id not specified in an {call} call");
            return Ok(Err(refused(None, RowError::on("MISSING_ARGUMENT", text, &["Id"]))));
        };
        if ids::normalized(&id).is_none() {
            let error = RowError::on("MALFORMED_ID", format!("malformed id {id}"), &["Id"]);
            return Ok(Err(refused(None, error)));
        }
        if self.is_repeated(&id) {
            let error = RowError::on("DUPLICATE_VALUE", format!("Duplicate id in list: {id}"), &["Id"]);
            return Ok(Err(refused(Some(id), error)));
        }
        Ok(match rows::by_id(self.work, &self.columns.object, &id)? {
            Found::One(id) => Ok(id),
            Found::Deleted => Err(refused(Some(id), RowError::on("ENTITY_IS_DELETED", "entity is deleted", &[]))),
            _ => {
                let error = RowError::on("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[]);
                Err(refused(Some(id), error))
            }
        })
    }

    /// What is wrong with the row as a row of a file.
    fn spoiled(&self, row: CsvRow<'_>) -> Option<RowError> {
        /// Unconfirmed, as is the code of both refusals below.
        const MALFORMED_ROW: &str = "INVALID_FIELD";
        if row.has_blank_before_quote() {
            let text = "Found unescaped quote. A value with quote should be within a quote";
            return Some(RowError::on(MALFORMED_ROW, text, &[]));
        }
        let (expected, found) = (self.columns.targets.len(), row.len());
        let text = format!("The row has {found} values and the header {expected}");
        (found > expected).then(|| RowError::on(MALFORMED_ROW, text, &[]))
    }

    /// The field of an upsert's key, when that is not the id.
    fn key(&self) -> Option<&Field> {
        self.columns.key.and_then(|(_, field)| self.columns.object.fields.get(field))
    }

    /// What says which record the row is: the key of an upsert, or the id.
    fn identity(&self, row: CsvRow<'_>) -> Option<String> {
        match self.columns.key {
            Some((column, _)) => text(row, column?),
            None => self.record_id(row),
        }
    }

    fn record_id(&self, row: CsvRow<'_>) -> Option<String> {
        text(row, self.columns.id?)
    }

    fn folded(&self, identity: &str) -> String {
        match self.key() {
            Some(key) if !key.kind.is_id() && !key.can(Ability::CaseSensitive) => identity.to_lowercase(),
            Some(_) => identity.to_owned(),
            None => ids::normalized(identity).unwrap_or_default(),
        }
    }

    fn is_repeated(&self, identity: &str) -> bool {
        self.repeated.get(&self.folded(identity)).is_some_and(|&count| count > 1)
    }
}

fn text(row: CsvRow<'_>, column: usize) -> Option<String> {
    let text = String::from_utf8_lossy(row.value(column));
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn refused(id: Option<String>, error: RowError) -> Done {
    Done::Refused { id, errors: vec![error] }
}

fn done(outcome: rows::Written, id: Option<String>, is_new: bool) -> Done {
    match outcome {
        Ok(id) => Done::Written { id, is_new },
        Err(errors) => Done::Refused { id, errors },
    }
}
