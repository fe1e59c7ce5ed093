//! Which addresses may be dialled. Pure: it judges addresses, it does not look names up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a connection may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public addresses over https.
    Public,
    /// A local org: loopback addresses, over http or https.
    LocalOrg,
    /// Databases that a person names: on this machine, in the company's own network or beyond. Never where cloud metadata services live.
    Network,
}

/// Why `address` may not be dialled under `reach`, in words that follow "because it is"; `None` when it may.
pub fn refusal(reach: Reach, address: IpAddr) -> Option<&'static str> {
    match reach {
        Reach::LocalOrg if canonical(address).is_loopback() => None,
        Reach::LocalOrg => Some("not a loopback address, and a local org lives on this machine"),
        Reach::Network if is_of_the_network(canonical(address)) => None,
        Reach::Public | Reach::Network => match canonical(address) {
            IpAddr::V4(v4) => refusal_of_v4(v4),
            IpAddr::V6(v6) => refusal_of_v6(v6),
        },
    }
}

/// The address a packet would go to: `::ffff:10.0.0.1` is 10.0.0.1 in other clothes.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Loopback, private and unique-local addresses, but for those at which a cloud tells its machines their secrets.
fn is_of_the_network(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_private() || (is_shared(v4) && v4 != Ipv4Addr::new(100, 100, 100, 200))
        }
        IpAddr::V6(v6) => v6.is_loopback() || (v6.is_unique_local() && v6.segments()[..2] != [0xfd00, 0xec2]),
    }
}

/// RFC 6598: what carriers, and networks of machines, use between themselves.
fn is_shared(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [100, 64..=127, ..])
}

/// The special ranges of the IANA registry for IPv4 (RFC 6890 and its updates).
fn refusal_of_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, ..) => Some("an unspecified address"),
        (127, ..) => Some("a loopback address"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some("a private address"),
        (169, 254, _) => Some("a link-local address, where cloud metadata services live"),
        (100, 64..=127, _) => Some("a carrier's shared address (RFC 6598)"),
        (192, 0, 0) | (192, 0, 2) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) => Some("a reserved address"),
        (198, 18..=19, _) => Some("a benchmarking address"),
        (224..=239, ..) => Some("a multicast address"),
        (240..=255, ..) => Some("a reserved address"),
        _ => None,
    }
}

/// The special ranges of the IANA registry for IPv6, and every way to wrap an IPv4 address into one.
fn refusal_of_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("an unspecified address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("a loopback address"),
        [0, 0, 0, 0, 0, 0, high, low] => refusal_of_v4(joined(high, low)).or(Some("an IPv4-compatible address")),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => refusal_of_v4(joined(high, low)),
        [0x64, 0xff9b, 1, ..] => Some("a local translation address (RFC 8215)"),
        [0x2002, high, low, ..] => refusal_of_v4(joined(high, low)),
        [0x2001, 0, ..] => Some("a Teredo address"),
        [0x2001, 0xdb8, ..] => Some("a documentation address"),
        [0x100, 0, 0, 0, ..] => Some("a discard address"),
        [0xfc00..=0xfdff, ..] => Some("a unique-local address, where cloud metadata services live"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xfec0..=0xfeff, ..] => Some("a site-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        _ => None,
    }
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reach: Reach, text: &str) -> bool {
        refusal(reach, text.parse().expect(text)).is_some()
    }

    #[test]
    fn the_public_reach_refuses_every_special_range() {
        let special = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "ff02::1",
        ];
        for text in special {
            assert!(refused(Reach::Public, text), "{text}");
        }
    }

    #[test]
    fn the_public_reach_allows_public_addresses() {
        for text in ["13.110.54.9", "172.32.0.1", "100.128.0.1", "192.1.0.1", "2600:1f14::9", "64:ff9b::d6e:3609"] {
            assert!(!refused(Reach::Public, text), "{text}");
        }
    }

    #[test]
    fn the_reach_of_databases_ends_where_metadata_services_live() {
        for text in ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "100.64.0.1", "fd12::1", "13.110.54.9"] {
            assert!(!refused(Reach::Network, text), "{text}");
        }
        let metadata =
            ["169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fe80::1", "::ffff:169.254.169.254"];
        for text in metadata.into_iter().chain(["0.0.0.0", "::", "224.0.0.1", "255.255.255.255"]) {
            assert!(refused(Reach::Network, text), "{text}");
        }
    }

    #[test]
    fn the_local_reach_allows_loopback_alone() {
        for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(!refused(Reach::LocalOrg, text), "{text}");
        }
        for text in ["13.110.54.9", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "fe80::1"] {
            assert!(refused(Reach::LocalOrg, text), "{text}");
        }
    }
}
