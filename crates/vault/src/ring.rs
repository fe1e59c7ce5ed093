//! The key ring: every key reads, the newest writes.

use salesbridge_model::Secret;

use crate::{
    KeyId, KeyTextProblem, Sealed, SealedPlace, VaultError, WrappedDataKey,
    cipher::{decrypt, encrypt, random},
    key::{KeyBytes, MasterKey},
};

/// The master keys of an installation.
#[derive(Clone)]
pub struct KeyRing {
    /// All but the newest, oldest first.
    older: Vec<MasterKey>,
    newest: MasterKey,
}

impl KeyRing {
    /// A ring with one new key.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(Self { older: vec![], newest: MasterKey::generate()? })
    }

    /// Reads a ring from text: one key a line, the newest last; blank lines and lines that begin with `#` are skipped.
    pub fn parse(text: &Secret<String>) -> Result<Self, KeyTextProblem> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, line) in text.expose().lines().enumerate() {
            let line_number = index + 1;
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let key = MasterKey::parse(content).ok_or(KeyTextProblem::MalformedLine { line: line_number })?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(KeyTextProblem::RepeatedKey { line: line_number });
            }
            keys.push(key);
        }
        let newest = keys.pop().ok_or(KeyTextProblem::Empty)?;
        Ok(Self { older: keys, newest })
    }

    /// The ring as [`KeyRing::parse`] reads it.
    pub fn to_text(&self) -> Secret<String> {
        let mut text = Secret::new(String::new());
        for key in self.keys() {
            text = Secret::new(format!("{}{}\n", text.expose(), key.to_line().expose()));
        }
        text
    }

    /// The same ring with a new newest key. What the older keys wrapped still opens, until it is rewrapped and they are dropped.
    pub fn rotate(&self) -> Result<Self, VaultError> {
        let older = self.keys().cloned().collect();
        Ok(Self { older, newest: MasterKey::generate()? })
    }

    /// A ring of the newest key alone: the end of a rotation, once every data key was rewrapped.
    pub fn newest_alone(&self) -> Self {
        Self { older: vec![], newest: self.newest.clone() }
    }

    /// The key that writes.
    pub fn newest_id(&self) -> KeyId {
        self.newest.id
    }

    /// All keys, the newest last.
    pub fn ids(&self) -> Vec<KeyId> {
        self.keys().map(|key| key.id).collect()
    }

    /// A new data key, wrapped by the newest master key.
    pub fn new_data_key(&self) -> Result<WrappedDataKey, VaultError> {
        WrappedDataKey::wrap(self.newest.id, &self.newest.bytes, &Secret::new(random()?))
    }

    /// The same data key, wrapped by the newest master key. What it sealed stays as it is.
    pub fn rewrap(&self, wrapped: &WrappedDataKey) -> Result<WrappedDataKey, VaultError> {
        WrappedDataKey::wrap(self.newest.id, &self.newest.bytes, &self.data_key(wrapped)?)
    }

    /// Seals a secret for its place.
    pub fn seal(
        &self,
        wrapped: &WrappedDataKey,
        place: &SealedPlace<'_>,
        secret: &Secret<Vec<u8>>,
    ) -> Result<Sealed, VaultError> {
        let ciphertext = encrypt(&self.data_key(wrapped)?, &place.associated_data(), secret.expose())?;
        Ok(Sealed::of_ciphertext(&ciphertext))
    }

    /// Opens what was sealed with this data key for this place.
    pub fn open(
        &self,
        wrapped: &WrappedDataKey,
        place: &SealedPlace<'_>,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        decrypt(&self.data_key(wrapped)?, &place.associated_data(), sealed.ciphertext()?)
    }

    fn data_key(&self, wrapped: &WrappedDataKey) -> Result<KeyBytes, VaultError> {
        let id = wrapped.master_key_id()?;
        let master = self.keys().find(|key| key.id == id).ok_or(VaultError::UnknownMasterKey { id })?;
        wrapped.unwrap_with(&master.bytes)
    }

    /// The newest last.
    fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        self.older.iter().chain([&self.newest])
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeyRing").field(&self.ids()).finish()
    }
}
