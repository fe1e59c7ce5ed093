//! The tree of a formula. Refuses to know fields and values.

use crate::validation::functions::Function;
use crate::validation::value::Value;

/// A part of a formula, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expression {
    pub(super) position: usize,
    /// The parts from here to its deepest leaf.
    pub(super) depth: usize,
    pub(super) node: Node,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Literal(Value),
    /// A field, or the path to a field of a parent.
    Field(Vec<String>),
    Call(Function, Vec<Expression>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Join,
    Multiply,
    Divide,
    Power,
}

impl Operator {
    /// The operator a symbol stands for, and how strongly it binds.
    pub(super) fn of(symbol: &str) -> Option<(Self, u8)> {
        Some(match symbol {
            "||" => (Self::Or, 1),
            "&&" => (Self::And, 2),
            "=" | "==" => (Self::Equal, 3),
            "<>" | "!=" => (Self::NotEqual, 3),
            "<" => (Self::Less, 4),
            "<=" => (Self::LessOrEqual, 4),
            ">" => (Self::Greater, 4),
            ">=" => (Self::GreaterOrEqual, 4),
            "+" => (Self::Add, 5),
            "-" => (Self::Subtract, 5),
            "&" => (Self::Join, 5),
            "*" => (Self::Multiply, 6),
            "/" => (Self::Divide, 6),
            "^" => (Self::Power, 7),
            _ => return None,
        })
    }

    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Join => "&",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
        }
    }
}
