//! The scope against a table, and against an oracle that takes the disguise off each address.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn scope(allow: &[&str]) -> Scope {
    let allow: Vec<Prefix> = allow.iter().map(|text| text.parse().unwrap()).collect();
    Scope::new(&allow, &["192.168.1.255".parse().unwrap()]).unwrap()
}

fn check(scope: &Scope, address: &str) -> Option<Refused> {
    scope.check(address.parse().unwrap()).err().map(|refusal| refusal.reason)
}

fn set(prefixes: &[&str]) -> AddressSet {
    set_of(prefixes).unwrap()
}

/// An IPv4 address as 64:ff9b::, 2002::, ::ffff: and :: write it.
fn disguises(address: Ipv4Addr) -> [Ipv6Addr; 5] {
    let [a, b, c, d] = address.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    [
        address.to_ipv6_mapped(),
        address.to_ipv6_compatible(),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 0),
        Ipv6Addr::new(0x2002, high, low, 7, 0xffff, 3, 2, 1),
    ]
}

#[test]
fn addresses_pass_or_have_a_reason() {
    use Refused::{Broadcast, Metadata, Multicast, OutOfScope, Reserved, Unspecified};
    let scope = scope(&[]);
    for (address, expected) in [
        ("10.1.2.3", None),
        ("172.31.255.255", None),
        ("192.168.1.254", None),
        ("127.44.0.1", None),
        ("169.254.7.7", None),
        ("fd12::1", None),
        ("fe80::1", None),
        ("::1", None),
        ("172.32.0.0", Some(OutOfScope)),
        ("8.8.8.8", Some(OutOfScope)),
        ("2001:db8::1", Some(OutOfScope)),
        ("192.168.1.255", Some(Broadcast)),
        ("169.254.169.254", Some(Metadata)),
        ("fd00:ec2::254", Some(Metadata)),
        ("224.0.0.1", Some(Multicast)),
        ("239.255.255.255", Some(Multicast)),
        ("ff02::1", Some(Multicast)),
        ("0.0.0.0", Some(Unspecified)),
        ("0.1.2.3", Some(Unspecified)),
        ("::", Some(Unspecified)),
        ("240.0.0.1", Some(Reserved)),
        ("255.255.255.255", Some(Reserved)),
    ] {
        assert_eq!(check(&scope, address), expected, "{address}");
        if let Ok(v4) = address.parse() {
            for disguise in disguises(v4).into_iter().filter(|form| *form != Ipv6Addr::UNSPECIFIED) {
                assert_eq!(check(&scope, &disguise.to_string()), expected, "{address} as {disguise}");
            }
        }
    }
}

#[test]
fn allow_adds_and_never_stays_never() {
    let everything = scope(&["0.0.0.0/0", "::/0"]);
    for address in ["8.8.8.8", "2001:db8::1", "::ffff:8.8.8.8", "2002:808:808::1"] {
        assert_eq!(check(&everything, address), None, "{address}");
    }
    for address in
        ["224.0.0.1", "::ffff:224.0.0.1", "0.0.0.1", "::", "255.255.255.255", "192.168.1.255", "ff05::2"]
    {
        assert!(check(&everything, address).is_some(), "{address}");
    }
    assert_eq!(check(&scope(&["8.8.8.0/24"]), "64:ff9b::808:808"), None);
    assert_eq!(check(&scope(&["2002:808:800::/40"]), "8.8.8.8"), None);
    assert_eq!(check(&scope(&["::/0"]), "::ffff:8.8.8.8"), Some(Refused::OutOfScope));
    assert_eq!(check(&scope(&["64:ff9b::/32"]), "64:ff9b::808:808"), Some(Refused::OutOfScope));
}

#[test]
fn metadata_services_are_named_alone_or_refused() {
    for allow in
        ["169.254.0.0/16", "169.254.169.254/31", "0.0.0.0/0", "::ffff:169.254.169.254/127", "fd00::/8"]
    {
        assert_eq!(check(&scope(&[allow]), "169.254.169.254"), Some(Refused::Metadata), "{allow}");
        assert_eq!(check(&scope(&[allow]), "fd00:ec2::254"), Some(Refused::Metadata), "{allow}");
    }
    for allow in ["169.254.169.254", "169.254.169.254/32", "::ffff:169.254.169.254"] {
        assert_eq!(check(&scope(&[allow, "169.254.0.0/16"]), "169.254.169.254"), None, "{allow}");
        assert_eq!(check(&scope(&[allow]), "fd00:ec2::254"), Some(Refused::Metadata), "{allow}");
    }
    assert_eq!(check(&scope(&["fd00:ec2::254"]), "fd00:ec2::254"), None);
}

fn admit(allow: &[&str], targets: &[&str]) -> Result<String, (String, Vec<String>)> {
    let admitted = scope(allow).admit(&set(targets), 1, 1 << 32);
    admitted.map(|set| set.to_string()).map_err(|error| (error.to_string(), error.hints()))
}

#[test]
fn plans_go_on_without_the_broadcast_address() {
    assert_eq!(admit(&[], &["192.168.1.252/30"]).unwrap(), "192.168.1.252-254");
    let (message, _) = admit(&[], &["192.168.1.255"]).unwrap_err();
    assert_eq!(message, "targets that may not be probed: broadcast: 192.168.1.255");
    assert_eq!(admit(&[], &[]).unwrap(), "");
}

#[test]
fn plans_that_straddle_are_refused_and_the_part_outside_is_named() {
    let (message, hints) =
        admit(&[], &["172.16.0.0/11", "169.254.169.254", "::ffff:224.0.0.0/127"]).unwrap_err();
    assert_eq!(
        message,
        "targets that may not be probed: cloud metadata service: 169.254.169.254; \
         multicast: ::ffff:224.0.0.0/127; not in the scope: 172.0.0.0/12"
    );
    assert_eq!(
        hints,
        [
            "leave it out with --exclude 169.254.169.254, or name it alone with --allow 169.254.169.254",
            "leave them out: --exclude ::ffff:224.0.0.0/127",
            "if you are authorised to sweep them, say so: --allow 172.0.0.0/12",
        ]
    );
    let (_, hints) = admit(&[], &["8.8.8.8", "9.9.9.9"]).unwrap_err();
    assert_eq!(hints, ["if you are authorised to sweep them, say so: --allow PREFIX for each network"]);
}

#[test]
fn a_policy_replaces_the_surroundings() {
    let prefixes =
        |texts: &[&str]| -> Vec<Prefix> { texts.iter().map(|text| text.parse().unwrap()).collect() };
    let named = prefixes(&["10.1.0.0/16", "203.0.113.0/24", "224.0.0.0/4"]);
    let scope = Scope::of_policy(&named, &prefixes(&["192.168.7.0/24"]), &[]).unwrap();
    for (address, expected) in [
        ("10.1.2.3", None),
        ("203.0.113.9", None),
        ("192.168.7.1", None),
        ("10.2.0.1", Some(Refused::OutOfScope)),
        ("127.0.0.1", Some(Refused::OutOfScope)),
        ("224.0.0.1", Some(Refused::Multicast)),
    ] {
        assert_eq!(check(&scope, address), expected, "{address}");
    }
}

#[test]
fn confirmed_targets_do_not_count_and_pass_no_sooner() {
    let large: AddressSet = "10.0.0.0/15".parse::<Prefix>().unwrap().into();
    let scope = Scope::new(&[], &[]).unwrap();
    assert!(scope.admit(&large, 1, 1 << 32).is_err());
    let outside: AddressSet = "203.0.113.0/24".parse::<Prefix>().unwrap().into();
    let confirmed = scope.confirmed(&large).unwrap().confirmed(&outside).unwrap();
    assert_eq!(confirmed.admit(&large, 1, 1 << 32).unwrap(), large);
    assert_eq!(check(&confirmed, "203.0.113.1"), Some(Refused::OutOfScope));
}

#[test]
fn large_plans_are_named_by_somebody() {
    assert!(admit(&[], &["10.0.0.0/16"]).is_ok());
    let (message, hints) = admit(&[], &["10.0.0.0/15"]).unwrap_err();
    assert_eq!(message, "131072 targets that no --allow names, at most 65536: 10.0.0.0/15");
    assert_eq!(hints, ["if you mean it, name them: --allow 10.0.0.0/15"]);
    assert!(admit(&["10.0.0.0/16"], &["10.0.0.0/15"]).is_ok());
    assert!(admit(&["10.0.0.0/15"], &["::ffff:10.0.0.0/111"]).is_ok());
    assert!(admit(&[], &["2002:a00::/48"]).is_err(), "2^80 addresses");
    let (message, _) = admit(&["10.0.0.0/8", "fd00::/88"], &["fd00::/88"]).unwrap_err();
    assert_eq!(message, "too much for one sweep: 1099511627776 targets × 1 ports, at most 4294967296 in all");
    let by_ports = scope(&["10.0.0.0/8"]).admit(&set(&["10.0.0.0/8"]), 257, 1 << 32).unwrap_err();
    assert!(matches!(by_ports, ScopeError::TooManyEndpoints { ports: 257, .. }));
}

/// The scope once more, by taking the disguise off each address.
fn oracle(allow: &[Prefix], broadcast: Ipv4Addr, address: IpAddr) -> bool {
    let address = plain(address);
    let exactly = allow.iter().any(|prefix| prefix.first() == address && prefix.first() == prefix.last());
    let covered = allow.iter().any(|prefix| (prefix.first()..=prefix.last()).contains(&address));
    match address {
        IpAddr::V4(v4) => {
            let never = v4.is_multicast() || v4.octets()[0] == 0 || v4.octets()[0] >= 240 || v4 == broadcast;
            let home = v4.is_private() || v4.is_loopback() || v4.is_link_local();
            let metadata = v4 == Ipv4Addr::new(169, 254, 169, 254);
            !never && (home || covered) && (!metadata || exactly)
        }
        IpAddr::V6(v6) => {
            let never = v6.is_multicast() || v6.is_unspecified();
            let home = v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local();
            let metadata = v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
            !never && (home || covered) && (!metadata || exactly)
        }
    }
}

fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, high, low] = v6.segments();
    let v4 = |high: u16, low: u16| IpAddr::from(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match (a, b, c, d, e, f) {
        (0x2002, high, low, ..) => v4(high, low),
        (0x64, 0xff9b, 0, 0, 0, 0) | (0, 0, 0, 0, 0, 0xffff) => v4(high, low),
        (0, 0, 0, 0, 0, 0) if v6.to_bits() > 1 => v4(high, low),
        _ => address,
    }
}

/// Addresses near an edge of some rule, plain or in disguise.
fn address() -> impl Strategy<Value = IpAddr> {
    let edges: Vec<u32> = HOME
        .iter()
        .chain(METADATA)
        .chain(&["224.0.0.0/4", "0.0.0.0/8", "8.8.8.0/24", "192.168.1.255"])
        .filter_map(|text| text.parse::<Prefix>().ok())
        .flat_map(|prefix| [prefix.first(), prefix.last()])
        .filter_map(|address| match address {
            IpAddr::V4(v4) => Some(v4.to_bits()),
            IpAddr::V6(_) => None,
        })
        .collect();
    let v4 = (prop::sample::select(edges), -3_i32..=3)
        .prop_map(|(edge, off)| Ipv4Addr::from_bits(edge.wrapping_add_signed(off)));
    let v6 = [
        "::",
        "::1",
        "fc00::",
        "fdff:ffff::",
        "fe80::",
        "febf:ffff::",
        "ff00::",
        "fd00:ec2::254",
        "2001:db8::",
        "64:ff9b::",
        "2002::",
        "::ffff:0:0",
        "::1:0:0",
    ];
    let v6 = (prop::sample::select(v6.to_vec()), -2_i128..=2).prop_map(|(text, off)| {
        Ipv6Addr::from_bits(text.parse::<Ipv6Addr>().unwrap().to_bits().wrapping_add_signed(off))
    });
    prop_oneof![
        v4.clone().prop_map(IpAddr::V4),
        (v4, 0_usize..5).prop_map(|(v4, which)| disguises(v4)[which].into()),
        v6.prop_map(IpAddr::V6),
    ]
}

fn allowed() -> impl Strategy<Value = Vec<Prefix>> {
    let prefix = (address(), 0_u8..=128).prop_map(|(address, free)| {
        let width = if address.is_ipv4() { 32 } else { 128 };
        Prefix::new(address, width - free.min(width)).unwrap()
    });
    prop::collection::vec(prefix, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_disguise_helps(allow in allowed(), address in address()) {
        // What a prefix inside a disguise allows has its own test.
        let is_plain = |prefix: &Prefix| [prefix.first(), prefix.last()].iter().all(|&end| plain(end) == end);
        let allow: Vec<Prefix> = allow.into_iter().filter(is_plain).collect();
        let broadcast = Ipv4Addr::new(192, 168, 1, 255);
        let scope = Scope::new(&allow, &[broadcast.into()]).unwrap();
        prop_assert_eq!(scope.check(address).is_ok(), oracle(&allow, broadcast, address), "{}", address);
    }

    #[test]
    fn plans_pass_as_their_addresses_do(allow in allowed(), ends in prop::collection::vec((address(), 0_u32..6), 1..4)) {
        let broadcast = IpAddr::from([192, 168, 1, 255]);
        let scope = Scope::new(&allow, &[broadcast]).unwrap();
        let ranges: Vec<AddressSet> = ends.iter().map(|&(first, more)| match first {
            IpAddr::V4(v4) => AddressSet::from(v4..=Ipv4Addr::from_bits(v4.to_bits().saturating_add(more))),
            IpAddr::V6(v6) => AddressSet::from(v6..=Ipv6Addr::from_bits(v6.to_bits().saturating_add(more.into()))),
        }).collect();
        let targets = AddressSet::union_all(&ranges).unwrap();
        let is_broadcast = |address: IpAddr| plain(address) == broadcast;
        let probed = targets.iter().filter(|&address| !is_broadcast(address)).count();
        let passes = targets.iter().all(|address| scope.check(address).is_ok() || is_broadcast(address));
        match scope.admit(&targets, 1, 1 << 32) {
            Ok(admitted) => {
                prop_assert!(passes && probed > 0);
                prop_assert!(admitted.iter().all(|address| scope.check(address).is_ok()));
                prop_assert_eq!(admitted.len(), probed as u128);
            }
            Err(ScopeError::Refused { refused }) => {
                prop_assert!(!passes || probed == 0);
                for (reason, set) in refused {
                    for address in set.iter() {
                        prop_assert_eq!(scope.check(address), Err(Refusal { address, reason }));
                    }
                }
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
