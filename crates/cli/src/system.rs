//! The real doors: the operating system's clock, random ids, the log.

use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use salesbridge_model::{Clock, IdMaker, Timestamp};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::arguments::{GlobalOptions, LogFormat};

/// The operating system's clock.
pub(crate) struct SystemClock;

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock of the program")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    fn monotonic(&self) -> Duration {
        BEGAN.elapsed()
    }
}

/// Time-ordered random ids.
pub(crate) struct RandomIds;

impl IdMaker for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one maker of ids of the program")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Starts the log, on standard error. What it shows is set by `--log` in the syntax of tracing's EnvFilter.
pub(crate) fn start_logging(options: &GlobalOptions) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&options.log).map_err(|_| {
        anyhow::anyhow!("--log is `{}`; expected is for example warn, or info,salesbridge_sync=debug", options.log)
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match options.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
