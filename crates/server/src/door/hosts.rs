//! Under which names this installation may be asked for anything.
//!
//! A page of somebody else's can make a browser look our address up under its own name (DNS rebinding); the browser then sends that name as Host.

use std::net::{IpAddr, SocketAddr};

use url::Url;

/// A host with its port, when it is bound to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    host: String,
    port: Option<u16>,
}

impl Name {
    /// `name`, `name:port`, `[address]:port`; in lower case and without a closing dot. `None` for what is none of them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                rest.split_once(']').map(|(address, after)| (address, after.strip_prefix(':').unwrap_or(after)))?
            }
            None => text.split_once(':').unwrap_or((text, "")),
        };
        let port = if port.is_empty() { None } else { Some(port.parse().ok()?) };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let plain = host.parse::<IpAddr>().is_ok()
            || host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        (!host.is_empty() && plain).then_some(Self { host, port })
    }
}

/// The names that are ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    public: Option<Name>,
    allowed: Vec<Name>,
}

impl Hosts {
    pub(super) fn new(public_url: Option<&Url>, allowed: Vec<Name>) -> Self {
        let public = public_url.and_then(|url| {
            let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
            Some(Name { host, port: url.port() })
        });
        Self { public, allowed }
    }

    /// Whether `authority` names us to somebody who reached `local`.
    pub(super) fn know(&self, authority: &str, local: SocketAddr) -> bool {
        let Some(asked) = Name::parse(authority) else { return false };
        self.is_public(&asked)
            || self
                .allowed
                .iter()
                .any(|name| name.host == asked.host && name.port.is_none_or(|port| asked.port == Some(port)))
            || is_local(&asked, local)
    }

    /// The port may be left out where it is the scheme's own.
    fn is_public(&self, asked: &Name) -> bool {
        self.public.as_ref().is_some_and(|public| {
            public.host == asked.host
                && match (public.port, asked.port) {
                    (Some(public), asked) => asked == Some(public),
                    (None, asked) => matches!(asked, None | Some(80 | 443)),
                }
        })
    }
}

/// The very address that was dialled cannot be anybody else's name; `localhost` stands for it on this machine.
fn is_local(asked: &Name, local: SocketAddr) -> bool {
    let ip = local.ip().to_canonical();
    let port = asked.port.is_none_or(|port| port == local.port());
    let named = match asked.host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical() == ip,
        Err(_) => asked.host == "localhost" && ip.is_loopback(),
    };
    named && port
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        let url = Url::parse("https://bridge.example.com/").unwrap();
        Hosts::new(Some(&url), vec![Name::parse("bridge.internal").unwrap(), Name::parse("other:9000").unwrap()])
    }

    #[test]
    fn our_names_are_known_however_they_are_written() {
        let local = "127.0.0.1:8443".parse().unwrap();
        for name in [
            "bridge.example.com",
            "Bridge.Example.COM.",
            "bridge.example.com:443",
            "bridge.internal:81",
            "other:9000",
            "127.0.0.1:8443",
            "localhost:8443",
            "localhost",
        ] {
            assert!(hosts().know(name, local), "{name}");
        }
    }

    #[test]
    fn a_name_that_was_bound_to_our_address_is_not_ours() {
        let local = "192.168.4.2:8443".parse().unwrap();
        for name in [
            "attacker.example",
            "attacker.example:8443",
            "localhost:8443",
            "127.0.0.1:8443",
            "192.168.4.2:9",
            "192.168.4.3",
            "bridge.example.com.attacker.example",
            "bridge.example.com@attacker.example",
            "bridge.example.com:8080",
            "other",
            "",
        ] {
            assert!(!hosts().know(name, local), "{name}");
        }
        assert!(hosts().know("192.168.4.2:8443", local));
        assert!(Hosts::default().know("[::1]:8443", "[::1]:8443".parse().unwrap()));
    }
}
