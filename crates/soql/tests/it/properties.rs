//! What holds for any tree and any text.

use proptest::prelude::*;
use salesbridge_soql::{parse, quote};

fn word() -> impl Strategy<Value = String> {
    // A leading letter that opens no keyword keeps the generator simple.
    "Z[A-Za-z0-9_]{0,8}"
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..=6).prop_map(|segments| segments.join("."))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_filter("short", |text| text.chars().count() < 4_000).prop_map(|text| quote(&text)),
        "-?[0-9]{1,12}(\\.[0-9]{1,6})?",
        Just("TRUE".to_owned()),
        Just("NULL".to_owned()),
        "[2-3][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
        "20[0-9]{2}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?(Z|[+-]0[0-9]:[0-5][0-9])",
    ]
}

fn comparison() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    prop_oneof![
        (path(), operator, value()).prop_map(|(path, operator, value)| format!("{path} {operator} {value}")),
        (path(), "[a-z%_]{0,9}").prop_map(|(path, pattern)| format!("{path} LIKE '{pattern}'")),
        (path(), prop::collection::vec(value(), 1..4), any::<bool>()).prop_map(|(path, values, negated)| {
            format!("{path} {}IN ({})", if negated { "NOT " } else { "" }, values.join(", "))
        }),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    comparison().prop_recursive(4, 24, 4, |inner| {
        let joined = |word: &'static str| {
            move |parts: Vec<String>| {
                parts.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(&format!(" {word} "))
            }
        };
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(joined("AND")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(joined("OR")),
            inner.prop_map(|inner| format!("NOT ({inner})")),
        ]
    })
}

fn query() -> impl Strategy<Value = String> {
    let fields = prop::collection::vec(path(), 1..4).prop_map(|paths| paths.join(", "));
    let select = prop_oneof![fields, Just("COUNT()".to_owned()), path().prop_map(|path| format!("MAX({path}) Zmax"))];
    let order = path().prop_map(|path| format!(" ORDER BY {path} DESC NULLS LAST"));
    (select, word(), prop::option::of(condition()), prop::option::of(order), prop::option::of(0_u64..)).prop_map(
        |(select, object, condition, order, limit)| {
            let condition = condition.map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
            let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
            format!("SELECT {select} FROM {object}{condition}{}{limit}", order.unwrap_or_default())
        },
    )
}

proptest! {
    #[test]
    fn a_printed_tree_parses_to_the_same_tree(text in query()) {
        let tree = parse(&text).expect("generated queries are valid");
        let printed = tree.to_string();
        prop_assert_eq!(parse(&printed).expect("a printed tree is valid"), tree, "{}", printed);
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
