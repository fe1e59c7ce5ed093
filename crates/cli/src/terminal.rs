//! Talking to people: data on standard output, the rest on standard error, hints after a blank line.
#![expect(clippy::print_stderr, reason = "this is the one place that talks to a terminal")]

use std::borrow::Cow;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use salesbridge_hub::{FieldProblem, StartNotice, machine_trouble};

/// All done.
pub(crate) const DONE: u8 = 0;
/// The command failed. Wrong usage is 2, which clap answers.
pub(crate) const FAILED: u8 = 1;
/// Done, but rows were refused or are uncertain.
pub(crate) const ROWS_REFUSED: u8 = 3;

/// An error for people: the API's, or our own.
#[derive(Debug, Default, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[error("{message}")]
#[serde(default)]
pub(crate) struct Failure {
    pub(crate) code: String,
    #[serde(rename = "detail")]
    pub(crate) message: String,
    pub(crate) remedy: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<FieldProblem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<StartNotice>,
}

impl Failure {
    /// An error that nobody explained further.
    pub(crate) fn of(error: anyhow::Error) -> Self {
        match error.downcast::<Failure>() {
            Ok(failure) => failure,
            Err(error) => {
                let trouble = machine_trouble(error.as_ref());
                let (code, remedy) = trouble.map_or(("failed", ""), |trouble| (trouble.code(), trouble.remedy()));
                let message = format!("{error:#}");
                Self { code: code.to_owned(), message, remedy: remedy.to_owned(), ..Self::default() }
            }
        }
    }
}

/// Prints an error and gives its exit code.
pub(crate) fn report(failure: &Failure) -> ExitCode {
    say(&format!("error: {}", failure.message));
    for field in failure.fields.iter().filter(|field| !failure.message.contains(&field.message)) {
        say(&format!("  {}: {}", field.field, field.message));
    }
    if !failure.remedy.is_empty() {
        hint(&failure.remedy);
    }
    ExitCode::from(FAILED)
}

/// Prints an error, as JSON on standard output where that was asked for.
pub(crate) fn report_error(error: anyhow::Error, json: bool) -> ExitCode {
    let failure = Failure::of(error);
    if json {
        print_json(&serde_json::json!({ "error": failure }));
        return ExitCode::from(FAILED);
    }
    report(&failure)
}

/// Prints data as one JSON document.
pub(crate) fn print_json(data: &impl serde::Serialize) {
    match serde_json::to_string_pretty(data) {
        Ok(text) => write_line(&text),
        Err(error) => say(&format!("error: the result cannot be printed: {error}")),
    }
}

/// Prints a line of data.
pub(crate) fn print_line(line: &str) {
    write_line(&harmless(line));
}

/// A reader that went away, as in `| head`, is no error.
fn write_line(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// The text without what would command the terminal: names and messages come from clients and from other systems.
fn harmless(text: &str) -> Cow<'_, str> {
    let commands = |letter: char| letter.is_control() && letter != '\n';
    if text.contains(commands) { text.replace(commands, "\u{fffd}").into() } else { text.into() }
}

/// Prints a line that is not data.
pub(crate) fn say(line: &str) {
    eprintln!("{}", harmless(line));
}

/// Prints hints, after a blank line.
pub(crate) fn hint(line: &str) {
    say(&format!("\nhint: {line}"));
}

/// A table without lines, as wide as the terminal.
pub(crate) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
    table
}

/// Prints a table without the blanks around its lines.
pub(crate) fn print_table(table: &Table) {
    for line in table.lines() {
        let line = line.trim_end();
        print_line(line.strip_prefix(' ').unwrap_or(line));
    }
}

/// Prints names and values in two columns; empty values are left out.
pub(crate) fn print_details(details: &[(&str, String)]) {
    let shown = || details.iter().filter(|(_, value)| !value.is_empty());
    let width = shown().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in shown() {
        print_line(&format!("{name:width$}  {value}"));
    }
}

/// A progress bar on a terminal; nothing elsewhere.
pub(crate) fn progress_bar(length: u64, unit: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), progress_target());
    let template = format!("{{bar:30}} {{human_pos}}/{{human_len}} {unit} {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn progress_target() -> ProgressDrawTarget {
    if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

/// Whether a person can be asked.
pub(crate) fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A number with thousands separated, as people read it.
pub(crate) fn number(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

/// `1 client`, `2 clients`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}
