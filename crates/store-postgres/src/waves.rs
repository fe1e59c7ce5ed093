//! A batch in which a key may repeat, as statements in which none does.

use std::collections::HashSet;
use std::hash::Hash;

/// Splits a batch, in order, where a key repeats: PostgreSQL does not change a row twice in one `INSERT … ON CONFLICT DO UPDATE`. Nearly every
/// batch is one wave.
pub(crate) fn waves<'r, T, K: Eq + Hash>(rows: &'r [T], key: impl Fn(&'r T) -> K) -> Vec<&'r [T]> {
    let (mut waves, mut begin, mut seen) = (Vec::new(), 0, HashSet::with_capacity(rows.len()));
    for (number, row) in rows.iter().enumerate() {
        if !seen.insert(key(row)) {
            waves.push(&rows[begin..number]);
            begin = number;
            seen.clear();
            seen.insert(key(row));
        }
    }
    if begin < rows.len() {
        waves.push(&rows[begin..]);
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::waves;

    #[test]
    fn a_wave_ends_where_a_key_repeats() {
        let split = |rows: &[u8]| -> Vec<Vec<u8>> { waves(rows, |row| *row).into_iter().map(<[u8]>::to_vec).collect() };
        assert_eq!(split(&[]), Vec::<Vec<u8>>::new());
        assert_eq!(split(&[1, 2, 3]), [[1, 2, 3]]);
        assert_eq!(split(&[1, 2, 1, 2, 2, 3]), [vec![1, 2], vec![1, 2], vec![2, 3]]);
    }
}
