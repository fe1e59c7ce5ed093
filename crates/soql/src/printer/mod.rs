//! A tree back to text that parses to the same tree. Refuses to shorten or to reorder.

mod clauses;
mod conditions;
mod expressions;

use std::fmt::{Display, Formatter, Result, Write as _};

use crate::tree::{Direction, Name, Nulls, Order, Path, Query, Select, SelectItem, Selected};

impl Display for Query {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "SELECT {} FROM {}", self.select, self.from)?;
        if let Some(scope) = &self.scope {
            write!(out, " USING SCOPE {}", scope.name)?;
        }
        if let Some(condition) = &self.condition {
            write!(out, " WHERE {condition}")?;
        }
        if let Some(with) = &self.with {
            write!(out, " WITH {with}")?;
        }
        write!(out, "{}", self.grouping)?;
        if let Some(having) = &self.having {
            write!(out, " HAVING {having}")?;
        }
        clause(out, " ORDER BY ", &self.order_by)?;
        if let Some(limit) = self.limit {
            write!(out, " LIMIT {limit}")?;
        }
        if let Some(offset) = self.offset {
            write!(out, " OFFSET {offset}")?;
        }
        write!(out, "{}{}", self.touches, self.updates)?;
        if !self.settings.is_empty() {
            out.write_str(" SET OPTIONS ")?;
            list(out, &self.settings)?;
        }
        out.write_str(if self.for_update { " FOR UPDATE" } else { "" })?;
        out.write_str(if self.all_rows { " ALL ROWS" } else { "" })
    }
}

impl Display for Select {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Count => out.write_str("COUNT()"),
            Self::Items(items) => joined(out, ", ", items),
        }
    }
}

impl Display for SelectItem {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.selected {
            Selected::Expression(expression) => write!(out, "{expression}")?,
            Selected::Children(query) => write!(out, "({query})")?,
            Selected::TypeOf(type_of) => write!(out, "{type_of}")?,
            Selected::Fields(group) => write!(out, "FIELDS({})", group.as_str())?,
        }
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " {alias}"))
    }
}

impl Display for Name {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(self.as_str())
    }
}

impl Display for Path {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        joined(out, ".", self.segments())
    }
}

impl Display for Order {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}", self.key)?;
        if self.direction == Direction::Descending {
            out.write_str(" DESC")?;
        }
        if self.nulls == Nulls::Last {
            out.write_str(" NULLS LAST")?;
        }
        Ok(())
    }
}

fn clause<T: Display>(out: &mut Formatter<'_>, opening: &str, items: &[T]) -> Result {
    if items.is_empty() {
        return Ok(());
    }
    out.write_str(opening)?;
    joined(out, ", ", items)
}

fn list<T: Display>(out: &mut Formatter<'_>, items: &[T]) -> Result {
    out.write_char('(')?;
    joined(out, ", ", items)?;
    out.write_char(')')
}

fn joined<T: Display>(out: &mut Formatter<'_>, separator: &str, items: &[T]) -> Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.write_str(separator)?;
        }
        write!(out, "{item}")?;
    }
    Ok(())
}
