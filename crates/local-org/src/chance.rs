//! Chance that repeats: a number between 0 and 1 that depends on nothing but a seed and a count.
//! Refuses to know what is decided with it.

/// A number from 0 up to, not including, 1: the same for the same seed and count.
pub(crate) fn draw(seed: u64, count: u64) -> f64 {
    // SplitMix64: every count gives an unrelated number, so that no state has to be kept.
    let mut mixed = seed.wrapping_add(count.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    let numerator = (mixed >> 11) as f64;
    numerator / 9_007_199_254_740_992.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_they_fill_the_range() {
        let numbers: Vec<f64> = (0..10_000).map(|count| draw(7, count)).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert_eq!(numbers[..5], (0..5).map(|count| draw(7, count)).collect::<Vec<_>>());
        assert_ne!(numbers[..5], (0..5).map(|count| draw(8, count)).collect::<Vec<_>>());
        let mean = numbers.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }
}
