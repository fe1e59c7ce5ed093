//! `WHERE` and `HAVING`. Refuses to know field types.

use crate::tree::{DateLiteral, Expression, Query};

/// A `WHERE` or `HAVING` clause or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All must hold; at least two.
    And(Vec<Condition>),
    /// One must hold; at least two.
    Or(Vec<Condition>),
    /// Must not hold.
    Not(Box<Condition>),
    /// An expression against a value, a list of values, or what a query finds.
    Compare(Comparison),
}

/// An expression compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What is compared.
    pub left: Expression,
    /// How, and with what.
    pub operator: Operator,
}

/// How an expression is compared, and with what.
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
    /// `IN` a list.
    In(Vec<Value>),
    /// `NOT IN` a list.
    NotIn(Vec<Value>),
    /// `IN` what a query finds: a semi-join.
    InQuery(Box<Query>),
    /// `NOT IN` what a query finds: an anti-join.
    NotInQuery(Box<Query>),
    /// `INCLUDES`: one of the texts, whose parts between semicolons must all be selected.
    Includes(Vec<String>),
    /// `EXCLUDES`: none of the texts.
    Excludes(Vec<String>),
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text between single quotes, escapes resolved.
    Text(String),
    /// A number as written, without a leading plus.
    Number(String),
    /// An amount in a currency, such as `USD5000`.
    Currency {
        /// The ISO code as written.
        code: String,
        /// The amount as written.
        amount: String,
    },
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// `NULL`.
    Null,
    /// `YYYY-MM-DD`.
    Date(String),
    /// `YYYY-MM-DDThh:mm:ss`, perhaps with a fraction, then `Z` or an offset.
    DateTime(String),
    /// `hh:mm:ss`, perhaps with a fraction, then `Z`.
    Time(String),
    /// A stretch of time counted from today.
    Literal(DateLiteral),
}
