//! Which cryptography TLS uses.

/// Makes aws-lc-rs the process's TLS provider. Call it first thing in `main` and in test harnesses; calling it again does nothing.
///
/// Some dependencies bring a second provider; with two and none chosen, the first handshake would panic.
pub fn install_crypto_provider() {
    // An error means that one is installed already, which is all we want.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
