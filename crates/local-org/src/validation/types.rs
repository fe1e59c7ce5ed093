//! Whether a formula fits together: fields that exist, functions and operators given what they take. Refuses to compute.

use crate::validation::FormulaError;
use crate::validation::functions::Function;
use crate::validation::tree::{Expression, Node, Operator};
use crate::validation::value::Value;

/// What a formula sees in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text,
    Number,
    Boolean,
    Date,
    DateTime,
    Picklist,
    MultiPicklist,
}

/// The fields a formula may name.
pub(crate) trait FieldLookup {
    /// What is at the end of this path; nothing when a part of it is unknown.
    fn kind_of(&self, path: &[String]) -> Option<FieldKind>;
}

/// What an expression comes to. `Any` is the blank, which goes with everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Field(FieldKind),
}

const TEXT: Kind = Kind::Field(FieldKind::Text);
const NUMBER: Kind = Kind::Field(FieldKind::Number);
const BOOLEAN: Kind = Kind::Field(FieldKind::Boolean);
const DATE: Kind = Kind::Field(FieldKind::Date);
const DATE_TIME: Kind = Kind::Field(FieldKind::DateTime);
const PICKLIST: Kind = Kind::Field(FieldKind::Picklist);
const MULTI_PICKLIST: Kind = Kind::Field(FieldKind::MultiPicklist);

pub(super) fn check_condition(expression: &Expression, fields: &impl FieldLookup) -> Result<(), FormulaError> {
    let kind = kind_of(expression, fields)?;
    if fits(kind, BOOLEAN) {
        return Ok(());
    }
    let message =
        format!("Formula result is data type ({}), incompatible with expected data type (true or false).", shown(kind));
    Err(FormulaError::at(expression.position, message))
}

fn kind_of(expression: &Expression, fields: &impl FieldLookup) -> Result<Kind, FormulaError> {
    match &expression.node {
        Node::Literal(value) => Ok(literal(value)),
        Node::Field(path) => fields.kind_of(path).map(Kind::Field).ok_or_else(|| unknown(expression, path)),
        Node::Not(inner) => expect(inner, &[BOOLEAN], "operator '!'", fields).map(|_| BOOLEAN),
        Node::Negative(inner) => expect(inner, &[NUMBER], "operator '-'", fields).map(|_| NUMBER),
        Node::Binary(operator, left, right) => binary(*operator, left, right, fields),
        Node::Call(function, given) => call(expression, *function, given, fields),
    }
}

fn literal(value: &Value) -> Kind {
    match value {
        Value::Blank => Kind::Any,
        Value::Text(_) => TEXT,
        Value::Number(_) => NUMBER,
        Value::Boolean(_) => BOOLEAN,
        Value::Date(_) => DATE,
        Value::DateTime(_) => DATE_TIME,
    }
}

fn binary(
    operator: Operator,
    left: &Expression,
    right: &Expression,
    fields: &impl FieldLookup,
) -> Result<Kind, FormulaError> {
    let of = format!("operator '{}'", operator.symbol());
    let both = |allowed: &[Kind]| -> Result<(Kind, Kind), FormulaError> {
        Ok((expect(left, allowed, &of, fields)?, expect(right, allowed, &of, fields)?))
    };
    match operator {
        Operator::Or | Operator::And => both(&[BOOLEAN]).map(|_| BOOLEAN),
        Operator::Join => both(&[TEXT]).map(|_| TEXT),
        Operator::Multiply | Operator::Divide | Operator::Power => both(&[NUMBER]).map(|_| NUMBER),
        Operator::Add | Operator::Subtract => {
            let (first, second) = both(&[NUMBER, TEXT, DATE, DATE_TIME])?;
            sum(operator, first, second).ok_or_else(|| mismatch(right, &of, first, second))
        }
        Operator::Equal | Operator::NotEqual => {
            let (first, second) = both(&[NUMBER, TEXT, DATE, DATE_TIME, BOOLEAN])?;
            if fits(first, second) { Ok(BOOLEAN) } else { Err(mismatch(right, &of, first, second)) }
        }
        _ => {
            let (first, second) = both(&[NUMBER, TEXT, DATE, DATE_TIME])?;
            if fits(first, second) { Ok(BOOLEAN) } else { Err(mismatch(right, &of, first, second)) }
        }
    }
}

/// What plus and minus come to: numbers, joined text, a day moved, the days between two.
fn sum(operator: Operator, left: Kind, right: Kind) -> Option<Kind> {
    match (left, right) {
        (Kind::Any, other) | (other, Kind::Any) => Some(other),
        (NUMBER, NUMBER) => Some(NUMBER),
        (TEXT, TEXT) if operator == Operator::Add => Some(TEXT),
        (DATE | DATE_TIME, NUMBER) => Some(left),
        (NUMBER, DATE | DATE_TIME) if operator == Operator::Add => Some(right),
        (DATE, DATE) | (DATE_TIME, DATE_TIME) if operator == Operator::Subtract => Some(NUMBER),
        _ => None,
    }
}

fn call(
    whole: &Expression,
    function: Function,
    given: &[Expression],
    fields: &impl FieldLookup,
) -> Result<Kind, FormulaError> {
    let of = format!("function '{}()'", function.name());
    let each = |allowed: &[Kind]| given.iter().try_for_each(|part| expect(part, allowed, &of, fields).map(drop));
    let nth = |at: usize, allowed: &[Kind]| match given.get(at) {
        Some(part) => expect(part, allowed, &of, fields),
        None => Ok(Kind::Any),
    };
    match function {
        Function::And | Function::Or | Function::Not => each(&[BOOLEAN]).map(|()| BOOLEAN),
        Function::Begins | Function::Contains => each(&[TEXT]).map(|()| BOOLEAN),
        Function::Regex => regex(given, &of, fields),
        Function::Abs
        | Function::Ceiling
        | Function::Floor
        | Function::Round
        | Function::Mod
        | Function::Max
        | Function::Min => each(&[NUMBER]).map(|()| NUMBER),
        Function::Date => each(&[NUMBER]).map(|()| DATE),
        Function::DateValue => each(&[TEXT, DATE, DATE_TIME]).map(|()| DATE),
        Function::Day | Function::Month | Function::Year => each(&[DATE]).map(|()| NUMBER),
        Function::Find => {
            nth(0, &[TEXT])?;
            nth(1, &[TEXT])?;
            nth(2, &[NUMBER]).map(|_| NUMBER)
        }
        Function::Includes => {
            nth(0, &[MULTI_PICKLIST])?;
            nth(1, &[TEXT]).map(|_| BOOLEAN)
        }
        Function::IsPickVal => {
            nth(0, &[PICKLIST])?;
            nth(1, &[TEXT]).map(|_| BOOLEAN)
        }
        Function::IsNew | Function::IsBlank => {
            given.iter().try_for_each(|part| kind_of(part, fields).map(drop)).map(|()| BOOLEAN)
        }
        Function::IsChanged => own_field(given, &of, fields).map(|_| BOOLEAN),
        Function::PriorValue => own_field(given, &of, fields),
        Function::IsNumber => each(&[TEXT]).map(|()| BOOLEAN),
        Function::Left | Function::Right | Function::Mid => {
            nth(0, &[TEXT])?;
            nth(1, &[NUMBER])?;
            nth(2, &[NUMBER]).map(|_| TEXT)
        }
        Function::Len => each(&[TEXT]).map(|()| NUMBER),
        Function::Lower | Function::Upper | Function::Trim | Function::Substitute => each(&[TEXT]).map(|()| TEXT),
        Function::Now => Ok(DATE_TIME),
        Function::Today => Ok(DATE),
        Function::Text => each(&[PICKLIST, NUMBER, DATE, DATE_TIME]).map(|()| TEXT),
        Function::Value => each(&[TEXT]).map(|()| NUMBER),
        Function::BlankValue => alike(given.iter(), &of, fields),
        Function::If => {
            nth(0, &[BOOLEAN])?;
            alike(given.iter().skip(1), &of, fields)
        }
        Function::Case => case(whole, given, &of, fields),
    }
}

/// `CASE(value, when, then, …, otherwise)`.
fn case(whole: &Expression, given: &[Expression], of: &str, fields: &impl FieldLookup) -> Result<Kind, FormulaError> {
    let Some((value, rest)) = given.split_first() else { return Ok(Kind::Any) };
    let Some((otherwise, pairs)) = rest.split_last() else { return Ok(Kind::Any) };
    let looked_at = match kind_of(value, fields)? {
        PICKLIST => TEXT,
        kind => kind,
    };
    for when in pairs.iter().step_by(2) {
        let kind = kind_of(when, fields)?;
        if !fits(kind, looked_at) {
            return Err(mismatch(when, of, looked_at, kind));
        }
    }
    let results = pairs.iter().skip(1).step_by(2).chain([otherwise]);
    alike(results, of, fields).map_err(|error| FormulaError { position: error.position.max(whole.position), ..error })
}

/// The pattern of `REGEX` is checked when it is plain text.
fn regex(given: &[Expression], of: &str, fields: &impl FieldLookup) -> Result<Kind, FormulaError> {
    given.iter().try_for_each(|part| expect(part, &[TEXT], of, fields).map(drop))?;
    if let Some(Expression { position, node: Node::Literal(Value::Text(pattern)), .. }) = given.get(1)
        && crate::validation::text_functions::pattern(pattern).is_none()
    {
        return Err(FormulaError::at(*position, "Invalid regular expression"));
    }
    Ok(BOOLEAN)
}

/// The one field of the record itself that a function looks back at.
fn own_field(given: &[Expression], of: &str, fields: &impl FieldLookup) -> Result<Kind, FormulaError> {
    let Some(part) = given.first() else { return Ok(Kind::Any) };
    let kind = kind_of(part, fields)?;
    match &part.node {
        Node::Field(path) if path.len() == 1 => Ok(kind),
        _ => Err(FormulaError::at(part.position, format!("Incorrect parameter type for {of}. Expected Field"))),
    }
}

/// Results that must be of one kind.
fn alike<'tree>(
    mut parts: impl Iterator<Item = &'tree Expression>,
    of: &str,
    fields: &impl FieldLookup,
) -> Result<Kind, FormulaError> {
    parts.try_fold(Kind::Any, |known, part| {
        let kind = plain(part, kind_of(part, fields)?)?;
        match (known, kind) {
            (Kind::Any, kind) => Ok(kind),
            (known, kind) if fits(known, kind) => Ok(known),
            _ => Err(mismatch(part, of, known, kind)),
        }
    })
}

fn expect(part: &Expression, allowed: &[Kind], of: &str, fields: &impl FieldLookup) -> Result<Kind, FormulaError> {
    let kind = kind_of(part, fields)?;
    if allowed.iter().any(|&allowed| fits(kind, allowed)) {
        return Ok(kind);
    }
    let kind = plain(part, kind)?;
    Err(mismatch(part, of, allowed.first().copied().unwrap_or(Kind::Any), kind))
}

/// A picklist field may stand only where a function asks for one.
fn plain(part: &Expression, kind: Kind) -> Result<Kind, FormulaError> {
    match (&part.node, kind) {
        (Node::Field(path), PICKLIST | MULTI_PICKLIST) => {
            let which = if kind == PICKLIST { "picklist" } else { "multi-select picklist" };
            let field = path.join(".");
            let text = format!(
                "Field {field} is a {which} field. {} fields are only supported in certain functions.",
                if kind == PICKLIST { "Picklist" } else { "Multi-select picklist" }
            );
            Err(FormulaError::at(part.position, text))
        }
        _ => Ok(kind),
    }
}

fn fits(left: Kind, right: Kind) -> bool {
    left == right || left == Kind::Any || right == Kind::Any
}

fn mismatch(part: &Expression, of: &str, expected: Kind, received: Kind) -> FormulaError {
    let text = format!("Incorrect parameter type for {of}. Expected {}, received {}", shown(expected), shown(received));
    FormulaError::at(part.position, text)
}

fn unknown(part: &Expression, path: &[String]) -> FormulaError {
    FormulaError::at(part.position, format!("Field {} does not exist. Check spelling.", path.join(".")))
}

fn shown(kind: Kind) -> &'static str {
    match kind {
        Kind::Any => "Null",
        TEXT => "Text",
        NUMBER => "Number",
        BOOLEAN => "Boolean",
        DATE => "Date",
        DATE_TIME => "DateTime",
        PICKLIST => "Picklist",
        MULTI_PICKLIST => "Multi-Select Picklist",
    }
}
