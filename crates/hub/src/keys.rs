//! The master keys as this process has them, read anew when something was wrapped by a key that it does not have yet: somebody rotates them.

use std::sync::{Arc, PoisonError, RwLock};

use salesbridge_model::Secret;
use salesbridge_vault::{KeyRing, Sealed, SealedPlace, VaultError, WrappedDataKey};

use crate::HubError;

/// Where the master keys are.
pub trait KeySource: Send + Sync {
    /// The keys that are there now; else why they cannot be read, in words that hold no key.
    fn read(&self) -> Result<KeyRing, String>;
}

/// Keys that never change.
impl KeySource for KeyRing {
    fn read(&self) -> Result<KeyRing, String> {
        Ok(self.clone())
    }
}

/// The master keys of this process. Clones share them.
#[derive(Clone)]
pub(crate) struct MasterKeys(Arc<Inner>);

struct Inner {
    ring: RwLock<KeyRing>,
    source: Arc<dyn KeySource>,
}

impl MasterKeys {
    pub(crate) fn new(ring: KeyRing, source: Arc<dyn KeySource>) -> Self {
        Self(Arc::new(Inner { ring: RwLock::new(ring), source }))
    }

    /// The keys as they are known here.
    pub(crate) fn ring(&self) -> KeyRing {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the keys anew, from where they are. Keys without the one that writes here are refused: what it wrapped would be lost.
    pub(crate) fn reload(&self) -> Result<KeyRing, HubError> {
        let unusable = |problem: String| HubError::NotPossible {
            code: "master_key_unreadable",
            message: format!("the master keys cannot be read anew: {problem}"),
            remedy: "Put the file of the master keys in order; what runs goes on with the keys it has".to_owned(),
        };
        let ring = self.0.source.read().map_err(unusable)?;
        let known = self.ring().newest_id();
        if !ring.ids().contains(&known) {
            return Err(unusable(format!("the key {known}, which sealed the newest secrets, is not among them")));
        }
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        Ok(ring)
    }

    /// A new data key, wrapped by the newest master key.
    pub(crate) fn new_data_key(&self) -> Result<WrappedDataKey, VaultError> {
        self.ring().new_data_key()
    }

    /// Seals a secret for its place.
    pub(crate) fn seal(
        &self,
        wrapped: &WrappedDataKey,
        place: &SealedPlace<'_>,
        secret: &Secret<Vec<u8>>,
    ) -> Result<Sealed, VaultError> {
        self.ring_for(wrapped)?.seal(wrapped, place, secret)
    }

    /// Opens what was sealed with this data key for this place.
    pub(crate) fn open(
        &self,
        wrapped: &WrappedDataKey,
        place: &SealedPlace<'_>,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        self.ring_for(wrapped)?.open(wrapped, place, sealed)
    }

    /// Keys among which is the one that wrapped this data key, if it is anywhere.
    fn ring_for(&self, wrapped: &WrappedDataKey) -> Result<KeyRing, VaultError> {
        let (ring, wanted) = (self.ring(), wrapped.master_key_id()?);
        if ring.ids().contains(&wanted) {
            return Ok(ring);
        }
        match self.0.source.read() {
            // Keys without the wanted one are no reason to forget those that are known.
            Ok(newer) if newer.ids().contains(&wanted) => {
                *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = newer.clone();
                tracing::info!(key = %wanted, "the master keys were rotated, and are read anew");
                Ok(newer)
            }
            _ => Ok(ring),
        }
    }
}
