//! The stored forms: opaque bytes that begin with a version, and the place a sealed value belongs to.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    KeyId, VaultError,
    key::{KEY_ID_BYTES, KeyBytes},
};

/// The version both forms begin with. Another cipher or layout gets another number.
pub(crate) const VERSION: u8 = 1;

/// A data key, wrapped by a master key: version, id of the master key, nonce, ciphertext. Stored beside what it seals.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedDataKey(Vec<u8>);

/// A sealed value: version, nonce, ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Where a sealed value belongs. It opens there alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedPlace<'a> {
    /// The table.
    pub table: &'a str,
    /// Id of the row.
    pub row: &'a str,
    /// Name of the field.
    pub field: &'a str,
}

impl SealedPlace<'_> {
    /// The place as associated data. Each part has its length before it, so that no two places read the same.
    pub(crate) fn associated_data(&self) -> Vec<u8> {
        let mut bytes = b"salesbridge sealed value".to_vec();
        bytes.push(VERSION);
        for part in [self.table, self.row, self.field] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

impl WrappedDataKey {
    /// The data key `plain`, wrapped by `master`.
    pub(crate) fn wrap(id: KeyId, master: &KeyBytes, plain: &KeyBytes) -> Result<Self, VaultError> {
        let ciphertext = crate::cipher::encrypt(master, &Self::associated_data(id), plain.expose())?;
        Ok(Self([&[VERSION][..], &id.0, &ciphertext].concat()))
    }

    pub(crate) fn unwrap_with(&self, master: &KeyBytes) -> Result<KeyBytes, VaultError> {
        let (id, ciphertext) = self.parts()?;
        let plain = crate::cipher::decrypt(master, &Self::associated_data(id), ciphertext)?;
        let bytes = plain.expose().as_slice().try_into().map_err(|_| VaultError::UnknownForm)?;
        Ok(KeyBytes::new(bytes))
    }

    /// The master key that opens it.
    pub fn master_key_id(&self) -> Result<KeyId, VaultError> {
        Ok(self.parts()?.0)
    }

    fn associated_data(id: KeyId) -> Vec<u8> {
        [&b"salesbridge data key"[..], &[VERSION], &id.0].concat()
    }

    fn parts(&self) -> Result<(KeyId, &[u8]), VaultError> {
        let rest = after_version(&self.0)?;
        let (id, ciphertext) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(VaultError::UnknownForm)?;
        Ok((KeyId(*id), ciphertext))
    }
}

impl Sealed {
    pub(crate) fn of_ciphertext(ciphertext: &[u8]) -> Self {
        Self([&[VERSION][..], ciphertext].concat())
    }

    pub(crate) fn ciphertext(&self) -> Result<&[u8], VaultError> {
        after_version(&self.0)
    }
}

fn after_version(bytes: &[u8]) -> Result<&[u8], VaultError> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => Ok(rest),
        _ => Err(VaultError::UnknownForm),
    }
}

macro_rules! opaque_bytes {
    ($($name:ident)*) => {$(
        impl $name {
            /// The bytes to store.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Bytes that were stored. Whether they are sound shows when they are opened.
            pub fn from_bytes(bytes: Vec<u8>) -> Self {
                Self(bytes)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&STANDARD.encode(&self.0))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                STANDARD.decode(text.as_bytes()).map(Self).map_err(|_| serde::de::Error::custom("not base64"))
            }
        }
    )*};
}

opaque_bytes!(WrappedDataKey Sealed);
