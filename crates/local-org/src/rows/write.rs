//! Writing one checked record. A row that is refused leaves no trace. Refuses to know transactions.

use rusqlite::params_from_iter;
use rusqlite::types::Value as Cell;

use crate::answers::RowError;
use crate::faults::RowWrite;
use crate::ids;
use crate::org::Work;
use crate::rows::check::check;
use crate::rows::derive::{default_of, follow, stamps};
use crate::rows::find::{self, Found};
use crate::rows::parse::{Input, Purpose};
use crate::rows::refuse::refused_by_fault;
use crate::schema::Object;
use crate::storage::{identifier, table};

/// What became of one row.
pub(crate) type Written = Result<String, Vec<RowError>>;

/// Creates a record; answers its id.
pub(crate) fn create(
    work: &Work<'_>,
    object: &Object,
    mut input: Input<'_>,
    user_id: &str,
) -> rusqlite::Result<Written> {
    let mut errors = check(work, object, &mut input, Purpose::Create, None)?;
    errors.extend(refused_by_fault(work, object, RowWrite::Create, None, &input.values));
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let id = ids::next(work.sql, &object.key_prefix)?;
    let mut columns = vec![("Id".to_owned(), Cell::Text(id.clone()))];
    columns.extend(stamps(work, object, user_id, true));
    let given = |name: &str| input.values.iter().find(|(field, cell)| field.name == name && *cell != Cell::Null);
    for field in &object.fields {
        let value = given(&field.name).map(|(_, cell)| cell.clone());
        let is_set = columns.iter().any(|(name, _)| *name == field.name);
        if let (false, Some(cell)) = (is_set, value.or_else(|| default_of(&work.schema, field, user_id))) {
            columns.push((field.name.clone(), cell));
        }
    }
    insert(work, object, &columns)?;
    let written: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
    follow(work, object, &id, &written)?;
    Ok(Ok(id))
}

/// Changes the given fields of a record; answers its id.
pub(crate) fn update(
    work: &Work<'_>,
    object: &Object,
    id: &str,
    mut input: Input<'_>,
    user_id: &str,
) -> rusqlite::Result<Written> {
    let mut errors = check(work, object, &mut input, Purpose::Update, Some(id))?;
    errors.extend(refused_by_fault(work, object, RowWrite::Update, Some(id), &input.values));
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let mut columns: Vec<(String, Cell)> =
        input.values.into_iter().map(|(field, cell)| (field.name.clone(), cell)).collect();
    columns.extend(stamps(work, object, user_id, false));
    let assignments: Vec<String> = columns.iter().map(|(name, _)| format!("{} = ?", identifier(name))).collect();
    let sql = format!("UPDATE {} SET {} WHERE \"Id\" = ?", table(&object.name), assignments.join(", "));
    let (names, mut cells): (Vec<String>, Vec<Cell>) = columns.into_iter().unzip();
    cells.push(Cell::Text(id.to_owned()));
    work.sql.prepare_cached(&sql)?.execute(params_from_iter(cells))?;
    follow(work, object, id, &names)?;
    Ok(Ok(id.to_owned()))
}

/// Moves a record to the recycle bin; answers its id.
pub(crate) fn delete(work: &Work<'_>, object: &Object, id: &str, user_id: &str) -> rusqlite::Result<Written> {
    match find::by_id(work, object, id)? {
        Found::One(id) => {
            if let Some(error) = refused_by_fault(work, object, RowWrite::Delete, Some(&id), &[]) {
                return Ok(Err(vec![error]));
            }
            let mut assignments = vec!["\"IsDeleted\" = 1".to_owned()];
            let stamps = stamps(work, object, user_id, false);
            assignments.extend(stamps.iter().map(|(name, _)| format!("{} = ?", identifier(name))));
            let sql = format!("UPDATE {} SET {} WHERE \"Id\" = ?", table(&object.name), assignments.join(", "));
            let cells = stamps.into_iter().map(|(_, cell)| cell).chain([Cell::Text(id.clone())]);
            work.sql.prepare_cached(&sql)?.execute(params_from_iter(cells))?;
            Ok(Ok(id))
        }
        Found::Deleted => Ok(Err(vec![RowError::on("ENTITY_IS_DELETED", "entity is deleted", &[])])),
        _ => Ok(Err(vec![RowError::on("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", &[])])),
    }
}

fn insert(work: &Work<'_>, object: &Object, columns: &[(String, Cell)]) -> rusqlite::Result<()> {
    let names: Vec<String> = columns.iter().map(|(name, _)| identifier(name)).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table(&object.name), names.join(", "));
    let cells = columns.iter().map(|(_, cell)| cell);
    work.sql.prepare_cached(&sql)?.execute(params_from_iter(cells)).map(drop)
}
