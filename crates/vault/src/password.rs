//! Passwords: what stands for one, and whether another is the same.
//!
//! Argon2id with the second of OWASP's recommended settings (Password Storage Cheat Sheet): 19 MiB of memory, two passes, one lane. One hash takes some
//! tens of milliseconds of a processor, so that callers take it away from the threads that answer requests.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use salesbridge_model::Secret;

use crate::VaultError;

/// Memory of one hash, in KiB.
const MEMORY: u32 = 19_456;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Lanes that could be filled at the same time.
const LANES: u32 = 1;

/// Stands for the password of somebody who does not exist: comparing with it takes as long as with any other, and no password is known to fit it.
pub const NOBODYS_PASSWORD: &str =
    concat!("$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",);

/// What came of comparing a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is another one.
    Wrong,
    /// It is the same.
    Right {
        /// What stands for it was made with other settings than those of today, and should be made anew.
        outdated: bool,
    },
}

/// What stands for a password, in PHC form, with a salt of its own.
pub fn hash_password(password: &Secret<String>) -> Result<Secret<String>, VaultError> {
    let hashed: Result<PasswordHash, _> = today()?.hash_password(password.expose().as_bytes());
    hashed.map(|hash| Secret::new(hash.to_string())).map_err(|_| VaultError::NotHashed)
}

/// Compares a password with what stands for one. What cannot be read stands for none.
pub fn check_password(password: &Secret<String>, hash: &Secret<String>) -> Result<PasswordCheck, VaultError> {
    let hash = PasswordHash::new(hash.expose()).map_err(|_| VaultError::NotHashed)?;
    let today = today()?;
    if today.verify_password(password.expose().as_bytes(), &hash).is_err() {
        return Ok(PasswordCheck::Wrong);
    }
    let same = Params::try_from(&hash).is_ok_and(|params| {
        let ours = today.params();
        (params.m_cost(), params.t_cost(), params.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
    });
    Ok(PasswordCheck::Right { outdated: !same || hash.algorithm.as_str() != Algorithm::Argon2id.as_str() })
}

fn today() -> Result<Argon2<'static>, VaultError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| VaultError::NotHashed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let (one, again) = (hash_password(&secret("correct horse")).unwrap(), hash_password(&secret("correct horse")));
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert_ne!(*one.expose(), *again.unwrap().expose(), "each has a salt of its own");
        assert_eq!(check_password(&secret("correct horse"), &one).unwrap(), PasswordCheck::Right { outdated: false });
        assert_eq!(check_password(&secret("correct horse "), &one).unwrap(), PasswordCheck::Wrong);
        assert!(check_password(&secret("correct horse"), &secret("plain")).is_err());
    }

    #[test]
    fn nobodys_password_costs_what_any_other_does_and_is_never_right() {
        let (nobodys, ours) = (PasswordHash::new(NOBODYS_PASSWORD).unwrap(), hash_password(&secret("x")).unwrap());
        let ours = PasswordHash::new(ours.expose()).unwrap();
        assert_eq!((nobodys.algorithm, nobodys.version, &nobodys.params), (ours.algorithm, ours.version, &ours.params));
        assert_eq!(check_password(&secret("x"), &secret(NOBODYS_PASSWORD)).unwrap(), PasswordCheck::Wrong);
    }

    #[test]
    fn one_that_was_hashed_with_other_settings_is_right_and_outdated() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let hash: PasswordHash = weak.hash_password(b"correct horse").unwrap();
        let checked = check_password(&secret("correct horse"), &secret(&hash.to_string())).unwrap();
        assert_eq!(checked, PasswordCheck::Right { outdated: true });
    }
}
