//! Date functions and date literals. Refuses to know what day it is.

/// Functions that take a part out of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFunction {
    /// 1 to 12.
    CalendarMonth,
    /// 1 to 4.
    CalendarQuarter,
    /// The year.
    CalendarYear,
    /// 1 to 12, from the first month of the fiscal year.
    FiscalMonth,
    /// 1 to 4, from the start of the fiscal year.
    FiscalQuarter,
    /// The fiscal year.
    FiscalYear,
    /// 1 to 31.
    DayInMonth,
    /// 1 for Sunday to 7.
    DayInWeek,
    /// 1 to 366.
    DayInYear,
    /// The date of a date with time.
    DayOnly,
    /// 0 to 23.
    HourInDay,
    /// 1 to 5; the first week is days 1 to 7.
    WeekInMonth,
    /// 1 to 53; the first week is January 1 to 7.
    WeekInYear,
}

/// A stretch of time counted from today, such as `LAST_N_MONTHS:3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateLiteral {
    /// What is counted.
    pub unit: Unit,
    /// Which of them.
    pub span: Span,
}

/// Units of date literals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Midnight to midnight.
    Day,
    /// From the first day of the week that the user's locale names.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
    /// A quarter of the fiscal year.
    FiscalQuarter,
    /// A fiscal year.
    FiscalYear,
}

/// Which units a date literal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The one before the current.
    Last,
    /// The current.
    This,
    /// The one after the current.
    Next,
    /// `LAST_90_DAYS`.
    LastNinety,
    /// `NEXT_90_DAYS`.
    NextNinety,
    /// The n before the current; for days, with the current.
    LastN(u32),
    /// The n after the current.
    NextN(u32),
    /// The one n back.
    Ago(u32),
}

impl DateFunction {
    const ALL: [Self; 13] = [
        Self::CalendarMonth,
        Self::CalendarQuarter,
        Self::CalendarYear,
        Self::FiscalMonth,
        Self::FiscalQuarter,
        Self::FiscalYear,
        Self::DayInMonth,
        Self::DayInWeek,
        Self::DayInYear,
        Self::DayOnly,
        Self::HourInDay,
        Self::WeekInMonth,
        Self::WeekInYear,
    ];

    /// The function as SOQL writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CalendarMonth => "CALENDAR_MONTH",
            Self::CalendarQuarter => "CALENDAR_QUARTER",
            Self::CalendarYear => "CALENDAR_YEAR",
            Self::FiscalMonth => "FISCAL_MONTH",
            Self::FiscalQuarter => "FISCAL_QUARTER",
            Self::FiscalYear => "FISCAL_YEAR",
            Self::DayInMonth => "DAY_IN_MONTH",
            Self::DayInWeek => "DAY_IN_WEEK",
            Self::DayInYear => "DAY_IN_YEAR",
            Self::DayOnly => "DAY_ONLY",
            Self::HourInDay => "HOUR_IN_DAY",
            Self::WeekInMonth => "WEEK_IN_MONTH",
            Self::WeekInYear => "WEEK_IN_YEAR",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| word.eq_ignore_ascii_case(function.as_str()))
    }
}

impl DateLiteral {
    /// The literal that stands without a number.
    pub(crate) fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        match word.as_str() {
            "YESTERDAY" => return Some(Self { unit: Unit::Day, span: Span::Last }),
            "TODAY" => return Some(Self { unit: Unit::Day, span: Span::This }),
            "TOMORROW" => return Some(Self { unit: Unit::Day, span: Span::Next }),
            "LAST_90_DAYS" => return Some(Self { unit: Unit::Day, span: Span::LastNinety }),
            "NEXT_90_DAYS" => return Some(Self { unit: Unit::Day, span: Span::NextNinety }),
            _ => {}
        }
        let (span, unit) = word.split_once('_')?;
        let span = match span {
            "LAST" => Span::Last,
            "THIS" => Span::This,
            "NEXT" => Span::Next,
            _ => return None,
        };
        let unit = Unit::ALL.into_iter().find(|known| known.as_str() == unit && *known != Unit::Day)?;
        Some(Self { unit, span })
    }

    /// The literal that a colon and this number follow.
    pub(crate) fn counted(word: &str, n: u32) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        let (span, units) = if let Some(units) = word.strip_prefix("LAST_N_") {
            (Span::LastN(n), units)
        } else if let Some(units) = word.strip_prefix("NEXT_N_") {
            (Span::NextN(n), units)
        } else {
            (Span::Ago(n), word.strip_prefix("N_")?.strip_suffix("_AGO")?)
        };
        let unit = units.strip_suffix('S')?;
        Unit::ALL.into_iter().find(|known| known.as_str() == unit).map(|unit| Self { unit, span })
    }
}

impl Unit {
    const ALL: [Self; 7] =
        [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year, Self::FiscalQuarter, Self::FiscalYear];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Year => "YEAR",
            Self::FiscalQuarter => "FISCAL_QUARTER",
            Self::FiscalYear => "FISCAL_YEAR",
        }
    }
}
