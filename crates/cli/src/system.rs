//! The real doors: the operating system's clock, random ids, the log.

use std::io::IsTerminal;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::Context;
use salesbridge_model::{Clock, IdMaker, Timestamp};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};
use uuid::Uuid;

use crate::arguments::{GlobalOptions, LogFormat};

/// The operating system's clock.
pub(crate) struct SystemClock;

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock of the program")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now() + ahead()
    }

    fn monotonic(&self) -> Duration {
        BEGAN.elapsed()
    }
}

/// How far the clock is to be ahead, for tests of clocks that jump: the seconds in the file that `SALESBRIDGE_CLOCK_AHEAD_FILE` names.
fn ahead() -> chrono::Duration {
    static FILE: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| std::env::var_os("SALESBRIDGE_CLOCK_AHEAD_FILE").map(PathBuf::from));
    let text = FILE.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    text.and_then(|text| text.trim().parse().ok()).map(chrono::Duration::seconds).unwrap_or_default()
}

/// Time-ordered random ids.
pub(crate) struct RandomIds;

impl IdMaker for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one maker of ids of the program")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Starts the log: on standard error, and in files of one day each where a folder is named. What it shows is set by `--log` in the syntax of tracing's
/// EnvFilter.
pub(crate) fn start_logging(options: &GlobalOptions, files: Option<LogFiles>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&options.log).map_err(|_| {
        anyhow::anyhow!("--log is `{}`; expected is for example warn, or info,salesbridge_sync=debug", options.log)
    })?;
    let here = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let here = match options.log_format {
        LogFormat::Text => here.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => here.json().boxed(),
    };
    let there = files.map(LogFiles::open).transpose()?.map(|writer| {
        let there = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
        match options.log_format {
            LogFormat::Text => there.boxed(),
            LogFormat::Json => there.json().boxed(),
        }
    });
    tracing_subscriber::registry().with(filter).with(here).with(there).init();
    Ok(())
}

/// Where log files are kept.
pub(crate) struct LogFiles {
    /// Their folder.
    pub(crate) folder: PathBuf,
    /// How many are kept.
    pub(crate) kept: u32,
}

impl LogFiles {
    fn open(self) -> anyhow::Result<RollingFileAppender> {
        let folder = self.folder.display();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .with_context(|| format!("the log folder {folder} cannot be made"))?;
        RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("salesbridge")
            .filename_suffix("log")
            .max_log_files(self.kept.max(1) as usize)
            .build(&self.folder)
            .with_context(|| format!("no log file can be written in {folder}"))
    }
}
