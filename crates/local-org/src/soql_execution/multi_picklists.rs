//! Filters on fields that hold several values between semicolons.

use crate::storage::SOQL_LIKE;

/// SQL that holds where the field has every value of `text`.
pub(crate) fn includes(sql: &str, text: &str, bind: &mut dyn FnMut(String) -> String) -> String {
    let parts: Vec<String> = values(text)
        .map(|value| format!("{SOQL_LIKE}({}, ';' || {sql} || ';')", bind(format!("%;{};%", escaped(value)))))
        .collect();
    if parts.is_empty() { format!("{sql} IS NULL") } else { format!("({})", parts.join(" AND ")) }
}

/// SQL that holds where the field has exactly the values of `text`, in any order.
pub(crate) fn equals(sql: &str, text: &str, bind: &mut dyn FnMut(String) -> String) -> String {
    let semicolons = values(text).count().saturating_sub(1);
    let includes = includes(sql, text, bind);
    format!("({includes} AND length({sql}) - length(replace({sql}, ';', '')) = {semicolons})")
}

fn values(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|value| !value.is_empty())
}

/// A value as a pattern that only it matches.
fn escaped(value: &str) -> String {
    let mut pattern = String::new();
    for character in value.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
