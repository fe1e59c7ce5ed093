//! Queries that answer records. A page is read with one statement; only a query with more rows than a page collects all its
//! ids, so that later pages show the rows the query found, whatever was written since.

use std::sync::Arc;

use rusqlite::types::Value as Cell;
use rusqlite::{CachedStatement, params_from_iter};
use salesbridge_soql::{Query, Touches};

use crate::answers::Fault;
use crate::soql_execution::asking::Asking;
use crate::soql_execution::children::{Child, splice};
use crate::soql_execution::cursors::{Cursor, RecordIds};
use crate::soql_execution::plan::Plan;
use crate::soql_execution::scope::refused;
use crate::soql_execution::shape::json;
use crate::soql_execution::touches::touch;
use crate::soql_execution::writer::{self, Written};

/// The first page of a query of rows.
pub(crate) fn first_page(asking: &Asking<'_, '_>, text: &str, query: &Query) -> Result<Vec<u8>, Fault> {
    let plan = Plan::new(asking, text, query)?;
    let context = Context { asking, query: None, text: query, child: &[] };
    let size = asking.page_size as u64;
    let shown = plan.limit.unwrap_or(u64::MAX).min(size + 1);
    let sql = format!(
        "SELECT {} FROM {}{} ORDER BY {} LIMIT {shown} OFFSET {}",
        plan.shape.columns.join(", "),
        plan.from,
        plan.filter(None),
        plan.order,
        plan.offset
    );
    let mut page = Page { keeps_ids: query.touches != Touches::default(), ..Page::default() };
    let is_all = page.read(asking, &plan, &sql, &plan.values, asking.page_size)?;
    let count = page.count;
    touch(asking, query, &page.ids)?;
    let records = page.finished(&context, &plan)?;
    if is_all {
        return Ok(answer(count, None, &records));
    }
    check_locator(asking, query)?;
    let ids = all_ids(asking, &plan)?;
    let total = ids.len();
    let cursor = context.cursor(ids, false);
    let next = next_url(asking, &cursor.locator, asking.page_size);
    asking.work.org.cursors.keep(cursor);
    Ok(answer(total, Some(&next), &records))
}

/// The page that starts at a locator: `01g…-2000`.
pub(crate) fn next_page(asking: &Asking<'_, '_>, locator: &str) -> Result<Vec<u8>, Fault> {
    let invalid = || refused("INVALID_QUERY_LOCATOR", "invalid query locator".to_owned());
    let (locator, offset) = locator.split_once('-').ok_or_else(invalid)?;
    let offset: usize = offset.parse().map_err(|_| invalid())?;
    let cursor = asking.work.org.cursors.find(locator, asking.user_id, asking.work.now).ok_or_else(invalid)?;
    if offset >= cursor.ids.len() {
        return Err(invalid());
    }
    let asking = asking.continued(&cursor);
    let end = cursor.ids.len().min(offset.saturating_add(cursor.page_size));
    let text = cursor.query.to_string();
    let whole = Plan::new(&asking, &text, &cursor.query)?;
    let mut plan = &whole;
    for &child in &cursor.child {
        plan = &plan.children.get(child).ok_or_else(invalid)?.plan;
    }
    let ids = Cell::Text(cursor.ids.json(offset, end));
    let sql = format!(
        "SELECT {} FROM json_each(?1) AS page CROSS JOIN {} WHERE {}.\"Id\" = page.value ORDER BY page.key",
        plan.shape.columns.join(", "),
        plan.from,
        plan.own_alias
    );
    let mut page = Page::default();
    page.read(&asking, plan, &sql, &[ids], usize::MAX)?;
    let context = Context { asking: &asking, query: Some(&cursor.query), text: &cursor.query, child: &cursor.child };
    let records = page.finished(&context, plan)?;
    let next = (end < cursor.ids.len()).then(|| next_url(&asking, &cursor.locator, end));
    Ok(answer(cursor.ids.len(), next.as_deref(), &records))
}

/// What the records of a query belong to.
pub(crate) struct Context<'page, 'org> {
    pub(crate) asking: &'page Asking<'page, 'org>,
    pub(crate) query: Option<&'page Arc<Query>>,
    pub(crate) text: &'page Query,
    /// The way from the query to the child subquery whose records these are, by number.
    pub(crate) child: &'page [usize],
}

impl Context<'_, '_> {
    /// A cursor over the records.
    pub(crate) fn cursor(&self, ids: RecordIds, is_nested: bool) -> Cursor {
        let query = self.query.map_or_else(|| Arc::new(self.text.clone()), Arc::clone);
        Cursor::new(self.asking, query, self.child.to_vec(), ids, is_nested)
    }
}

/// Records read, their child subqueries still to come.
#[derive(Default)]
pub(crate) struct Page {
    /// The ids of the records, where anybody asks for them.
    pub(crate) ids: Vec<String>,
    keeps_ids: bool,
    count: usize,
    pub(crate) written: Vec<Written>,
    /// All records one after the other, when nothing is to be put into them.
    text: Written,
}

impl Page {
    /// Reads at most `most` records; answers whether there were no more.
    fn read(
        &mut self,
        asking: &Asking<'_, '_>,
        plan: &Plan,
        sql: &str,
        values: &[Cell],
        most: usize,
    ) -> Result<bool, Fault> {
        let mut statement = prepared(asking, sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            if self.count == most {
                return Ok(false);
            }
            if !plan.children.is_empty() {
                self.add(plan, row)?;
                continue;
            }
            if self.count > 0 {
                self.text.text.push(b',');
            }
            writer::record(&plan.shape.record, row, &mut self.text)?;
            self.count += 1;
            if self.keeps_ids {
                self.ids.push(row.get(0)?);
            }
        }
        Ok(true)
    }

    /// Reads one record.
    pub(crate) fn add(&mut self, plan: &Plan, row: &rusqlite::Row<'_>) -> Result<(), Fault> {
        let mut written = Written::default();
        writer::record(&plan.shape.record, row, &mut written)?;
        self.ids.push(row.get(0)?);
        self.written.push(written);
        self.count += 1;
        Ok(())
    }

    /// The records as JSON with commas between them, the answers of their child subqueries in place.
    fn finished(self, context: &Context<'_, '_>, plan: &Plan) -> Result<Vec<u8>, Fault> {
        if plan.children.is_empty() {
            return Ok(self.text.text);
        }
        let records = with_children(context, plan, &self)?;
        Ok(records.join(&b','))
    }
}

/// Each record as JSON, the answers of its child subqueries in place.
pub(crate) fn with_children(context: &Context<'_, '_>, plan: &Plan, page: &Page) -> Result<Vec<Vec<u8>>, Fault> {
    let mut answers = Vec::new();
    for (number, child) in plan.children.iter().enumerate() {
        let way: Vec<usize> = context.child.iter().copied().chain([number]).collect();
        let context = Context { child: &way, ..*context };
        answers.push(Child { context: &context, plan: child }.answers(&page.ids)?);
    }
    Ok(page.ids.iter().zip(&page.written).map(|(id, written)| splice(written, &answers, id)).collect())
}

/// An answer with records, in the API's order of keys.
pub(crate) fn answer(total: usize, next: Option<&str>, records: &[u8]) -> Vec<u8> {
    let done = next.is_none();
    let mut body = format!("{{\"totalSize\":{total},\"done\":{done}").into_bytes();
    if let Some(next) = next {
        body.extend_from_slice(format!(",\"nextRecordsUrl\":{}", json(next)).as_bytes());
    }
    body.extend_from_slice(b",\"records\":[");
    body.extend_from_slice(records);
    body.extend_from_slice(b"]}");
    body
}

/// Where the page is that starts behind `offset` records.
pub(crate) fn next_url(asking: &Asking<'_, '_>, locator: &str, offset: usize) -> String {
    format!("/services/data/{}/{}/{locator}-{offset}", asking.version, asking.resource)
}

/// A statement of ours. What SQLite refuses of a query that we understood is too much for it, not broken.
pub(crate) fn prepared<'job>(asking: &Asking<'_, 'job>, sql: &str) -> Result<CachedStatement<'job>, Fault> {
    asking.work.sql.prepare_cached(sql).map_err(|error| {
        tracing::warn!(error = %error, "the local org's database refused a query");
        refused("QUERY_TOO_COMPLICATED", "The query is too complicated for the local org".to_owned())
    })
}

/// Locators lead to record ids, which the rows about the schema have not.
fn check_locator(asking: &Asking<'_, '_>, query: &Query) -> Result<(), Fault> {
    match asking.work.schema.object(query.from.object.as_str()) {
        Some(object) if object.has_durable_ids() => {
            let reason = "does not support queryMore(), use LIMIT to restrict the results to a single batch";
            Err(refused("EXCEEDED_ID_LIMIT", format!("{} {reason}", object.name)))
        }
        _ => Ok(()),
    }
}

fn all_ids(asking: &Asking<'_, '_>, plan: &Plan) -> Result<RecordIds, Fault> {
    let sql = format!(
        "SELECT {}.\"Id\" FROM {}{} ORDER BY {} LIMIT {} OFFSET {}",
        plan.own_alias,
        plan.from,
        plan.filter(None),
        plan.order,
        plan.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX)),
        plan.offset
    );
    let mut statement = prepared(asking, &sql)?;
    let mut rows = statement.query(params_from_iter(&plan.values))?;
    let mut ids = RecordIds::default();
    while let Some(row) = rows.next()? {
        ids.push(row.get_ref(0)?.as_str().unwrap_or_default());
    }
    Ok(ids)
}
