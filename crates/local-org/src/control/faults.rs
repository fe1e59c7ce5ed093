//! Commands that make the org misbehave: fault rules, ended tokens, a clock that is off.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;

use crate::answers::Fault;
use crate::control::{ControlError, OrgControl};
use crate::faults::{ActiveFault, FaultRule};
use crate::oauth::tokens;

/// The clock may be off by this much at most: a hundred years, in seconds.
const MOST_SECONDS: i64 = 3_155_760_000;

impl OrgControl {
    /// Adds a fault rule; answers its id.
    pub fn add_fault(&self, rule: FaultRule) -> u64 {
        self.org.faults.add(rule, self.org.now())
    }

    /// The fault rules and how often each has matched and struck.
    pub fn faults(&self) -> Vec<ActiveFault> {
        self.org.faults.list()
    }

    /// Removes a fault rule; answers whether there was one.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.org.faults.remove(id)
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.org.faults.clear();
    }

    /// Removes all fault rules and adds those of the configuration, its file read anew.
    ///
    /// # Errors
    /// The file cannot be used; the rules stay as they were.
    pub async fn reload_faults(&self) -> Result<(), ControlError> {
        let org = self.org.clone();
        let reloaded = tokio::task::spawn_blocking(move || org.faults.set_up(&org.config, org.now())).await;
        reloaded
            .map_err(|error| ControlError::new(error.to_string()))?
            .map_err(|error| ControlError::new(error.to_string()))
    }

    /// Ends every access token now.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn expire_tokens(&self) -> Result<(), ControlError> {
        self.write(|work| Ok(tokens::expire_all(work.sql).map(drop)?)).await
    }

    /// Ends the access tokens of one user, named by id or user name.
    ///
    /// # Errors
    /// There is no such user, or the data cannot be written.
    pub async fn expire_tokens_of(&self, user: &str) -> Result<(), ControlError> {
        let user = user.to_owned();
        self.write(move |work| {
            let find = "SELECT \"Id\" FROM \"record_User\" WHERE \"Id\" = ?1 OR \"Username\" = ?1 COLLATE NOCASE";
            let found: Result<String, _> = work.sql.query_row(find, [&user], |row| row.get(0));
            let id = found.map_err(|_| Fault::no_row(&user))?;
            Ok(tokens::expire_of_user(work.sql, &id).map(drop)?)
        })
        .await
    }

    /// Sets the org's clock off: ahead by a positive time, behind by a negative one. Its `Date` headers follow.
    pub fn set_clock_offset(&self, offset: TimeDelta) {
        self.org.clock_offset.store(offset.num_milliseconds(), Ordering::Relaxed);
    }

    /// As [`OrgControl::set_clock_offset`], in seconds within reason.
    pub(super) fn set_clock_offset_seconds(&self, seconds: i64) -> Result<(), ControlError> {
        let in_reason = (-MOST_SECONDS..=MOST_SECONDS).contains(&seconds);
        let offset = TimeDelta::try_seconds(seconds).filter(|_| in_reason);
        let offset = offset
            .ok_or_else(|| ControlError::new(format!("the clock can be off by {MOST_SECONDS} seconds at most")))?;
        self.set_clock_offset(offset);
        Ok(())
    }
}
