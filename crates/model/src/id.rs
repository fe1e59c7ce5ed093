//! Ids that say what they are: `conn_0197…`, `sync_0197…`, `run_0197…`.

use uuid::Uuid;

use crate::wire::text;

/// The door for new ids. Production makes time-ordered UUIDs (RFC 9562, version 7); tests make predictable ones.
pub trait IdMaker: Send + Sync {
    /// A UUID nobody has seen before; later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}

/// A text that is not an id of the expected kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a {kind} id; one looks like `{kind}_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f`")]
pub struct ParseIdError {
    /// The prefix that was expected.
    pub kind: &'static str,
    /// The text that was given.
    pub text: String,
}

macro_rules! typed_id {
    ($($(#[doc = $doc:literal])* pub struct $name:ident = $prefix:literal;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id from the installation's id maker.
            pub fn make(ids: &dyn IdMaker) -> Self {
                Self(ids.next())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| ParseIdError { kind: $prefix, text: text.to_owned() })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                text(
                    concat!("^", $prefix, "_[0-9a-f]{32}$"),
                    concat!($prefix, "_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f"),
                    [$($doc),*].concat().trim(),
                )
            }
        }

        impl utoipa::ToSchema for $name {}

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

typed_id! {
    /// What lets a program in on behalf of a person.
    pub struct ApiKeyId = "key";
    /// A named, sealed way into one system.
    pub struct ConnectionId = "conn";
    /// This installation of Salesbridge; part of every external id it writes.
    pub struct InstallationId = "inst";
    /// One prepared write in the journal.
    pub struct IntentId = "intent";
    /// Somebody who works with this installation.
    pub struct PersonId = "per";
    /// A person who has signed in, in one browser or program.
    pub struct PersonSessionId = "ses";
    /// One request to the API: in its answer, in its problem and in the log.
    pub struct RequestId = "req";
    /// One execution of a sync.
    pub struct RunId = "run";
    /// An app registration that several connections share.
    pub struct ServiceId = "svc";
    /// A sign-in to another system that somebody has begun.
    pub struct SignInAttemptId = "sgn";
    /// Rows from one stream into one Salesforce object.
    pub struct SyncId = "sync";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_prints_and_parses_with_its_kind() {
        let id: RunId = "run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap();
        assert_eq!(id.to_string(), "run_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f");
        assert!(id.to_string().parse::<SyncId>().is_err(), "an id of another kind is refused");
        assert!("run_12".parse::<RunId>().is_err());
    }
}
