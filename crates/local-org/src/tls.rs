//! The org over TLS: a certificate authority of its own, and a certificate of it for the names the org is called by.
//! Refuses to know HTTP.

use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The authority's certificate, for clients to trust.
const CA_FILE: &str = "ca.pem";
/// The authority's key, for nobody else.
const CA_KEY_FILE: &str = "ca-key.pem";
/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The first byte of a TLS connection.
const HANDSHAKE_RECORD: u8 = 22;
/// What a caller without TLS is told.
const SPEAKS_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 47\r\nConnection: close\r\n\r\n\
    This org speaks https: call it by its https URL";

/// Whether an org speaks TLS, and where it keeps its certificate authority.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Tls {
    /// Plain HTTP.
    #[default]
    Off,
    /// HTTPS by an authority that is gone when the org stops.
    InMemory,
    /// HTTPS by the authority in this folder, made when missing: clients that trust its `ca.pem` once trust every later start.
    InFolder(PathBuf),
}

/// Why an org cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The authority's files cannot be read or written.
    #[error("could not keep the certificate authority in {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the machine said.
        #[source]
        cause: io::Error,
    },
    /// A key or a certificate could not be made.
    #[error("could not make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The certificate is not one to serve.
    #[error("the certificate cannot be served")]
    Served(#[from] rustls::Error),
}

/// An org's own certificate, ready to serve.
pub(crate) struct Certificate {
    acceptor: TlsAcceptor,
    /// The authority's certificate in PEM.
    pub(crate) authority: String,
    /// The file that has it.
    pub(crate) authority_file: Option<PathBuf>,
}

struct Authority {
    pem: String,
    file: Option<PathBuf>,
    key: KeyPair,
}

impl Certificate {
    /// The certificate that the configuration asks for, valid for the loopback names and these.
    pub(crate) fn open(tls: &Tls, names: &[&str]) -> Result<Option<Self>, TlsError> {
        let authority = match tls {
            Tls::Off => return Ok(None),
            Tls::InMemory => Authority::new()?,
            Tls::InFolder(folder) => Authority::kept(folder)?,
        };
        let key = KeyPair::generate()?;
        let certificate = leaf(names)?.signed_by(&key, &Issuer::new(authority_params()?, authority.key))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Some(Self { acceptor, authority: authority.pem, authority_file: authority.file }))
    }

    /// The connection under TLS; nothing when the caller does not speak it, or not well.
    pub(crate) async fn accept(&self, mut stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let accepted = tokio::time::timeout(HANDSHAKE, async {
            let mut first = [0];
            if stream.peek(&mut first).await.ok()? == 1 && first[0] != HANDSHAKE_RECORD {
                drop(stream.write_all(SPEAKS_TLS).await);
                drop(stream.shutdown().await);
                return None;
            }
            self.acceptor
                .accept(stream)
                .await
                .inspect_err(|error| tracing::info!(error = %error, "a TLS handshake failed"))
                .ok()
        });
        accepted.await.ok().flatten()
    }
}

impl Authority {
    fn new() -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        Ok(Self { pem: authority_params()?.self_signed(&key)?.pem(), file: None, key })
    }

    /// The authority in a folder; a new one when there is none yet.
    fn kept(folder: &Path) -> Result<Self, TlsError> {
        let in_folder = |cause| TlsError::Folder { path: folder.to_owned(), cause };
        let (file, key_file) = (folder.join(CA_FILE), folder.join(CA_KEY_FILE));
        let authority = match (read(&file).map_err(in_folder)?, read(&key_file).map_err(in_folder)?) {
            (Some(pem), Some(key)) => Self { pem, file: None, key: KeyPair::from_pem(&key)? },
            _ => {
                let new = Self::new()?;
                fs::create_dir_all(folder).map_err(in_folder)?;
                write_private(&key_file, &new.key.serialize_pem()).map_err(in_folder)?;
                fs::write(&file, &new.pem).map_err(in_folder)?;
                new
            }
        };
        Ok(Self { file: Some(file), ..authority })
    }
}

fn authority_params() -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Salesbridge local org authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(lasting(params))
}

fn leaf(names: &[&str]) -> Result<CertificateParams, TlsError> {
    let names: Vec<String> = ["localhost"].iter().chain(names).map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    params.subject_alt_names.extend(loopback.map(SanType::IpAddress));
    params.distinguished_name.push(DnType::CommonName, "Salesbridge local org");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(lasting(params))
}

/// Valid whatever the clocks of a test say.
fn lasting(mut params: CertificateParams) -> CertificateParams {
    (params.not_before, params.not_after) = (date_time_ymd(2000, 1, 1), date_time_ymd(2049, 12, 31));
    params
}

fn read(file: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_private(file: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}
