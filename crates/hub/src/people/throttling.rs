//! Pauses after wrong passwords: they grow, and they end.
//!
//! Failures are counted three times: of a name from one address, of an address whatever the name, and of a name wherever it is tried. So a stranger who
//! guesses somebody's password stands in their own way long before they stand in that person's; the third count, which many addresses together
//! could drive up, does not hold where the person is signed in already. A failure is counted before the password is looked at: a hundred
//! attempts at once are a hundred.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use salesbridge_model::{PageRequest, PersonId, Timestamp};
use salesbridge_store::{PersonSessionFilter, SignInThrottle, StoreError, Transaction};
use sha2::{Digest, Sha256};

/// After this time failures are counted from the beginning.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);
/// Longest pause.
const LONGEST_PAUSE: i64 = 15 * 60;

/// Failures of a name from one address before the first pause.
const FREE_OF_PAIR: u32 = 5;
/// Failures of an address before the first pause: people of one office share it.
const FREE_OF_ADDRESS: u32 = 20;
/// Failures of a name before the first pause, wherever they came from.
const FREE_OF_NAME: u32 = 20;

/// Whom an attempt is about, and from where it comes.
pub(super) struct Attempt<'a> {
    pub(super) name: &'a str,
    pub(super) address: Option<IpAddr>,
    /// The person with that name.
    pub(super) person: Option<PersonId>,
}

/// One of the counts.
struct Count {
    key: String,
    free: u32,
    /// Whether its pause is to be kept.
    holds: bool,
}

/// Counts an attempt as failed until it has succeeded. While a pause lasts it is not counted, and the seconds that are left are the error. Says for how
/// many seconds nothing more is tried should it fail.
pub(super) async fn begin(
    tx: &mut dyn Transaction,
    attempt: &Attempt<'_>,
    now: Timestamp,
) -> Result<Result<u64, u64>, StoreError> {
    let counts = attempt.counts(tx, now).await?;
    let mut failed = Vec::new();
    let mut left = 0;
    for count in &counts {
        let known = tx.throttles().find(&count.key).await?.filter(|known| is_recent(known, now));
        let pause = known.as_ref().and_then(|known| known.blocked_until).map_or(0, |until| seconds_until(until, now));
        // A clock that was set back does not make it longer.
        if count.holds && (1..=LONGEST_PAUSE).contains(&pause) {
            left = left.max(pause);
        }
        failed.push(failed_once_more(known, count.free, now));
    }
    if left > 0 {
        return Ok(Err(left.unsigned_abs()));
    }
    let mut follows = 0;
    for (count, throttle) in counts.iter().zip(failed) {
        tx.throttles().save(&count.key, &throttle).await?;
        let pause = throttle.blocked_until.map_or(0, |until| seconds_until(until, now));
        follows = follows.max(if count.holds { pause } else { 0 });
    }
    Ok(Ok(follows.unsigned_abs()))
}

/// Takes back that an attempt failed, and forgets what failed of that name before. What failed of other names from the same address stays: a stranger
/// may have an account too.
pub(super) async fn forgive(tx: &mut dyn Transaction, attempt: &Attempt<'_>) -> Result<(), StoreError> {
    tx.throttles().forget(&attempt.pair()).await?;
    tx.throttles().forget(&attempt.of_name()).await?;
    let key = attempt.of_address();
    let known = tx.throttles().find(&key).await?;
    if let Some(known) = known {
        let failures = known.failures.saturating_sub(1);
        tx.throttles().save(&key, &SignInThrottle { failures, blocked_until: None, ..known }).await?;
    }
    Ok(())
}

impl Attempt<'_> {
    async fn counts(&self, tx: &mut dyn Transaction, now: Timestamp) -> Result<[Count; 3], StoreError> {
        let at_home = self.is_at_home(tx, now).await?;
        Ok([
            Count { key: self.pair(), free: FREE_OF_PAIR, holds: true },
            Count { key: self.of_address(), free: FREE_OF_ADDRESS, holds: true },
            Count { key: self.of_name(), free: FREE_OF_NAME, holds: !at_home },
        ])
    }

    /// Whether the person has signed in from this address before, and has not signed out since.
    async fn is_at_home(&self, tx: &mut dyn Transaction, now: Timestamp) -> Result<bool, StoreError> {
        let Some(person) = self.person else { return Ok(false) };
        let theirs = PersonSessionFilter { person: Some(person), ..PersonSessionFilter::default() };
        let newest = PageRequest { after: None, limit: Some(100) };
        let sessions = tx.person_sessions().list(&theirs, now, &newest).await?.items;
        let place = self.address.map(|address| address.to_string());
        Ok(sessions.iter().any(|session| session.address == place))
    }

    fn pair(&self) -> String {
        digest(&["pair", self.name, &self.place()])
    }

    fn of_address(&self) -> String {
        digest(&["address", &self.place()])
    }

    fn of_name(&self) -> String {
        digest(&["name", self.name])
    }

    /// Whoever has one IPv6 address has all of its network.
    fn place(&self) -> String {
        match self.address {
            None => "this machine".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).to_string(),
        }
    }
}

fn digest(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\0").as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_recent(known: &SignInThrottle, now: Timestamp) -> bool {
    (0..FORGOTTEN_AFTER.as_secs() as i64).contains(&(now - known.window_began_at).num_seconds())
}

fn failed_once_more(known: Option<SignInThrottle>, free: u32, now: Timestamp) -> SignInThrottle {
    let (failures, window_began_at) = known.map_or((0, now), |known| (known.failures, known.window_began_at));
    let failures = failures.saturating_add(1);
    let blocked_until = pause_after(failures, free).map(|pause| now + pause);
    SignInThrottle { failures, window_began_at, blocked_until }
}

/// The pause doubles with every failure beyond those that are free.
fn pause_after(failures: u32, free: u32) -> Option<chrono::TimeDelta> {
    let beyond = failures.checked_sub(free)?;
    let seconds = 1_i64.checked_shl(beyond).filter(|seconds| *seconds > 0).unwrap_or(LONGEST_PAUSE);
    Some(chrono::TimeDelta::seconds(seconds.min(LONGEST_PAUSE)))
}

/// Seconds until an instant, begun ones counted whole; none when it is over.
fn seconds_until(until: Timestamp, now: Timestamp) -> i64 {
    ((until - now).num_milliseconds().max(0) + 999) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_and_has_an_end() {
        let seconds = |failures| pause_after(failures, 5).map(|pause| pause.num_seconds());
        assert_eq!(
            [4, 5, 6, 10, 14, 15, 99].map(seconds),
            [None, Some(1), Some(2), Some(32), Some(512), Some(900), Some(900)]
        );
    }

    #[test]
    fn one_household_is_one_place_and_no_key_tells_its_name() {
        let pair =
            |name: &'static str, address: &str| Attempt { name, address: address.parse().ok(), person: None }.pair();
        assert_eq!(pair("ann", "2001:db8:1:2::1"), pair("ann", "2001:db8:1:2:ffff::9"));
        assert_ne!(pair("ann", "203.0.113.1"), pair("ann", "203.0.113.2"));
        assert_ne!(pair("ann", "203.0.113.1"), pair("bob", "203.0.113.1"));
        assert!(!pair("ann", "203.0.113.1").contains("ann"));
    }
}
