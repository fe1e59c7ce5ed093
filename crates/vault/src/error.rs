//! Why something could not be sealed or opened. No error repeats a key, a ciphertext or a secret.

use crate::KeyId;

/// Why something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The master key that wrapped a data key is not on the ring.
    #[error(
        "the master key {id} is not among the keys this installation has; put back the key file that holds it, for example from the backup of the time"
    )]
    UnknownMasterKey {
        /// The key that is needed.
        id: KeyId,
    },
    /// The ciphertext was changed, or it was sealed for another place or with another data key.
    #[error(
        "a sealed value does not open: it was changed, or moved from another row; restore that row from a backup, or enter the secret again"
    )]
    TamperedOrMoved,
    /// The bytes are no ciphertext of ours, or of a later version.
    #[error("the bytes are not a sealed value this version can read; they were damaged, or written by a newer version")]
    UnknownForm,
    /// The operating system gave no randomness.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
    /// The value is larger than the cipher takes.
    #[error("the value is too large to be sealed")]
    TooLarge,
    /// A password could not be hashed, or what stands for one cannot be read.
    #[error("a password cannot be hashed or compared here; set it anew")]
    NotHashed,
}

/// Why a text is not a key ring. The text is never repeated: it may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextProblem {
    /// A line is not a key.
    #[error(
        "line {line} is not a master key; one looks like salesbridge-key:v1:0123456789abcdef:BASE64 and is made by `salesbridge vault init`"
    )]
    MalformedLine {
        /// Its number, from 1.
        line: usize,
    },
    /// Two lines have the same id.
    #[error("line {line} repeats the id of a key above it")]
    RepeatedKey {
        /// Its number, from 1.
        line: usize,
    },
    /// There is no key at all.
    #[error("there is no master key in it; `salesbridge vault init` makes one")]
    Empty,
}
