//! What the door is told: from the words of the settings file to what can be used.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use url::Url;

use super::hosts::{Hosts, Name};
use super::{ForwardedHeader, TlsFiles, TrustedProxies};

/// The settings as a person writes them. An empty text is one that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorWords {
    /// Address to listen on, such as `127.0.0.1:8443`.
    pub listen: String,
    /// Address under which people and Salesforce reach it.
    pub public_url: String,
    /// Other names under which it may be asked for.
    pub allowed_hosts: Vec<String>,
    /// Networks of the proxies in front of it.
    pub trusted_proxies: Vec<String>,
    /// The header in which they name the client.
    pub forwarded_header: String,
    /// File with the certificate.
    pub tls_certificate_file: PathBuf,
    /// File with its key.
    pub tls_key_file: PathBuf,
    /// Listen beyond this machine without TLS and without a proxy.
    pub allow_plain_http: bool,
    /// Connections at the same time.
    pub connections: u32,
    /// Requests of one address in a minute before it has signed in.
    pub address_requests_per_minute: u32,
    /// Requests in a minute by which one person or API key looks.
    pub caller_reads_per_minute: u32,
    /// Requests in a minute by which one person or API key does something.
    pub caller_writes_per_minute: u32,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("server.{key} is `{given}`; {expected}")]
pub struct SettingProblem {
    /// Its name in the section.
    pub key: &'static str,
    /// What was given.
    pub given: String,
    /// What is expected, as half a sentence.
    pub expected: String,
}

/// What the door does.
#[derive(Clone, Debug)]
pub struct DoorSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Under which address people reach it.
    pub public_url: Option<Url>,
    /// The certificate it shows; without one it speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The proxies in front of it.
    pub trusted_proxies: TrustedProxies,
    pub(super) hosts: Hosts,
    pub(super) through_proxy_only: bool,
    pub(super) connections: usize,
    pub(crate) address_requests_per_minute: u32,
    pub(crate) caller_reads_per_minute: u32,
    pub(crate) caller_writes_per_minute: u32,
}

impl DoorSettings {
    /// Reads the words; `None` when there is nothing to listen on.
    pub fn read(words: &DoorWords) -> Result<Option<Self>, SettingProblem> {
        let public_url = public_url(&words.public_url)?;
        let networks = each(
            "trusted_proxies",
            &words.trusted_proxies,
            "expected is a network such as 10.0.0.0/8, or an address",
            network,
        )?;
        let allowed = each(
            "allowed_hosts",
            &words.allowed_hosts,
            "expected is a host name, with a port or without",
            Name::parse,
        )?;
        let trusted_proxies = TrustedProxies::new(networks, forwarded_header(&words.forwarded_header)?);
        let tls = tls(words)?;
        at_least_one("connections", words.connections)?;
        at_least_one("address_requests_per_minute", words.address_requests_per_minute)?;
        at_least_one("caller_reads_per_minute", words.caller_reads_per_minute)?;
        at_least_one("caller_writes_per_minute", words.caller_writes_per_minute)?;
        if words.listen.is_empty() {
            return Ok(None);
        }
        let listen: SocketAddr = words.listen.parse().map_err(|_| {
            problem("listen", &words.listen, "expected is an address with a port, such as 127.0.0.1:8443 or [::]:8443")
        })?;
        let open = !listen.ip().to_canonical().is_loopback() && tls.is_none() && !words.allow_plain_http;
        if open && trusted_proxies.is_empty() {
            return Err(problem(
                "listen",
                &words.listen,
                "beyond this machine passwords would travel readable: set tls_certificate_file and tls_key_file, name the proxy that has TLS \
                 in trusted_proxies, or set allow_plain_http = true",
            ));
        }
        Ok(Some(Self {
            listen,
            hosts: Hosts::new(public_url.as_ref(), allowed),
            public_url,
            tls,
            trusted_proxies,
            through_proxy_only: open,
            connections: words.connections as usize,
            address_requests_per_minute: words.address_requests_per_minute,
            caller_reads_per_minute: words.caller_reads_per_minute,
            caller_writes_per_minute: words.caller_writes_per_minute,
        }))
    }

    /// Under which address browsers come back to a door that listens at `address`: its public one; on this machine alone, `localhost`, which Salesforce takes
    /// as a callback without TLS. None where nobody said how it is reached.
    pub fn address_for_browsers(&self, address: SocketAddr) -> Option<String> {
        if let Some(url) = &self.public_url {
            return Some(url.origin().ascii_serialization());
        }
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        address.ip().to_canonical().is_loopback().then(|| format!("{scheme}://localhost:{}", address.port()))
    }

    /// Whether browsers reach it by https.
    pub fn is_https(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

fn public_url(text: &str) -> Result<Option<Url>, SettingProblem> {
    if text.is_empty() {
        return Ok(None);
    }
    let expected = "expected is an address without a path, such as https://bridge.example.com";
    let url = Url::parse(text).map_err(|_| problem("public_url", text, expected))?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.password().is_none();
    if plain && web { Ok(Some(url)) } else { Err(problem("public_url", text, expected)) }
}

fn forwarded_header(text: &str) -> Result<ForwardedHeader, SettingProblem> {
    let known = [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded];
    let found = known.into_iter().find(|header| header.name() == text);
    found.ok_or_else(|| problem("forwarded_header", text, "expected is x-forwarded-for or forwarded"))
}

fn tls(words: &DoorWords) -> Result<Option<TlsFiles>, SettingProblem> {
    let DoorWords { tls_certificate_file: certificate, tls_key_file: key, .. } = words;
    match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(TlsFiles { certificate: certificate.clone(), key: key.clone() })),
        (true, false) => {
            Err(problem("tls_certificate_file", "", "it goes together with tls_key_file: set both or neither"))
        }
        (false, true) => {
            Err(problem("tls_key_file", "", "it goes together with tls_certificate_file: set both or neither"))
        }
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address)))
}

fn each<T>(
    key: &'static str,
    texts: &[String],
    expected: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, SettingProblem> {
    texts.iter().map(|text| read(text.trim()).ok_or_else(|| problem(key, text, expected))).collect()
}

fn at_least_one(key: &'static str, value: u32) -> Result<(), SettingProblem> {
    if value == 0 { Err(problem(key, "0", "expected is a whole number, at least 1")) } else { Ok(()) }
}

fn problem(key: &'static str, given: &str, expected: &str) -> SettingProblem {
    SettingProblem { key, given: given.to_owned(), expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(listen: &str) -> DoorWords {
        DoorWords {
            listen: listen.to_owned(),
            public_url: String::new(),
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            forwarded_header: "x-forwarded-for".to_owned(),
            tls_certificate_file: PathBuf::new(),
            tls_key_file: PathBuf::new(),
            allow_plain_http: false,
            connections: 10,
            address_requests_per_minute: 10,
            caller_reads_per_minute: 10,
            caller_writes_per_minute: 10,
        }
    }

    #[test]
    fn beyond_this_machine_there_is_tls_a_proxy_or_a_persons_word() {
        let refused = DoorSettings::read(&words("0.0.0.0:80")).expect_err("it would be open");
        assert!(refused.to_string().contains("passwords would travel readable"), "{refused}");
        assert!(DoorSettings::read(&words("127.0.0.1:80")).is_ok() && DoorSettings::read(&words("[::1]:80")).is_ok());
        assert!(DoorSettings::read(&DoorWords { allow_plain_http: true, ..words("0.0.0.0:80") }).is_ok());
        let proxied = DoorWords { trusted_proxies: vec!["10.0.0.2".to_owned()], ..words("0.0.0.0:80") };
        assert!(DoorSettings::read(&proxied).unwrap().unwrap().through_proxy_only);
        let files =
            DoorWords { tls_certificate_file: "c.pem".into(), tls_key_file: "k.pem".into(), ..words("0.0.0.0:80") };
        assert!(DoorSettings::read(&files).unwrap().unwrap().is_https());
        assert!(DoorSettings::read(&words("")).unwrap().is_none());
    }

    #[test]
    fn browsers_come_back_to_the_public_address_or_to_this_machine() {
        let door = |words: &DoorWords| DoorSettings::read(words).unwrap().unwrap();
        let here = "127.0.0.1:8080".parse().unwrap();
        assert_eq!(door(&words("127.0.0.1:0")).address_for_browsers(here).unwrap(), "http://localhost:8080");
        let public = DoorWords { public_url: "https://bridge.example.com/".to_owned(), ..words("127.0.0.1:0") };
        assert_eq!(door(&public).address_for_browsers(here).unwrap(), "https://bridge.example.com");
        let open = DoorWords { allow_plain_http: true, ..words("0.0.0.0:80") };
        assert_eq!(door(&open).address_for_browsers("0.0.0.0:80".parse().unwrap()), None);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_key() {
        let wrong = [
            DoorWords { public_url: "bridge.example.com".to_owned(), ..words("") },
            DoorWords { public_url: "https://bridge.example.com/app".to_owned(), ..words("") },
            DoorWords { trusted_proxies: vec!["10.0.0.0/99".to_owned()], ..words("") },
            DoorWords { allowed_hosts: vec!["http://x".to_owned()], ..words("") },
            DoorWords { forwarded_header: "via".to_owned(), ..words("") },
            DoorWords { tls_key_file: "k.pem".into(), ..words("") },
            DoorWords { connections: 0, ..words("") },
            words("8443"),
        ];
        let keys = wrong.iter().map(|words| DoorSettings::read(words).expect_err("refused").key);
        let expected = [
            "public_url",
            "public_url",
            "trusted_proxies",
            "allowed_hosts",
            "forwarded_header",
            "tls_certificate_file",
            "connections",
            "listen",
        ];
        assert!(keys.eq(expected));
    }
}
