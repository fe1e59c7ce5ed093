//! The value of a formula for one record. Blanks: equal to empty text, in no order with anything, and whatever is computed
//! from a blank number or date is blank. Refuses to fail: what cannot be worked out is blank.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use crate::validation::dates;
use crate::validation::functions::Function;
use crate::validation::text_functions as text;
use crate::validation::tree::{Expression, Node, Operator};
use crate::validation::value::Value;

/// The record a formula looks at.
pub(crate) trait Subject {
    /// The value at the end of a path.
    fn value(&self, path: &[String]) -> Value;
    /// The value before this save; of a new record, the value now.
    fn prior_value(&self, path: &[String]) -> Value;
    fn is_new(&self) -> bool;
    fn now(&self) -> DateTime<Utc>;
}

pub(super) fn evaluate(expression: &Expression, subject: &impl Subject) -> Value {
    match &expression.node {
        Node::Literal(value) => value.clone(),
        Node::Field(path) => subject.value(path),
        Node::Not(inner) => Value::Boolean(!evaluate(inner, subject).is_true()),
        Node::Negative(inner) => numeric(&evaluate(inner, subject), |number| -number),
        Node::Binary(operator, left, right) => binary(*operator, left, right, subject),
        Node::Call(function, given) => call(*function, given, subject),
    }
}

fn binary(operator: Operator, left: &Expression, right: &Expression, subject: &impl Subject) -> Value {
    let value = |part| evaluate(part, subject);
    match operator {
        Operator::Or => Value::Boolean(value(left).is_true() || value(right).is_true()),
        Operator::And => Value::Boolean(value(left).is_true() && value(right).is_true()),
        Operator::Equal => Value::Boolean(value(left).equals(&value(right))),
        Operator::NotEqual => Value::Boolean(!value(left).equals(&value(right))),
        Operator::Less => ordered(&value(left), &value(right), Ordering::is_lt),
        Operator::LessOrEqual => ordered(&value(left), &value(right), Ordering::is_le),
        Operator::Greater => ordered(&value(left), &value(right), Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(&value(left), &value(right), Ordering::is_ge),
        Operator::Join => Value::Text(value(left).as_text() + &value(right).as_text()),
        Operator::Add => sum(&value(left), &value(right)),
        Operator::Subtract => difference(&value(left), &value(right)),
        Operator::Multiply => numbers(&value(left), &value(right), |left, right| left * right),
        Operator::Divide => numbers(&value(left), &value(right), |left, right| left / right),
        Operator::Power => numbers(&value(left), &value(right), f64::powf),
    }
}

fn ordered(left: &Value, right: &Value, holds: fn(Ordering) -> bool) -> Value {
    Value::Boolean(left.compare(right).is_some_and(holds))
}

fn sum(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Text(_), _) | (_, Value::Text(_)) => Value::Text(left.as_text() + &right.as_text()),
        (Value::Date(_) | Value::DateTime(_), Value::Number(days)) => dates::moved(left, *days),
        (Value::Number(days), Value::Date(_) | Value::DateTime(_)) => dates::moved(right, *days),
        _ => numbers(left, right, |left, right| left + right),
    }
}

fn difference(left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Date(_) | Value::DateTime(_), Value::Number(days)) => dates::moved(left, -days),
        (Value::Date(_) | Value::DateTime(_), _) => dates::between(left, right),
        _ => numbers(left, right, |left, right| left - right),
    }
}

fn call(function: Function, given: &[Expression], subject: &impl Subject) -> Value {
    let value = |at: usize| given.get(at).map_or(Value::Blank, |part| evaluate(part, subject));
    let text_of = |at: usize| value(at).as_text();
    let number_of = |at: usize| value(at).number();
    let is_true = |part: &Expression| evaluate(part, subject).is_true();
    match function {
        Function::And => Value::Boolean(given.iter().all(is_true)),
        Function::Or => Value::Boolean(given.iter().any(is_true)),
        Function::Not => Value::Boolean(!value(0).is_true()),
        Function::If => value(if value(0).is_true() { 1 } else { 2 }),
        Function::Case => case(given, subject),
        Function::IsBlank => Value::Boolean(value(0).is_blank()),
        Function::BlankValue => Some(value(0)).filter(|value| !value.is_blank()).unwrap_or_else(|| value(1)),
        Function::IsNew => Value::Boolean(subject.is_new()),
        Function::IsChanged => Value::Boolean(is_changed(given, subject)),
        Function::PriorValue => own_path(given).map_or(Value::Blank, |path| subject.prior_value(path)),
        // Without case, as picklist values compare.
        Function::IsPickVal => Value::Boolean(text_of(0).to_lowercase() == text_of(1).to_lowercase()),
        Function::Includes => Value::Boolean(text::includes(&text_of(0), &text_of(1))),
        Function::Begins => Value::Boolean(text_of(0).starts_with(&text_of(1))),
        Function::Contains => Value::Boolean(text_of(0).contains(&text_of(1))),
        Function::Regex => Value::Boolean(text::pattern(&text_of(1)).is_some_and(|is| is.is_match(&text_of(0)))),
        Function::IsNumber => Value::Boolean(!text::number(&text_of(0)).is_blank()),
        Function::Len => Value::Number(text::length(text_of(0).chars().count())),
        Function::Left => text::left(&text_of(0), number_of(1).unwrap_or(0.0)),
        Function::Right => text::right(&text_of(0), number_of(1).unwrap_or(0.0)),
        Function::Mid => text::middle(&text_of(0), number_of(1).unwrap_or(0.0), number_of(2).unwrap_or(0.0)),
        Function::Find => text::find(&text_of(0), &text_of(1), number_of(2).unwrap_or(1.0)),
        Function::Lower => Value::Text(text_of(0).to_lowercase()),
        Function::Upper => Value::Text(text_of(0).to_uppercase()),
        Function::Trim => Value::Text(text_of(0).trim().to_owned()),
        Function::Substitute => substitute(&text_of(0), &text_of(1), &text_of(2)),
        Function::Text => Value::Text(text_of(0)),
        Function::Value => text::number(&text_of(0)),
        Function::Abs => numeric(&value(0), f64::abs),
        Function::Ceiling => numeric(&value(0), f64::ceil),
        Function::Floor => numeric(&value(0), f64::floor),
        Function::Round => numbers(&value(0), &value(1), round),
        Function::Mod => numbers(&value(0), &value(1), |left, right| left - right * (left / right).floor()),
        Function::Max => extreme(given, subject, f64::max),
        Function::Min => extreme(given, subject, f64::min),
        Function::Now => Value::DateTime(subject.now()),
        Function::Today => Value::Date(subject.now().date_naive()),
        Function::Date => match (number_of(0), number_of(1), number_of(2)) {
            (Some(year), Some(month), Some(day)) => dates::date(year, month, day),
            _ => Value::Blank,
        },
        Function::DateValue => dates::date_value(&value(0)),
        Function::Day => dates::part(&value(0), dates::day),
        Function::Month => dates::part(&value(0), dates::month),
        Function::Year => dates::part(&value(0), dates::year),
    }
}

fn case(given: &[Expression], subject: &impl Subject) -> Value {
    let Some((value, rest)) = given.split_first() else { return Value::Blank };
    let value = evaluate(value, subject);
    let mut pairs = rest.chunks_exact(2);
    let chosen = pairs.find_map(|pair| match pair {
        [when, then] if evaluate(when, subject).equals(&value) => Some(then),
        _ => None,
    });
    chosen.or_else(|| rest.last()).map_or(Value::Blank, |part| evaluate(part, subject))
}

fn is_changed(given: &[Expression], subject: &impl Subject) -> bool {
    let changed = |path: &[String]| !subject.value(path).equals(&subject.prior_value(path));
    !subject.is_new() && own_path(given).is_some_and(changed)
}

fn own_path(given: &[Expression]) -> Option<&[String]> {
    match &given.first()?.node {
        Node::Field(path) => Some(path),
        _ => None,
    }
}

/// Everywhere; empty text is nowhere to be found.
fn substitute(text: &str, old: &str, new: &str) -> Value {
    Value::Text(if old.is_empty() { text.to_owned() } else { text.replace(old, new) })
}

fn round(number: f64, places: f64) -> f64 {
    let unit = 10_f64.powf(places.trunc().clamp(-15.0, 15.0));
    (number * unit).round() / unit
}

fn extreme(given: &[Expression], subject: &impl Subject, choose: fn(f64, f64) -> f64) -> Value {
    let numbers = given.iter().filter_map(|part| evaluate(part, subject).number());
    numbers.reduce(choose).map_or(Value::Blank, Value::of_number)
}

fn numeric(value: &Value, change: fn(f64) -> f64) -> Value {
    value.number().map_or(Value::Blank, |number| Value::of_number(change(number)))
}

fn numbers(left: &Value, right: &Value, combine: fn(f64, f64) -> f64) -> Value {
    match (left.number(), right.number()) {
        (Some(left), Some(right)) => Value::of_number(combine(left, right)),
        _ => Value::Blank,
    }
}
