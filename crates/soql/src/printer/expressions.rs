//! Fields and functions back to text.

use std::fmt::{Display, Formatter, Result};

use crate::printer::joined;
use crate::tree::{Aggregate, DatePart, Distance, Expression, TypeBranch, TypeOf};

impl Display for Expression {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Field(path) => write!(out, "{path}"),
            Self::Aggregate(aggregate) => write!(out, "{aggregate}"),
            Self::DatePart(part) => write!(out, "{part}"),
            Self::Label(path) => write!(out, "toLabel({path})"),
            Self::Format(inner) => write!(out, "FORMAT({inner})"),
            Self::ConvertCurrency(path) => write!(out, "convertCurrency({path})"),
            Self::Distance(distance) => write!(out, "{distance}"),
            Self::Grouping(path) => write!(out, "GROUPING({path})"),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}({})", self.function.as_str(), self.argument)
    }
}

impl Display for DatePart {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let (function, argument) = (self.function.as_str(), &self.argument);
        if self.in_user_zone {
            write!(out, "{function}(convertTimezone({argument}))")
        } else {
            write!(out, "{function}({argument})")
        }
    }
}

impl Display for Distance {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let Self { field, latitude, longitude, unit } = self;
        write!(out, "DISTANCE({field}, GEOLOCATION({latitude}, {longitude}), '{}')", unit.as_str())
    }
}

impl Display for TypeOf {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "TYPEOF {}", self.relationship)?;
        for branch in &self.branches {
            write!(out, " {branch}")?;
        }
        if !self.otherwise.is_empty() {
            out.write_str(" ELSE ")?;
            joined(out, ", ", &self.otherwise)?;
        }
        out.write_str(" END")
    }
}

impl Display for TypeBranch {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "WHEN {} THEN ", self.object)?;
        joined(out, ", ", &self.fields)
    }
}
