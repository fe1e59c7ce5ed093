//! Immutable names that are safe in a URL, a file name and a command line.

/// A name such as `acme-production`: lower-case letters, digits and single hyphens, 1 to 63 characters, starting with a letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Why a text cannot be a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` cannot be a name: use 1 to 63 lower-case letters, digits and single hyphens, starting with a letter, for example `acme-production`"
)]
pub struct SlugProblem {
    /// The refused text.
    pub text: String,
}

impl Slug {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Slug {
    type Err = SlugProblem;

    fn from_str(text: &str) -> Result<Self, SlugProblem> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let well_formed = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.len() <= 63
            && text.chars().all(allowed)
            && !text.ends_with('-')
            && !text.contains("--");
        if well_formed { Ok(Self(text.to_owned())) } else { Err(SlugProblem { text: text.to_owned() }) }
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl utoipa::PartialSchema for Slug {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        crate::wire::text(
            "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            "acme-production",
            "A name: 1 to 63 lower-case letters, digits and single hyphens, starting with a letter.",
        )
    }
}

impl utoipa::ToSchema for Slug {}

impl<'de> serde::Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_url_safe_names_pass() {
        for good in ["a", "acme-production", "org2"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in ["", "Acme", "2org", "-a", "a-", "a--b", "a b", "a/b", "ä", &"a".repeat(64)] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
