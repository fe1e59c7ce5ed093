//! A master key and its name.

use base64::{Engine, engine::general_purpose::STANDARD};
use salesbridge_model::Secret;

use crate::{VaultError, cipher::random};

/// The name of a master key: 16 hexadecimal digits, drawn at random. It tells nothing about the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; KEY_ID_BYTES]);

pub(crate) const KEY_ID_BYTES: usize = 8;
pub(crate) const KEY_BYTES: usize = 32;

/// A key of 256 bits; wiped when it is dropped.
pub(crate) type KeyBytes = Secret<[u8; KEY_BYTES]>;

#[derive(Clone)]
pub(crate) struct MasterKey {
    pub(crate) id: KeyId,
    pub(crate) bytes: KeyBytes,
}

const PREFIX: &str = "salesbridge-key:v1:";

impl MasterKey {
    pub(crate) fn generate() -> Result<Self, VaultError> {
        Ok(Self { id: KeyId(random()?), bytes: Secret::new(random()?) })
    }

    /// The key of one line of text.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (id, encoded) = line.strip_prefix(PREFIX)?.split_once(':')?;
        let decoded = Secret::new(STANDARD.decode(encoded).ok()?);
        let bytes = <[u8; KEY_BYTES]>::try_from(decoded.expose().as_slice()).ok()?;
        Some(Self { id: KeyId::parse(id)?, bytes: Secret::new(bytes) })
    }

    /// The key as one line of text, without line end.
    pub(crate) fn to_line(&self) -> Secret<String> {
        let encoded = Secret::new(STANDARD.encode(self.bytes.expose()));
        Secret::new(format!("{PREFIX}{}:{}", self.id, encoded.expose()))
    }
}

impl KeyId {
    fn parse(text: &str) -> Option<Self> {
        let well_formed =
            text.len() == 2 * KEY_ID_BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = well_formed.then(|| u64::from_str_radix(text, 16).ok())?;
        number.map(|number| Self(number.to_be_bytes()))
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
