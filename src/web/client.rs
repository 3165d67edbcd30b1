//! Who is calling.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::config::TrustedProxies;

/// The caller's address as limits count it: IPv4 whole, IPv6 by its /64 (one household holds all of it),
/// IPv4 inside IPv6 as IPv4. `X-Forwarded-For` is believed only from the configured proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    fn of(peer: IpAddr, forwarded: Option<&str>, proxies: &TrustedProxies) -> Self {
        let mut address = peer;
        // from the nearest hop outwards, as long as the hop is one of ours
        let mut hops = forwarded.unwrap_or("").rsplit(',');
        while proxies.contains(address) {
            match hops.next().and_then(|hop| hop.trim().parse().ok()) {
                Some(hop) => address = hop,
                None => break,
            }
        }
        Self(counted(address))
    }
}

fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

impl std::fmt::Display for ClientIp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromRequest for ClientIp {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proxies = request
            .app_data::<web::Data<TrustedProxies>>()
            .map(|data| data.as_ref());
        let none = TrustedProxies::default();
        // a proxy may write a line of its own below the one that the caller sent: together they are one list
        let lines: Vec<&str> = request
            .headers()
            .get_all("x-forwarded-for")
            .map(|line| line.to_str().unwrap_or("?"))
            .collect();
        let forwarded = lines.join(",");
        // a request without a peer (a Unix socket, a test) shares one bucket
        let peer = request
            .peer_addr()
            .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
        std::future::ready(Ok(Self::of(
            peer,
            Some(&forwarded),
            proxies.unwrap_or(&none),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_counts_as_whom() {
        let proxies: TrustedProxies = "10.0.0.0/8".parse().unwrap();
        let cases: &[(&str, Option<&str>, &str)] = &[
            ("203.0.113.9", None, "203.0.113.9"),
            ("203.0.113.9", Some("198.51.100.1"), "203.0.113.9"),
            ("10.0.0.1", Some("198.51.100.1"), "198.51.100.1"),
            (
                "10.0.0.1",
                Some("6.6.6.6, 198.51.100.1, 10.0.0.2"),
                "198.51.100.1",
            ),
            ("10.0.0.1", Some("nonsense"), "10.0.0.1"),
            ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
            ("2001:db8:1:3::1", None, "2001:db8:1:3::"),
            ("::ffff:203.0.113.9", None, "203.0.113.9"),
        ];
        for (peer, forwarded, expected) in cases {
            let ip = ClientIp::of(peer.parse().unwrap(), *forwarded, &proxies);
            assert_eq!(ip.to_string(), *expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn a_line_below_the_callers_own_counts_first() {
        let proxies: TrustedProxies = "10.0.0.0/8".parse().unwrap();
        let request = actix_web::test::TestRequest::default()
            .peer_addr("10.0.0.1:1".parse().unwrap())
            .app_data(web::Data::new(proxies))
            .append_header(("x-forwarded-for", "6.6.6.6"))
            .append_header(("x-forwarded-for", "198.51.100.1"))
            .to_http_request();
        let ip = ClientIp::from_request(&request, &mut Payload::None).into_inner();
        assert_eq!(ip.unwrap().to_string(), "198.51.100.1");
    }
}
