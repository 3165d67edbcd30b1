//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the public internet: the IANA special-purpose registry, with multicast
/// and the reserved class E. Network and prefix length.
const NOT_GLOBAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by a carrier's customers
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local; cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays, withdrawn
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// What is not public within `2000::/3`, the only part of IPv6 that is handed out at all.
const NOT_GLOBAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, orchid, benchmarks
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4, which can wrap any IPv4 address
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// IPv6 networks whose last 32 bits are the IPv4 address that is meant.
const WRAPPED_V4: [(Ipv6Addr, u32); 2] = [
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), // v4-mapped
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96), // NAT64
];

/// Whether an address belongs to the public internet.
pub(super) fn is_global(address: IpAddr) -> bool {
    match unwrapped(address) {
        IpAddr::V4(address) => !within_any_v4(address, &NOT_GLOBAL_V4),
        IpAddr::V6(address) => {
            within_v6(address, GLOBAL_UNICAST)
                && !NOT_GLOBAL_V6
                    .iter()
                    .any(|network| within_v6(address, *network))
        }
    }
}

/// Whether an address is global, of a private network, or this machine's own. Link-local addresses
/// stay out: nobody publishes there, and cloud metadata services answer there.
pub(super) fn is_inside_or_global(address: IpAddr) -> bool {
    let inside = match unwrapped(address) {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || is_shared(address),
        IpAddr::V6(address) => address.is_unique_local() || address.is_loopback(),
    };
    inside || is_global(address)
}

fn is_shared(address: Ipv4Addr) -> bool {
    within_any_v4(address, &[(Ipv4Addr::new(100, 64, 0, 0), 10)])
}

/// The IPv4 address that an IPv6 address stands for, if it does.
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    if !WRAPPED_V4.iter().any(|network| within_v6(v6, *network)) {
        return address;
    }
    let [.., a, b, c, d] = v6.octets();
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

fn within_any_v4(address: Ipv4Addr, networks: &[(Ipv4Addr, u32)]) -> bool {
    networks.iter().any(|(network, length)| {
        let mask = u32::MAX << (32 - length);
        address.to_bits() & mask == network.to_bits()
    })
}

fn within_v6(address: Ipv6Addr, (network, length): (Ipv6Addr, u32)) -> bool {
    let mask = u128::MAX << (128 - length);
    address.to_bits() & mask == network.to_bits()
}

#[cfg(test)]
mod tests {
    use super::{is_global, is_inside_or_global};

    #[test]
    fn addresses() {
        const PUBLIC: (bool, bool) = (true, true);
        const INSIDE: (bool, bool) = (false, true);
        const NEVER: (bool, bool) = (false, false);
        for (address, expected) in [
            ("1.1.1.1", PUBLIC),
            ("9.255.255.255", PUBLIC),
            ("11.0.0.0", PUBLIC),
            ("100.63.255.255", PUBLIC),
            ("100.128.0.0", PUBLIC),
            ("172.15.255.255", PUBLIC),
            ("172.32.0.0", PUBLIC),
            ("192.0.1.0", PUBLIC),
            ("198.17.255.255", PUBLIC),
            ("198.20.0.0", PUBLIC),
            ("223.255.255.255", PUBLIC),
            ("2606:4700::1111", PUBLIC),
            ("2001:4860:4860::8888", PUBLIC),
            ("2001:200::1", PUBLIC),
            ("::ffff:1.1.1.1", PUBLIC),
            ("64:ff9b::1.1.1.1", PUBLIC),
            ("10.0.0.1", INSIDE),
            ("100.64.0.1", INSIDE),
            ("100.127.255.255", INSIDE),
            ("127.0.0.1", INSIDE),
            ("127.255.255.255", INSIDE),
            ("172.16.0.1", INSIDE),
            ("172.31.255.255", INSIDE),
            ("192.168.1.1", INSIDE),
            ("::1", INSIDE),
            ("fc00::1", INSIDE),
            ("fd12::1", INSIDE),
            ("::ffff:127.0.0.1", INSIDE),
            ("::ffff:10.0.0.1", INSIDE),
            ("64:ff9b::192.168.0.1", INSIDE),
            ("0.0.0.0", NEVER),
            ("0.1.2.3", NEVER),
            ("169.254.169.254", NEVER),
            ("192.0.0.8", NEVER),
            ("192.0.2.1", NEVER),
            ("192.88.99.1", NEVER),
            ("198.18.0.1", NEVER),
            ("198.19.255.255", NEVER),
            ("198.51.100.1", NEVER),
            ("203.0.113.1", NEVER),
            ("224.0.0.1", NEVER),
            ("239.255.255.255", NEVER),
            ("240.0.0.1", NEVER),
            ("255.255.255.255", NEVER),
            ("::", NEVER),
            ("::127.0.0.1", NEVER),
            ("::ffff:169.254.169.254", NEVER),
            ("64:ff9b::169.254.169.254", NEVER),
            ("64:ff9b:1::1", NEVER),
            ("100::1", NEVER),
            ("2001::1", NEVER),
            ("2001:2::1", NEVER),
            ("2001:10::1", NEVER),
            ("2001:db8::1", NEVER),
            ("2002:7f00:1::", NEVER),
            ("3fff::1", NEVER),
            ("5f00::1", NEVER),
            ("fe80::1", NEVER),
            ("fec0::1", NEVER),
            ("ff02::1", NEVER),
        ] {
            let parsed = address.parse().unwrap();
            let found = (is_global(parsed), is_inside_or_global(parsed));
            assert_eq!(found, expected, "{address}");
        }
    }
}
