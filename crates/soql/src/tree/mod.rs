//! The shape of a query. Holds what was written, in the case it was written in; refuses to judge whether the org knows it.

mod clauses;
mod conditions;
mod dates;
mod expressions;
mod names;

pub use clauses::{
    CategoryFilter, CategorySelector, From, Grouping, Related, Scope, Setting, SettingValue, Touches, Updates, With,
};
pub use conditions::{Comparison, Condition, Operator, Value};
pub use dates::{DateFunction, DateLiteral, Span, Unit};
pub use expressions::{
    Aggregate, AggregateFunction, DatePart, Distance, DistanceUnit, Expression, FieldGroup, TypeBranch, TypeOf,
};
pub use names::{Name, Path};

/// One `SELECT` statement: a whole query, a child subquery, or the inside of a semi-join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is asked for.
    pub select: Select,
    /// The object it is asked of.
    pub from: From,
    /// The `USING SCOPE` clause.
    pub scope: Option<Scope>,
    /// The `WHERE` clause.
    pub condition: Option<Condition>,
    /// The `WITH` clause.
    pub with: Option<With>,
    /// The `GROUP BY` clause.
    pub grouping: Grouping,
    /// The `HAVING` clause.
    pub having: Option<Condition>,
    /// The `ORDER BY` keys; empty without the clause.
    pub order_by: Vec<Order>,
    /// The most rows to answer.
    pub limit: Option<u64>,
    /// The rows to leave out at the start.
    pub offset: Option<u64>,
    /// `FOR VIEW` and `FOR REFERENCE`.
    pub touches: Touches,
    /// `UPDATE TRACKING` and `UPDATE VIEWSTAT`.
    pub updates: Updates,
    /// What `SET OPTIONS` sets; empty without the clause.
    pub settings: Vec<Setting>,
    /// `FOR UPDATE`: the rows are locked (Apex only).
    pub for_update: bool,
    /// `ALL ROWS`: the recycle bin is searched too (Apex only).
    pub all_rows: bool,
}

/// The list after `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    /// `COUNT()`: the number of rows and nothing else.
    Count,
    /// Fields, functions, subqueries; at least one.
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
    /// A field or a function of fields.
    Expression(Expression),
    /// The children of each row.
    Children(Box<Query>),
    /// Fields that depend on what the parent is.
    TypeOf(TypeOf),
    /// A group of fields.
    Fields(FieldGroup),
}

/// One key of `ORDER BY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What is ordered by: an expression, or an alias of the select list.
    pub key: Expression,
    /// Up or down; up when not said.
    pub direction: Direction,
    /// Where nulls go; first when not said, in both directions.
    pub nulls: Nulls,
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

impl Query {
    /// The entries of the select list; none for `COUNT()`.
    pub fn items(&self) -> &[SelectItem] {
        match &self.select {
            Select::Count => &[],
            Select::Items(items) => items,
        }
    }

    /// The child subqueries of the select list.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.items().iter().filter_map(|item| match &item.selected {
            Selected::Children(child) => Some(&**child),
            _ => None,
        })
    }

    /// The expressions of the select list.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.items().iter().filter_map(|item| match &item.selected {
            Selected::Expression(expression) => Some(expression),
            _ => None,
        })
    }
}
