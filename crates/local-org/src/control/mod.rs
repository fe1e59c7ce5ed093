//! The org from above: what no Salesforce has, for those who run and test against this one.
//! The same through [`OrgControl`] in the process and under `/local-org/` over HTTP.

mod fault_routes;
mod faults;
mod recycle_bin;
mod routes;
mod rules;
mod sign_in;
mod snapshot_routes;
mod snapshots;

use std::sync::atomic::Ordering;

use crate::answers::Fault;
use crate::oauth::apps::{self, App};
use crate::oauth::{is_certificate, users};
use crate::org::{Org, Work, keep_setting};
use crate::requests::SeenRequest;
use crate::rest::limits::records_of;
use crate::schema::ObjectAbility;

pub use recycle_bin::RecordOutcome;
pub(crate) use routes::{refuse_other_sites, routes};
pub use rules::{ConvertedLead, NewValidationRule};
pub use sign_in::UserSignIn;

/// Commands to a running org.
#[derive(Clone)]
pub struct OrgControl {
    org: Org,
}

/// The org did not do what it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the local org refused: {message}")]
pub struct ControlError {
    message: String,
}

impl From<Fault> for ControlError {
    fn from(fault: Fault) -> Self {
        let messages: Vec<String> = fault.errors.into_iter().map(|error| error.message).collect();
        Self::new(messages.join("; "))
    }
}

impl ControlError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// A user of the org, as control shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UserInfo {
    /// The record id.
    pub id: String,
    /// The user name.
    pub username: String,
    /// Whether the user may sign in.
    pub is_active: bool,
    /// Whether the user may call the API.
    pub api_enabled: bool,
}

/// The name and the number of records of an object.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RecordCount {
    /// The object's API name.
    pub object: String,
    /// Records outside the recycle bin.
    pub records: u64,
}

impl OrgControl {
    pub(crate) fn new(org: Org) -> Self {
        Self { org }
    }

    /// The newest requests, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.org.requests.list()
    }

    /// Forgets the requests seen so far.
    pub fn clear_requests(&self) {
        self.org.requests.clear();
    }

    /// Sets the calls allowed in any 24 hours.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn set_daily_limit(&self, calls: u64) -> Result<(), ControlError> {
        self.write(move |work| Ok(keep_setting(work.sql, "daily_api_requests", &calls.to_string())?)).await?;
        self.org.daily_limit.store(calls, Ordering::Relaxed);
        Ok(())
    }

    /// The apps, with their secrets.
    ///
    /// # Errors
    /// The data cannot be read.
    pub async fn apps(&self) -> Result<Vec<App>, ControlError> {
        self.write(|work| Ok(apps::list(work.sql)?)).await
    }

    /// Creates or changes the app with this consumer key; an empty key or secret is made up.
    ///
    /// # Errors
    /// The certificate is none, or the data cannot be written.
    pub async fn keep_app(&self, app: App) -> Result<App, ControlError> {
        if app.certificate.as_deref().is_some_and(|pem| !is_certificate(pem)) {
            return Err(ControlError { message: "the certificate is not an X.509 certificate in PEM".to_owned() });
        }
        self.write(move |work| Ok(apps::keep(work.sql, app, work.now)?)).await
    }

    /// Deletes an app and ends its tokens; answers whether there was one.
    ///
    /// # Errors
    /// The data cannot be written.
    pub async fn delete_app(&self, consumer_key: &str) -> Result<bool, ControlError> {
        let consumer_key = consumer_key.to_owned();
        self.write(move |work| Ok(apps::delete(work.sql, &consumer_key)?)).await
    }

    /// The users.
    ///
    /// # Errors
    /// The data cannot be read.
    pub async fn users(&self) -> Result<Vec<UserInfo>, ControlError> {
        self.write(all_users).await
    }

    /// Grants a user the right to call the API, or takes it.
    ///
    /// # Errors
    /// There is no such user, or the data cannot be written.
    pub async fn set_api_enabled(&self, user_id: &str, api_enabled: bool) -> Result<(), ControlError> {
        let user_id = user_id.to_owned();
        self.write(move |work| {
            let user = users::find(work.sql, &user_id)?.ok_or_else(|| Fault::no_row(&user_id))?;
            Ok(users::set_api_enabled(work.sql, &user.id, api_enabled)?)
        })
        .await
    }

    /// Lets a user sign in, or not.
    ///
    /// # Errors
    /// There is no such user, or the data cannot be written.
    pub async fn set_active(&self, user_id: &str, is_active: bool) -> Result<(), ControlError> {
        let user_id = user_id.to_owned();
        self.write(move |work| {
            let changed = work.sql.execute(
                "UPDATE \"record_User\" SET \"IsActive\" = ?2 WHERE \"Id\" = ?1",
                rusqlite::params![user_id, is_active],
            )?;
            if changed == 1 { Ok(()) } else { Err(Fault::no_row(&user_id)) }
        })
        .await
    }

    /// The number of records per object.
    ///
    /// # Errors
    /// The data cannot be read.
    pub async fn record_counts(&self) -> Result<Vec<RecordCount>, ControlError> {
        self.write(counts).await
    }

    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, ControlError> {
        // Whatever control does may change who may call.
        let job = move |work: &Work<'_>| {
            work.sessions_changed();
            job(work)
        };
        self.org.write(job).await.map_err(ControlError::from)
    }
}

impl std::fmt::Debug for OrgControl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("OrgControl").field("url", &self.org.sign_in_url()).finish()
    }
}

/// The number of records per object, objects one can create first of all.
pub(crate) fn counts(work: &Work<'_>) -> Result<Vec<RecordCount>, Fault> {
    let mut objects: Vec<_> = work.schema.objects().collect();
    objects.sort_by_key(|object| !object.can(ObjectAbility::Createable));
    objects
        .into_iter()
        .map(|object| Ok(RecordCount { object: object.name.clone(), records: records_of(work, object)? }))
        .collect()
}

fn all_users(work: &Work<'_>) -> Result<Vec<UserInfo>, Fault> {
    let mut statement = work.sql.prepare("SELECT \"Id\" FROM \"record_User\" ORDER BY \"Id\"")?;
    let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut shown = Vec::new();
    for id in ids {
        if let Some(user) = users::find(work.sql, &id)? {
            let (id, username) = (user.id, user.username);
            shown.push(UserInfo { id, username, is_active: user.is_active, api_enabled: user.api_enabled });
        }
    }
    Ok(shown)
}
