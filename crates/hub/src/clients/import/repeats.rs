//! Keys that come more than once in one import.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::RepeatedKey;

/// Keys remembered to notice a repeated one; bounds the memory of a big import.
const REMEMBERED_KEYS: usize = 1_000_000;
/// Repeated keys that are described; more are only counted.
const DESCRIBED_REPEATS: usize = 1_000;

/// The keys seen so far.
#[derive(Default)]
pub(super) struct Repeats {
    /// Line by the hash of the key: an eighth of the memory that the keys would take.
    seen: HashMap<u64, u64>,
    hasher: RandomState,
    described: Vec<RepeatedKey>,
    count: u64,
}

impl Repeats {
    pub(super) fn note(&mut self, key: &str, line: u64) {
        let hash = self.hasher.hash_one(key);
        let room = self.seen.len() < REMEMBERED_KEYS;
        match self.seen.get_mut(&hash) {
            Some(earlier) => {
                self.count += 1;
                if self.described.len() < DESCRIBED_REPEATS {
                    self.described.push(RepeatedKey { key: key.to_owned(), earlier: *earlier, later: line });
                }
                *earlier = line;
            }
            None if room => drop(self.seen.insert(hash, line)),
            None => {}
        }
    }

    pub(super) fn described(&self) -> &[RepeatedKey] {
        &self.described
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}
