//! `salesbridge client import`: from a file, from standard input, from a query.
//!
//! A query is read by this command, with the rights of whoever runs it, and sent on row by row: the process that owns the data directory opens no file and no
//! database on somebody's word.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use axum::body::Body;
use futures::TryStreamExt;
use salesbridge_connectors::sql::{SqlError, SqlRow, SqlRows, postgres, sqlite};
use salesbridge_hub::clients::ImportReport;
use salesbridge_hub::clients::import::check_headings;
use salesbridge_model::Secret;
use serde_json::{Map, Value};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use crate::api::Api;
use crate::arguments::{FileFormat, ImportClients};
use crate::settings::Settings;
use crate::terminal::{DONE, Failure, ROWS_REFUSED, counted, hint, number, print_json, print_line, progress_bar, say};

/// What each step of reading from PostgreSQL may take.
const TIME_LIMIT: Duration = Duration::from_secs(10 * 60);

pub(super) async fn run(settings: &Settings, api: &Api, import: &ImportClients, json: bool) -> anyhow::Result<u8> {
    let (report, unit) = match (&import.sql, &import.from, &import.file) {
        (Some(sql), Some(from), _) => (from_query(settings, api, sql, from, import.dry_run).await?, "row"),
        (_, _, Some(file)) => (from_file(api, file, import.format, import.dry_run).await?, "line"),
        _ => bail!("nothing to import: name a file, or give --sql and --from"),
    };
    if json {
        print_json(&report);
    } else {
        tell(&report, unit, import.dry_run);
    }
    Ok(if report.refused > 0 { ROWS_REFUSED } else { DONE })
}

async fn from_file(api: &Api, file: &Path, format: Option<FileFormat>, dry_run: bool) -> anyhow::Result<ImportReport> {
    let (reader, length): (Box<dyn AsyncRead + Send + Unpin>, u64) = if file == Path::new("-") {
        (Box::new(tokio::io::stdin()), 0)
    } else {
        let opened = tokio::fs::File::open(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
        let length = opened.metadata().await?.len();
        (Box::new(opened), length)
    };
    let bar = progress_bar(length, "bytes");
    let counting = bar.clone();
    let bytes = ReaderStream::new(reader).inspect_ok(move |chunk| counting.inc(chunk.len() as u64));
    let kind = match format.unwrap_or_else(|| format_of(file)) {
        FileFormat::Csv => "text/csv",
        FileFormat::Jsonl => JSON_LINES,
    };
    let report = api.upload(&path(dry_run), kind, Body::from_stream(bytes)).await;
    bar.finish_and_clear();
    report
}

const JSON_LINES: &str = "application/x-ndjson";

fn path(dry_run: bool) -> String {
    format!("/clients/import?dry_run={dry_run}")
}

fn format_of(file: &Path) -> FileFormat {
    let ending = file.extension().map(|ending| ending.to_ascii_lowercase());
    let is = |known: &str| ending.as_ref().is_some_and(|ending| ending == known);
    if is("jsonl") || is("ndjson") { FileFormat::Jsonl } else { FileFormat::Csv }
}

async fn from_query(
    settings: &Settings,
    api: &Api,
    sql: &str,
    from: &str,
    dry_run: bool,
) -> anyhow::Result<ImportReport> {
    let rows = open(settings, from, sql).await?;
    check_headings(rows.columns()).map_err(|problem| Failure {
        code: "invalid".to_owned(),
        message: format!("the columns of the statement cannot be used: {problem}"),
        remedy: "Name each column as docs/clients.md says, such as `SELECT CustomerId AS key, …`".to_owned(),
        ..Failure::default()
    })?;
    let broken = Arc::new(Mutex::new(None));
    let lines = lines(rows, broken.clone());
    let sent = api.upload(&path(dry_run), JSON_LINES, Body::from_stream(lines)).await;
    // What broke the reading off says more than that the sending ended.
    let why: Option<SqlError> = broken.lock().unwrap_or_else(PoisonError::into_inner).take();
    match why {
        Some(error) => Err(anyhow!(error).context("the rows before it were imported")),
        None => sent,
    }
}

async fn open(settings: &Settings, from: &str, sql: &str) -> anyhow::Result<SqlRows> {
    let source = resolved(from)?;
    if let Some(file) = source.expose().strip_prefix("sqlite:") {
        let file = readable_file(settings, file.strip_prefix("//").unwrap_or(file))?;
        return Ok(sqlite::read(&file, sql).await?);
    }
    if source.expose().starts_with("postgres://") || source.expose().starts_with("postgresql://") {
        return Ok(postgres::read(&source, sql, TIME_LIMIT).await?);
    }
    bail!("--from names no database that can be read; expected is sqlite:FILE, postgres://…, env:NAME or file:FILE")
}

/// What `--from` stands for. Addresses with passwords come from the environment or a file: every user of the machine can read a command line.
fn resolved(from: &str) -> anyhow::Result<Secret<String>> {
    if let Some(name) = from.strip_prefix("env:") {
        let value = std::env::var(name).map_err(|_| anyhow!("the environment variable {name} is not set"))?;
        return Ok(Secret::new(value.trim().to_owned()));
    }
    if let Some(file) = from.strip_prefix("file:") {
        let text = std::fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))?;
        return Ok(Secret::new(text.trim().to_owned()));
    }
    let login = from.split_once("://").and_then(|(_, rest)| rest.split(['/', '?']).next()?.rsplit_once('@'));
    if from.contains("password=") || login.is_some_and(|(login, _)| login.contains(':')) {
        bail!(
            "--from has a password in it, which every user of this machine can read; put it into a file and name it with file:FILE, or into the environment with env:NAME"
        );
    }
    Ok(Secret::new(from.to_owned()))
}

/// The file, unless it is one of our own.
fn readable_file(settings: &Settings, file: &str) -> anyhow::Result<PathBuf> {
    let found = std::fs::canonicalize(file).with_context(|| format!("{file} cannot be read"))?;
    if std::fs::canonicalize(&settings.data).is_ok_and(|data| found.starts_with(data)) {
        bail!("{file} is in the data directory of this installation, from which nothing is imported");
    }
    Ok(found)
}

/// The rows as JSON Lines; what ends them too early is left in `broken`.
fn lines(
    rows: SqlRows,
    broken: Arc<Mutex<Option<SqlError>>>,
) -> impl futures::Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
    futures::stream::unfold((rows, broken), async |(mut rows, broken)| {
        let chunk = match rows.next().await? {
            Ok(batch) => Ok(batch.iter().flat_map(|row| line(rows.columns(), row)).collect()),
            Err(error) => {
                *broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(std::io::Error::other("the query broke off"))
            }
        };
        Some((chunk, (rows, broken)))
    })
}

fn line(columns: &[String], row: &SqlRow) -> Vec<u8> {
    let members = columns.iter().cloned().zip(row.iter().map(|value| Value::from(value.clone())));
    let mut line = Value::Object(members.collect::<Map<String, Value>>()).to_string().into_bytes();
    line.push(b'\n');
    line
}

fn tell(report: &ImportReport, unit: &str, dry_run: bool) {
    print_line(&format!(
        "{} read: {} created, {} updated, {} unchanged, {} refused{}",
        counted(report.read, "row"),
        number(report.saved.created),
        number(report.saved.updated),
        number(report.saved.unchanged),
        number(report.refused),
        if dry_run { " (a dry run: nothing was stored)" } else { "" }
    ));
    for problem in &report.problems {
        let key = problem.key.as_deref().map(|key| format!(" (key {key})")).unwrap_or_default();
        let what: Vec<String> = problem.problems.iter().map(ToString::to_string).collect();
        say(&format!("  {unit} {}{key}: {}", problem.line, what.join("; ")));
    }
    for repeat in &report.repeated {
        say(&format!(
            "  note: key {} is on {unit}s {} and {}; the later one was taken",
            repeat.key, repeat.earlier, repeat.later
        ));
    }
    if report.refused > 0 {
        hint("correct these rows and import again: rows that are in already stay as they are");
    }
}
