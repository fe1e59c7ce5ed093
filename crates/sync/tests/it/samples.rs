//! Clients, mapping lines and counts for tests.

use salesbridge_model::{
    Client, Constant, LineSource, MappingLine, OutcomeKind, RunCounts, TooLong, WhenEmpty, WriteWhen,
};

/// Clients with the keys c00000, c00001 and so on.
pub(crate) fn clients(number: usize) -> Vec<Client> {
    (0..number).map(|number| client(&key(number))).collect()
}

pub(crate) fn key(number: usize) -> String {
    format!("c{number:05}")
}

pub(crate) fn client(key: &str) -> Client {
    salesbridge_testkit::client(key)
}

/// A line that fills a field from a column.
pub(crate) fn line(target: &str, column: &str) -> MappingLine {
    MappingLine {
        target: target.into(),
        source: LineSource::Column { column: column.into() },
        default: None,
        when: WriteWhen::Always,
        when_empty: WhenEmpty::Omit,
        too_long: TooLong::Refuse,
        required: false,
    }
}

/// A line that fills a field with a text when a record is made.
pub(crate) fn constant(target: &str, text: &str) -> MappingLine {
    let source = LineSource::Constant { value: Constant::Text(text.into()) };
    MappingLine { source, when: WriteWhen::OnCreateOnly, ..line(target, "") }
}

/// Last name (else `Undefined`), Company (on create only), first name, e-mail (cleared when empty).
pub(crate) fn lines() -> Vec<MappingLine> {
    vec![
        MappingLine { default: Some(Constant::Text("Undefined".into())), ..line("LastName", "last_name") },
        constant("Company", "Acme"),
        line("FirstName", "first_name"),
        MappingLine { when_empty: WhenEmpty::Clear, ..line("Email", "email") },
    ]
}

/// Counts in the order created, updated, unchanged, refused, deferred, uncertain.
pub(crate) fn counts(counts: RunCounts) -> [u64; 6] {
    let mut counts = counts;
    use OutcomeKind::{Created, Deferred, Refused, Uncertain, Unchanged, Updated};
    [Created, Updated, Unchanged, Refused, Deferred, Uncertain].map(|kind| *counts.of(kind))
}
