//! Fields and functions of fields. Refuses to know field types: which function fits which field is the org's to judge.

use crate::error::Position;
use crate::tree::{DateFunction, Name, Path};

/// A field, or what a function makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A field, perhaps of a parent.
    Field(Path),
    /// An aggregate of a field.
    Aggregate(Aggregate),
    /// A part of a date, such as its year.
    DatePart(DatePart),
    /// `toLabel(field)`: the label of a picklist value.
    Label(Path),
    /// `FORMAT(…)`: the value as people of the user's locale write it.
    Format(Box<Expression>),
    /// `convertCurrency(field)`: the amount in the user's currency.
    ConvertCurrency(Path),
    /// `DISTANCE(…)`.
    Distance(Distance),
    /// `GROUPING(field)`: 1 on subtotal rows over the field.
    Grouping(Path),
}

/// An aggregate function over a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// The function.
    pub function: AggregateFunction,
    /// The field it runs over.
    pub argument: Path,
}

/// The aggregate functions. All of them leave nulls out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFunction {
    /// Rows with a value.
    Count,
    /// Different values.
    CountDistinct,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Sum of numbers.
    Sum,
    /// Mean of numbers.
    Avg,
}

/// A date function over a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePart {
    /// The function.
    pub function: DateFunction,
    /// The field it runs over.
    pub argument: Path,
    /// Whether the field stands in `convertTimezone(…)`: the user's time zone instead of UTC.
    pub in_user_zone: bool,
}

/// `DISTANCE(field, GEOLOCATION(latitude, longitude), 'unit')`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distance {
    /// The location field.
    pub field: Path,
    /// Degrees north, as written.
    pub latitude: String,
    /// Degrees east, as written.
    pub longitude: String,
    /// The unit of the answer.
    pub unit: DistanceUnit,
}

/// The units of distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistanceUnit {
    /// `'mi'`
    Miles,
    /// `'km'`
    Kilometres,
}

/// The groups that `FIELDS(…)` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldGroup {
    /// Every field.
    All,
    /// The fields every org has.
    Standard,
    /// The fields this org added.
    Custom,
}

/// `TYPEOF relationship WHEN type THEN fields … ELSE fields END`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeOf {
    /// The parent relationship.
    pub relationship: Name,
    /// What is selected of each kind of parent, in the order written.
    pub branches: Vec<TypeBranch>,
    /// What is selected of every other kind; empty without `ELSE`.
    pub otherwise: Vec<Path>,
}

/// One `WHEN type THEN fields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeBranch {
    /// The kind of parent.
    pub object: Name,
    /// Its fields, at least one.
    pub fields: Vec<Path>,
}

impl Expression {
    /// The field it is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Field(path) | Self::Label(path) | Self::ConvertCurrency(path) | Self::Grouping(path) => path,
            Self::Aggregate(aggregate) => &aggregate.argument,
            Self::DatePart(part) => &part.argument,
            Self::Distance(distance) => &distance.field,
            Self::Format(inner) => inner.path(),
        }
    }

    /// Where the field it is about stood.
    pub fn position(&self) -> Position {
        self.path().position()
    }

    /// Whether it is a number over many rows.
    pub fn is_aggregate(&self) -> bool {
        match self {
            Self::Aggregate(_) | Self::Grouping(_) => true,
            Self::Format(inner) => inner.is_aggregate(),
            _ => false,
        }
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

impl DistanceUnit {
    /// The unit as SOQL writes it, without quotes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Miles => "mi",
            Self::Kilometres => "km",
        }
    }
}

impl FieldGroup {
    /// The group as SOQL writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Standard => "STANDARD",
            Self::Custom => "CUSTOM",
        }
    }
}
