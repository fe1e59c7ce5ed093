//! What is wrong with a parameter or with a field of a body, in a sentence for people: the field, what was given, and what belongs there.

use std::error::Error;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use salesbridge_hub::FieldProblem;

/// What is wrong with a body that is JSON but not what was expected.
pub(crate) fn of_body(rejection: &JsonRejection) -> Option<FieldProblem> {
    let error: &serde_path_to_error::Error<serde_json::Error> = source(rejection)?;
    // The parser says where in the text it was; people look for the field.
    let message = error.inner().to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Some(told(&error.path().to_string(), message))
}

/// What is wrong with the parameters in an address.
pub(crate) fn of_query(rejection: &QueryRejection) -> Option<FieldProblem> {
    let error: &serde_path_to_error::Error<serde::de::value::Error> = source(rejection)?;
    Some(told(&error.path().to_string(), &error.inner().to_string()))
}

fn source<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// A problem of the parser, in the words of the API.
fn told(path: &str, message: &str) -> FieldProblem {
    let within = |name: &str| match path {
        "" | "." | "?" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    for (start, sentence) in [("missing field `", "is missing"), ("duplicate field `", "is given twice")] {
        if let Some(name) = message.strip_prefix(start).and_then(|rest| rest.strip_suffix('`')) {
            return FieldProblem { field: within(name), message: sentence.to_owned() };
        }
    }
    if let Some((name, known)) = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, ")) {
        let known = known.replace("expected one of ", "known are ").replace("expected ", "known is ");
        return FieldProblem { field: within(name), message: format!("is not known here; {known}") };
    }
    let field = if matches!(path, "" | "." | "?") { "(all)".to_owned() } else { path.to_owned() };
    FieldProblem { field, message: sentence(message) }
}

fn sentence(message: &str) -> String {
    if let Some((given, known)) = message.strip_prefix("unknown variant `").and_then(|rest| rest.split_once("`, ")) {
        let known = known.replace("expected one of ", "").replace("expected ", "");
        return format!("`{given}` is not known; it has to be one of {known}");
    }
    let kinds = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    if let Some((given, expected)) = kinds.and_then(|rest| rest.rsplit_once(", expected ")) {
        return format!("has to be {}; {} was given", kind_of(expected), kind_of(given));
    }
    match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "has to be a whole number".to_owned()
        }
        "number too large to fit in target type" | "number too small to fit in target type" => {
            "is a number that is out of range".to_owned()
        }
        "provided string was not `true` or `false`" => "has to be `true` or `false`".to_owned(),
        "input is out of range"
        | "premature end of input"
        | "input contains invalid characters"
        | "trailing input"
        | "input is not enough for unique date and time" => {
            "has to be an instant such as `2026-03-01T00:00:00Z`".to_owned()
        }
        other => other.to_owned(),
    }
}

/// A type of the parser as people call it.
fn kind_of(kind: &str) -> String {
    let plain = match kind {
        "unit" | "null" | "Option value" => "nothing",
        "map" => "an object",
        "sequence" | "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "`true` or `false`",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i32" | "i64" => "a whole number",
        "an RFC 3339 formatted date and time string" => "an instant such as `2026-03-01T00:00:00Z`",
        kind if kind.starts_with("struct ") || kind.starts_with("internally tagged enum ") => "an object",
        // What was given may be long, or a secret in the wrong place: its kind says enough.
        kind if kind.starts_with("string ") => "a text",
        kind if kind.starts_with("integer ") || kind.starts_with("floating point ") => "a number",
        kind if kind.starts_with("boolean ") => "`true` or `false`",
        "a string" => "a text",
        kind => kind,
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::told;

    fn in_words(path: &str, message: &str) -> String {
        let problem = told(path, message);
        format!("{} {}", problem.field, problem.message)
    }

    #[test]
    fn parsers_are_made_to_speak_to_people() {
        assert_eq!(in_words(".", "missing field `name`"), "name is missing");
        assert_eq!(in_words("phones[0]", "missing field `number`"), "phones[0].number is missing");
        let unknown = in_words("nmae", "unknown field `nmae`, expected one of `name`, `caption`");
        assert_eq!(unknown, "nmae is not known here; known are `name`, `caption`");
        let wrong = in_words("name", "invalid type: integer `1`, expected a string");
        assert_eq!(wrong, "name has to be a text; a number was given");
        assert_eq!(in_words("limit", "invalid digit found in string"), "limit has to be a whole number");
        let variant = in_words("state", "unknown variant `lost`, expected one of `due`, `refused`");
        assert_eq!(variant, "state `lost` is not known; it has to be one of `due`, `refused`");
    }

    #[test]
    fn what_was_given_is_not_repeated() {
        let told = in_words("confirmed", "invalid type: string \"hunter2\", expected a boolean");
        assert_eq!(told, "confirmed has to be `true` or `false`; a text was given");
    }
}
