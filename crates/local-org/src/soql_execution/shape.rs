//! How selected columns are put together into records: parents inside their children, attributes first, keys in select order.

use std::sync::Arc;

use crate::rows::record_url;
use crate::schema::{Field, FieldType, Object};
use crate::soql_execution::column::Column;
use crate::soql_execution::formats::Format;
use crate::soql_execution::scope::Scope;
use crate::storage::identifier;

/// The columns of a page and how they are put together into records.
pub(crate) struct Shape {
    pub(crate) columns: Vec<String>,
    pub(crate) record: Record,
}

/// A record, of the queried object or of a parent.
pub(crate) struct Record {
    /// One for each object the record may be.
    pub(crate) identities: Vec<Identity>,
    pub(crate) entries: Vec<Entry>,
}

/// One object that a record may be.
pub(crate) struct Identity {
    /// The column with its id; null where the record is something else.
    pub(crate) at: usize,
    /// JSON up to the id in the record's URL.
    pub(crate) opening: String,
}

/// One key of a record.
pub(crate) struct Entry {
    pub(crate) name: String,
    /// The key as JSON, comma and colon included.
    pub(crate) key: String,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Cell(usize, FieldType, Option<Format>),
    /// The URL of a blob: whether there is one, and the record it belongs to.
    Blob(usize),
    /// An address or a location: keys as JSON, columns and types.
    Compound(Vec<(String, usize, FieldType)>),
    Parent(Record),
    /// Different fields for different objects; each variant is a record of one identity, or of the remaining ones.
    Either(Vec<Record>),
    /// The place of a child subquery's answer.
    Children,
}

impl Shape {
    pub(crate) fn new(version: &str, scope: &Scope<'_>) -> Self {
        let mut columns = Vec::new();
        let record = Record::new(version, scope, &[], &mut columns);
        Self { columns, record }
    }

    /// Adds a column under its own name, inside its parents; `alias` puts it at the top.
    pub(crate) fn add(&mut self, version: &str, scope: &Scope<'_>, column: &Column, alias: Option<&str>) {
        match alias {
            Some(alias) => {
                let content = Content::of(column, &mut self.columns);
                self.record.entries.push(Entry::new(alias, content));
            }
            None => self.record.add(version, scope, &mut self.columns, column, 0),
        }
    }

    pub(crate) fn add_children(&mut self, relationship: &str) {
        self.record.entries.push(Entry::new(relationship, Content::Children));
    }
}

impl Record {
    pub(crate) fn new(version: &str, scope: &Scope<'_>, relationships: &[String], columns: &mut Vec<String>) -> Self {
        let (tables, is_name) = scope.tables(relationships);
        Self::of_tables(version, &tables, is_name, columns)
    }

    pub(crate) fn of_tables(
        version: &str,
        tables: &[(String, Arc<Object>)],
        is_name: bool,
        columns: &mut Vec<String>,
    ) -> Self {
        let identity = |(alias, object): &(String, Arc<Object>)| {
            columns.push(format!("{alias}.\"Id\""));
            let shown = if is_name { "Name" } else { &object.name };
            let url = record_url(version, &object.name, "");
            let opening = format!("{{\"attributes\":{{\"type\":{},\"url\":{}", json(shown), json(&url));
            let opening = opening.trim_end_matches('"').to_owned();
            Identity { at: columns.len() - 1, opening }
        };
        Self { identities: tables.iter().map(identity).collect(), entries: Vec::new() }
    }

    /// Adds a column; `depth` of its relationships are walked already.
    pub(crate) fn add(
        &mut self,
        version: &str,
        scope: &Scope<'_>,
        columns: &mut Vec<String>,
        column: &Column,
        depth: usize,
    ) {
        let Some(relationship) = column.relationships.get(depth) else {
            self.entries.push(Entry::new(&column.name, Content::of(column, columns)));
            return;
        };
        let is_parent = |entry: &Entry| entry.name == *relationship && matches!(entry.content, Content::Parent(_));
        let at = self.entries.iter().position(is_parent).unwrap_or_else(|| {
            let parent = Self::new(version, scope, &column.relationships[..=depth], columns);
            self.entries.push(Entry::new(relationship, Content::Parent(parent)));
            self.entries.len() - 1
        });
        if let Content::Parent(parent) = &mut self.entries[at].content {
            parent.add(version, scope, columns, column, depth + 1);
        }
    }
}

impl Entry {
    pub(crate) fn new(name: &str, content: Content) -> Self {
        Self { name: name.to_owned(), key: format!(",{}:", json(name)), content }
    }
}

impl Content {
    fn of(column: &Column, columns: &mut Vec<String>) -> Self {
        if let (FieldType::Address | FieldType::Location, Some(source)) = (column.kind, &column.source) {
            let mut parts: Vec<(String, usize, FieldType)> = Vec::new();
            for part in source.object.parts_of(source.field()) {
                columns.push(format!("{}.{}", source.alias, identifier(&part.name)));
                parts.push((part_key(source.field(), part), columns.len() - 1, part.kind));
            }
            parts.sort_by(|left, right| left.0.cmp(&right.0));
            let keyed = parts.into_iter().enumerate().map(|(n, (key, at, kind))| {
                let comma = if n == 0 { "{" } else { "," };
                (format!("{comma}{}:", json(&key)), at, kind)
            });
            return Self::Compound(keyed.collect());
        }
        columns.push(column.sql.clone());
        let at = columns.len() - 1;
        if column.kind == FieldType::Base64 { Self::Blob(at) } else { Self::Cell(at, column.kind, column.format) }
    }
}

/// The key of a part inside its compound: `city` of `BillingCity`, `latitude` of `Place__Latitude__s`.
fn part_key(compound: &Field, part: &Field) -> String {
    if compound.kind == FieldType::Location {
        let is_latitude = part.name.to_ascii_lowercase().contains("latitude");
        return if is_latitude { "latitude" } else { "longitude" }.to_owned();
    }
    let prefix = compound.name.strip_suffix("Address").unwrap_or_default();
    let name = part.name.strip_prefix(prefix).unwrap_or(&part.name);
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

/// Text as JSON, quotes included.
pub(crate) fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
