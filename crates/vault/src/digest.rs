//! Digests of texts nobody can guess: what is stored in place of a token, and the way to compare two.

use salesbridge_model::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a token. Enough for texts of 256 random bits; a password takes [`crate::hash_password`].
pub fn token_digest(token: &Secret<String>) -> [u8; 32] {
    Sha256::digest(token.expose().as_bytes()).into()
}

/// Whether two digests are the same, in a time that does not tell where they differ.
pub fn same_digest(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_its_token_alone() {
        let digest = |text: &str| token_digest(&Secret::new(text.to_owned()));
        // FIPS 180-2, appendix B.1.
        assert!(same_digest(&digest("abc")[..4], &[0xba, 0x78, 0x16, 0xbf]));
        assert!(same_digest(&digest("a"), &digest("a")) && !same_digest(&digest("a"), &digest("b")));
        assert!(!same_digest(&digest("a"), &digest("a")[..31]));
    }
}
