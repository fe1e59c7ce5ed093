//! A tree back to text that parses to the same tree. Refuses to shorten or to reorder.

use std::fmt::{Display, Formatter, Result, Write as _};

use crate::literals::{quote, quote_pattern};
use crate::tree::{
    Aggregate, AggregateFunction, Comparison, Condition, Direction, From, Name, Nulls, Operator, Order, OrderKey, Path,
    Query, Select, SelectItem, Selected, Value,
};

impl Display for Query {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "SELECT {} FROM {}", self.select, self.from)?;
        if let Some(condition) = &self.condition {
            write!(out, " WHERE {condition}")?;
        }
        clause(out, " GROUP BY ", &self.group_by)?;
        clause(out, " ORDER BY ", &self.order_by)?;
        if let Some(limit) = self.limit {
            write!(out, " LIMIT {limit}")?;
        }
        if let Some(offset) = self.offset {
            write!(out, " OFFSET {offset}")?;
        }
        Ok(())
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
            Selected::Field(path) => write!(out, "{path}")?,
            Selected::Aggregate(aggregate) => write!(out, "{aggregate}")?,
        }
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " {alias}"))
    }
}

impl Display for Aggregate {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}({})", self.function.as_str(), self.argument)
    }
}

impl Display for From {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}", self.object)?;
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

impl Display for Condition {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::And(parts) => nested(out, " AND ", parts),
            Self::Or(parts) => nested(out, " OR ", parts),
            Self::Not(inner) => {
                out.write_str("NOT ")?;
                term(out, inner)
            }
            Self::Compare(comparison) => write!(out, "{comparison}"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{} {}", self.field, self.operator)
    }
}

impl Display for Operator {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Equal(value) => write!(out, "= {value}"),
            Self::NotEqual(value) => write!(out, "!= {value}"),
            Self::Less(value) => write!(out, "< {value}"),
            Self::LessOrEqual(value) => write!(out, "<= {value}"),
            Self::Greater(value) => write!(out, "> {value}"),
            Self::GreaterOrEqual(value) => write!(out, ">= {value}"),
            Self::Like(pattern) => write!(out, "LIKE {}", quote_pattern(pattern)),
            Self::In(values) => list(out, "IN", values),
            Self::NotIn(values) => list(out, "NOT IN", values),
        }
    }
}

impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Text(text) => out.write_str(&quote(text)),
            Self::Number(text) | Self::Date(text) | Self::DateTime(text) => out.write_str(text),
            Self::Boolean(true) => out.write_str("TRUE"),
            Self::Boolean(false) => out.write_str("FALSE"),
            Self::Null => out.write_str("NULL"),
        }
    }
}

impl Display for Order {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match &self.key {
            OrderKey::Field(path) => write!(out, "{path}")?,
            OrderKey::Aggregate(aggregate) => write!(out, "{aggregate}")?,
        }
        if self.direction == Direction::Descending {
            out.write_str(" DESC")?;
        }
        if self.nulls == Nulls::Last {
            out.write_str(" NULLS LAST")?;
        }
        Ok(())
    }
}

impl AggregateFunction {
    const ALL: [Self; 6] = [Self::Count, Self::CountDistinct, Self::Min, Self::Max, Self::Sum, Self::Avg];

    /// The function as SOQL writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::CountDistinct => "COUNT_DISTINCT",
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Sum => "SUM",
            Self::Avg => "AVG",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| word.eq_ignore_ascii_case(function.as_str()))
    }
}

fn clause<T: Display>(out: &mut Formatter<'_>, opening: &str, items: &[T]) -> Result {
    if items.is_empty() {
        return Ok(());
    }
    out.write_str(opening)?;
    joined(out, ", ", items)
}

fn list(out: &mut Formatter<'_>, word: &str, values: &[Value]) -> Result {
    write!(out, "{word} (")?;
    joined(out, ", ", values)?;
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

fn nested(out: &mut Formatter<'_>, separator: &str, parts: &[Condition]) -> Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.write_str(separator)?;
        }
        term(out, part)?;
    }
    Ok(())
}

fn term(out: &mut Formatter<'_>, condition: &Condition) -> Result {
    match condition {
        Condition::Compare(comparison) => write!(out, "{comparison}"),
        _ => write!(out, "({condition})"),
    }
}
