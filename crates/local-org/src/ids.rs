//! Record ids: 15 case-sensitive characters and a checksum of 3 that makes them safe where case is lost.
//! Refuses to know what an id points at.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/// Key prefix, then three characters of this org, then the counter.
const COUNTER_DIGITS: usize = 9;

/// The checksum of a 15-character id: a bit per upper-case letter, five bits per character.
pub fn checksum(id: &str) -> String {
    id.as_bytes()
        .chunks(5)
        .map(|group| {
            let bits = group.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
            char::from(CHECKSUM[bits.fold(0, |sum, (at, _)| sum | 1 << at) & 31])
        })
        .collect()
}

/// `text` as an 18-character id, or nothing when it is no id: wrong length, other characters, wrong checksum.
pub fn normalized(text: &str) -> Option<String> {
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match text.len() {
        15 => Some(format!("{text}{}", checksum(text))),
        18 if checksum(&text[..15]) == text[15..] => Some(text.to_owned()),
        _ => None,
    }
}

/// The key prefix of an id.
pub(crate) fn prefix(id: &str) -> &str {
    id.get(..3).unwrap_or_default()
}

/// How far each key prefix has been counted. Memory leads and the database follows: what a transaction gave out is kept with
/// the rows that have it, so an id is never given out twice, although a rolled-back transaction leaves a gap.
#[derive(Default)]
pub(crate) struct IdCounters {
    pod: OnceLock<String>,
    counters: Mutex<BTreeMap<String, Counter>>,
}

#[derive(Default, Clone, Copy)]
struct Counter {
    last: u64,
    kept: u64,
}

impl IdCounters {
    /// Takes over what the database remembers.
    pub(crate) fn load(&self, sql: &Connection) -> rusqlite::Result<()> {
        let pod: Option<String> =
            sql.query_row("SELECT value FROM setting WHERE key = 'pod'", [], |row| row.get(0)).optional()?;
        if let Some(pod) = pod {
            drop(self.pod.set(pod));
        }
        let mut statement = sql.prepare("SELECT key_prefix, last FROM id_counter")?;
        let known: Vec<(String, i64)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for (prefix, last) in known {
            let last = last.unsigned_abs();
            let counter = counters.entry(prefix).or_default();
            // A counter never goes back, not even to an earlier snapshot: what was given out stays given out.
            *counter = Counter { last: counter.last.max(last), kept: last };
        }
        Ok(())
    }

    /// The next id with this key prefix; never given out twice by this org.
    pub(crate) fn next(&self, key_prefix: &str) -> String {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if !counters.contains_key(key_prefix) {
            counters.insert(key_prefix.to_owned(), Counter::default());
        }
        let counter = counters.get_mut(key_prefix).map_or(0, |counter| {
            counter.last += 1;
            counter.last
        });
        id(key_prefix, self.pod.get().map_or("000", String::as_str), counter)
    }

    /// Writes down, in the transaction at hand, what was given out since the last time.
    pub(crate) fn keep(&self, sql: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
        let given: Vec<(String, u64)> = {
            let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
            let grown = counters.iter().filter(|(_, counter)| counter.last > counter.kept);
            grown.map(|(prefix, counter)| (prefix.clone(), counter.last)).collect()
        };
        for (prefix, last) in &given {
            sql.prepare_cached(
                "INSERT INTO id_counter (key_prefix, last) VALUES (?1, ?2)
                 ON CONFLICT (key_prefix) DO UPDATE SET last = max(last, ?2)",
            )?
            .execute(params![prefix, i64::try_from(*last).unwrap_or(i64::MAX)])?;
        }
        Ok(given)
    }

    /// What [`IdCounters::keep`] wrote is committed.
    pub(crate) fn kept(&self, given: Vec<(String, u64)>) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        for (prefix, last) in given {
            if let Some(counter) = counters.get_mut(&prefix) {
                counter.kept = counter.kept.max(last);
            }
        }
    }
}

fn id(key_prefix: &str, pod: &str, counter: u64) -> String {
    let mut id = String::with_capacity(18);
    id.push_str(key_prefix);
    id.push_str(pod);
    id.extend(base62(counter).iter().map(|&digit| char::from(digit)));
    let sum = checksum(&id);
    id.push_str(&sum);
    id
}

/// Three random characters that tell this org's ids from another's.
pub(crate) fn keep_pod(sql: &Connection) -> rusqlite::Result<()> {
    let pod: String = (0..3).map(|_| char::from(BASE62[rand::random_range(0..BASE62.len())])).collect();
    sql.execute("INSERT OR IGNORE INTO setting (key, value) VALUES ('pod', ?1)", params![pod]).map(drop)
}

fn base62(mut number: u64) -> [u8; COUNTER_DIGITS] {
    let mut digits = [b'0'; COUNTER_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[usize::try_from(number % 62).unwrap_or_default()];
        number /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_agree_with_known_ids() {
        for (id, expected) in [
            ("001D000000IRFma", "IAH"),
            ("0015500001QdQWa", "AAN"),
            ("003D000000QV9n3", "IAD"),
            ("001RM000003oLnn", "YAE"),
            ("012000000000000", "AAA"),
        ] {
            assert_eq!(checksum(id), expected, "{id}");
            assert_eq!(normalized(id), Some(format!("{id}{expected}")));
        }
    }

    #[test]
    fn what_is_no_id_is_not_normalized() {
        for text in ["", "001", "001D000000IRFmaIAX", "001D000000IRFm!", "001D000000IRFmaIA", "äää"] {
            assert_eq!(normalized(text), None, "{text}");
        }
    }

    #[test]
    fn counters_grow_in_sixty_two_digits() {
        assert_eq!([base62(1), base62(61), base62(62)], [*b"000000001", *b"00000000z", *b"000000010"]);
    }
}
