//! What holds for any tree and any text.

use proptest::prelude::*;
use salesbridge_soql::parse;

use crate::generators::query;

proptest! {
    #[test]
    fn a_printed_tree_parses_to_the_same_tree(text in query()) {
        let tree = parse(&text).expect("generated queries are valid");
        let printed = tree.to_string();
        let again = parse(&printed).expect("a printed tree is valid");
        prop_assert_eq!(again.to_string(), printed.clone());
        prop_assert_eq!(again, tree, "{}", printed);
    }

    #[test]
    fn words_in_any_order_are_answered_without_a_panic(words in prop::collection::vec(word_of_the_language(), 0..40)) {
        drop(parse(&words.join(" ")));
        drop(parse(&words.concat()));
    }

    #[test]
    fn any_text_is_answered_without_a_panic(text in any::<String>()) {
        drop(parse(&text));
    }

    #[test]
    fn a_damaged_query_is_answered_without_a_panic(text in query(), at in any::<prop::sample::Index>(), junk in any::<char>()) {
        let mut characters: Vec<char> = text.chars().collect();
        let place = at.index(characters.len());
        characters[place] = junk;
        let damaged: String = characters.into_iter().collect();
        if let Err(error) = parse(&damaged) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

/// Pieces that mean something somewhere.
fn word_of_the_language() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "AND",
        "OR",
        "NOT",
        "IN",
        "LIKE",
        "INCLUDES",
        "GROUP",
        "BY",
        "ROLLUP",
        "CUBE",
        "HAVING",
        "ORDER",
        "NULLS",
        "LAST",
        "LIMIT",
        "OFFSET",
        "FOR",
        "VIEW",
        "UPDATE",
        "ALL",
        "ROWS",
        "USING",
        "SCOPE",
        "WITH",
        "DATA",
        "CATEGORY",
        "SET",
        "OPTIONS",
        "TYPEOF",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "FIELDS",
        "COUNT",
        "FORMAT",
        "toLabel",
        "DISTANCE",
        "GEOLOCATION",
        "convertTimezone",
        "CALENDAR_YEAR",
        "LAST_N_DAYS",
        "TODAY",
        "USD5",
        "Id",
        "Account",
        "(",
        "(",
        ")",
        ")",
        ",",
        ".",
        ":",
        "=",
        "<",
        ">=",
        "'x'",
        "5",
        "-.5",
        "2026-01-01",
        "10:00:00Z",
        "\'",
    ])
}
