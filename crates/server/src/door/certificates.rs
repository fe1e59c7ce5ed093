//! The certificate that the door shows, read from files and read anew when it was renewed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that lead from it to a known authority, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Why no certificate can be shown.
#[derive(Debug, thiserror::Error)]
pub enum CertificateProblem {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file holds nothing of the kind.
    #[error("{} holds no {wanted} in PEM form", path.display())]
    Nothing {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
    /// Certificate and key do not belong together, or cannot be used.
    #[error("the certificate {} and the key {} cannot be used together", files.certificate.display(), files.key.display())]
    Unusable {
        /// Which.
        files: TlsFiles,
        /// Why.
        #[source]
        cause: rustls::Error,
    },
}

/// What connections are shown now. Those that stand keep what they were shown.
#[derive(Debug)]
pub struct Certificates {
    files: TlsFiles,
    current: RwLock<Arc<ServerConfig>>,
}

impl Certificates {
    /// Reads the files.
    pub fn read(files: TlsFiles) -> Result<Self, CertificateProblem> {
        let current = RwLock::new(Arc::new(configuration(&files)?));
        Ok(Self { files, current })
    }

    /// Reads the files again. When they cannot be used, what was shown before goes on being shown.
    pub fn renew(&self) -> Result<(), CertificateProblem> {
        let renewed = Arc::new(configuration(&self.files)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn configuration(files: &TlsFiles) -> Result<ServerConfig, CertificateProblem> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&contents(&files.certificate)?).collect();
    let nothing = |path: &Path, wanted| CertificateProblem::Nothing { path: path.to_owned(), wanted };
    let chain = chain.map_err(|_| nothing(&files.certificate, "certificate"))?;
    if chain.is_empty() {
        return Err(nothing(&files.certificate, "certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(&contents(&files.key)?);
    let key = key.map_err(|_: PemError| nothing(&files.key, "private key"))?;
    let unusable = |cause| CertificateProblem::Unusable { files: files.clone(), cause };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut configuration = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

fn contents(path: &Path) -> Result<Vec<u8>, CertificateProblem> {
    std::fs::read(path).map_err(|cause| CertificateProblem::Unreadable { path: path.to_owned(), cause })
}
