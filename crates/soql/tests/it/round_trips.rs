//! One line a query: it parses, and prints as it was written.

use salesbridge_soql::{Select, parse, quote};

fn check_round_trip(query: &str) {
    let tree = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    assert_eq!(tree.to_string(), query);
}

fn check_prints(query: &str, printed: &str) {
    let tree = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    assert_eq!(tree.to_string(), printed);
    assert_eq!(parse(printed).unwrap(), tree);
}

#[test]
fn clauses_print_as_written() {
    check_round_trip("SELECT Id FROM Account");
    check_round_trip("SELECT Id, Name, Owner.Name FROM Account");
    check_round_trip("SELECT COUNT() FROM Account");
    check_round_trip("SELECT COUNT() FROM Account WHERE Name LIKE 'A%'");
    check_round_trip("SELECT Id FROM Contact c WHERE c.Account.Owner.Manager.Manager.Name = 'x'");
    check_round_trip("SELECT Id, Queue.Name FROM Group WHERE Type = 'Queue'");
    check_round_trip("SELECT Id FROM Order ORDER BY Name");
    check_round_trip("SELECT Id FROM Contact ORDER BY Name");
    check_round_trip("SELECT Id FROM Contact ORDER BY Name DESC, Account.Name NULLS LAST LIMIT 10 OFFSET 20");
    check_round_trip("SELECT COUNT(Id) total, MAX(CreatedDate), AVG(Amount) mean FROM Opportunity");
    check_round_trip("SELECT LeadSource, COUNT_DISTINCT(Name) FROM Lead GROUP BY LeadSource ORDER BY COUNT(Id) DESC");
    check_round_trip("SELECT Id FROM Lead LIMIT 0");
}

#[test]
fn conditions_print_as_written() {
    check_round_trip("SELECT Id FROM Lead WHERE A = 1 AND B != -2.5 AND C < .5 AND D <= 3 AND E > 4 AND F >= 5");
    check_round_trip("SELECT Id FROM Lead WHERE A = TRUE OR B = FALSE OR C = NULL");
    check_round_trip("SELECT Id FROM Lead WHERE (A = 1 AND B = 2) OR (A = 2 AND B = 1)");
    check_round_trip("SELECT Id FROM Lead WHERE NOT Name = 'x'");
    check_round_trip("SELECT Id FROM Lead WHERE A = 1 AND (NOT (B = 2 OR C = 3))");
    check_round_trip("SELECT Id FROM Lead WHERE A IN ('a', 'b', NULL) AND B NOT IN (1, 2)");
    check_round_trip("SELECT Id FROM Lead WHERE D = 2026-02-28 AND T >= 2026-01-01T10:11:12.5+02:00");
    check_round_trip("SELECT Id FROM Lead WHERE T < 2026-01-01T00:00:00Z");
    // django-salesforce writes the offset without a colon.
    check_round_trip("SELECT Id FROM Lead WHERE T < 2024-01-01T00:00:00.000+0000");
    check_round_trip(r"SELECT Id FROM Lead WHERE Name = 'O\'Brien \\ \n \r \t \b \f' AND City LIKE '100\%\_\\%'");
}

#[test]
fn what_is_written_freely_prints_in_one_way() {
    check_prints("select id\n from lead", "SELECT id FROM lead");
    check_prints("SELECT Id FROM Lead WHERE A <> 1", "SELECT Id FROM Lead WHERE A != 1");
    check_prints("SELECT Id FROM Lead WHERE ((A = +5))", "SELECT Id FROM Lead WHERE A = 5");
    check_prints("SELECT Id FROM Lead ORDER BY A ASC NULLS FIRST", "SELECT Id FROM Lead ORDER BY A");
    check_prints("SELECT Id FROM Lead AS l", "SELECT Id FROM Lead l");
    check_prints("SELECT Id FROM Lead WHERE A = last_n_days:3", "SELECT Id FROM Lead WHERE A = LAST_N_DAYS:3");
    check_prints("SELECT TOLABEL(A), format(B) FROM Lead", "SELECT toLabel(A), FORMAT(B) FROM Lead");
    check_prints("SELECT Id FROM Lead using scope Mine", "SELECT Id FROM Lead USING SCOPE mine");
    check_prints("SELECT Id FROM Lead FOR REFERENCE, VIEW", "SELECT Id FROM Lead FOR VIEW, REFERENCE");
    check_prints(r"SELECT Id FROM Lead WHERE A = '\u00e9\N'", r"SELECT Id FROM Lead WHERE A = 'é\n'");
}

#[test]
fn words_keep_the_case_they_were_written_in() {
    let tree = parse("SELECT count() FROM lEAD").unwrap();
    assert_eq!((tree.select, tree.from.object.as_str()), (Select::Count, "lEAD"));
}

#[test]
fn a_quoted_text_reads_back_as_itself() {
    for text in ["", "plain", "O'Brien", "\\", "\\'", "a\nb\tc", "%_", "ünï ✓", "' OR Name != '"] {
        let tree = parse(&format!("SELECT Id FROM Lead WHERE Name = {}", quote(text))).unwrap();
        let printed = format!("{:?}", tree.condition.unwrap());
        assert!(printed.contains(&format!("{text:?}")), "{printed}");
    }
}
