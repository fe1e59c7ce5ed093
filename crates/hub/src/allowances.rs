//! The calls that each connection may make: counted together with the other processes on one store, and ended before the org has to.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use salesbridge_connectors::salesforce::{Again, ApiUsage, BudgetSpent, CallBudget, Grant};
use salesbridge_model::{Clock, ConnectionId, OrgAllowance, Timestamp};
use salesbridge_store::{Store, StoreError};

use crate::Chain;

/// Calls taken from the store at once, so that it is not asked for each of them; twice as many each time, so that a process that makes few takes few.
const FIRST_BLOCK: u64 = 4;
const LARGEST_BLOCK: u64 = 50;
/// The store is told what the org said no oftener than this.
const TELL_EVERY: chrono::TimeDelta = chrono::TimeDelta::minutes(1);
/// Time between two looks at an org whose calls are used up. Its window is 24 hours, rolling: some of them come back all the time.
const LOOK_EVERY: chrono::TimeDelta = chrono::TimeDelta::minutes(15);
const DAY: i64 = 24 * 3_600;

/// What a connection may use of its org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ceilings {
    /// Share of the org's calls, in percent, that is kept for its other users.
    pub(crate) reserve_percent: u8,
    /// Calls of this connection within a day (UTC).
    pub(crate) daily_calls: Option<u64>,
}

impl Ceilings {
    /// Calls of the org's that are kept for its other users.
    pub(crate) fn kept(self, allowed: u64) -> u64 {
        allowed.saturating_mul(u64::from(self.reserve_percent)) / 100
    }

    fn is_spent(self, said: &OrgAllowance) -> bool {
        said.used >= said.allowed.saturating_sub(self.kept(said.allowed))
    }
}

/// The calls of one connection, in this process.
pub(crate) struct ConnectionBudget {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    connection: ConnectionId,
    ceilings: Ceilings,
    block: tokio::sync::Mutex<Block>,
    said: Mutex<Option<OrgAllowance>>,
    /// When the org said what the store knows of it.
    stored: Mutex<Option<Timestamp>>,
    /// A person says that there may be calls again.
    looks_now: AtomicBool,
}

/// Calls granted by the store and not made yet.
#[derive(Default)]
struct Block {
    left: u64,
    /// How many the last one was of.
    size: u64,
    /// The day they are of, in days since 1970.
    day: i64,
    /// What other processes, or this one before it was restarted, were told has been read.
    has_begun: bool,
}

impl ConnectionBudget {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        connection: ConnectionId,
        ceilings: Ceilings,
    ) -> Self {
        let (block, said, stored, looks_now) = Default::default();
        Self { store, clock, connection, ceilings, block, said, stored, looks_now }
    }

    /// What the org said last of its count, to this process.
    pub(crate) fn said(&self) -> Option<OrgAllowance> {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the org at the next call, however short ago it said that its calls are used up: a person may have bought more.
    pub(crate) fn look_now(&self) {
        self.looks_now.store(true, Ordering::Relaxed);
    }

    fn note(&self, said: OrgAllowance) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    }

    /// Takes over what another process was told later than this one. What was told later than now was told before the clock was set back.
    fn hear(&self, said: OrgAllowance) {
        self.note_stored(said.told_at);
        let is_news = self.said().is_none_or(|known| known.told_at < said.told_at);
        if is_news && said.told_at <= self.clock.now() {
            self.note(said);
        }
    }

    /// Takes a block of calls, and exchanges with the store what the org said.
    async fn take(&self, wanted: u64, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.store.write().await?;
        if let Some(said) = self.said() {
            tx.allowances().remember(self.connection, &said).await?;
        }
        let granted = tx.allowances().grant(self.connection, wanted, self.ceilings.daily_calls, now).await?;
        let known = tx.allowances().find(self.connection).await?;
        tx.commit().await?;
        if let Some(said) = known.and_then(|known| known.org) {
            self.hear(said);
        }
        Ok(granted)
    }

    /// Tells the store what the org said, unless it was told within the last minute.
    pub(crate) async fn tell(&self) -> Result<(), StoreError> {
        let stored = *self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = |said: &OrgAllowance| stored.is_none_or(|stored| said.told_at - stored >= TELL_EVERY);
        let Some(said) = self.said().filter(is_news) else { return Ok(()) };
        let mut tx = self.store.write().await?;
        tx.allowances().remember(self.connection, &said).await?;
        tx.commit().await?;
        self.note_stored(said.told_at);
        Ok(())
    }

    fn note_stored(&self, told_at: Timestamp) {
        *self.stored.lock().unwrap_or_else(PoisonError::into_inner) = Some(told_at);
    }

    async fn begin(&self) -> Result<(), StoreError> {
        let known = self.store.read().await?.allowances().find(self.connection).await?;
        if let Some(said) = known.and_then(|known| known.org) {
            self.hear(said);
        }
        Ok(())
    }

    /// What follows from the org's count, as far as it is known.
    fn of_the_org(&self, now: Timestamp) -> Result<Grant, BudgetSpent> {
        let Some(said) = self.said().filter(|said| self.ceilings.is_spent(said)) else { return Ok(Grant::Call) };
        let at = said.told_at + LOOK_EVERY;
        // What was told later than now was told before the clock was set back.
        if now >= at || said.told_at > now {
            return Ok(Grant::Look);
        }
        let OrgAllowance { used, allowed, .. } = said;
        Err(BudgetSpent::Org { used, allowed, kept: self.ceilings.kept(allowed), again: again(at, now) })
    }
}

#[async_trait]
impl CallBudget for ConnectionBudget {
    async fn before_call(&self) -> Result<Grant, BudgetSpent> {
        let now = self.clock.now();
        let mut block = self.block.lock().await;
        if !block.has_begun {
            block.has_begun = self.begin().await.map_err(|error| complain(self.connection, &error)).is_ok();
        }
        let looks_now = self.looks_now.swap(false, Ordering::Relaxed);
        match self.of_the_org(now) {
            Err(_) if looks_now => return Ok(Grant::Look),
            Ok(Grant::Call) => {}
            other => return other,
        }
        let today = now.timestamp().div_euclid(DAY);
        if block.left == 0 || block.day != today {
            // A store that fails stops the sync by itself; the call it is asked for here is not what has to wait.
            block.size = (block.size * 2).clamp(FIRST_BLOCK, LARGEST_BLOCK);
            block.left =
                self.take(block.size, now).await.map_err(|error| complain(self.connection, &error)).unwrap_or(1);
            block.day = today;
        }
        if block.left == 0 {
            let tomorrow = Timestamp::from_timestamp((today + 1) * DAY, 0).unwrap_or(now);
            let allowed = self.ceilings.daily_calls.unwrap_or_default();
            return Err(BudgetSpent::Own { allowed, again: again(tomorrow, now) });
        }
        block.left -= 1;
        Ok(Grant::Call)
    }

    fn after_call(&self, usage: Option<ApiUsage>) {
        if let Some(ApiUsage { used, allowed, .. }) = usage {
            self.note(OrgAllowance { used, allowed, told_at: self.clock.now() });
        }
    }

    fn limit_reached(&self) -> Option<BudgetSpent> {
        let now = self.clock.now();
        let (used, allowed) = self.said().map_or((0, 0), |said| (said.used.max(said.allowed), said.allowed));
        self.note(OrgAllowance { used, allowed, told_at: now });
        self.of_the_org(now).err()
    }
}

fn again(at: Timestamp, now: Timestamp) -> Again {
    Again { at, pause: (at - now).to_std().unwrap_or(Duration::ZERO) }
}

fn complain(connection: ConnectionId, error: &StoreError) {
    tracing::warn!(connection.id = %connection, error = %Chain(error), "the calls of connection {connection} could not be counted");
}

#[cfg(test)]
mod tests {
    use salesbridge_store::memory::MemoryStore;
    use salesbridge_testkit::{ManualClock, SequentialIds, connection};

    use super::*;

    struct Stage {
        store: Arc<MemoryStore>,
        clock: Arc<ManualClock>,
        connection: ConnectionId,
    }

    impl Stage {
        async fn set() -> Self {
            let (store, connection) = (Arc::new(MemoryStore::new()), connection(&SequentialIds::default(), "acme"));
            let mut tx = store.write().await.expect("a transaction");
            tx.connections().insert(&connection).await.expect("stored");
            tx.commit().await.expect("committed");
            Self { store, clock: Arc::default(), connection: connection.id }
        }

        fn process(&self, daily_calls: Option<u64>) -> ConnectionBudget {
            let ceilings = Ceilings { reserve_percent: 10, daily_calls };
            ConnectionBudget::new(self.store.clone(), self.clock.clone(), self.connection, ceilings)
        }
    }

    fn usage(used: u64, allowed: u64) -> Option<ApiUsage> {
        Some(ApiUsage { used, allowed, app: None })
    }

    async fn calls_until_spent(budget: &ConnectionBudget) -> usize {
        let mut calls = 0;
        while budget.before_call().await.is_ok() {
            calls += 1;
        }
        calls
    }

    #[tokio::test]
    async fn processes_on_one_store_share_a_days_calls_and_a_restart_forgets_none() {
        let stage = Stage::set().await;
        let (one, other) = (stage.process(Some(80)), stage.process(Some(80)));
        assert_eq!(one.before_call().await, Ok(Grant::Call));
        assert_eq!((calls_until_spent(&other).await, calls_until_spent(&one).await), (76, 3));
        assert_eq!(calls_until_spent(&stage.process(Some(80))).await, 0);
        stage.clock.advance(Duration::from_secs(24 * 3_600));
        assert_eq!(calls_until_spent(&one).await, 80, "the next day");
    }

    #[tokio::test]
    async fn the_reserve_is_left_alone_and_the_org_is_asked_again_after_a_quarter_of_an_hour() {
        let stage = Stage::set().await;
        let budget = stage.process(None);
        budget.after_call(usage(89, 100));
        assert_eq!(budget.before_call().await, Ok(Grant::Call));
        budget.after_call(usage(90, 100));
        let Err(BudgetSpent::Org { used: 90, allowed: 100, kept: 10, again }) = budget.before_call().await else {
            panic!("it is spent");
        };
        assert_eq!(again.pause, Duration::from_secs(900));
        stage.clock.advance(Duration::from_secs(899));
        assert!(budget.before_call().await.is_err());
        stage.clock.advance(Duration::from_secs(1));
        assert_eq!(budget.before_call().await, Ok(Grant::Look));
        budget.after_call(usage(95, 100));
        assert!(budget.before_call().await.is_err(), "another quarter of an hour");
        budget.look_now();
        assert_eq!(budget.before_call().await, Ok(Grant::Look), "a person asked for it");
        assert!(budget.before_call().await.is_err(), "once");
        stage.clock.advance(Duration::from_secs(900));
        budget.after_call(usage(20, 100));
        assert_eq!(budget.before_call().await, Ok(Grant::Call));
    }

    #[tokio::test]
    async fn another_process_knows_what_the_org_said_and_a_clock_set_back_is_no_pause_of_hours() {
        let stage = Stage::set().await;
        let budget = stage.process(None);
        budget.after_call(usage(12, 100));
        assert!(budget.limit_reached().is_some());
        budget.tell().await.expect("the store is told");
        let other = stage.process(None);
        assert!(matches!(other.before_call().await, Err(BudgetSpent::Org { used: 100, .. })));
        stage.clock.set(stage.clock.now() - Duration::from_secs(7_200));
        assert_eq!(other.before_call().await, Ok(Grant::Look));
    }
}
