//! How far an advance came.

use std::time::Duration;

use salesbridge_model::{RunProblem, Timestamp};

/// How far an advance came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advance {
    /// Nothing is left to do before `next_at`, or before something changes.
    Idle {
        /// When the next row that was put off may be sent.
        next_at: Option<Timestamp>,
    },
    /// Something stands in the way. Nothing is lost; the rows stay due.
    Obstructed(Obstacle),
    /// The sync was edited, it or its connection was disabled, the run was cancelled, or the process is to stop.
    Stopped,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The same again after a pause: at least `pause`, growing while it lasts.
    RetryLater {
        /// What happened.
        problem: RunProblem,
        /// Not before this much time has passed, when it is known.
        pause: Option<Duration>,
    },
    /// Nothing more through the connection until a person has mended it.
    HoldConnection(RunProblem),
    /// Nothing more for the sync until a person has mended it.
    HoldSync(RunProblem),
    /// The object is not what the mapping was checked against: describe it again, open the job anew, and go on at once.
    Outdated(RunProblem),
}

impl Obstacle {
    /// What happened.
    pub fn problem(&self) -> &RunProblem {
        match self {
            Obstacle::RetryLater { problem, .. }
            | Obstacle::HoldConnection(problem)
            | Obstacle::HoldSync(problem)
            | Obstacle::Outdated(problem) => problem,
        }
    }
}
