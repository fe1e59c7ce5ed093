//! The section `[server]`: the door on the network.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use salesbridge_server::{DoorSettings, DoorWords, SettingProblem};

/// The door on the network. An empty text is one that is not set.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerSettings {
    /// Address to listen on; without one there is the socket alone.
    pub(crate) listen: String,
    /// Address under which people and Salesforce reach it.
    pub(crate) public_url: String,
    /// Other names under which it may be asked for.
    pub(crate) allowed_hosts: Vec<String>,
    /// Networks of the proxies in front of it.
    pub(crate) trusted_proxies: Vec<String>,
    /// The header in which they name the client.
    pub(crate) forwarded_header: String,
    /// File with the certificate and those above it, PEM.
    pub(crate) tls_certificate_file: PathBuf,
    /// File with its key, PEM.
    pub(crate) tls_key_file: PathBuf,
    /// Listen beyond this machine without TLS and without a proxy.
    pub(crate) allow_plain_http: bool,
    /// Connections at the same time.
    pub(crate) connections: u32,
    /// Requests of one address in a minute before it has signed in.
    pub(crate) address_requests_per_minute: u32,
    /// Requests in a minute by which one person or API key looks.
    pub(crate) caller_reads_per_minute: u32,
    /// Requests in a minute by which one person or API key does something.
    pub(crate) caller_writes_per_minute: u32,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: String::new(),
            public_url: String::new(),
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            forwarded_header: "x-forwarded-for".to_owned(),
            tls_certificate_file: PathBuf::new(),
            tls_key_file: PathBuf::new(),
            allow_plain_http: false,
            connections: 1000,
            address_requests_per_minute: 120,
            caller_reads_per_minute: 6000,
            caller_writes_per_minute: 1200,
        }
    }
}

impl ServerSettings {
    pub(super) fn overridden(mut self) -> anyhow::Result<Self> {
        value("SALESBRIDGE_SERVER_LISTEN", "an address with a port", &mut self.listen)?;
        value("SALESBRIDGE_SERVER_PUBLIC_URL", "an address", &mut self.public_url)?;
        list("SALESBRIDGE_SERVER_ALLOWED_HOSTS", &mut self.allowed_hosts);
        list("SALESBRIDGE_SERVER_TRUSTED_PROXIES", &mut self.trusted_proxies);
        value("SALESBRIDGE_SERVER_FORWARDED_HEADER", "the name of a header", &mut self.forwarded_header)?;
        value("SALESBRIDGE_SERVER_TLS_CERTIFICATE_FILE", "a file", &mut self.tls_certificate_file)?;
        value("SALESBRIDGE_SERVER_TLS_KEY_FILE", "a file", &mut self.tls_key_file)?;
        value("SALESBRIDGE_SERVER_ALLOW_PLAIN_HTTP", "true or false", &mut self.allow_plain_http)?;
        value("SALESBRIDGE_SERVER_CONNECTIONS", "a whole number", &mut self.connections)?;
        let each_minute = &mut self.address_requests_per_minute;
        value("SALESBRIDGE_SERVER_ADDRESS_REQUESTS_PER_MINUTE", "a whole number", each_minute)?;
        value("SALESBRIDGE_SERVER_CALLER_READS_PER_MINUTE", "a whole number", &mut self.caller_reads_per_minute)?;
        value("SALESBRIDGE_SERVER_CALLER_WRITES_PER_MINUTE", "a whole number", &mut self.caller_writes_per_minute)?;
        self.door()?;
        Ok(self)
    }

    /// The address under which people reach the door, without a stroke at its end; `None` when there is to be none.
    pub(crate) fn address(&self) -> Option<String> {
        self.listen.parse().ok().map(|listening| self.address_of(listening))
    }

    /// The same of a door that listens there: the public one when there is one, else its own.
    pub(crate) fn address_of(&self, listening: SocketAddr) -> String {
        if !self.public_url.is_empty() {
            return self.public_url.trim_end_matches('/').to_owned();
        }
        let scheme = if self.tls_certificate_file.as_os_str().is_empty() { "http" } else { "https" };
        match listening.ip().is_unspecified() {
            true => format!("{scheme}://localhost:{}", listening.port()),
            false => format!("{scheme}://{listening}"),
        }
    }

    /// What the door does under these settings; `None` when there is to be none.
    pub(crate) fn door(&self) -> Result<Option<DoorSettings>, SettingProblem> {
        DoorSettings::read(&DoorWords {
            listen: self.listen.clone(),
            public_url: self.public_url.clone(),
            allowed_hosts: self.allowed_hosts.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            forwarded_header: self.forwarded_header.clone(),
            tls_certificate_file: self.tls_certificate_file.clone(),
            tls_key_file: self.tls_key_file.clone(),
            allow_plain_http: self.allow_plain_http,
            connections: self.connections,
            address_requests_per_minute: self.address_requests_per_minute,
            caller_reads_per_minute: self.caller_reads_per_minute,
            caller_writes_per_minute: self.caller_writes_per_minute,
        })
    }
}

fn value<T: FromStr>(name: &str, expected: &str, setting: &mut T) -> anyhow::Result<()> {
    if let Ok(text) = std::env::var(name) {
        *setting = text.parse().map_err(|_| anyhow::anyhow!("{name} is `{text}`; expected is {expected}"))?;
    }
    Ok(())
}

/// Separated by commas.
fn list(name: &str, setting: &mut Vec<String>) {
    if let Ok(text) = std::env::var(name) {
        *setting = text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_an_address_that_can_be_opened() {
        let of = |listen: &str, public: &str| {
            let (listen, public_url) = (listen.to_owned(), public.to_owned());
            ServerSettings { listen, public_url, ..ServerSettings::default() }.address()
        };
        assert_eq!(of("", "https://bridge.example.com"), None);
        assert_eq!(of("0.0.0.0:80", "https://bridge.example.com/").as_deref(), Some("https://bridge.example.com"));
        assert_eq!(of("127.0.0.1:8443", "").as_deref(), Some("http://127.0.0.1:8443"));
        assert_eq!(of("[::]:8443", "").as_deref(), Some("http://localhost:8443"));
    }
}
