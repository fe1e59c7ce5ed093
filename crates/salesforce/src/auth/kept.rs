//! A session as bytes, so that processes can share it. They are as secret as the token in them: who keeps them seals them.

use salesbridge_model::Secret;
use sha2::{Digest, Sha256};

use super::{ClientCredentials, Session};
use crate::RecordId;

#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    /// What it was got with; of no use to who cannot open the bytes.
    credentials: String,
    access_token: String,
    instance: String,
    org_id: String,
    user_id: String,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Session {
    /// The session as bytes, to be sealed and shared.
    pub fn to_bytes(&self, credentials: &ClientCredentials) -> Secret<Vec<u8>> {
        let kept = Kept {
            credentials: fingerprint(credentials),
            access_token: self.access_token.expose().clone(),
            instance: self.instance.at("/").to_string(),
            org_id: self.org_id.to_string(),
            user_id: self.user_id.to_string(),
            scopes: self.scopes.clone(),
        };
        // Five texts always have a JSON form.
        let bytes = serde_json::to_vec(&kept).unwrap_or_default();
        drop(Secret::new(kept.access_token));
        Secret::new(bytes)
    }

    /// The session that the bytes hold, if it was got with these credentials: when the address, the key or the secret of a connection changes, its
    /// session is of no use any more.
    pub fn from_bytes(bytes: &Secret<Vec<u8>>, credentials: &ClientCredentials) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(bytes.expose()).ok()?;
        let access_token = Secret::new(kept.access_token);
        if kept.credentials != fingerprint(credentials) {
            return None;
        }
        let id = |text: &str| text.parse::<RecordId>().ok();
        Some(Self {
            access_token,
            instance: credentials.domain.checked_instance(&kept.instance)?,
            org_id: id(&kept.org_id)?,
            user_id: id(&kept.user_id)?,
            scopes: kept.scopes,
        })
    }
}

fn fingerprint(credentials: &ClientCredentials) -> String {
    let domain = credentials.domain.at("/");
    let mut digest = Sha256::new();
    for part in [domain.as_str(), &credentials.consumer_key, credentials.consumer_secret.expose()] {
        // Its length before each part, so that no two sets of parts read the same.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(domain: &str, key: &str, secret: &str) -> ClientCredentials {
        ClientCredentials {
            domain: crate::DomainUrl::parse(domain).unwrap(),
            consumer_key: key.to_owned(),
            consumer_secret: Secret::new(secret.to_owned()),
        }
    }

    #[test]
    fn a_session_comes_back_for_the_credentials_it_was_got_with_and_no_others() {
        let ours = credentials("https://acme.my.salesforce.com", "key", "secret");
        let session = Session {
            access_token: Secret::new("00D!token".to_owned()),
            instance: ours.domain.checked_instance("https://acme--1.my.salesforce.com").unwrap(),
            org_id: "00D000000000001EAA".parse().unwrap(),
            user_id: "005000000000001AAA".parse().unwrap(),
            scopes: vec!["api".to_owned()],
        };
        let bytes = session.to_bytes(&ours);
        let back = Session::from_bytes(&bytes, &ours).unwrap();
        assert_eq!(back.access_token.expose(), "00D!token");
        assert_eq!(back.instance.at("/x"), session.instance.at("/x"));
        assert_eq!((back.org_id, back.user_id), (session.org_id, session.user_id));
        assert_eq!(back.scopes, session.scopes);
        for others in [
            credentials("https://other.my.salesforce.com", "key", "secret"),
            credentials("https://acme.my.salesforce.com", "other", "secret"),
            credentials("https://acme.my.salesforce.com", "key", "other"),
            credentials("https://acme.my.salesforce.com", "keys", "ecret"),
        ] {
            assert!(Session::from_bytes(&bytes, &others).is_none(), "{others:?}");
        }
        assert!(Session::from_bytes(&Secret::new(b"{}".to_vec()), &ours).is_none());
    }
}
