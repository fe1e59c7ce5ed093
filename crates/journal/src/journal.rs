//! Recording and settling intents, and knowing since when the sender of an unsettled one has been silent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use salesbridge_model::{Clock, ConnectionId, IdMaker, IntentId, RunId, SyncId, Timestamp};
use salesbridge_store::{IntentRow, JournalEntry, Store, StoreError, Transaction};

/// The journal of this process.
pub struct Journal {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdMaker>,
    /// Intents of earlier processes: their senders were silent when this one began.
    began_at: Timestamp,
    broken_at: Mutex<HashMap<IntentId, Timestamp>>,
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
    /// The journal of a process that begins now and is the only one that writes through this store.
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdMaker>) -> Self {
        let began_at = clock.now();
        Self { clock, ids, began_at, broken_at: Mutex::default() }
    }

    /// Records an intent in the caller's transaction. It may be sent once that has been committed.
    pub async fn record(&self, tx: &mut dyn Transaction, intent: NewIntent) -> Result<JournalEntry, StoreError> {
        let entry = JournalEntry {
            id: IntentId::make(&*self.ids),
            sync_id: intent.sync_id,
            run_id: intent.run_id,
            connection_id: intent.connection_id,
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
        self.broken_at.lock().unwrap_or_else(PoisonError::into_inner).insert(id, self.clock.now());
    }

    /// A sync's unsettled intents, oldest first, each with an instant since which its sender has been silent. Asked while nothing of the sync is being
    /// sent.
    pub async fn unsettled(
        &self,
        store: &dyn Store,
        sync: SyncId,
    ) -> Result<Vec<(JournalEntry, Timestamp)>, StoreError> {
        let entries = store.read().await?.journal().unsettled(sync).await?;
        let with_silence = |entry: JournalEntry| {
            let silent_since = self.silent_since(&entry);
            (entry, silent_since)
        };
        Ok(entries.into_iter().map(with_silence).collect())
    }

    /// An intent of this process whose send ended without a word, because it was given up or its answer could not be stored, was silent when it was
    /// first found so, and perhaps no sooner: when the process began it had not been sent.
    fn silent_since(&self, entry: &JournalEntry) -> Timestamp {
        let mut broken_at = self.broken_at.lock().unwrap_or_else(PoisonError::into_inner);
        match broken_at.get(&entry.id) {
            Some(broken_at) => *broken_at,
            None if entry.created_at < self.began_at => self.began_at,
            None => *broken_at.entry(entry.id).or_insert_with(|| self.clock.now()),
        }
    }
}
