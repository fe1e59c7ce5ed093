//! Seal and open secrets; bytes in, bytes out, no storage.
//!
//! A key ring holds the master keys: every one reads, the newest writes. Each connection has a data key of its own, wrapped by a master
//! key; its secrets are sealed with the data key and bound to their place, so that a copied ciphertext does not open elsewhere.
//! The cipher is XChaCha20-Poly1305 throughout, whose nonces are long enough to be drawn at random.
//!
//! Passwords and tokens are not sealed but replaced by what only they lead to: Argon2id of a password, SHA-256 of a token of 256 random bits.
//!
//! It refuses to know where keys and ciphertexts are kept, and what the secrets are for.

mod cipher;
mod digest;
mod error;
mod key;
mod password;
mod ring;
mod sealed;
mod token;

pub use digest::{same_digest, token_digest};
pub use error::{KeyTextProblem, VaultError};
pub use key::KeyId;
pub use password::{NOBODYS_PASSWORD, PasswordCheck, check_password, hash_password};
pub use ring::KeyRing;
pub use sealed::{Sealed, SealedPlace, WrappedDataKey};
pub use token::random_token;
