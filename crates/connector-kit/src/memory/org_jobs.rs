//! Jobs of an org in memory: made empty, queued, worked on for a while, known for a while after their end.

use std::time::Duration;

use salesbridge_model::Timestamp;

use super::connection::MemoryConnection;
use super::org::{JobTerms, MemoryOrg, Org, SendFault};
use super::trouble;
use super::writes::OrgIntent;
use crate::{
    Answers, ClaimedRecords, ConnectorError, RecoveredRow, Recovery, Refusal, RowAnswer, SendFailure, SendWatch,
};

/// Time between two questions.
const PAUSE: Duration = Duration::from_secs(20);

/// A job; its place among all of them is its id.
pub(super) enum OrgJob {
    Open,
    Queued { ends_at: Timestamp, intent: OrgIntent },
    Aborted { at: Timestamp },
    Done { at: Timestamp, told: Result<Answers, Refusal> },
    Forgotten,
}

impl MemoryOrg {
    /// An administrator deletes every job that is over.
    pub fn forgets_jobs(&self) {
        let is_over = |job: &&mut OrgJob| matches!(job, OrgJob::Aborted { .. } | OrgJob::Done { .. });
        self.org().jobs.iter_mut().filter(is_over).for_each(|job| *job = OrgJob::Forgotten);
    }

    /// Somebody ends the jobs that are open.
    pub fn aborts_open_jobs(&self) {
        let at = self.now();
        let is_open = |job: &&mut OrgJob| matches!(job, OrgJob::Open);
        self.org().jobs.iter_mut().filter(is_open).for_each(|job| *job = OrgJob::Aborted { at });
    }

    /// Jobs that were made.
    pub fn jobs(&self) -> usize {
        self.org().jobs.len()
    }
}

impl Org {
    pub(super) fn open_job(&mut self) -> usize {
        self.jobs.push(OrgJob::Open);
        self.jobs.len() - 1
    }

    /// A queueing that has arrived; one of a job that is no longer open changes nothing.
    fn queue(&mut self, job: usize, intent: OrgIntent, ends_at: Timestamp) -> bool {
        let is_open = matches!(self.jobs[job], OrgJob::Open);
        if is_open {
            self.jobs[job] = OrgJob::Queued { ends_at, intent };
        }
        is_open
    }

    pub(super) fn land_queueings(&mut self, now: Timestamp) {
        let arrived: Vec<_> = self.queueings.extract_if(.., |(at, ..)| *at <= now).collect();
        for (at, job, intent) in arrived {
            self.queue(job, intent, at);
        }
    }

    /// Writes the rows of jobs whose time has come.
    pub(super) fn work_on_jobs(&mut self, now: Timestamp) {
        for number in 0..self.jobs.len() {
            let OrgJob::Queued { ends_at, intent } = &self.jobs[number] else { continue };
            let (at, intent) = (*ends_at, intent.clone());
            if at <= now {
                let told = self.write(&intent.write, at);
                self.jobs[number] = OrgJob::Done { at, told };
            }
        }
    }

    pub(super) fn jobs_under_way(&self) -> usize {
        let comes = |(_, job, _): &&(Timestamp, usize, OrgIntent)| matches!(self.jobs[*job], OrgJob::Open);
        let works = |job: &&OrgJob| matches!(job, OrgJob::Queued { .. });
        self.queueings.iter().filter(comes).count() + self.jobs.iter().filter(works).count()
    }
}

impl MemoryConnection {
    /// Uploads, queues, and waits for the end.
    pub(super) async fn run_job(
        &self,
        job: usize,
        intent: OrgIntent,
        watch: &dyn SendWatch,
    ) -> Result<Answers, SendFailure> {
        self.call().map_err(SendFailure::NotSent)?;
        watch.uploaded();
        self.call().map_err(SendFailure::NotSent)?;
        self.queue_job(job, &intent)?;
        watch.sent();
        loop {
            self.call().map_err(SendFailure::MayHaveHappened)?;
            let told = match &self.there.org().jobs[job] {
                OrgJob::Queued { .. } | OrgJob::Open => None,
                OrgJob::Done { told, .. } => Some(told.clone()),
                OrgJob::Aborted { .. } | OrgJob::Forgotten => return lost("the job is not to be found"),
            };
            if let Some(told) = told {
                watch.answered();
                return told.map_err(SendFailure::RefusedWhole);
            }
            if !watch.waits(PAUSE).await {
                return Err(SendFailure::GivenUp);
            }
        }
    }

    fn queue_job(&self, job: usize, intent: &OrgIntent) -> Result<(), SendFailure> {
        let (now, terms) = (self.there.now(), self.job_terms());
        let ends_at = now + chrono::Duration::from_std(terms.takes).unwrap_or_default();
        let mut org = self.there.org();
        org.sends += 1;
        match org.faults.pop_front() {
            Some(SendFault::NotSent) => return Err(SendFailure::NotSent(trouble("not queued"))),
            Some(SendFault::LostBeforeWrite) => return lost("lost before the job was queued"),
            Some(SendFault::LandsLater(after)) => {
                org.queueings.push((now + after, job, intent.clone()));
                return lost("given up while the queueing was under way");
            }
            Some(SendFault::LostAfterWrite) => {
                org.queue(job, intent.clone(), ends_at);
                return lost("the answer was lost");
            }
            None => {}
        }
        if org.queue(job, intent.clone(), ends_at) {
            return Ok(());
        }
        // Whoever asks later finds out that it never acted.
        lost("the job is not open any more")
    }

    pub(super) async fn recover_job(
        &self,
        job: usize,
        intent: &OrgIntent,
        silent_for: Duration,
        claimed: &dyn ClaimedRecords,
    ) -> Result<Recovery, ConnectorError> {
        self.call()?;
        let (now, rows) = (self.there.now(), intent.write.rows.len());
        let kept_for = chrono::Duration::from_std(self.job_terms().kept_for).unwrap_or_default();
        let not_sent = Recovery::Rows(vec![RecoveredRow::NotSent; rows]);
        {
            let mut org = self.there.org();
            match &org.jobs[job] {
                OrgJob::Open => {
                    org.jobs[job] = OrgJob::Aborted { at: now };
                    return Ok(not_sent);
                }
                OrgJob::Queued { .. } => return Ok(Recovery::Wait { pause: PAUSE }),
                OrgJob::Aborted { at } if now < *at + kept_for => return Ok(not_sent),
                OrgJob::Done { at, told } if now < *at + kept_for => {
                    return Ok(match told {
                        Ok(answers) => Recovery::Rows(answers.iter().cloned().map(RecoveredRow::Answered).collect()),
                        Err(refusal) if rows == 1 => {
                            Recovery::Rows(vec![RecoveredRow::Answered(RowAnswer::Refused(refusal.clone()))])
                        }
                        Err(_) => not_sent,
                    });
                }
                OrgJob::Aborted { .. } | OrgJob::Done { .. } | OrgJob::Forgotten => {}
            }
        }
        // That it is not there is not believed at once.
        self.find_out(intent, silent_for, claimed).await
    }

    fn job_terms(&self) -> JobTerms {
        let none = JobTerms { from_rows: usize::MAX, rows: 1, takes: Duration::ZERO, kept_for: Duration::MAX };
        self.there.terms.jobs.unwrap_or(none)
    }
}

fn lost<T>(what: &str) -> Result<T, SendFailure> {
    Err(SendFailure::MayHaveHappened(trouble(what)))
}
