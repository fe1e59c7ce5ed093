//! Our own key of a record, as its external-ID field carries it.

use salesbridge_model::{InstallationId, SyncId};
use xxhash_rust::xxh3::xxh3_128;

/// `<installation>:<sync>:<source key>`, so that two installations never meet; hashed when the field is too short for it.
pub(crate) fn external_id(
    installation: InstallationId,
    sync: SyncId,
    source_key: &str,
    longest: Option<u32>,
) -> String {
    let plain = format!("{installation}:{sync}:{source_key}");
    let fits = longest.is_none_or(|longest| plain.chars().count() <= longest as usize);
    // Salesforce compares external ids without regard to case and trims blanks; only a hash tells such keys apart.
    let safe = source_key.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase() || "-_.:".contains(c));
    if fits && safe { plain } else { format!("sb:{:032x}", xxh3_128(plain.as_bytes())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_salesforce_would_confuse_are_hashed() {
        let installation = "inst_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap();
        let sync = "sync_0197c2f0a1b27c3d8e4f5a6b7c8d9e0f".parse().unwrap();
        let id = |key, longest| external_id(installation, sync, key, longest);
        assert_eq!(id("c-1", Some(255)), format!("{installation}:{sync}:c-1"));
        assert!(id("c-1", Some(64)).starts_with("sb:"), "too long for the field");
        assert_eq!(id("c-1", Some(64)).len(), 35);
        assert_ne!(id("C-1", None).to_lowercase(), id("c-1", None).to_lowercase());
        assert_ne!(id("C-1", None), id("C-1 ", None));
    }
}
