//! Rules from a file: TOML with a `[[fault]]` for each, or JSON with an array of them, bare or under `fault`.
//! Errors name the line.

use std::path::Path;

use serde::Deserialize;

use crate::faults::rule::FaultRule;

/// Why a file of faults cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FaultFileError {
    /// The file cannot be read.
    #[error("could not read the faults in {path}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the machine said.
        #[source]
        cause: std::io::Error,
    },
    /// Its text is not one of rules.
    #[error("the faults in {path} cannot be understood: {problem}")]
    Misunderstood {
        /// The file.
        path: String,
        /// What is wrong, with the line.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultFile {
    #[serde(default, alias = "faults")]
    fault: Vec<FaultRule>,
}

/// The rules in a file.
pub(super) fn read_file(path: &Path) -> Result<Vec<FaultRule>, FaultFileError> {
    let shown = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|cause| FaultFileError::Unreadable { path: shown.clone(), cause })?;
    rules_in(&text).map_err(|problem| FaultFileError::Misunderstood { path: shown, problem })
}

/// One rule in JSON, checked.
pub(crate) fn read_rule(json: &[u8]) -> Result<FaultRule, String> {
    let rule: FaultRule = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    rule.problem().map_or(Ok(rule), Err)
}

fn rules_in(text: &str) -> Result<Vec<FaultRule>, String> {
    let rules = match text.trim_start().chars().next() {
        Some('[') if !text.trim_start().starts_with("[[") => {
            serde_json::from_str::<Vec<FaultRule>>(text).map_err(|error| error.to_string())?
        }
        Some('{') => serde_json::from_str::<FaultFile>(text).map_err(|error| error.to_string())?.fault,
        _ => toml::from_str::<FaultFile>(text).map_err(|error| error.to_string().trim_end().to_owned())?.fault,
    };
    let problem =
        rules.iter().enumerate().find_map(|(at, rule)| Some(format!("fault {}: {}", at + 1, rule.problem()?)));
    problem.map_or(Ok(rules), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
# Every tenth write of a Lead is locked, and queries are slow.
[[fault]]
match = { method = "POST", object = "Lead", every = 10, seed = 7 }
action.error = "UNABLE_TO_LOCK_ROW"

[[fault]]
match.path_contains = "/query"
action.latency.normal = { mean = 200, deviation = 50 }
"#;

    #[test]
    fn both_forms_give_the_same_rules() {
        let rules = rules_in(FILE).unwrap();
        assert_eq!((rules.len(), rules[0].matches.every), (2, Some(10)));
        assert_eq!(rules_in(&serde_json::to_string(&rules).unwrap()).unwrap(), rules);
        let under_a_key = serde_json::to_string_pretty(&serde_json::json!({"fault": rules})).unwrap();
        assert_eq!(rules_in(&under_a_key).unwrap(), rules);
        assert_eq!(rules_in("").unwrap(), []);
    }

    #[test]
    fn errors_name_the_line_or_the_rule() {
        let misspelt = FILE.replace("every = 10", "evry = 10");
        let error = rules_in(&misspelt).unwrap_err();
        assert!(error.contains("line 4") && error.contains("unknown field `evry`"), "{error}");
        let unknown = FILE.replace("UNABLE_TO_LOCK_ROW", "LOCKED_ROW");
        let error = rules_in(&unknown).unwrap_err();
        assert!(error.contains("line 5") && error.contains("UNABLE_TO_LOCK_ROW"), "{error}");
        let error = rules_in("[{\"action\": {\"error\": \"NOT_FOUND\"}},\n {\"acton\": 1}]").unwrap_err();
        assert!(error.contains("unknown field `acton`") && error.contains("line 2"), "{error}");
        let error = rules_in("[[fault]]\naction.throttle = {}").unwrap_err();
        assert_eq!(error, "fault 1: action.throttle needs `requests_per_second` or `concurrent`");
    }
}
