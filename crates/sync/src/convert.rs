//! Fitting a value to the type of its target field.

use chrono::{DateTime, NaiveDate, Utc};
use salesbridge_connector_kit::FieldValue;

/// The value as the field's type wants it, or what is wrong with it.
///
/// Type names are those of Salesforce's describe (Object Reference, "Field Types").
pub(crate) fn convert(value: FieldValue, kind: &str) -> Result<FieldValue, String> {
    match kind {
        "boolean" => boolean(value),
        "int" | "long" => integer(value),
        "double" | "currency" | "percent" => decimal(value),
        "date" => date(value),
        "datetime" => instant(value),
        _ => Ok(FieldValue::Text(value.to_string())),
    }
}

fn boolean(value: FieldValue) -> Result<FieldValue, String> {
    match &value {
        FieldValue::Boolean(_) => Ok(value),
        FieldValue::Integer(0) => Ok(FieldValue::Boolean(false)),
        FieldValue::Integer(1) => Ok(FieldValue::Boolean(true)),
        FieldValue::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(FieldValue::Boolean(true)),
            "false" | "no" | "0" => Ok(FieldValue::Boolean(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        other => Err(format!("`{other}` is neither true nor false")),
    }
}

fn integer(value: FieldValue) -> Result<FieldValue, String> {
    match &value {
        FieldValue::Integer(_) => Ok(value),
        FieldValue::Text(text) => {
            text.trim().parse().map(FieldValue::Integer).map_err(|_| format!("`{text}` is not a whole number"))
        }
        other => Err(format!("`{other}` is not a whole number")),
    }
}

fn decimal(value: FieldValue) -> Result<FieldValue, String> {
    match &value {
        FieldValue::Integer(_) => Ok(value),
        FieldValue::Decimal(number) if number.is_finite() => Ok(value),
        FieldValue::Text(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(FieldValue::Decimal(number)),
            _ => Err(format!("`{text}` is not a number")),
        },
        other => Err(format!("`{other}` is not a number")),
    }
}

fn date(value: FieldValue) -> Result<FieldValue, String> {
    match &value {
        FieldValue::Date(_) => Ok(value),
        FieldValue::Text(text) => text
            .trim()
            .parse::<NaiveDate>()
            .map(FieldValue::Date)
            .map_err(|_| format!("`{text}` is not a date such as 2026-01-31")),
        other => Err(format!("`{other}` is not a date such as 2026-01-31")),
    }
}

fn instant(value: FieldValue) -> Result<FieldValue, String> {
    match &value {
        FieldValue::Instant(_) => Ok(value),
        FieldValue::Text(text) => text
            .trim()
            .parse::<DateTime<Utc>>()
            .map(FieldValue::Instant)
            .map_err(|_| format!("`{text}` is not a date and time such as 2026-01-31T12:00:00Z")),
        other => Err(format!("`{other}` is not a date and time such as 2026-01-31T12:00:00Z")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_or_says_why_not() {
        assert_eq!(convert(FieldValue::Integer(2), "string"), Ok(FieldValue::Text("2".into())), "R77");
        assert_eq!(convert(FieldValue::Text("yes".into()), "boolean"), Ok(FieldValue::Boolean(true)));
        assert_eq!(convert(FieldValue::Text("12x".into()), "double"), Err("`12x` is not a number".into()));
        assert_eq!(convert(FieldValue::Text("NaN".into()), "double"), Err("`NaN` is not a number".into()));
        assert!(convert(FieldValue::Text("31.1.2026".into()), "date").is_err());
    }
}
