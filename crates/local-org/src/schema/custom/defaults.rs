//! Default values of custom fields. A default is a formula; this org knows those that are literals, and refuses the others
//! rather than forget them.

use serde_json::Value;

use crate::answers::Fault;
use crate::schema::custom::wire::FieldMetadata;
use crate::schema::custom::{Kind, not_here};

/// The formula as it was written.
pub(crate) fn formula(metadata: &FieldMetadata) -> Option<String> {
    match metadata.default_value.as_ref()? {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The value the formula comes to.
pub(crate) fn value(metadata: &FieldMetadata, kind: Kind) -> Result<Option<Value>, Fault> {
    let formula = formula(metadata);
    if kind == Kind::Checkbox {
        return Ok(Some(Value::Bool(formula.is_some_and(|text| text.trim().eq_ignore_ascii_case("true")))));
    }
    let Some(formula) = formula else { return Ok(None) };
    let text = formula.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let literal = match quoted {
        Some(inner) if !inner.contains(['"', '\'']) && !kind.is_number() => Some(Value::String(inner.to_owned())),
        _ if kind.is_number() => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        _ => None,
    };
    literal.map(Some).ok_or_else(|| not_here(format!("The local org works out no default values but literals: {text}")))
}
