//! Choosing one element of a list column.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::DataType;
use salesbridge_connector_kit::FieldValue;
use salesbridge_model::{PickRule, Preference};

use crate::columns::{is_readable, value_at};

/// What is wrong with a rule for a column of this type, or `None`.
pub(crate) fn problem(rule: &PickRule, kind: &DataType) -> Option<String> {
    let DataType::List(element) = kind else {
        return Some(format!("the column `{}` is not a list", rule.column));
    };
    let DataType::Struct(members) = element.data_type() else {
        return Some(format!("the elements of `{}` have no members", rule.column));
    };
    let named = rule.prefer.iter().map(|preference| match preference {
        Preference::IsTrue(member) | Preference::Newest(member) | Preference::Equals { member, .. } => member,
    });
    named
        .chain([&rule.member])
        .find(|member| !members.iter().any(|known| known.name() == *member && is_readable(known.data_type())))
        .map(|member| format!("the elements of `{}` have no member `{member}`", rule.column))
}

/// The member of the chosen element, or `None` when the list is empty or the member has no value.
pub(crate) fn pick(rule: &PickRule, column: &ArrayRef, row: usize) -> Option<FieldValue> {
    if column.is_null(row) {
        return None;
    }
    let list = column.as_list::<i32>().value(row);
    let elements = list.as_struct();
    let best = (0..elements.len()).max_by(|&a, &b| compare(rule, elements, a, b))?;
    value_at(elements.column_by_name(&rule.member)?, best)
}

fn compare(rule: &PickRule, elements: &StructArray, a: usize, b: usize) -> Ordering {
    let by_preference = rule.prefer.iter().map(|preference| by_preference(preference, elements, a, b));
    by_preference
        .fold(Ordering::Equal, Ordering::then)
        // Equal in every preference: the content decides, so that the order of the list does not matter (F7).
        .then_with(|| content(elements, b).cmp(&content(elements, a)))
}

fn by_preference(preference: &Preference, elements: &StructArray, a: usize, b: usize) -> Ordering {
    let value = |member: &str, element| elements.column_by_name(member).and_then(|column| value_at(column, element));
    match preference {
        Preference::IsTrue(member) => {
            let is_true = |element| value(member, element) == Some(FieldValue::Boolean(true));
            is_true(a).cmp(&is_true(b))
        }
        Preference::Equals { member, text } => {
            let equals = |element| value(member, element).is_some_and(|value| value.to_string() == *text);
            equals(a).cmp(&equals(b))
        }
        Preference::Newest(member) => {
            let time = |element| match value(member, element) {
                Some(FieldValue::Instant(instant)) => Some(instant),
                Some(FieldValue::Date(day)) => day.and_hms_opt(0, 0, 0).map(|midnight| midnight.and_utc()),
                _ => None,
            };
            time(a).cmp(&time(b))
        }
    }
}

fn content(elements: &StructArray, element: usize) -> Vec<Option<String>> {
    elements.columns().iter().map(|column| value_at(column, element).map(|value| value.to_string())).collect()
}
