//! Tokens of a formula to a tree. Refuses to know whether fields exist.

use crate::validation::FormulaError;
use crate::validation::functions::Function;
use crate::validation::lexer::{Placed, Token, shown, tokens};
use crate::validation::tree::{Expression, Node, Operator};
use crate::validation::value::Value;

/// The deepest nesting that is read. Salesforce's own limit is the compiled size, which this org does not measure.
const DEEPEST: usize = 64;
const DEEPEST_TREE: usize = 256;

pub(super) fn parse(text: &str) -> Result<Expression, FormulaError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.chars().count(), depth: 0 };
    let expression = parser.binary(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    /// Operators that bind at least as strongly as `weakest`, from left to right.
    fn binary(&mut self, weakest: u8) -> Result<Expression, FormulaError> {
        self.deeper()?;
        let mut left = self.unary()?;
        while let Some((operator, strength)) = self.operator().filter(|(_, strength)| *strength >= weakest) {
            self.at += 1;
            let right = self.binary(strength + 1)?;
            left = built(left.position, Node::Binary(operator, Box::new(left), Box::new(right)))?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        match self.peek()? {
            Token::Symbol(symbol) => Operator::of(symbol),
            _ => None,
        }
    }

    fn unary(&mut self) -> Result<Expression, FormulaError> {
        let position = self.position();
        let make: fn(Box<Expression>) -> Node = match self.peek() {
            Some(Token::Symbol("!")) => Node::Not,
            Some(Token::Symbol("-")) => Node::Negative,
            _ => return self.primary(),
        };
        self.deeper()?;
        self.at += 1;
        let inner = self.unary()?;
        self.depth -= 1;
        built(position, make(Box::new(inner)))
    }

    fn primary(&mut self) -> Result<Expression, FormulaError> {
        let position = self.position();
        let Some(token) = self.peek().cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        let node = match token {
            Token::Text(text) => Node::Literal(Value::Text(text)),
            Token::Number(number) => Node::Literal(Value::Number(number)),
            Token::Symbol("(") => {
                let inner = self.binary(0)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Name(name) if self.is_symbol("(") => self.call(&name, position)?,
            Token::Name(name) => named(&name),
            Token::Symbol(_) => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        };
        built(position, node)
    }

    fn call(&mut self, name: &str, position: usize) -> Result<Node, FormulaError> {
        let function = Function::named(name).ok_or_else(|| {
            FormulaError::at(position, format!("Unknown function {}. Check spelling.", name.to_uppercase()))
        })?;
        self.at += 1;
        let mut given = Vec::new();
        if !self.is_symbol(")") {
            given.push(self.binary(0)?);
            while self.is_symbol(",") {
                self.at += 1;
                given.push(self.binary(0)?);
            }
        }
        self.expect(")")?;
        function.check_count(given.len()).map_err(|message| FormulaError::at(position, message))?;
        Ok(Node::Call(function, given))
    }

    fn expect(&mut self, symbol: &str) -> Result<(), FormulaError> {
        if self.is_symbol(symbol) {
            self.at += 1;
            return Ok(());
        }
        Err(FormulaError::at(self.position(), format!("Syntax error.  Missing '{symbol}'")))
    }

    fn is_symbol(&self, expected: &str) -> bool {
        matches!(self.peek(), Some(Token::Symbol(symbol)) if *symbol == expected)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |placed| placed.position)
    }

    fn unexpected(&self) -> FormulaError {
        let text = match self.peek() {
            Some(token) => format!("Syntax error.  Found '{}'", shown(token)),
            None => "Syntax error.  Missing expression".to_owned(),
        };
        FormulaError::at(self.position(), text)
    }

    fn deeper(&mut self) -> Result<(), FormulaError> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(too_deep(self.position())) } else { Ok(()) }
    }
}

/// A part with its depth: chains of operators lean to one side as deep as they are long.
fn built(position: usize, node: Node) -> Result<Expression, FormulaError> {
    let depth = 1 + match &node {
        Node::Literal(_) | Node::Field(_) => 0,
        Node::Call(_, given) => given.iter().map(|part| part.depth).max().unwrap_or(0),
        Node::Not(inner) | Node::Negative(inner) => inner.depth,
        Node::Binary(_, left, right) => left.depth.max(right.depth),
    };
    if depth > DEEPEST_TREE { Err(too_deep(position)) } else { Ok(Expression { position, depth, node }) }
}

fn too_deep(position: usize) -> FormulaError {
    FormulaError::at(position, "Formula is nested too deeply")
}

/// A literal word or a field.
fn named(name: &str) -> Node {
    match name.to_ascii_uppercase().as_str() {
        "TRUE" => Node::Literal(Value::Boolean(true)),
        "FALSE" => Node::Literal(Value::Boolean(false)),
        "NULL" => Node::Literal(Value::Blank),
        _ => Node::Field(name.split('.').map(str::to_owned).collect()),
    }
}
