//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): a random nonce, then the ciphertext with its tag.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, Payload},
};
use salesbridge_model::Secret;

use crate::{VaultError, key::KeyBytes};

const NONCE_BYTES: usize = 24;

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    <[u8; N]>::try_generate().map_err(|_| VaultError::NoRandomness)
}

/// Nonce and ciphertext of `plain`, which opens with the same `associated` data alone.
pub(crate) fn encrypt(key: &KeyBytes, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce: [u8; NONCE_BYTES] = random()?;
    let payload = Payload { msg: plain, aad: associated };
    let ciphertext = cipher(key).encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::TooLarge)?;
    Ok([&nonce[..], &ciphertext].concat())
}

/// The plain bytes of what [`encrypt`] made.
pub(crate) fn decrypt(key: &KeyBytes, associated: &[u8], bytes: &[u8]) -> Result<Secret<Vec<u8>>, VaultError> {
    let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::UnknownForm)?;
    let payload = Payload { msg: ciphertext, aad: associated };
    cipher(key).decrypt(&XNonce::from(*nonce), payload).map(Secret::new).map_err(|_| VaultError::TamperedOrMoved)
}

fn cipher(key: &KeyBytes) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}
