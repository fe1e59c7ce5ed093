//! What bulk jobs keep in memory while the org runs: their tasks, and how often each has yet to be seen at work.
//! Refuses to know what a job does.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::bulk::files::Files;
use crate::bulk::jobs::{Job, State};
use crate::config::OrgConfig;

/// Jobs that are worked on at the same time; others wait in `UploadComplete`.
const MOST_AT_ONCE: usize = 4;

/// All bulk jobs of an org.
pub(crate) struct Bulk {
    pub(crate) files: Files,
    /// The jobs at work; whoever stops the org waits for them.
    pub(crate) tasks: TaskTracker,
    pub(crate) turns: Arc<Semaphore>,
    polls: u32,
    unseen: Mutex<HashMap<String, u32>>,
    aborted: Mutex<HashSet<String>>,
}

impl Bulk {
    pub(crate) fn new(config: &OrgConfig) -> Self {
        Self {
            files: Files::new(&config.data),
            tasks: TaskTracker::new(),
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            polls: config.bulk.polls_in_progress,
            unseen: Mutex::default(),
            aborted: Mutex::default(),
        }
    }

    /// A job was queued: it must be seen at work before it is seen to be over.
    pub(crate) fn queued(&self, job: &str) {
        self.lock().insert(job.to_owned(), self.polls);
        self.aborted.lock().unwrap_or_else(PoisonError::into_inner).remove(job);
    }

    /// The state callers see.
    pub(crate) fn shown(&self, job: &Job) -> State {
        let is_hidden = matches!(job.state, State::JobComplete | State::Failed)
            && self.lock().get(&job.id).is_some_and(|&polls| polls > 0);
        if is_hidden { State::InProgress } else { job.state }
    }

    /// As [`Bulk::shown`], for a caller who asks how far the job is: it counts as one look at the job.
    pub(crate) fn polled(&self, job: &Job) -> State {
        let shown = self.shown(job);
        let mut unseen = self.lock();
        if shown == State::InProgress {
            if let Some(polls) = unseen.get_mut(&job.id) {
                *polls = polls.saturating_sub(1);
            }
        } else if shown.is_final() {
            unseen.remove(&job.id);
        }
        shown
    }

    /// Tells whoever works on a job that it was aborted: a query in the middle of its rows does not ask the database.
    pub(crate) fn abort(&self, job: &str) {
        self.aborted.lock().unwrap_or_else(PoisonError::into_inner).insert(job.to_owned());
    }

    pub(crate) fn is_aborted(&self, job: &str) -> bool {
        self.aborted.lock().unwrap_or_else(PoisonError::into_inner).contains(job)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, u32>> {
        self.unseen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
