//! Between two boundaries the kernel's answer is the same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use muster_platform::{Routes, Wanted, Way};

use crate::network::{CABLE, in_own_network, ip, lay_out};

/// Where a stretch of addresses with one answer may begin, as numbers, in order.
fn boundaries(prefixes: &[(IpAddr, u8)], bits: u32) -> Vec<u128> {
    let mut all: Vec<u128> = Vec::new();
    for (address, length) in prefixes {
        let (family, first) = match address {
            IpAddr::V4(address) => (32, u128::from(address.to_bits())),
            IpAddr::V6(address) => (128, address.to_bits()),
        };
        if family == bits {
            let after =
                1_u128.checked_shl(bits - u32::from(*length)).and_then(|size| first.checked_add(size));
            all.extend([Some(first), after].into_iter().flatten());
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn address(number: u128, bits: u32) -> IpAddr {
    match bits {
        32 => Ipv4Addr::from_bits(u32::try_from(number).unwrap()).into(),
        _ => Ipv6Addr::from_bits(number).into(),
    }
}

/// Addresses of a stretch: both ends and some between, the same each time.
fn samples(first: u128, last: u128) -> impl Iterator<Item = u128> {
    let size = last - first;
    (0..=20_u128).map(move |step| match step {
        0 => first,
        20 => last,
        _ => first + (size / 20 * step).wrapping_add(step.wrapping_mul(0x9e37_79b9)) % size.max(1),
    })
}

/// How many stretches there are; fails where an address within one has another answer than its first.
fn check(bits: u32, wanted: &Wanted) -> usize {
    let mut routes = Routes::open().unwrap();
    let prefixes = routes.prefixes().unwrap();
    assert!(prefixes.is_sorted());
    let starts = boundaries(&prefixes, bits);
    let end = if bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
    let starts: Vec<u128> = starts.into_iter().filter(|start| *start <= end).collect();
    assert_eq!(starts[0], 0);
    for (place, first) in starts.iter().enumerate() {
        let last = starts.get(place + 1).map_or(end, |next| next - 1);
        let mut way = |number| routes.way_to(address(number, bits), wanted).unwrap();
        let expected: Way = way(*first);
        for number in samples(*first, last) {
            assert_eq!(way(number), expected, "{} and {}", address(number, bits), address(*first, bits));
        }
    }
    starts.len()
}

#[test]
fn between_two_boundaries_the_answer_is_the_same() {
    in_own_network(|| {
        lay_out();
        assert!(check(32, &Wanted::default()) > 30);
        assert!(check(128, &Wanted::default()) > 15);
        let from = |source: &str| Wanted { source: Some(source.parse().unwrap()), device: None };
        check(32, &from("10.90.0.5"));
        check(128, &from("fd90::5"));
        ip("route add default via 10.90.0.2\nroute add default via fd90::2");
        check(32, &Wanted::default());
        check(128, &Wanted::default());
    });
}

#[test]
fn routes_of_other_tables_and_rules_are_boundaries() {
    in_own_network(|| {
        lay_out();
        let prefixes = Routes::open().unwrap().prefixes().unwrap();
        for (address, length) in [
            ("10.90.0.0", 24),
            ("10.90.0.1", 32),
            ("10.90.0.255", 32),
            ("127.0.0.0", 8),
            ("0.0.0.0", 0),
            ("10.91.7.0", 24),
            ("10.92.3.0", 24),
            ("10.94.0.0", 24),
            ("10.95.8.0", 24),
            ("10.95.9.0", 24),
            ("fd90::", 64),
            ("fd90::5", 128),
            ("fd94::", 32),
            ("fd95::", 32),
            ("ff00::", 8),
        ] {
            assert!(
                prefixes.contains(&(address.parse().unwrap(), length)),
                "{address}/{length}: {prefixes:?}"
            );
        }
    });
}

#[test]
fn thousands_of_routes_are_all_read() {
    in_own_network(|| {
        ip(CABLE);
        let networks = (0..5_000_u32).map(|number| Ipv4Addr::from_bits(0x0b00_0000 + number * 256));
        let lines: Vec<String> =
            networks.clone().map(|net| format!("route add {net}/24 via 10.90.0.2")).collect();
        ip(&lines.join("\n"));
        let prefixes = Routes::open().unwrap().prefixes().unwrap();
        assert!(networks.into_iter().all(|network| prefixes.contains(&(network.into(), 24))));
    });
}
