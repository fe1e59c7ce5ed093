//! `salesbridge doctor`: looks at everything an installation stands on, and says what to do about what it finds.

mod bundle;
mod checks;

use std::path::PathBuf;

use salesbridge_hub::upkeep::UpkeepReport;
use serde_json::json;

use self::checks::{Finding, State};
use crate::api::Api;
use crate::settings::Settings;
use crate::terminal::{DONE, FAILED, Failure, print_json, print_line, say};

pub(crate) async fn run(settings: &Settings, bundle: Option<PathBuf>, json: bool) -> anyhow::Result<u8> {
    let mut findings = checks::of_the_machine(settings).await;
    let report = ask(settings).await;
    match &report {
        Ok(report) => findings.extend(checks::of_the_hub(report)),
        Err(failure) => findings.push(Finding::failed("installation", &failure.message, &failure.remedy)),
    }
    let report = report.ok();
    if let Some(place) = &bundle {
        bundle::write(settings, &findings, report.as_ref(), place)?;
    }
    let failed = findings.iter().any(|finding| finding.state == State::Failed);
    if json {
        print_json(&json!({
            "findings": findings,
            "settings": settings.in_force(),
            "tables": report.as_ref().map(|report| &report.tables),
            "bundle": bundle,
        }));
    } else {
        show(settings, &findings, report.as_ref());
        bundle.iter().for_each(|place| {
            say(&format!("\nthe support bundle is in {}; look into it before you pass it on", place.display()))
        });
    }
    Ok(if failed { FAILED } else { DONE })
}

/// What the hub says, through its owner or in this process.
async fn ask(settings: &Settings) -> Result<UpkeepReport, Failure> {
    let asked = async { Api::open(settings).await?.get("/upkeep").await };
    asked.await.map_err(Failure::of)
}

fn show(settings: &Settings, findings: &[Finding], report: Option<&UpkeepReport>) {
    for finding in findings {
        print_line(&format!("{:<8} {}: {}", finding.state.word(), finding.about, finding.message));
        if !finding.remedy.is_empty() {
            print_line(&format!("         {}", finding.remedy));
        }
    }
    print_line("\nsettings");
    for setting in settings.in_force() {
        print_line(&format!("  {} = {} ({})", setting.key, setting.value, setting.origin));
    }
    if let Some(report) = report {
        let sizes: Vec<String> = report.tables.iter().map(|size| format!("{} {}", size.rows, size.table)).collect();
        print_line(&format!("\nrows: {}", sizes.join(", ")));
    }
}
