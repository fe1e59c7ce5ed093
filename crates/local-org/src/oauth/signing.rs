//! The key that signs tokens, made on first use and kept with the org. Refuses to know claims.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::answers::Fault;
use crate::org::{OrgState, keep_setting, setting};

/// The name of the setting that holds the key.
const SETTING: &str = "signing_key";

/// An RSA key of 2048 bits; signs with RS256, the only algorithm Salesforce uses.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
}

impl SigningKey {
    /// The org's key; the first caller has it made.
    pub(crate) fn of<'org>(org: &'org OrgState, sql: &Connection) -> Result<&'org Self, Fault> {
        if let Some(key) = org.signing_key.get() {
            return Ok(key);
        }
        let pair = match setting(sql, SETTING)?.and_then(|text| STANDARD.decode(text).ok()) {
            Some(der) => RsaKeyPair::from_pkcs8(&der).map_err(|_| broken())?,
            None => made(sql)?,
        };
        Ok(org.signing_key.get_or_init(|| Self { pair }))
    }

    /// `header.payload.signature`.
    pub(crate) fn token(&self, header: &Value, payload: &Value) -> Result<String, Fault> {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(payload));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| broken())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public half as a JSON Web Key (RFC 7517).
    pub(crate) fn public(&self, key_id: &str) -> Value {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = self.pair.public_key();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id,
            "n": part(public.modulus().big_endian_without_leading_zero()),
            "e": part(public.exponent().big_endian_without_leading_zero()),
        })
    }
}

fn made(sql: &Connection) -> Result<RsaKeyPair, Fault> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| broken())?;
    let der = pair.as_der().map_err(|_| broken())?;
    keep_setting(sql, SETTING, &STANDARD.encode(der.as_ref()))?;
    Ok(pair)
}

fn broken() -> Fault {
    tracing::error!("the local org's signing key cannot be made or read");
    Fault::from(rusqlite::Error::InvalidQuery)
}
