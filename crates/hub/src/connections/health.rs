//! Whether connections are well: looked at in the background, told once when one is not, and held until it is again.
//!
//! A look is one cheap call. The whole test is made once a day, and whenever something is wrong. What was held goes on by itself as soon as a look finds
//! nothing in the way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use salesbridge_connectors::salesforce::{Check, CheckReport};
use salesbridge_model::{Connection, ConnectionId, Health, HealthState, Held, PageRequest, Timestamp};
use salesbridge_store::{ConnectionFilter, Transaction};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::credentials::NOT_SIGNED_IN;
use crate::audit::Deed;
use crate::{Caller, Chain, Hub, HubError};

/// Connections that are looked at beside each other.
const AT_ONCE: usize = 4;
/// Between two looks at the clock.
const TICK: Duration = Duration::from_secs(5);
/// Between two looks at a connection whose app is not known everywhere yet (R16).
const NEW_APP: chrono::Duration = chrono::Duration::seconds(20);
/// How long the whole test may be ago.
const WHOLE_TEST: chrono::Duration = chrono::Duration::hours(24);
/// How long a look may take before another process may look too.
const LEASE: chrono::Duration = chrono::Duration::minutes(5);

/// What this process knows of its looks.
#[derive(Default)]
pub(crate) struct Looks(Mutex<HashMap<ConnectionId, Look>>);

#[derive(Clone, Copy, Default)]
struct Look {
    busy: bool,
    /// When the whole test was made.
    whole_at: Option<Timestamp>,
    /// Time alone mends it: the next look comes then.
    again_at: Option<Timestamp>,
}

impl Looks {
    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Looks at every connection that is enabled, every so often, until `stop` is set.
    pub async fn watch_connections(self: Arc<Self>, every: Duration, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        loop {
            if let Err(error) = self.look_at_those_due(every, &tasks).await
                && !self.outage.met(&error, self.clock.monotonic())
            {
                tracing::warn!(error = %Chain(&error), "connections could not be looked at; it is tried again");
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = tokio::time::sleep(TICK) => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// Looks at every connection whose time has come, and waits until that is done.
    pub async fn look_at_connections(self: &Arc<Self>, every: Duration) -> Result<(), HubError> {
        let tasks = TaskTracker::new();
        self.look_at_those_due(every, &tasks).await?;
        tasks.close();
        tasks.wait().await;
        Ok(())
    }

    async fn look_at_those_due(self: &Arc<Self>, every: Duration, tasks: &TaskTracker) -> Result<(), HubError> {
        let every = chrono::Duration::from_std(every).unwrap_or(WHOLE_TEST);
        let filter = ConnectionFilter { enabled: Some(true), ..ConnectionFilter::default() };
        let mut page = PageRequest { after: None, limit: Some(PageRequest::MAXIMUM) };
        loop {
            let found = self.store.read().await?.connections().list(&filter, &page).await?;
            for connection in found.items {
                if self.is_due(&connection, every) && self.claim_look(connection.id) {
                    let hub = self.clone();
                    tasks.spawn(async move { hub.look_alone(&connection).await });
                }
            }
            let Some(next) = found.next else { return Ok(()) };
            page.after = Some(next);
        }
    }

    async fn look_alone(&self, connection: &Connection) {
        if let Err(error) = self.look_after(connection).await {
            tracing::warn!(
                connection.id = %connection.id, error = %Chain(&error),
                "connection {} could not be looked at", connection.name
            );
        }
        self.looks.lock().entry(connection.id).or_default().busy = false;
    }

    fn is_due(&self, connection: &Connection, every: chrono::Duration) -> bool {
        if connection.held.as_ref().is_some_and(|held| held.code == NOT_SIGNED_IN) {
            return false; // a person has to sign in; there is nothing to look at before
        }
        let again_at = self.looks.lock().get(&connection.id).and_then(|look| look.again_at);
        let Some(health) = &connection.health else { return true };
        let usual = health.checked_at + spread(connection.id, health.checked_at, every);
        self.clock.now() >= again_at.map_or(usual, |at| at.min(usual))
    }

    fn claim_look(&self, connection: ConnectionId) -> bool {
        let mut looks = self.looks.lock();
        let busy = looks.values().filter(|look| look.busy).count();
        let look = looks.entry(connection).or_default();
        let mine = !look.busy && busy < AT_ONCE;
        look.busy |= mine;
        mine
    }

    /// Looks at a connection, unless another process does.
    async fn look_after(&self, connection: &Connection) -> Result<(), HubError> {
        if !self.leases.are_shared() {
            return self.look_and_store(connection).await;
        }
        let (name, now) = (format!("health:{}", connection.id), self.clock.now());
        let mut tx = self.store.write().await?;
        let Some(token) = tx.leases().take(&name, self.leases.holder(), now, now + LEASE).await? else { return Ok(()) };
        let stored = tx.connections().find(connection.id).await?;
        tx.commit().await?;
        let checked_at = |it: &Connection| it.health.as_ref().map(|health| health.checked_at);
        let looked = match stored.filter(|stored| checked_at(stored) == checked_at(connection)) {
            Some(stored) => self.look_and_store(&stored).await,
            None => Ok(()),
        };
        let mut tx = self.store.write().await?;
        tx.leases().give_back(&name, token).await?;
        tx.commit().await?;
        looked
    }

    async fn look_and_store(&self, connection: &Connection) -> Result<(), HubError> {
        let whole_at = self.looks.lock().get(&connection.id).and_then(|look| look.whole_at);
        let was_well = connection.held.is_none()
            && connection.health.as_ref().is_some_and(|health| health.state == HealthState::Well);
        let is_time = whole_at.is_none_or(|at| self.clock.now() >= at + WHOLE_TEST);
        if was_well && !is_time && self.answers(connection).await {
            return self.store_health(connection, HealthState::Well).await;
        }
        let report = self.look_at(connection).await?;
        self.store_report(&Caller::system(), connection, &report).await
    }

    /// One call that shows that the session, or a new one, is accepted. What it is when it is not, the whole test tells.
    async fn answers(&self, connection: &Connection) -> bool {
        let asked = async { Ok::<_, HubError>(self.connector(connection).await?.org().await?) };
        asked.await.is_ok()
    }

    async fn store_health(&self, connection: &Connection, state: HealthState) -> Result<(), HubError> {
        let mut tx = self.store.write().await?;
        let now = tx.connections().find(connection.id).await?;
        if let Some(mut stored) = now.filter(|stored| stored.updated_at == connection.updated_at) {
            stored.health = Some(self.health(&stored, state, None));
            tx.connections().update(&stored).await?;
            tx.commit().await?;
        }
        self.destinations.tell(connection).await?;
        Ok(())
    }

    fn health(&self, connection: &Connection, state: HealthState, failed: Option<&Check>) -> Health {
        let now = self.clock.now();
        let since =
            connection.health.as_ref().filter(|before| before.state == state).map_or(now, |before| before.since);
        Health {
            state,
            checked_at: now,
            since,
            code: failed.and_then(|check| check.code.clone()),
            message: failed.map(|check| check.message.clone()),
            remedy: failed.and_then(|check| check.remedy.clone()),
        }
    }

    /// Remembers what a test found: the org, how well the connection is, and whether anything may go through it.
    pub(super) async fn store_report(
        &self,
        caller: &Caller,
        connection: &Connection,
        report: &CheckReport,
    ) -> Result<(), HubError> {
        self.destinations.tell(connection).await?;
        let mut tx = self.store.write().await?;
        // It may have been edited while we asked.
        let now = tx.connections().find(connection.id).await?;
        let Some(mut stored) = now.filter(|stored| stored.updated_at == connection.updated_at) else { return Ok(()) };
        stored.org = report.org.clone().or(stored.org);
        let failed = report.first_failed();
        let state = if failed.is_some() { HealthState::Ailing } else { HealthState::Well };
        stored.health = Some(self.health(&stored, state, failed));
        let was_held = stored.held.take();
        match report.obstacle() {
            None => {}
            Some(_) if was_held.is_some() => stored.held.clone_from(&was_held),
            Some(check) if check.holds && stored.enabled => stored.held = Some(self.held_by(check)),
            Some(_) => {}
        }
        let is_held = stored.held.is_some();
        self.store_hold(&mut *tx, caller, stored, was_held).await?;
        tx.commit().await?;
        self.note_look(connection.id, failed);
        if !is_held {
            self.signal_mended();
        }
        Ok(())
    }

    /// Stores a connection, and writes down and tells once when it is held, or no longer.
    pub(crate) async fn store_hold(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        connection: Connection,
        was_held: Option<Held>,
    ) -> Result<(), HubError> {
        tx.connections().update(&connection).await?;
        let (action, is_news) = match (&was_held, &connection.held) {
            (None, Some(_)) => ("connection.hold", true),
            (Some(_), None) => ("connection.release", true),
            _ => ("", false),
        };
        if !is_news {
            return Ok(());
        }
        match &connection.held {
            Some(held) => tracing::warn!(
                connection.id = %connection.id, code = %held.code,
                "connection {} is held: {}. {}", connection.name, held.reason, held.remedy
            ),
            None => tracing::info!(connection.id = %connection.id, "connection {} is no longer held", connection.name),
        }
        let deed = Deed::to_connection(action, &connection);
        let deed = deed.was(json!({ "held": was_held })).is(json!({ "held": connection.held }));
        Ok(self.record(tx, caller, deed).await?)
    }

    fn held_by(&self, check: &Check) -> Held {
        Held {
            code: check.code.clone().unwrap_or_else(|| format!("check.{}", check.name)),
            reason: check.message.clone(),
            remedy: check.remedy.clone().unwrap_or_default(),
            since: self.clock.now(),
        }
    }

    fn note_look(&self, connection: ConnectionId, failed: Option<&Check>) {
        let now = self.clock.now();
        let passes = failed.and_then(|check| check.retry_until).is_some_and(|until| now < until);
        let mut looks = self.looks.lock();
        let look = looks.entry(connection).or_default();
        look.whole_at = Some(now);
        look.again_at = passes.then(|| now + NEW_APP);
    }
}

/// A time around `every`, a tenth more or less, so that not all are looked at together; the same for every process.
fn spread(connection: ConnectionId, checked_at: Timestamp, every: chrono::Duration) -> chrono::Duration {
    let digest = Sha256::digest(format!("{connection} {}", checked_at.timestamp_micros()));
    let part = i32::from(digest[0]); // 0 to 255
    every * 9 / 10 + every * part / (255 * 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_spread_over_a_fifth_of_the_time_between_them() {
        let id: ConnectionId = "conn_01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id");
        let every = chrono::Duration::minutes(15);
        let times: Vec<_> = (0..200)
            .map(|second| spread(id, Timestamp::UNIX_EPOCH + chrono::Duration::seconds(second), every))
            .collect();
        assert!(times.iter().all(|time| (810..=990).contains(&time.num_seconds())), "{times:?}");
        assert!(times.iter().collect::<std::collections::HashSet<_>>().len() > 100);
    }
}
