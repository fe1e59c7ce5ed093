//! Which requirement is held by which test. docs/requirements.md says what each number means.
//!
//! A test holds a requirement by naming it: `r53_each_client_becomes_a_lead_of_its_own`, or `R53` in its doc comment.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter, Write as _},
    path::Path,
};

use anyhow::{Context, Result, anyhow, ensure};

use crate::test_names::{self, TestName};

/// What must have a test by now.
pub(crate) const COVERED: &str = "R1-R28, R32-R42, R46-R50, R52-R80, R85-R87, R99-R103, F1-F20";

/// Requirements proper, and the clients that tests are fed with.
const SERIES: [(char, u16); 2] = [('R', 112), ('F', 20)];

/// Every number with the tests that name it.
pub(crate) fn list(root: &Path) -> Result<String> {
    let held = held(&test_names::find(root).context("could not read the tests")?);
    let mut list = String::new();
    for number in SERIES.iter().flat_map(|(letter, last)| span(*letter, 1, *last)) {
        let tests = held.get(&number).map(Vec::as_slice).unwrap_or_default();
        match tests {
            [] => writeln!(list, "{:<5} no test", number.to_string())?,
            _ => writeln!(list, "{:<5} {}", number.to_string(), tests.join("\n      "))?,
        }
    }
    Ok(list)
}

/// Fails with the numbers of `wanted`, such as `R1-R6, F2`, that no test names.
pub(crate) fn check(root: &Path, wanted: &str) -> Result<()> {
    let wanted = parse_list(wanted)?;
    let held = held(&test_names::find(root).context("could not read the tests")?);
    let missing: Vec<String> =
        wanted.iter().filter(|number| !held.contains_key(number)).map(Number::to_string).collect();
    ensure!(missing.is_empty(), "no test names {}: docs/requirements.md says what they mean", missing.join(", "));
    Ok(())
}

/// `R53` or `F8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Number {
    letter: char,
    value: u16,
}

impl Display for Number {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.letter, self.value)
    }
}

fn held(tests: &[TestName]) -> BTreeMap<Number, Vec<String>> {
    let mut held: BTreeMap<Number, Vec<String>> = BTreeMap::new();
    for test in tests {
        let mut numbers = named_in(&test.name.to_uppercase().replace('_', " "));
        numbers.extend(named_in(&test.doc));
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            held.entry(number).or_default().push(format!("{} ({})", test.name, test.place));
        }
    }
    held
}

/// Every number that stands in the text as a word of its own; `R1 to R6` and `R1-R6` name those between too.
fn named_in(text: &str) -> Vec<Number> {
    let spaced = text.replace('-', " to ");
    let words = spaced.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let mut numbers: Vec<Number> = words.iter().filter_map(|word| parse(word)).collect();
    for three in words.windows(3) {
        if let [first, "to" | "TO", last] = three
            && let (Some(first), Some(last)) = (parse(first), parse(last))
            && first.letter == last.letter
        {
            numbers.extend(span(first.letter, first.value, last.value));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn span(letter: char, first: u16, last: u16) -> impl Iterator<Item = Number> {
    (first..=last).map(move |value| Number { letter, value })
}

fn parse(word: &str) -> Option<Number> {
    let (letter, last) = SERIES.iter().find(|(letter, _)| word.starts_with(*letter))?;
    let digits = word.get(1..)?;
    let value = digits.parse().ok().filter(|value| (1..=*last).contains(value) && !digits.starts_with(['0', '+']))?;
    Some(Number { letter: *letter, value })
}

fn parse_list(list: &str) -> Result<Vec<Number>> {
    let mut numbers = Vec::new();
    for item in list.split(',').map(str::trim) {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let bad = || anyhow!("`{item}` is no requirement: expected R1 to R112, F1 to F20, or a span such as R1-R6");
        let (first, last) = (parse(first).ok_or_else(bad)?, parse(last).ok_or_else(bad)?);
        ensure!(first.letter == last.letter && first <= last, bad());
        numbers.extend(span(first.letter, first.value, last.value));
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::{COVERED, SERIES, TestName, held, named_in, parse_list, span};
    use crate::manifests::Workspace;

    fn shown(text: &str) -> String {
        named_in(text).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn numbers_are_words_of_their_own_within_the_series() {
        assert_eq!(shown("Holds R53, F10 (and R112)."), "F10 R53 R112");
        assert_eq!(shown("R0 R113 F21 R07 CR5 R5a UTF8 r5"), "");
    }

    #[test]
    fn a_span_names_what_lies_between() {
        assert_eq!(shown("R69-R72"), "R69 R70 R71 R72");
        assert_eq!(shown("R69 to R71, R73"), "R69 R70 R71 R73");
        assert_eq!(shown("R69 leads to F3, R80 to F1"), "F1 F3 R69 R80");
    }

    #[test]
    fn a_name_and_a_doc_count_once() {
        let test = TestName {
            name: "r54_f8_never_a_second".to_owned(),
            doc: "R54 and R55.".to_owned(),
            place: "a.rs:1".to_owned(),
        };
        let held: Vec<(String, usize)> =
            held(&[test]).into_iter().map(|(number, tests)| (number.to_string(), tests.len())).collect();
        assert_eq!(held, [("F8".to_owned(), 1), ("R54".to_owned(), 1), ("R55".to_owned(), 1)]);
    }

    #[test]
    fn what_must_be_covered_can_be_read_and_nonsense_is_refused() {
        assert_eq!(parse_list(COVERED).unwrap().len(), 101);
        assert!(parse_list("R6-R1").is_err());
        assert!(parse_list("R1-F2").is_err());
        assert!(parse_list("R1,").is_err());
    }

    #[test]
    fn the_page_of_requirements_lists_every_number_once_and_in_order() {
        let root = Workspace::read().unwrap().root;
        let page = std::fs::read_to_string(root.join("docs/requirements.md")).unwrap();
        for (letter, last) in SERIES {
            let prefix = format!("- **{letter}");
            let listed: Vec<_> = page
                .lines()
                .filter_map(|line| line.strip_prefix(&prefix))
                .map(|line| line.split_once("**").unwrap().0.to_owned())
                .collect();
            assert_eq!(listed, span(letter, 1, last).map(|number| number.value.to_string()).collect::<Vec<_>>());
        }
    }
}
