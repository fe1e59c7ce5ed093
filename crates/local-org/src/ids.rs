//! Record ids: 15 case-sensitive characters and a checksum of 3 that makes them safe where case is lost.
//! Refuses to know what an id points at.

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

/// The next id with this key prefix; never given out twice by this org.
pub(crate) fn next(sql: &Connection, key_prefix: &str) -> rusqlite::Result<String> {
    let counter: i64 = sql
        .prepare_cached(
            "INSERT INTO id_counter (key_prefix, last) VALUES (?1, 1)
             ON CONFLICT (key_prefix) DO UPDATE SET last = last + 1 RETURNING last",
        )?
        .query_row([key_prefix], |row| row.get(0))?;
    let pod: Option<String> = sql
        .prepare_cached("SELECT value FROM setting WHERE key = 'pod'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let id = format!("{key_prefix}{}{}", pod.unwrap_or_else(|| "000".to_owned()), base62(counter.unsigned_abs()));
    Ok(format!("{id}{}", checksum(&id)))
}

/// Three random characters that tell this org's ids from another's.
pub(crate) fn keep_pod(sql: &Connection) -> rusqlite::Result<()> {
    let pod: String = (0..3).map(|_| char::from(BASE62[rand::random_range(0..BASE62.len())])).collect();
    sql.execute("INSERT OR IGNORE INTO setting (key, value) VALUES ('pod', ?1)", params![pod]).map(drop)
}

fn base62(mut number: u64) -> String {
    let mut digits = [b'0'; COUNTER_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[usize::try_from(number % 62).unwrap_or_default()];
        number /= 62;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
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
        assert_eq!([base62(1), base62(61), base62(62)], ["000000001", "00000000z", "000000010"]);
    }
}
