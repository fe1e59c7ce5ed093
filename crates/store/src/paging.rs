//! Lists, alike everywhere: what is wanted of one is its filter, which says in what [`Order`] too; which part of it, the [`PageRequest`].
//!
//! A list of many rows is filtered and cut by the database, in the order of its key, for which there is an index. A list of few rows (connections,
//! syncs, people) is read whole and goes through [`pick`]: it may be sorted by several fields and searched in any case, which databases do not agree about.

use std::collections::BTreeSet;
use std::str::FromStr;

use salesbridge_model::{ConnectionId, Page, PageRequest, Timestamp};
use serde::{Deserialize, Deserializer};

/// Which connections, and what belongs to them, somebody may see. It is part of the filter: what may not be seen is neither given nor counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sees {
    /// All.
    #[default]
    All,
    /// These alone.
    Only(BTreeSet<ConnectionId>),
    /// All but these.
    AllBut(BTreeSet<ConnectionId>),
}

impl Sees {
    /// Whether this one is seen.
    pub fn has(&self, connection: ConnectionId) -> bool {
        match self {
            Self::All => true,
            Self::Only(seen) => seen.contains(&connection),
            Self::AllBut(hidden) => !hidden.contains(&connection),
        }
    }
}

/// What a list may be sorted by.
pub trait SortField: Copy + PartialEq + Sized + 'static {
    /// Every field, by its name in the API. The first is the list's key, by which it is sorted unless something else is asked for.
    const FIELDS: &'static [(&'static str, Self)];
    /// Whether that order is the falling one: the newest first.
    const FALLING: bool = false;
}

/// In which order a list is: by one of its fields, and by its key where that is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<F> {
    /// The field.
    pub by: F,
    /// From the greatest to the least.
    pub descending: bool,
}

impl<F: SortField> Order<F> {
    /// Whether it is by the list's key alone.
    pub fn is_by_key(&self) -> bool {
        F::FIELDS.first().is_some_and(|(_, key)| *key == self.by)
    }

    /// For implementations: the comparison that says what comes after a position, in SQL.
    pub fn after(&self) -> &'static str {
        if self.descending { "<" } else { ">" }
    }

    /// For implementations: the direction, in SQL.
    pub fn direction(&self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }
}

impl<F: SortField> Default for Order<F> {
    #[expect(clippy::indexing_slicing, reason = "a list has a key")]
    fn default() -> Self {
        Self { by: F::FIELDS[0].1, descending: F::FALLING }
    }
}

/// A list cannot be sorted like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not what this list can be sorted by; that is: {known}; with a minus before it, from the last")]
pub struct UnknownOrder {
    given: String,
    known: String,
}

impl<F: SortField> FromStr for Order<F> {
    type Err = UnknownOrder;

    /// `field`, or `-field` for the falling order.
    fn from_str(text: &str) -> Result<Self, UnknownOrder> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let found = F::FIELDS.iter().find(|(known, _)| *known == name);
        found.map(|(_, by)| Self { by: *by, descending }).ok_or_else(|| {
            let known: Vec<&str> = F::FIELDS.iter().map(|(name, _)| *name).collect();
            UnknownOrder { given: text.to_owned(), known: known.join(", ") }
        })
    }
}

impl<'de, F: SortField> Deserialize<'de> for Order<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Lists that are sorted by their key alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByKey {
    /// The key of a row.
    Key,
}

impl SortField for ByKey {
    const FIELDS: &'static [(&'static str, Self)] = &[("key", Self::Key)];
}

/// An instant as a text that sorts as instants do.
pub(crate) fn sortable(at: Timestamp) -> String {
    format!("{:020}", at.timestamp_micros())
}

/// Whether one of some texts contains another, in any case. Empty text is in all.
pub(crate) fn holds<'t>(texts: impl IntoIterator<Item = &'t str>, wanted: Option<&str>) -> bool {
    let wanted = wanted.unwrap_or_default().to_lowercase();
    wanted.is_empty() || texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
}

/// For implementations: rows to read for a page. One more than wanted, to know whether another page follows.
pub fn rows_to_read(page: &PageRequest) -> i64 {
    i64::from(page.rows()) + 1
}

/// For implementations: cuts what was read to the page and says where the next one starts.
pub fn cut<T>(mut items: Vec<T>, page: &PageRequest, total: i64, position: impl Fn(&T) -> String) -> Page<T> {
    let rows = page.rows() as usize;
    let next = if items.len() > rows { items.get(rows - 1).map(position) } else { None };
    items.truncate(rows);
    Page { items, next, total: u64::try_from(total).unwrap_or_default() }
}

/// For implementations: a page of a list of few rows, out of all of them. `value` is what a row is sorted by, unless that is its key alone; no key holds
/// a blank.
pub fn pick<T, F: SortField>(
    mut rows: Vec<T>,
    order: Order<F>,
    page: &PageRequest,
    key: impl Fn(&T) -> &str,
    value: impl Fn(&T, F) -> String,
) -> Page<T> {
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let place = |row: &T| match order.is_by_key() {
        true => (String::new(), key(row).to_owned()),
        false => (value(row, order.by), key(row).to_owned()),
    };
    rows.sort_by_cached_key(&place);
    if order.descending {
        rows.reverse();
    }
    if let Some(after) = &page.after {
        let after = read_position(after, order.is_by_key());
        rows.retain(|row| if order.descending { place(row) < after } else { place(row) > after });
    }
    cut(rows, page, total, |row| match place(row) {
        (_, key) if order.is_by_key() => key,
        (value, key) => format!("{value} {key}"),
    })
}

fn read_position(text: &str, by_key: bool) -> (String, String) {
    let apart = if by_key { None } else { text.rsplit_once(' ') };
    let (value, key) = apart.unwrap_or(("", text));
    (value.to_owned(), key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Field {
        Name,
        Caption,
    }

    impl SortField for Field {
        const FIELDS: &'static [(&'static str, Self)] = &[("name", Self::Name), ("caption", Self::Caption)];
    }

    fn all(sort: &str, limit: u32) -> Vec<&'static str> {
        let order: Order<Field> = sort.parse().unwrap();
        let (mut page, mut names) = (PageRequest { after: None, limit: Some(limit) }, Vec::new());
        loop {
            let rows = vec![("c", "One two"), ("a", "Z"), ("d", "One"), ("b", "One two")];
            let picked = pick(rows, order, &page, |row| row.0, |row, _| row.1.to_owned());
            assert_eq!(picked.total, 4);
            names.extend(picked.items.iter().map(|row| row.0));
            match picked.next {
                Some(next) => page.after = Some(next),
                None => return names,
            }
        }
    }

    #[test]
    fn pages_of_any_size_make_the_whole_list_in_its_order() {
        for limit in 1..5 {
            assert_eq!(all("name", limit), ["a", "b", "c", "d"]);
            assert_eq!(all("-name", limit), ["d", "c", "b", "a"]);
            assert_eq!(all("caption", limit), ["d", "b", "c", "a"]);
            assert_eq!(all("-caption", limit), ["a", "c", "b", "d"]);
        }
    }

    #[test]
    fn an_order_that_is_not_known_is_told_with_those_that_are() {
        let refused = "colour".parse::<Order<Field>>().unwrap_err().to_string();
        assert!(refused.starts_with("`colour` is not what") && refused.contains("name, caption"), "{refused}");
        assert!(Order::<Field>::default().is_by_key() && !Order::<Field>::default().descending);
    }
}
