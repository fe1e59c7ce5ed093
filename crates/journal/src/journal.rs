//! Recording and settling intents, and knowing for how long the sender of an unsettled one has been silent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use salesbridge_model::{Clock, ConnectionId, IdMaker, IntentId, RunId, SyncId};
use salesbridge_store::{IntentRow, JournalEntry, Store, StoreError, Transaction};

use crate::Lease;

/// The journal of this process.
pub struct Journal {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdMaker>,
    /// Since when the senders of unsettled intents are known to be silent, on the clock's monotonic time.
    broken_at: Mutex<HashMap<IntentId, Duration>>,
}

/// An intent that is to be recorded.
pub struct NewIntent {
    /// The sync that writes.
    pub sync_id: SyncId,
    /// The run it belongs to.
    pub run_id: RunId,
    /// The connection it goes through.
    pub connection_id: ConnectionId,
    /// The destination's own bytes.
    pub payload: Vec<u8>,
    /// The source rows it stands for, in the order of the answers.
    pub rows: Vec<IntentRow>,
}

impl Journal {
    /// The journal of this process.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdMaker>) -> Self {
        Self { clock, ids, broken_at: Mutex::default() }
    }

    /// Records an intent in the caller's transaction, under a lease that the caller has seen to be current in it. It may be sent once that has been
    /// committed.
    pub async fn record(
        &self,
        tx: &mut dyn Transaction,
        lease: &Lease,
        intent: NewIntent,
    ) -> Result<JournalEntry, StoreError> {
        let entry = JournalEntry {
            id: IntentId::make(&*self.ids),
            sync_id: intent.sync_id,
            run_id: intent.run_id,
            connection_id: intent.connection_id,
            lease: lease.token(),
            payload: intent.payload,
            rows: intent.rows,
            created_at: self.clock.now(),
        };
        tx.journal().record(&entry).await?;
        Ok(entry)
    }

    /// Removes an intent in the transaction that stores what became of it; false when that has been done already.
    pub async fn settle(&self, tx: &mut dyn Transaction, id: IntentId) -> Result<bool, StoreError> {
        self.broken_at.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        tx.journal().settle(id).await
    }

    /// Remembers that the send of an intent ended without an answer, now.
    pub fn broke(&self, id: IntentId) {
        self.broken_at.lock().unwrap_or_else(PoisonError::into_inner).insert(id, self.clock.monotonic());
    }

    /// A sync's unsettled intents, oldest first, each with the time for which its sender has surely been silent. Asked under the sync's lease, while
    /// this process sends nothing of it.
    pub async fn unsettled(
        &self,
        store: &dyn Store,
        sync: SyncId,
        lease: &Lease,
    ) -> Result<Vec<(JournalEntry, Duration)>, StoreError> {
        let entries = store.read().await?.journal().unsettled(sync).await?;
        let with_silence = |entry: JournalEntry| {
            let silent_since = self.silent_since(&entry, lease);
            (entry, self.clock.monotonic().saturating_sub(silent_since))
        };
        Ok(entries.into_iter().map(with_silence).collect())
    }

    /// Who recorded under an earlier lease was silent when this process first took one after it, and perhaps no sooner; later leases of this process
    /// change nothing about that. An intent of this lease whose send ended without a word, because it was given up or its answer could not be stored,
    /// was silent when it was first found so.
    fn silent_since(&self, entry: &JournalEntry, lease: &Lease) -> Duration {
        let mut broken_at = self.broken_at.lock().unwrap_or_else(PoisonError::into_inner);
        match broken_at.get(&entry.id) {
            Some(broken_at) => *broken_at,
            None if entry.lease != lease.token() => *broken_at.entry(entry.id).or_insert(lease.taken_at()),
            None => *broken_at.entry(entry.id).or_insert_with(|| self.clock.monotonic()),
        }
    }
}
