//! SOQL text to tree and back.
//!
//! Knows the words and the grammar of Salesforce's query language (SOQL and SOSL Reference). Refuses to know which
//! objects and fields an org has, how a query is run, or how it travels: no input, no output, no clock.
//!
//! ```
//! let query = salesbridge_soql::parse("select Id from Lead where Email = 'a@b.example'")?;
//! assert_eq!(query.from.object.as_str(), "Lead");
//! assert_eq!(query.to_string(), "SELECT Id FROM Lead WHERE Email = 'a@b.example'");
//! # Ok::<(), salesbridge_soql::SoqlError>(())
//! ```

mod error;
mod lexer;
mod literals;
mod parser;
mod printer;
mod tree;
mod words;

pub use error::{Position, SoqlError, located};
pub use literals::quote;
pub use parser::parse;
pub use tree::{
    Aggregate, AggregateFunction, CategoryFilter, CategorySelector, Comparison, Condition, DateFunction, DateLiteral,
    DatePart, Direction, Distance, DistanceUnit, Expression, FieldGroup, From, Grouping, Name, Nulls, Operator, Order,
    Path, Query, Related, Scope, Select, SelectItem, Selected, Setting, SettingValue, Span, Touches, TypeBranch,
    TypeOf, Unit, Updates, Value, With,
};
