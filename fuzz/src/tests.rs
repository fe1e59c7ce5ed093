//! What is checked in: every seed that the fuzzers start from, and every input that once broke a property.

use std::fs;
use std::path::Path;

/// Feeds every file of a target's two folders; answers how many there are.
fn feed(target: &str, holds: fn(&[u8])) -> usize {
    let mut fed = 0;
    for folder in ["corpus", "regressions"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(target);
        let Ok(files) = fs::read_dir(folder) else { continue };
        for file in files {
            holds(&fs::read(file.unwrap().path()).unwrap());
            fed += 1;
        }
    }
    fed
}

#[test]
fn queries_print_as_they_parse() {
    assert!(feed("soql", crate::soql::holds) > 20);
}

#[test]
fn no_file_breaks_a_bulk_load() {
    assert!(feed("csv", crate::csv::holds) > 10);
}

#[test]
fn no_body_is_answered_with_500() {
    assert!(feed("json", crate::json::holds) > 20);
}

#[test]
fn no_request_is_answered_with_500() {
    assert!(feed("urls", crate::urls::holds) > 20);
}
