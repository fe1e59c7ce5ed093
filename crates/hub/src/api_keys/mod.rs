//! API keys: what lets a program in on behalf of a person. One looks like `sbk_<id>_<secret>`; of the secret only the SHA-256 is kept.

mod create;
mod details;
mod revoke;

use salesbridge_model::{ApiKeyId, Secret};

pub use create::{NewApiKey, NewKey};
pub use details::{ApiKeyDetails, ApiKeyQuery};

/// How every key begins, so that people and programs that look for lost secrets know one.
const BEGINNING: &str = "sbk_";
/// Hexadecimal digits of the id.
const ID_DIGITS: usize = 32;

/// A key as its holder has it.
fn put_together(id: ApiKeyId, secret: &Secret<String>) -> Secret<String> {
    Secret::new(format!("{BEGINNING}{}_{}", digits(id), secret.expose()))
}

/// Id and secret of what may be a key.
pub(crate) fn taken_apart(text: &Secret<String>) -> Option<(ApiKeyId, Secret<String>)> {
    let rest = text.expose().strip_prefix(BEGINNING)?;
    let (digits, secret) = (rest.get(..ID_DIGITS)?, rest.get(ID_DIGITS..)?.strip_prefix('_')?);
    Some((format!("key_{digits}").parse().ok()?, Secret::new(secret.to_owned())))
}

/// What of a key may be shown: enough to tell it from others, nothing of its secret.
fn prefix(id: ApiKeyId) -> String {
    format!("{BEGINNING}{}", digits(id))
}

fn digits(id: ApiKeyId) -> String {
    id.to_string().trim_start_matches("key_").to_owned()
}

#[cfg(test)]
mod tests {
    use salesbridge_testkit::SequentialIds;

    use super::*;

    #[test]
    fn a_key_is_taken_apart_where_it_was_put_together() {
        let id = ApiKeyId::make(&SequentialIds::starting_at(1));
        let key = put_together(id, &Secret::new("a_b-c".to_owned()));
        assert!(key.expose().starts_with(&prefix(id)));
        let (found, secret) = taken_apart(&key).expect("a key");
        assert_eq!((found, secret.expose().as_str()), (id, "a_b-c"));
        let of = |text: &str| taken_apart(&Secret::new(text.to_owned()));
        assert!(of("sbk_").is_none() && of("sbk_é_x").is_none() && of(&format!("sbk_{}", "0".repeat(32))).is_none());
        assert!(of(&format!("abc_{}_x", "0".repeat(32))).is_none());
    }
}
