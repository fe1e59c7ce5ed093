//! The clauses beside conditions back to text. Those that may be missing bring their own leading blank.

use std::fmt::{Display, Formatter, Result};

use crate::literals::quote;
use crate::printer::{clause, joined, list};
use crate::tree::{CategoryFilter, From, Grouping, Related, Setting, SettingValue, Touches, Updates, With};

impl Display for From {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        if let Some(owner) = &self.owner {
            write!(out, "{owner}.")?;
        }
        write!(out, "{}", self.object)?;
        if let Some(alias) = &self.alias {
            write!(out, " {alias}")?;
        }
        clause(out, ", ", &self.related)
    }
}

impl Display for Related {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{}", self.path)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " {alias}"))
    }
}

impl Display for With {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::SecurityEnforced => out.write_str("SECURITY_ENFORCED"),
            Self::UserMode => out.write_str("USER_MODE"),
            Self::SystemMode => out.write_str("SYSTEM_MODE"),
            Self::DataCategory(filters) => {
                out.write_str("DATA CATEGORY ")?;
                joined(out, " AND ", filters)
            }
            Self::RecordVisibility(settings) => {
                out.write_str("RecordVisibilityContext ")?;
                list(out, settings)
            }
        }
    }
}

impl Display for CategoryFilter {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{} {} ", self.group, self.selector.as_str())?;
        list(out, &self.categories)
    }
}

impl Display for Grouping {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::None => Ok(()),
            Self::By(expressions) => clause(out, " GROUP BY ", expressions),
            Self::Rollup(expressions) => {
                out.write_str(" GROUP BY ROLLUP")?;
                list(out, expressions)
            }
            Self::Cube(expressions) => {
                out.write_str(" GROUP BY CUBE")?;
                list(out, expressions)
            }
        }
    }
}

impl Display for Touches {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match (self.view, self.reference) {
            (false, false) => "",
            (true, false) => " FOR VIEW",
            (false, true) => " FOR REFERENCE",
            (true, true) => " FOR VIEW, REFERENCE",
        })
    }
}

impl Display for Updates {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match (self.tracking, self.viewstat) {
            (false, false) => "",
            (true, false) => " UPDATE TRACKING",
            (false, true) => " UPDATE VIEWSTAT",
            (true, true) => " UPDATE TRACKING, VIEWSTAT",
        })
    }
}

impl Display for Setting {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        write!(out, "{} = ", self.name)?;
        match &self.value {
            SettingValue::Boolean(flag) => write!(out, "{flag}"),
            SettingValue::Number(number) => out.write_str(number),
            SettingValue::Text(text) => out.write_str(&quote(text)),
        }
    }
}
