//! `docs/errors.md` is the table of decisions, printed for people.

use std::fmt::Write as _;
use std::path::Path;

use salesbridge_salesforce::{Disposition, Entry, sections};

const HEAD: &str = "\
# What follows from an error

Every error that Salesforce, or the way to it, can answer with has exactly one consequence. A run, a refused row and a held connection show the code;
this page says what it means, what Salesbridge does by itself and what you do. It is printed from the table the program decides by.

| what Salesbridge does | that is |
| --- | --- |
| repeats it at once | The call is repeated a few times within two seconds, as long as the connection's store of repetitions lasts; then it is *sent again later*. |
| sends it again later | The same again by itself, after a pause that grows from half a second to minutes while the trouble lasts. The rows stay due. |
| waits | A limit, or something that somebody has to mend in the org: tried again every 15 minutes, by itself. The rows stay due. |
| refuses it | This row, or the mapping of this sync, cannot succeed as it is. The other rows go on (R85). A refused row stays due until it changes, or until you retry or drop it. |
| holds the connection | Nothing more goes through the connection until you have mended it. Editing or testing the connection lets it go on where it was. |

Whatever the error is: a write of new records that *may have happened* is looked up in the org before anything else is sent, and is never sent a second
time before it is found or ruled out. An ended session is no error: Salesbridge signs in again and repeats the call once (R87). The code
of a single row never holds the connection: that row is refused.
";

#[test]
fn docs_errors_md_is_the_table_of_decisions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let page = page();
    if std::env::var_os("SALESBRIDGE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs/errors.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/errors.md is not the table of decisions: `cargo xtask errors --write` writes it anew"
    );
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for section in sections() {
        let _ = write!(page, "\n## {}\n\n", section.title);
        if !section.note.is_empty() {
            let _ = writeln!(page, "{}", section.note);
        }
        page.push_str("| code | what it means | what Salesbridge does | what you do |\n| --- | --- | --- | --- |\n");
        for entry in section.entries {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                shown(entry),
                entry.meaning,
                in_words(entry.disposition),
                entry.remedy
            );
        }
    }
    page
}

fn shown(entry: &Entry) -> String {
    let code = if entry.code.contains(' ') { entry.code.to_owned() } else { format!("`{}`", entry.code) };
    match entry.says {
        "" => code,
        says if says.starts_with('(') => format!("{code} {says}"),
        says => format!("{code} with “{says}”"),
    }
}

fn in_words(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::RetryNow => "repeats it at once",
        Disposition::RetryLater => "sends it again later",
        Disposition::Defer => "waits",
        Disposition::LookUpFirst => "looks it up first",
        Disposition::Refuse => "refuses it",
        Disposition::HoldConnection => "holds the connection",
    }
}
