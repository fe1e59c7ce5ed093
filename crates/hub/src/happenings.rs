//! What happens while somebody watches: runs, and the state of connections and syncs.
//!
//! The store is looked at twice a second as long as anybody watches, once for all of them, and what differs from the look before is told. So it is the
//! same which process did it, and nothing has to announce itself. What was told is kept for a while, as much as [`KEPT`]: whoever comes back goes
//! on where they were, and whoever is too slow is told how things are instead of all that led there.

mod look;
mod stream;
mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use salesbridge_model::{ConnectionId, RunId, SyncId};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub use stream::{Event, EventQuery, Events};
use told::Told;
pub use told::{Change, ConnectionNow, Happening, RunNow, SyncNow, Thing};

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// When nobody has watched for so long, everything begins anew.
const STALE_AFTER: Duration = Duration::from_secs(30);
/// What happened that is kept for those who come back.
const KEPT: usize = 2000;

/// What everybody who watches shares.
#[derive(Default)]
pub(crate) struct Happenings {
    board: Mutex<Board>,
    closed: CancellationToken,
}

impl Happenings {
    /// Ends every stream: the process is to end.
    pub(crate) fn close(&self) {
        self.closed.cancel();
    }
}

/// How things were at the last look, and what has happened lately.
#[derive(Default)]
struct Board {
    /// Which row of looks the numbers belong to: another one in every process, and after every pause.
    series: String,
    looked_at: Option<Duration>,
    now: Picture,
    lately: VecDeque<Told>,
    /// Number of the newest that happened.
    newest: u64,
    /// Runs after this one are looked for; those seen already.
    horizon: Option<RunId>,
    seen: BTreeSet<RunId>,
    horizon_moved_at: Duration,
}

/// How things are.
#[derive(Clone, Default)]
struct Picture {
    connections: BTreeMap<ConnectionId, ConnectionNow>,
    syncs: BTreeMap<SyncId, SyncNow>,
    /// Those under way.
    runs: BTreeMap<RunId, RunNow>,
}

impl Board {
    fn tell(&mut self, change: Change, thing: Thing) {
        self.newest += 1;
        self.lately.push_back(Told { number: self.newest, happening: Happening { change, thing } });
        if self.lately.len() > KEPT {
            self.lately.pop_front();
        }
    }

    /// Whether all that happened after this number is still kept.
    fn reaches_back_to(&self, number: u64) -> bool {
        number <= self.newest && self.lately.front().is_none_or(|oldest| oldest.number <= number + 1)
    }
}
