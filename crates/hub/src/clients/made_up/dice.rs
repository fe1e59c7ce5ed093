//! Dice that fall alike everywhere. Not for secrets.

/// A sequence of numbers that depends on nothing but what it was made from.
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// The dice of one client of one seed.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut dice = Self { state: seed };
        // Two throws apart, neighbouring seeds and neighbouring clients have nothing in common.
        dice.state = dice.throw() ^ number.wrapping_mul(0xD134_2543_DE82_EF95);
        dice.throw();
        dice
    }

    /// A number from 0 to `limit - 1`.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let product = u128::from(self.throw()) * u128::from(limit);
        u32::try_from(product >> 64).unwrap_or_default()
    }

    pub(super) fn one_in(&mut self, limit: u32) -> bool {
        self.below(limit) == 0
    }

    pub(super) fn in_percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list, which must not be empty.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let length = u32::try_from(list.len()).unwrap_or(u32::MAX);
        &list[self.below(length) as usize]
    }

    /// SplitMix64: a counter and a mixer of its bits (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
    fn throw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
