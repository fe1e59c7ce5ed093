//! Record ids: 18 characters, because nothing else can build one.

/// The id of one record, always in the form of 18 characters.
///
/// The first 15 tell upper from lower case; the last three repeat that, so that systems which do not can still compare ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct RecordId(String);

/// A text that is not a record id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a Salesforce record id; one has 15 or 18 letters and digits, such as 001D000000IRFma or 001D000000IRFmaIAH"
)]
pub struct RecordIdProblem {
    /// The refused text.
    pub text: String,
}

impl RecordId {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The three characters that tell the object, such as `00Q` for Lead.
    pub fn key_prefix(&self) -> &str {
        &self.0[..3]
    }
}

impl std::str::FromStr for RecordId {
    type Err = RecordIdProblem;

    fn from_str(text: &str) -> Result<Self, RecordIdProblem> {
        let problem = || RecordIdProblem { text: text.chars().take(40).collect() };
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(problem());
        }
        match text.len() {
            15 => Ok(Self(format!("{text}{}", suffix(text)))),
            18 if text[15..].eq_ignore_ascii_case(&suffix(&text[..15])) => {
                Ok(Self(format!("{}{}", &text[..15], text[15..].to_ascii_uppercase())))
            }
            _ => Err(problem()),
        }
    }
}

/// One character for each group of five: bit `i` of its index is set where character `i` of the group is upper case.
fn suffix(fifteen: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let index = |group: &[u8]| {
        group
            .iter()
            .enumerate()
            .fold(0_usize, |bits, (place, byte)| bits | usize::from(byte.is_ascii_uppercase()) << place)
    };
    fifteen.as_bytes().chunks(5).map(|group| char::from(ALPHABET[index(group) & 31])).collect()
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.0
    }
}

impl<'de> serde::Deserialize<'de> for RecordId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_computed_and_checked() {
        let vectors = [
            ("001D000000IRFma", "IAH"),
            ("0015500001QdQWa", "AAN"),
            ("003D000000QV9n3", "IAD"),
            ("001RM000003oLnn", "YAE"),
            ("012000000000000", "AAA"),
        ];
        for (fifteen, suffix) in vectors {
            let long = format!("{fifteen}{suffix}");
            assert_eq!(fifteen.parse::<RecordId>().expect(fifteen).as_str(), long);
            assert_eq!(long.parse::<RecordId>().expect(&long).as_str(), long);
            assert!(format!("{fifteen}ABC").parse::<RecordId>().is_err(), "a wrong suffix is refused");
        }
        assert_eq!("001D000000IRFma".parse::<RecordId>().expect("an id").key_prefix(), "001");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "001", "001D000000IRFm-", "001D000000IRFmaIAHX", "001D000000IRFmäa", "001D000000IRFmaI"] {
            assert!(text.parse::<RecordId>().is_err(), "{text}");
        }
    }
}
