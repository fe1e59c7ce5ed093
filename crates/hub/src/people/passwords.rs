//! Passwords: which are good enough, and the room in which they are hashed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use salesbridge_model::{Person, Secret};
use salesbridge_vault::{NOBODYS_PASSWORD, PasswordCheck, VaultError, check_password, hash_password};
use tokio::sync::Semaphore;

use crate::{Hub, HubError};

/// Fewest characters of a password.
const SHORTEST: usize = 12;
/// Most bytes of a password.
const LONGEST: usize = 1024;
/// Hashes made at the same time: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// Where passwords are hashed, away from the threads that answer requests.
pub(crate) struct Passwords {
    room: Arc<Semaphore>,
    checked: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE)), checked: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// What stands for a password.
    pub(super) async fn hash(&self, password: &Secret<String>) -> Result<Secret<String>, HubError> {
        let password = password.clone();
        self.away(move || hash_password(&password)).await
    }

    /// Compares a password with what stands for somebody's. Without that it is compared all the same, so that it takes as long whether or not there is
    /// such a person.
    pub(super) async fn check(
        &self,
        password: &Secret<String>,
        hash: Option<Secret<String>>,
    ) -> Result<PasswordCheck, HubError> {
        let usable = hash.is_some() && password.expose().len() <= LONGEST;
        let hash = hash.filter(|_| usable).unwrap_or_else(|| Secret::new(NOBODYS_PASSWORD.to_owned()));
        let password = if usable { password.clone() } else { Secret::new(String::new()) };
        let checked = self.away(move || check_password(&password, &hash)).await?;
        self.checked.fetch_add(1, Ordering::Relaxed);
        Ok(if usable { checked } else { PasswordCheck::Wrong })
    }

    async fn away<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, HubError> {
        let place = self.room.clone().acquire_owned().await.map_err(|_| VaultError::NotHashed)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        Ok(done.await.map_err(|_| VaultError::NotHashed)??)
    }
}

impl Hub {
    /// How many passwords this process has compared, right or wrong, of people that exist or not.
    pub fn passwords_checked(&self) -> u64 {
        self.passwords.checked.load(Ordering::Relaxed)
    }
}

/// Refuses a password that is too easy to guess, or too long to be one.
pub(super) fn acceptable(field: &str, password: &Secret<String>, person: &Person) -> Result<(), HubError> {
    let text = password.expose();
    if text.chars().count() < SHORTEST {
        let told =
            format!("is shorter than {SHORTEST} characters; a few words that have nothing to do with each other do");
        return Err(HubError::invalid(field, told));
    }
    if text.len() > LONGEST {
        return Err(HubError::invalid(field, format!("is longer than {LONGEST} bytes")));
    }
    let plain = text.trim().to_lowercase();
    if plain == person.name.as_str() || plain == person.full_name.to_lowercase() {
        return Err(HubError::invalid(field, "is the person's name; choose something that others do not know"));
    }
    let mut letters = text.chars();
    let first = letters.next();
    if letters.all(|letter| Some(letter) == first) {
        return Err(HubError::invalid(field, "is one character over and over; choose something else"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use salesbridge_model::{PersonId, Reach, Role, Timestamp};
    use salesbridge_testkit::SequentialIds;

    use super::*;

    #[test]
    fn a_password_that_is_easy_to_guess_is_refused() {
        let person = Person {
            id: PersonId::make(&SequentialIds::starting_at(1)),
            name: "ann-of-the-brokers".parse().unwrap(),
            full_name: "Ann Vermeulen".to_owned(),
            role: Role::Viewer,
            reach: Reach::All,
            disabled_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            last_signed_in_at: None,
        };
        let told =
            |text: &str| acceptable("password", &Secret::new(text.to_owned()), &person).map_err(|e| e.to_string());
        for (text, expected) in [
            ("eleven char", "shorter than 12"),
            (&"ä".repeat(600), "longer than 1024"),
            ("Ann-of-the-BROKERS", "person's name"),
            ("ann vermeulen", "person's name"),
            ("aaaaaaaaaaaaaaa", "over and over"),
        ] {
            let told = told(text).expect_err("it is refused");
            assert!(told.contains(expected), "{told}");
            assert!(told.starts_with("password: ") && !told.contains("BROKERS"), "{told}");
        }
        assert_eq!(told("drei lose Wörter"), Ok(()));
    }
}
