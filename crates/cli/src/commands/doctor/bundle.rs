//! A support bundle: one archive that a stranger may read. No secret, no client's data.

use std::path::{Path, PathBuf};

use salesbridge_hub::upkeep::UpkeepReport;
use salesbridge_model::Clock;

use super::checks::Finding;
use crate::archive::ArchiveWriter;
use crate::settings::Settings;
use crate::system::SystemClock;

/// Last bytes of the newest log file that go into a bundle.
const LOG_BYTES: usize = 2 << 20;

/// Writes the bundle.
pub(super) fn write(
    settings: &Settings,
    findings: &[Finding],
    report: Option<&UpkeepReport>,
    place: &Path,
) -> anyhow::Result<()> {
    let mut archive = ArchiveWriter::begin(place, SystemClock.now().timestamp())?;
    archive.add_text("doctor.json", &serde_json::to_string_pretty(findings)?)?;
    archive.add_text("settings.json", &serde_json::to_string_pretty(&settings.in_force())?)?;
    if let Some(report) = report {
        archive.add_text("report.json", &serde_json::to_string_pretty(report)?)?;
    }
    if let Some(log) = newest_log(settings) {
        let bytes = std::fs::read(log)?;
        let tail = &bytes[bytes.len().saturating_sub(LOG_BYTES)..];
        archive.add_text("salesbridge.log", &String::from_utf8_lossy(tail))?;
    }
    archive.finish(place)
}

fn newest_log(settings: &Settings) -> Option<PathBuf> {
    let files = std::fs::read_dir(settings.log_folder.as_ref()?).ok()?;
    // The names end with the day.
    files
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .max()
}
