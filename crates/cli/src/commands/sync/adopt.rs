//! `salesbridge sync adopt`.

use std::path::Path;

use anyhow::Context;
use axum::body::Body;
use salesbridge_hub::syncs::{AdoptReport, AdoptResult, AdoptedRow};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use crate::api::{Api, segment};
use crate::arguments::AdoptRecords;
use crate::terminal::{DONE, ROWS_REFUSED, counted, hint, number, print_json, print_line, say};

/// Rows that are shown; `--output` writes all that the report has.
const SHOWN: usize = 50;

pub(super) async fn run(api: &Api, options: &AdoptRecords, json: bool) -> anyhow::Result<u8> {
    let fields = segment(&options.fields.join(","));
    let path = format!("/syncs/{}/adopt?apply={}&match={fields}", segment(&options.name), options.apply);
    let body = match &options.pairs {
        Some(file) => pairs(file).await?,
        None => Body::empty(),
    };
    let report: AdoptReport = api.upload(&path, "text/csv", body).await?;
    if let Some(file) = &options.output {
        write_rows(file, &report.rows)?;
    }
    if json {
        print_json(&report);
    } else {
        tell(&report, options);
    }
    let open = report.ambiguous + report.refused;
    Ok(if open > 0 { ROWS_REFUSED } else { DONE })
}

async fn pairs(file: &Path) -> anyhow::Result<Body> {
    let reader: Box<dyn AsyncRead + Send + Unpin> = if file == Path::new("-") {
        Box::new(tokio::io::stdin())
    } else {
        Box::new(tokio::fs::File::open(file).await.with_context(|| format!("{} cannot be read", file.display()))?)
    };
    Ok(Body::from_stream(ReaderStream::new(reader)))
}

fn write_rows(file: &Path, rows: &[AdoptedRow]) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written", file.display());
    let mut writer = csv::Writer::from_path(file).with_context(failed)?;
    writer.write_record(["line", "key", "result", "record_ids", "message"]).with_context(failed)?;
    for row in rows {
        let line = row.line.map(|line| line.to_string()).unwrap_or_default();
        let ids = row.record_ids.join(" ");
        writer.write_record([&line, &row.key, word(row.result), &ids, &row.message]).with_context(failed)?;
    }
    writer.flush().with_context(failed)
}

fn tell(report: &AdoptReport, options: &AdoptRecords) {
    print_line(&format!(
        "{} linked, {} had a record already, {} without a match, {} ambiguous, {} refused{}",
        counted(report.linked, "row"),
        number(report.already),
        number(report.missing),
        number(report.ambiguous),
        number(report.refused),
        if report.applied { "" } else { " (a dry run: no link was made)" }
    ));
    for row in report.rows.iter().take(SHOWN) {
        let line = row.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let ids = if row.record_ids.is_empty() { String::new() } else { format!(" ({})", row.record_ids.join(", ")) };
        say(&format!("  {line}{} {}: {}{ids}", row.key, word(row.result), row.message));
    }
    if report.rows.len() > SHOWN {
        hint(&format!(
            "{} more are not shown; --output FILE.csv writes them",
            number((report.rows.len() - SHOWN) as u64)
        ));
    }
    if !report.applied && report.linked > 0 {
        hint("--apply makes the links");
    }
    if report.applied {
        hint(&format!("`salesbridge sync preview {}` shows what the next run would send", options.name));
    }
}

fn word(result: AdoptResult) -> &'static str {
    match result {
        AdoptResult::Linked => "linked",
        AdoptResult::Already => "already",
        AdoptResult::Missing => "missing",
        AdoptResult::Ambiguous => "ambiguous",
        AdoptResult::Refused => "refused",
    }
}
