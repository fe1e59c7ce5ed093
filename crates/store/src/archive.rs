//! For implementations and for moving house: everything a store holds, table by table, from one kind of database into another.
//!
//! It knows no table by name: what both sides have is copied as it stands, so that a table that is added later comes along by itself.

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::StoreError;

/// One value of a row, as databases keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number; truth is 1 or 0.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A table and its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, the same in every kind of database.
    pub name: String,
    /// Names of its columns.
    pub columns: Vec<String>,
}

/// The rows of a table, each with its cells in the order of the columns asked for.
pub type Rows<'s> = BoxStream<'s, Result<Vec<Cell>, StoreError>>;

/// A store that is copied: one committed state of it, from the first call to the last.
#[async_trait]
pub trait ArchiveSource: Send {
    /// Every table but the record of migrations.
    async fn tables(&mut self) -> Result<Vec<Table>, StoreError>;

    /// How many rows a table has.
    async fn count(&mut self, table: &Table) -> Result<u64, StoreError>;

    /// The rows of a table, read as they are asked for: memory stays flat.
    fn rows<'s>(&'s mut self, table: &Table) -> Rows<'s>;

    /// Sequence of the newest change ever ([`crate::OutboxRepository::newest`]), which no table of rows holds.
    async fn newest_change(&mut self) -> Result<i64, StoreError>;
}

/// A store that takes a copy in, in one write transaction: dropped without [`ArchiveTarget::commit`], it leaves no trace.
#[async_trait]
pub trait ArchiveTarget: Send {
    /// Every table but the record of migrations; one that others refer to comes before them.
    async fn tables(&mut self) -> Result<Vec<Table>, StoreError>;

    /// How many rows a table has.
    async fn count(&mut self, table: &Table) -> Result<u64, StoreError>;

    /// Adds rows to a table.
    async fn take_in(&mut self, table: &Table, rows: Rows<'_>) -> Result<(), StoreError>;

    /// Goes on counting changes from this one.
    async fn set_newest_change(&mut self, sequence: i64) -> Result<(), StoreError>;

    /// Makes the copy durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Why a store was not copied. Nothing was changed on either side.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is something in the target already.
    #[error("the target is not empty: its table {table} has {rows} rows; name a database that was just made")]
    NotEmpty {
        /// The first table that has rows.
        table: String,
        /// How many.
        rows: u64,
    },
    /// The two are of different versions.
    #[error("the two databases have different schemas: the table {table} differs or is missing on one side")]
    Differs {
        /// The first table that differs.
        table: String,
    },
    /// What arrived is not what was sent.
    #[error("the table {table} has {source_rows} rows, of which {target_rows} arrived")]
    Incomplete {
        /// Which table.
        table: String,
        /// Rows of the source.
        source_rows: u64,
        /// Rows of the target.
        target_rows: u64,
    },
    /// One of the databases failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies a store into an empty one, and says how many rows each table has.
///
/// # Errors
/// [`ArchiveError`]; then nothing has changed.
pub async fn copy(
    source: &mut dyn ArchiveSource,
    mut target: Box<dyn ArchiveTarget>,
) -> Result<Vec<(String, u64)>, ArchiveError> {
    let tables = target.tables().await?;
    refuse_different(&source.tables().await?, &tables)?;
    for table in &tables {
        match target.count(table).await? {
            0 => {}
            rows => return Err(ArchiveError::NotEmpty { table: table.name.clone(), rows }),
        }
    }
    let mut copied = Vec::with_capacity(tables.len());
    for table in &tables {
        target.take_in(table, source.rows(table)).await?;
        let (source_rows, target_rows) = (source.count(table).await?, target.count(table).await?);
        if source_rows != target_rows {
            return Err(ArchiveError::Incomplete { table: table.name.clone(), source_rows, target_rows });
        }
        copied.push((table.name.clone(), target_rows));
    }
    target.set_newest_change(source.newest_change().await?).await?;
    target.commit().await?;
    Ok(copied)
}

fn refuse_different(source: &[Table], target: &[Table]) -> Result<(), ArchiveError> {
    let (source, target) = (sorted(source), sorted(target));
    let missing = |table: &&Table, others: &[Table]| !others.contains(table);
    let differs = source
        .iter()
        .find(|table| missing(table, &target))
        .or_else(|| target.iter().find(|table| missing(table, &source)));
    differs.map_or(Ok(()), |table| Err(ArchiveError::Differs { table: table.name.clone() }))
}

/// Tables with their columns by name: their order is each database's own.
fn sorted(tables: &[Table]) -> Vec<Table> {
    let mut tables = tables.to_vec();
    for table in &mut tables {
        table.columns.sort();
    }
    tables
}
