//! Conditions and literals back to text.

use std::fmt::{Display, Formatter, Result};

use crate::literals::{quote, quote_pattern};
use crate::printer::list;
use crate::tree::{Comparison, Condition, DateLiteral, Operator, Span, Unit, Value};

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
        write!(out, "{} {}", self.left, self.operator)
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
            Self::In(values) => after(out, "IN ", values),
            Self::NotIn(values) => after(out, "NOT IN ", values),
            Self::InQuery(query) => write!(out, "IN ({query})"),
            Self::NotInQuery(query) => write!(out, "NOT IN ({query})"),
            Self::Includes(texts) => after(out, "INCLUDES ", &quoted(texts)),
            Self::Excludes(texts) => after(out, "EXCLUDES ", &quoted(texts)),
        }
    }
}

impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Text(text) => out.write_str(&quote(text)),
            Self::Number(text) | Self::Date(text) | Self::DateTime(text) | Self::Time(text) => out.write_str(text),
            Self::Currency { code, amount } => write!(out, "{code}{amount}"),
            Self::Boolean(true) => out.write_str("TRUE"),
            Self::Boolean(false) => out.write_str("FALSE"),
            Self::Null => out.write_str("NULL"),
            Self::Literal(literal) => write!(out, "{literal}"),
        }
    }
}

impl Display for DateLiteral {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let unit = self.unit.as_str();
        match (self.span, self.unit) {
            (Span::Last, Unit::Day) => out.write_str("YESTERDAY"),
            (Span::This, Unit::Day) => out.write_str("TODAY"),
            (Span::Next, Unit::Day) => out.write_str("TOMORROW"),
            (Span::Last, _) => write!(out, "LAST_{unit}"),
            (Span::This, _) => write!(out, "THIS_{unit}"),
            (Span::Next, _) => write!(out, "NEXT_{unit}"),
            (Span::LastNinety, _) => write!(out, "LAST_90_{unit}S"),
            (Span::NextNinety, _) => write!(out, "NEXT_90_{unit}S"),
            (Span::LastN(n), _) => write!(out, "LAST_N_{unit}S:{n}"),
            (Span::NextN(n), _) => write!(out, "NEXT_N_{unit}S:{n}"),
            (Span::Ago(n), _) => write!(out, "N_{unit}S_AGO:{n}"),
        }
    }
}

fn quoted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| quote(text)).collect()
}

fn after<T: Display>(out: &mut Formatter<'_>, words: &str, items: &[T]) -> Result {
    out.write_str(words)?;
    list(out, items)
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
