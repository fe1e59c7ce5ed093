//! Ids that a test can foretell.

use std::sync::atomic::{AtomicU64, Ordering};

use salesbridge_model::IdMaker;
use uuid::Uuid;

/// Makes the UUIDs 1, 2, 3 and so on, in the layout of version 7, so that snapshots hold still and later ids sort after earlier ones.
#[derive(Debug)]
pub struct SequentialIds {
    next: AtomicU64,
}

impl SequentialIds {
    /// Starts at a number: two makers that start far apart never make the same id.
    pub fn starting_at(first: u64) -> Self {
        Self { next: AtomicU64::new(first) }
    }
}

impl Default for SequentialIds {
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl IdMaker for SequentialIds {
    fn next(&self) -> Uuid {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Version and variant bits of RFC 9562, 5.7; the number is in the last 62 bits.
        Uuid::from_u128((0x7000_u128 << 64) | (0b10_u128 << 126 >> 64) | u128::from(number & (u64::MAX >> 2)))
    }
}
