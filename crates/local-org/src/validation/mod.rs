//! Formulas of validation rules: text to a tree, the tree checked against the fields there are, and its value for a record.
//! A small published set of functions; what is not in it is refused by name, with its place. Refuses to know how records
//! and rules are kept.

mod dates;
mod evaluate;
mod functions;
mod lexer;
mod parser;
mod text_functions;
mod tree;
mod types;
mod value;

pub(crate) use evaluate::Subject;
pub(crate) use types::{FieldKind, FieldLookup};
pub(crate) use value::Value;

use tree::Expression;

/// The longest formula (Salesforce Help, "Formula Field Limits and Restrictions").
const LONGEST_FORMULA: usize = 3_900;

/// A formula that has been read and checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Formula {
    expression: Expression,
}

/// What is wrong with a formula, and where: characters from its start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct FormulaError {
    pub(crate) message: String,
    pub(crate) position: usize,
}

impl FormulaError {
    fn at(position: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), position }
    }
}

impl Formula {
    /// Reads a formula that says yes or no, and checks that all it names is there.
    pub(crate) fn condition(text: &str, fields: &impl FieldLookup) -> Result<Self, FormulaError> {
        let length = text.chars().count();
        if length > LONGEST_FORMULA {
            let message =
                format!("Formula is too long ({length} characters). Maximum length is {LONGEST_FORMULA} characters");
            return Err(FormulaError::at(LONGEST_FORMULA, message));
        }
        let expression = parser::parse(text)?;
        types::check_condition(&expression, fields)?;
        Ok(Self { expression })
    }

    /// Whether the condition holds for a record. What cannot be worked out does not hold.
    pub(crate) fn holds(&self, subject: &impl Subject) -> bool {
        evaluate::evaluate(&self.expression, subject).is_true()
    }
}

#[cfg(test)]
mod tests;
