//! Child subqueries: one statement for the children of a whole page of parents.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use rusqlite::types::Value as Cell;

use crate::answers::Fault;
use crate::soql_execution::cursors::RecordIds;
use crate::soql_execution::plan::ChildPlan;
use crate::soql_execution::records::{Context, Page, answer, next_url, prepared, with_children};
use crate::soql_execution::writer::Written;

/// The answers of one child subquery, by the parent's id.
pub(crate) type Answers = HashMap<String, Vec<u8>>;

/// A child subquery of some records.
pub(crate) struct Child<'page, 'org> {
    pub(crate) context: &'page Context<'page, 'org>,
    pub(crate) plan: &'page ChildPlan,
}

/// The children of one parent.
#[derive(Default)]
struct Family {
    /// Rows passed over for `OFFSET`.
    skipped: u64,
    ids: RecordIds,
    /// The numbers of the records that are shown.
    shown: Vec<usize>,
}

impl Child<'_, '_> {
    /// The answer for each parent that has children.
    pub(crate) fn answers(&self, parents: &[String]) -> Result<Answers, Fault> {
        let mut page = Page::default();
        let families = self.read(parents, &mut page)?;
        let records = with_children(self.context, &self.plan.plan, &page)?;
        Ok(families.into_iter().map(|(parent, family)| (parent, self.answer(family, &records))).collect())
    }

    fn read(&self, parents: &[String], page: &mut Page) -> Result<HashMap<String, Family>, Fault> {
        let (asking, plan) = (self.context.asking, &self.plan.plan);
        let mut values = plan.values.clone();
        values.push(Cell::Text(serde_json::Value::from(parents).to_string()));
        let of_parents = format!("{} IN (SELECT value FROM json_each(?{}))", self.plan.reference, values.len());
        let columns = plan.shape.columns.join(", ");
        let sql = format!(
            "SELECT {columns}, {} FROM {}{} ORDER BY {}",
            self.plan.reference,
            plan.from,
            plan.filter(Some(&of_parents)),
            plan.order
        );
        let mut families: HashMap<String, Family> = HashMap::new();
        let mut statement = prepared(asking, &sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let family = families.entry(row.get(plan.shape.columns.len())?).or_default();
            if family.skipped < plan.offset {
                family.skipped += 1;
                continue;
            }
            let count = family.ids.len();
            if plan.limit.is_some_and(|limit| count as u64 >= limit) {
                continue;
            }
            if count < asking.page_size {
                family.shown.push(page.ids.len());
                page.add(plan, row)?;
            }
            family.ids.push(row.get_ref(0)?.as_str().unwrap_or_default());
        }
        families.retain(|_, family| family.ids.len() > 0);
        Ok(families)
    }

    fn answer(&self, family: Family, records: &[Vec<u8>]) -> Vec<u8> {
        let asking = self.context.asking;
        let total = family.ids.len();
        let shown: Vec<&[u8]> =
            family.shown.iter().filter_map(|&number| records.get(number)).map(Vec::as_slice).collect();
        let text = shown.join(&b',');
        if shown.len() == total {
            return answer(total, None, &text);
        }
        let cursor = self.context.cursor(family.ids, true);
        let next = next_url(asking, &cursor.locator, shown.len());
        asking.work.org.cursors.keep(cursor);
        answer(total, Some(&next), &text)
    }
}

/// A record with the answers of its child subqueries in the places cut for them; `null` where there are no children.
pub(crate) fn splice(written: &Written, answers: &[Answers], id: &str) -> Vec<u8> {
    let mut whole = Vec::with_capacity(written.text.len());
    let mut from = 0;
    for (cut, answers) in written.cuts.iter().zip(answers) {
        whole.extend_from_slice(&written.text[from..*cut]);
        whole.extend_from_slice(answers.get(id).map_or(b"null", Vec::as_slice));
        from = *cut;
    }
    whole.extend_from_slice(&written.text[from..]);
    whole
}
