//! The list of versions on the wire.

#[derive(serde::Deserialize)]
pub(super) struct Version {
    label: String,
    version: String,
}

impl From<Version> for super::OfferedVersion {
    fn from(Version { label, version }: Version) -> Self {
        Self { label, version }
    }
}
