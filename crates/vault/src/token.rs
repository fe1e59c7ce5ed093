//! Texts nobody can guess: session tokens, API keys, PKCE verifiers, `state`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use salesbridge_model::Secret;

use crate::{VaultError, cipher::random};

/// Bytes of randomness in a token: 256 bits, so that a plain digest of it may be stored and none can be guessed.
const TOKEN_BYTES: usize = 32;

/// A new token from the operating system's randomness: 43 characters of base64url without padding, which is what a PKCE verifier may be made
/// of (RFC 7636 section 4.1).
pub fn random_token() -> Result<Secret<String>, VaultError> {
    let bytes = Secret::new(random::<TOKEN_BYTES>()?);
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes.expose())))
}

#[cfg(test)]
mod tests {
    use super::random_token;

    #[test]
    fn tokens_have_43_characters_and_never_repeat() {
        let tokens: Vec<String> = (0..100).map(|_| random_token().unwrap().expose().clone()).collect();
        let allowed = |token: &String| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        assert!(tokens.iter().all(|token| token.len() == 43 && allowed(token)));
        assert_eq!(tokens.iter().collect::<std::collections::HashSet<_>>().len(), 100);
    }
}
