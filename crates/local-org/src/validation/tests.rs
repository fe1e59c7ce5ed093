//! Formulas, one line a test: what holds, what is refused and where, and that nothing makes the reader fail.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::{FieldKind, FieldLookup, Formula, Subject, Value};

/// A record with the fields below; `Old` before this save, where it differs.
struct Lead {
    is_new: bool,
    values: BTreeMap<&'static str, Value>,
}

struct Fields;

impl FieldLookup for Fields {
    fn kind_of(&self, path: &[String]) -> Option<FieldKind> {
        Some(match path.join(".").to_lowercase().as_str() {
            "name" | "email" | "empty" | "owner.email" => FieldKind::Text,
            "amount" | "none" => FieldKind::Number,
            "flag" => FieldKind::Boolean,
            "due" => FieldKind::Date,
            "seen" => FieldKind::DateTime,
            "status" => FieldKind::Picklist,
            "tags" => FieldKind::MultiPicklist,
            _ => return None,
        })
    }
}

impl Subject for Lead {
    fn value(&self, path: &[String]) -> Value {
        self.values.get(path.join(".").to_lowercase().as_str()).cloned().unwrap_or(Value::Blank)
    }

    fn prior_value(&self, path: &[String]) -> Value {
        if path.join(".").eq_ignore_ascii_case("Amount") { Value::Number(5.0) } else { self.value(path) }
    }

    fn is_new(&self) -> bool {
        self.is_new
    }

    fn now(&self) -> DateTime<Utc> {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }
}

fn lead() -> Lead {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = BTreeMap::from([
        ("name", text("Ada Lovelace")),
        ("email", text("ada@example.com")),
        ("owner.email", text("owner@example.com")),
        ("amount", Value::Number(7.5)),
        ("flag", Value::Boolean(true)),
        ("due", Value::Date("2026-11-20".parse().unwrap())),
        ("seen", Value::DateTime("2026-11-22T10:00:00Z".parse().unwrap())),
        ("status", text("Open")),
        ("tags", text("A;B")),
    ]);
    Lead { is_new: false, values }
}

fn holds(text: &str) -> bool {
    Formula::condition(text, &Fields).unwrap_or_else(|error| panic!("{text}: {error:?}")).holds(&lead())
}

#[test]
fn what_holds_holds() {
    for text in [
        "TRUE",
        "Amount > 7",
        "amount = 7.5 && Flag",
        "AND(Flag, NOT(Amount < 7), OR(FALSE, Amount >= 7.5))",
        "1 + 2 * 3 ^ 2 - 4 / 2 = 17",
        "-Amount < 0",
        "ISBLANK(Empty) && ISNULL(None) && !ISBLANK(Name)",
        "Empty = \"\"",
        "Empty = NULL",
        "Name <> 'ada lovelace'",
        "LEN(Name) = 12 && LEN(Empty) = 0",
        "CONTAINS(Name, 'Love') && BEGINS(Name, \"Ada\")",
        "REGEX(Email, '[a-z]+@[a-z]+\\\\.com')",
        "NOT(REGEX(Email, 'ada'))",
        "ISPICKVAL(Status, 'open')",
        "TEXT(Status) = 'Open'",
        "CASE(Status, 'New', 1, 'Open', 2, 3) = 2",
        "CASE(Amount, 1, 'a', 'z') = 'z'",
        "IF(Flag, 'y', 'n') & 'es' = 'yes'",
        "Name + '!' = 'Ada Lovelace!'",
        "ISCHANGED(Amount) && PRIORVALUE(Amount) = 5",
        "NOT(ISCHANGED(Name)) && NOT(ISNEW())",
        "Due < TODAY() && TODAY() - Due = 3 && Due + 3 = TODAY()",
        "NOW() - Seen = 1 && DATEVALUE(Seen) = DATE(2026, 11, 22)",
        "YEAR(Due) = 2026 && MONTH(Due) = 11 && DAY(Due) = 20",
        "VALUE('12.5') + 1 = 13.5 && ISNUMBER('1') && NOT(ISNUMBER('x'))",
        "INCLUDES(Tags, 'B') && NOT(INCLUDES(Tags, 'C'))",
        "LEFT(Name, 3) = 'Ada' && RIGHT(Name, 4) = 'lace' && MID(Name, 5, 4) = 'Love'",
        "FIND('Love', Name) = 5 && FIND('x', Name) = 0",
        "UPPER(LEFT(Name, 1)) = 'A' && LOWER(Name) = 'ada lovelace' && TRIM(' a ') = 'a'",
        "SUBSTITUTE(Name, 'a', 'o') = 'Ado Loveloce'",
        "ROUND(2.345, 2) = 2.35 && MOD(7, 3) = 1 && ABS(-1) = 1 && CEILING(1.1) = 2 && FLOOR(1.9) = 1",
        "MAX(1, 3, 2) = 3 && MIN(3, 1) = 1 && BLANKVALUE(None, 9) = 9",
        "/* why */ Owner.Email = 'owner@example.com'",
    ] {
        assert!(holds(text), "{text}");
    }
}

/// A blank is in no order with anything, and nothing can be computed from it.
#[test]
fn what_cannot_be_worked_out_does_not_hold() {
    for text in [
        "None > 0",
        "None <= 0",
        "None + 1 > 0",
        "1 / 0 > 0",
        "ISNEW()",
        "Empty = 'x'",
        "NULL",
        "DATE(1, 13, 1) < TODAY()",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn what_is_no_formula_is_refused_with_its_place() {
    for (text, position, message) in [
        ("", 0, "Syntax error.  Missing expression"),
        ("AND(Flag", 8, "Syntax error.  Missing ')'"),
        ("Flag)", 4, "Syntax error.  Found ')'"),
        ("Amount >", 8, "Syntax error.  Missing expression"),
        ("Name = 'x", 7, "Syntax error.  Missing '''"),
        ("Amount > 1.2.3", 9, "Syntax error.  Found '1.2.3'"),
        ("Flag ; Flag", 5, "Syntax error.  Found ';'"),
        ("FOO(1) = 1", 0, "Unknown function FOO. Check spelling."),
        ("Flag && Nope__c = 1", 8, "Field Nope__c does not exist. Check spelling."),
        ("LEN(Name, 2) = 1", 0, "Incorrect number of parameters for function 'LEN()'. Expected 1, received 2"),
        ("CASE(Amount, 1, 2) = 1", 0, "Incorrect number of parameters for function 'CASE()'. Expected 4, received 3"),
        ("Amount = 'x'", 9, "Incorrect parameter type for operator '='. Expected Number, received Text"),
        ("LEN(Amount) = 1", 4, "Incorrect parameter type for function 'LEN()'. Expected Text, received Number"),
        (
            "Status = 'Open'",
            0,
            "Field Status is a picklist field. Picklist fields are only supported in certain functions.",
        ),
        ("ISCHANGED(1)", 10, "Incorrect parameter type for function 'ISCHANGED()'. Expected Field"),
        ("REGEX(Name, '(')", 12, "Invalid regular expression"),
        (
            "Amount + 1",
            0,
            "Formula result is data type (Number), incompatible with expected data type (true or false).",
        ),
        ("/* open", 0, "Syntax error.  Missing '*/'"),
    ] {
        let error = Formula::condition(text, &Fields).unwrap_err();
        assert_eq!((error.position, error.message.as_str()), (position, message), "{text}");
    }
}

#[test]
fn what_is_too_long_or_too_deep_is_refused() {
    let long = format!("Name = '{}'", "x".repeat(3_900));
    let told = Formula::condition(&long, &Fields).unwrap_err().message;
    assert_eq!(told, "Formula is too long (3909 characters). Maximum length is 3900 characters");
    for text in ["(".repeat(3_000), "!".repeat(3_000), format!("1{} = 1", "+1".repeat(1_900)), "NOT(".repeat(900)] {
        assert!(Formula::condition(&text, &Fields).is_err());
    }
}

fn part() -> impl Strategy<Value = String> {
    let words = [
        "AND(",
        "OR(",
        "NOT(",
        "IF(",
        "CASE(",
        "LEN(",
        "TEXT(",
        "REGEX(",
        "MID(",
        "FIND(",
        "DATE(",
        "ROUND(",
        "ISBLANK(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "^",
        "&",
        "&&",
        "||",
        "=",
        "<>",
        "<",
        ">=",
        "!",
        "Name",
        "Amount",
        "Due",
        "Seen",
        "Status",
        "Flag",
        "NULL",
        "1",
        "1e9",
        "99999999999999999999",
        "0.5",
        "'x'",
        "\"\\\"\"",
        "TODAY()",
        "NOW()",
        "/*",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    /// Whatever the text, it is read or refused with a place inside it, and what was read has a value.
    #[test]
    fn nothing_makes_it_fail(parts in prop::collection::vec(part(), 0..40)) {
        let text = parts.join(" ");
        match Formula::condition(&text, &Fields) {
            Ok(formula) => drop(formula.holds(&lead())),
            Err(error) => prop_assert!(error.position <= text.chars().count()),
        }
    }

    /// Conditions that fit together are read, and what they come to does not depend on who asks twice.
    #[test]
    fn numbers_and_dates_of_any_size_are_worked_out(a in any::<f64>(), b in any::<i64>(), places in any::<i32>()) {
        let text = format!(
            "OR(ROUND({:.3}, {places}) = {b}, MOD({b}, {places}) > {:.2}, DATE({b}, {places}, 1) + {b} > TODAY(), \
             LEN(MID(Name, {places}, {b})) = 1, NOW() - {b} < Seen, {:.1} ^ {places} = 1)",
            a.abs() % 1e300, a.abs() % 1e300, a.abs() % 1e300,
        );
        if let Ok(formula) = Formula::condition(&text, &Fields) {
            prop_assert_eq!(formula.holds(&lead()), formula.holds(&lead()));
        }
    }
}
