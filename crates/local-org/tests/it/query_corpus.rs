//! The corpus of the grammar put to the org: every good query is run or refused for a reason, every bad one is refused.

use std::path::{Path, PathBuf};

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::Caller;

/// Why a query of the grammar may be refused: it names what this org lacks, or what no field of that type can do.
const REASONS: [&str; 6] = [
    "INVALID_TYPE",
    "INVALID_FIELD",
    "INVALID_QUERY_FILTER_OPERATOR",
    "MALFORMED_QUERY",
    "FUNCTIONALITY_NOT_ENABLED",
    "NUMBER_OUTSIDE_VALID_RANGE",
];

fn lines(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../soql/tests/corpus").join(folder);
    let files: Vec<PathBuf> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn code(body: &Value) -> &str {
    body[0]["errorCode"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn every_query_of_the_grammar_is_answered() {
    let caller = Caller::new().await;
    let (mut run, mut refused) = (0, Vec::new());
    for soql in lines("good") {
        match caller.query(&soql).await {
            (StatusCode::OK, _) => run += 1,
            (StatusCode::BAD_REQUEST, body) if REASONS.contains(&code(&body)) => refused.push(soql),
            (status, body) => panic!("{soql}: {status} {body}"),
        }
    }
    assert!(run > 400, "{run} were run; refused: {refused:#?}");
}

#[tokio::test]
async fn every_query_outside_the_grammar_is_malformed() {
    let caller = Caller::new().await;
    for line in lines("bad") {
        let soql = line.splitn(3, '\t').last().unwrap().replace('⏎', "\n");
        let (status, body) = caller.query(&soql).await;
        assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "MALFORMED_QUERY"), "{soql}: {body}");
    }
}
