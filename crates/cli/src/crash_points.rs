//! Dying on purpose, for crash tests: `SALESBRIDGE_CRASH_AT=after-send:3` kills the process when a write reaches that step for the third time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use salesbridge_journal::{Step, Steps, Unobserved};

struct KillAt {
    step: Step,
    passes_left: AtomicU64,
}

impl Steps for KillAt {
    fn reached(&self, step: Step) {
        if step == self.step && self.passes_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            debug_assert!(killed.is_ok(), "the kernel refuses to end us");
        }
    }
}

/// What watches the steps of a write: nothing, unless the environment asks for a crash.
pub(crate) fn steps() -> anyhow::Result<Arc<dyn Steps>> {
    let Ok(wish) = std::env::var("SALESBRIDGE_CRASH_AT") else { return Ok(Arc::new(Unobserved)) };
    let (name, passes) = wish.split_once(':').unwrap_or((&wish, "1"));
    let step = Step::ALL.into_iter().find(|step| step.name() == name);
    let passes = passes.parse().ok().filter(|passes| *passes > 0);
    let (Some(step), Some(passes)) = (step, passes) else {
        let names: Vec<_> = Step::ALL.iter().map(|step| step.name()).collect();
        anyhow::bail!(
            "SALESBRIDGE_CRASH_AT is `{wish}`; expected is STEP or STEP:PASS, with a step of: {}",
            names.join(", ")
        );
    };
    Ok(Arc::new(KillAt { step, passes_left: AtomicU64::new(passes) }))
}
