//! The shape of a query. Holds what was written, in the case it was written in; refuses to judge whether the org knows it.

use crate::error::Position;

/// One `SELECT` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is asked for.
    pub select: Select,
    /// The object it is asked of.
    pub from: From,
    /// The `WHERE` clause.
    pub condition: Option<Condition>,
    /// The `GROUP BY` fields; empty without the clause.
    pub group_by: Vec<Path>,
    /// The `ORDER BY` keys; empty without the clause.
    pub order_by: Vec<Order>,
    /// The most rows to answer.
    pub limit: Option<u64>,
    /// The rows to leave out at the start.
    pub offset: Option<u64>,
}

/// The list after `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    /// `COUNT()`: the number of rows and nothing else.
    Count,
    /// Fields and aggregates, at least one.
    Items(Vec<SelectItem>),
}

/// One entry of the select list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectItem {
    /// What is selected.
    pub selected: Selected,
    /// The name its value gets in the answer.
    pub alias: Option<Name>,
}

/// What one entry of the select list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selected {
    /// A field, perhaps of a parent.
    Field(Path),
    /// An aggregate of a field.
    Aggregate(Aggregate),
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

/// The object after `FROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The object's API name.
    pub object: Name,
    /// A short name that paths may start with.
    pub alias: Option<Name>,
}

/// A word that names an object, a field, a relationship or an alias.
#[derive(Debug, Clone)]
pub struct Name {
    text: String,
    position: Position,
}

/// A dotted path: relationship names, then a field.
#[derive(Debug, Clone)]
pub struct Path {
    segments: Vec<String>,
    position: Position,
}

/// A `WHERE` clause or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All must hold; at least two.
    And(Vec<Condition>),
    /// One must hold; at least two.
    Or(Vec<Condition>),
    /// Must not hold.
    Not(Box<Condition>),
    /// A field against a value or a list of values.
    Compare(Comparison),
}

/// A field compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The field.
    pub field: Path,
    /// How it is compared, and with what.
    pub operator: Operator,
}

/// How a field is compared, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal(Value),
    /// `!=`, also written `<>`
    NotEqual(Value),
    /// `<`
    Less(Value),
    /// `<=`
    LessOrEqual(Value),
    /// `>`
    Greater(Value),
    /// `>=`
    GreaterOrEqual(Value),
    /// `LIKE`, with the pattern as written: `\%` and `\_` still carry their backslash.
    Like(String),
    /// `IN`
    In(Vec<Value>),
    /// `NOT IN`
    NotIn(Vec<Value>),
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text between single quotes, escapes resolved.
    Text(String),
    /// A number as written, without a leading plus.
    Number(String),
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// `NULL`.
    Null,
    /// `YYYY-MM-DD`.
    Date(String),
    /// `YYYY-MM-DDThh:mm:ss`, perhaps with a fraction, then `Z` or an offset.
    DateTime(String),
}

/// One key of `ORDER BY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What is ordered by.
    pub key: OrderKey,
    /// Up or down; up when not said.
    pub direction: Direction,
    /// Where nulls go; first when not said, in both directions.
    pub nulls: Nulls,
}

/// What rows are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderKey {
    /// A field, or an alias of the select list.
    Field(Path),
    /// An aggregate.
    Aggregate(Aggregate),
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Where rows without a value go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

impl Name {
    /// The word as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it stood.
    pub fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn new(text: impl Into<String>, position: Position) -> Self {
        Self { text: text.into(), position }
    }
}

impl Path {
    /// The parts between the dots, at least one.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Where it stood.
    pub fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn new(segments: Vec<String>, position: Position) -> Self {
        Self { segments, position }
    }
}

/// Two names are equal when they read the same, wherever they stood.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Name {}

/// Two paths are equal when they read the same, wherever they stood.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Eq for Path {}
