//! Whose request it is: the address of the client, seen through the proxies that are trusted and through no others.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The address a request came from, for the audit log and for rate limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The header in which trusted proxies name the client. One alone is read: a proxy that writes one passes on what a client wrote into the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, a list of addresses.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ForwardedHeader {
    /// The header's name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            ForwardedHeader::XForwardedFor => "x-forwarded-for",
            ForwardedHeader::Forwarded => "forwarded",
        }
    }
}

/// The proxies whose word on the client counts.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: ForwardedHeader,
}

impl TrustedProxies {
    /// Those in `networks`; they name the client in `header`.
    pub fn new(networks: Vec<IpNet>, header: ForwardedHeader) -> Self {
        Self { networks, header }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Whether the word of `address` counts.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client behind `peer`: from the nearest hop outwards, as long as each hop is trusted.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut client = peer.to_canonical();
        for hop in self.hops(headers).into_iter().rev() {
            if !self.trust(client) {
                break;
            }
            let Some(before) = hop else { break };
            client = before.to_canonical();
        }
        ClientAddress(client)
    }

    /// What the header names, the farthest first; `None` for what is no address.
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let lines = headers.get_all(self.header.name()).iter().map(|line| line.to_str().unwrap_or_default());
        let hops = lines.flat_map(|line| line.split(','));
        match self.header {
            ForwardedHeader::XForwardedFor => hops.map(address_of).collect(),
            ForwardedHeader::Forwarded => hops.map(|hop| address_of(parameter_for(hop)?)).collect(),
        }
    }
}

/// The `for` parameter of one element of `Forwarded`.
fn parameter_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })
}

/// An address with or without a port, quotes and brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trusted: &[&str], header: ForwardedHeader, peer: &str, lines: &[&str]) -> String {
        let networks = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header.name(), line.parse().unwrap());
        }
        let ClientAddress(client) = TrustedProxies::new(networks, header).client(peer.parse().unwrap(), &headers);
        client.to_string()
    }

    #[test]
    fn a_peer_that_is_not_trusted_speaks_for_itself_alone() {
        let header = ForwardedHeader::XForwardedFor;
        assert_eq!(seen(&[], header, "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(seen(&["10.0.0.0/8"], header, "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
    }

    #[test]
    fn what_a_client_writes_before_its_own_address_is_not_believed() {
        let header = ForwardedHeader::XForwardedFor;
        assert_eq!(seen(&["10.0.0.0/8"], header, "10.0.0.2", &["1.2.3.4, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(seen(&["10.0.0.0/8"], header, "10.0.0.2", &["1.2.3.4", "203.0.113.7, 10.0.0.9"]), "203.0.113.7");
        assert_eq!(seen(&["10.0.0.0/8"], header, "10.0.0.2", &["1.2.3.4, nonsense"]), "10.0.0.2");
        assert_eq!(seen(&["10.0.0.0/8"], header, "::ffff:10.0.0.2", &["203.0.113.7:5566"]), "203.0.113.7");
    }

    #[test]
    fn the_standard_header_is_read_in_its_own_form() {
        let header = ForwardedHeader::Forwarded;
        let line = r#"for=1.2.3.4, proto=https;For="[2001:db8:cafe::17]:4711""#;
        assert_eq!(seen(&["10.0.0.0/8"], header, "10.0.0.2", &[line]), "2001:db8:cafe::17");
        assert_eq!(seen(&["10.0.0.0/8"], header, "10.0.0.2", &["for=_hidden"]), "10.0.0.2");
    }
}
