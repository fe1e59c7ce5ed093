//! The key pair of a connection that signs in by JWT bearer: made here, and its certificate is uploaded to the app in Salesforce.

use chrono::Datelike;
use rcgen::{CertificateParams, DnType, PKCS_RSA_SHA256, RsaKeySize, SigningKey, date_time_ymd};
use salesbridge_model::{Secret, Timestamp};

/// How long a certificate is good.
const VALID_FOR_DAYS: i64 = 730;

/// A private key of 2048 bits and its certificate.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// PKCS #8 in PEM.
    pub private_key: Secret<String>,
    /// X.509, signed by itself, in PEM.
    pub certificate: String,
    /// When the certificate ends.
    pub ends_at: Timestamp,
}

/// A key pair could not be made, or the private key cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the private key cannot be made or used: it has to be an RSA key of 2048 bits or more, PKCS #8 in PEM")]
pub struct KeyPairProblem(#[source] rcgen::Error);

impl KeyPair {
    /// A new key pair, whose certificate has `name` as its subject and is good for two years. Takes some tenths of a second of computing.
    pub fn make(name: &str, now: Timestamp) -> Result<Self, KeyPairProblem> {
        let pair = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(KeyPairProblem)?;
        let ends_at = (now + chrono::Duration::days(VALID_FOR_DAYS)).with_time(chrono::NaiveTime::MIN);
        let ends_at = ends_at.single().unwrap_or(now);
        // The beginning of a day; numbers of months and days are below 32.
        let midnight = |at: Timestamp| date_time_ymd(at.year(), at.month() as u8, at.day() as u8);
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        // A day early, because the org's clock may be behind ours.
        parameters.not_before = midnight(now - chrono::Duration::days(1));
        parameters.not_after = midnight(ends_at);
        let certificate = parameters.self_signed(&pair).map_err(KeyPairProblem)?.pem();
        Ok(Self { private_key: Secret::new(pair.serialize_pem()), certificate, ends_at })
    }

    /// Whether assertions can be signed with a private key that somebody gave.
    pub fn check(private_key: &Secret<String>) -> Result<(), KeyPairProblem> {
        sign(private_key, "").map(drop)
    }
}

/// Signs with a private key (RS256: RSASSA-PKCS1-v1_5 with SHA-256).
pub(super) fn sign(private_key: &Secret<String>, text: &str) -> Result<Vec<u8>, KeyPairProblem> {
    let pair =
        rcgen::KeyPair::from_pkcs8_pem_and_sign_algo(private_key.expose(), &PKCS_RSA_SHA256).map_err(KeyPairProblem)?;
    pair.sign(text.as_bytes()).map_err(KeyPairProblem)
}
