//! A session as bytes, so that processes can share it. They are as secret as the token in them: who keeps them seals them.

use salesbridge_model::Secret;
use sha2::{Digest, Sha256};

use super::{OauthApp, Session};
use crate::{DomainUrl, RecordId};

/// What sessions are got with: when any of it changes, sessions that were got with what was before are of no use any more.
#[derive(Clone)]
pub struct Origin {
    host: DomainUrl,
    fingerprint: String,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    /// Fingerprint of the origin; of no use to who cannot open the bytes.
    credentials: String,
    access_token: String,
    instance: String,
    org_id: String,
    user_id: String,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Origin {
    /// Sessions of an app that are got with these further things: a user name, a private key, the time of the sign-in that a refresh token comes from.
    pub fn new(app: &OauthApp, means: &[&str]) -> Self {
        let domain = app.host.at("/");
        let secret = app.consumer_secret.as_ref().map(|secret| secret.expose().as_str()).unwrap_or_default();
        let mut digest = Sha256::new();
        for part in [domain.as_str(), &app.consumer_key, secret].iter().chain(means) {
            // Its length before each part, so that no two sets of parts read the same.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { host: app.host.clone(), fingerprint }
    }

    /// A print of all of it, which tells nothing of what it was made of.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl Session {
    /// The session as bytes, to be sealed and shared.
    pub fn to_bytes(&self, origin: &Origin) -> Secret<Vec<u8>> {
        let kept = Kept {
            credentials: origin.fingerprint.clone(),
            access_token: self.access_token.expose().clone(),
            instance: self.instance.at("/").to_string(),
            org_id: self.org_id.to_string(),
            user_id: self.user_id.to_string(),
            scopes: self.scopes.clone(),
        };
        // Texts always have a JSON form.
        let bytes = serde_json::to_vec(&kept).unwrap_or_default();
        drop(Secret::new(kept.access_token));
        Secret::new(bytes)
    }

    /// The session that the bytes hold, if it was got with this.
    pub fn from_bytes(bytes: &Secret<Vec<u8>>, origin: &Origin) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(bytes.expose()).ok()?;
        let access_token = Secret::new(kept.access_token);
        if kept.credentials != origin.fingerprint {
            return None;
        }
        let id = |text: &str| text.parse::<RecordId>().ok();
        Some(Self {
            access_token,
            instance: origin.host.checked_instance(&kept.instance)?,
            org_id: id(&kept.org_id)?,
            user_id: id(&kept.user_id)?,
            scopes: kept.scopes,
            is_found: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(domain: &str, key: &str, secret: &str, means: &[&str]) -> Origin {
        let app = OauthApp {
            host: DomainUrl::parse(domain).unwrap(),
            consumer_key: key.to_owned(),
            consumer_secret: Some(Secret::new(secret.to_owned())),
        };
        Origin::new(&app, means)
    }

    #[test]
    fn a_session_comes_back_for_what_it_was_got_with_and_nothing_else() {
        let ours = origin("https://acme.my.salesforce.com", "key", "secret", &["2026"]);
        let session = Session {
            access_token: Secret::new("00D!token".to_owned()),
            instance: ours.host.checked_instance("https://acme--1.my.salesforce.com").unwrap(),
            org_id: "00D000000000001EAA".parse().unwrap(),
            user_id: "005000000000001AAA".parse().unwrap(),
            scopes: vec!["api".to_owned()],
            is_found: false,
        };
        let bytes = session.to_bytes(&ours);
        let back = Session::from_bytes(&bytes, &ours).unwrap();
        assert_eq!(back.access_token.expose(), "00D!token");
        assert_eq!(back.instance.at("/x"), session.instance.at("/x"));
        assert_eq!((back.org_id, back.user_id, back.scopes), (session.org_id, session.user_id, session.scopes));
        for others in [
            origin("https://other.my.salesforce.com", "key", "secret", &["2026"]),
            origin("https://acme.my.salesforce.com", "other", "secret", &["2026"]),
            origin("https://acme.my.salesforce.com", "key", "other", &["2026"]),
            origin("https://acme.my.salesforce.com", "keys", "ecret", &["2026"]),
            origin("https://acme.my.salesforce.com", "key", "secret", &["2027"]),
            origin("https://acme.my.salesforce.com", "key", "secret", &[]),
        ] {
            assert!(Session::from_bytes(&bytes, &others).is_none());
        }
        assert!(Session::from_bytes(&Secret::new(b"{}".to_vec()), &ours).is_none());
    }
}
