//! What is not SOQL, in Salesforce's words.

use insta::assert_snapshot;
use salesbridge_soql::parse;

fn error(query: &str) -> String {
    let error = parse(query).expect_err(query);
    assert_eq!(error.code(), "MALFORMED_QUERY");
    error.to_string()
}

#[test]
fn an_error_shows_its_place_with_a_caret() {
    assert_snapshot!(error("SELECT * FROM Account"), @"

    SELECT * FROM Account
           ^
    ERROR at Row:1:Column:8
    unexpected token: '*'
    ");
    assert_snapshot!(error("SELECT Id\nFROM Account WHERE A = 1 AND B = 2 OR C = 3"), @"

    FROM Account WHERE A = 1 AND B = 2 OR C = 3
                                       ^
    ERROR at Row:2:Column:36
    unexpected token: 'OR'
    ");
    assert_snapshot!(error("SELECT Id FROM Account WHERE Name = 'x"), @"

    SELECT Id FROM Account WHERE Name = 'x
                                        ^
    ERROR at Row:1:Column:37
    mismatched character '<EOF>' expecting '''
    ");
}

#[test]
fn a_plain_field_takes_no_alias() {
    for query in ["SELECT Id Name FROM Account", "SELECT DISTINCT Name FROM Account"] {
        assert!(error(query).ends_with("only aggregate expressions use field aliasing"), "{query}");
    }
}

#[test]
fn an_empty_statement_has_no_place() {
    assert_eq!(error(""), "SOQL statements cannot be empty or null");
    assert_eq!(error(" \n"), "SOQL statements cannot be empty or null");
}

#[test]
fn limits_of_length_and_depth_hold() {
    let literal = |length: usize| format!("SELECT Id FROM Account WHERE A = '{}'", "x".repeat(length));
    assert!(parse(&literal(4_000)).is_ok());
    error(&literal(4_001));
    error(&format!("SELECT Id FROM Account{}", " ".repeat(100_000)));
    error(&format!("SELECT Id FROM Account WHERE {}A = 1{}", "(".repeat(40_000), ")".repeat(40_000)));
    error(&format!("SELECT Id FROM Account WHERE {}A = 1", "NOT (".repeat(40_000)));
    error(&format!("SELECT {}Id", "(SELECT ".repeat(12_000)));
    error(&format!("SELECT Id FROM A WHERE {}", "Id IN (SELECT Id FROM A WHERE ".repeat(3_000)));
}

#[test]
fn the_limit_of_subqueries_holds() {
    let query = |count: usize| format!("SELECT Id{} FROM Account", ", (SELECT Id FROM Contacts)".repeat(count));
    assert!(parse(&query(20)).is_ok());
    error(&query(21));
}
