//! Which addresses may be probed at all.
//!
//! | addresses | may be probed |
//! |---|---|
//! | private, loopback, link-local, unique local | yes |
//! | multicast, `0.0.0.0/8`, `::`, `240.0.0.0/4` with the limited broadcast | never |
//! | broadcast addresses of this machine's own networks | never; a plan around one goes on without it |
//! | the metadata services of clouds | if an `--allow` names exactly that address |
//! | all others | if an `--allow` covers them |
//!
//! IPv6 has several ways to write an IPv4 address, and a packet to one may arrive there. Instead of taking the disguise
//! off every address, each IPv4 rule is written into every place of IPv6 where its addresses can appear, once, when the
//! scope is made. A check is then one binary search, and a whole plan is checked by the arithmetic of sets.
//!
//! It does not decide who is authorised to sweep what; it makes that a decision somebody has written down.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use muster_engine::{AddressSet, IntervalSet, Prefix, TooManyRanges};

/// The addresses that may be probed.
#[derive(Clone, Debug)]
pub struct Scope {
    passes: AddressSet,
    /// What an `--allow` names, also in disguise.
    allowed: AddressSet,
    broadcasts: AddressSet,
    /// What is refused however much is allowed.
    never: Vec<(Refused, AddressSet)>,
}

impl Scope {
    /// The scope of this machine's private surroundings and what `allow` adds. An `allow` inside one of the IPv6 forms
    /// of IPv4 stands for the IPv4 addresses in it; a wider one, such as `::/0`, allows none of those.
    ///
    /// # Errors
    /// If `allow` is too scattered.
    pub fn new(allow: &[Prefix], on_link_broadcasts: &[IpAddr]) -> Result<Self, TooManyRanges> {
        let allow: Vec<AddressSet> = allow.iter().map(undisguised).collect();
        let metadata = set_of(METADATA)?.intersection(&not_named_alone(&allow));
        let broadcasts: Vec<AddressSet> = on_link_broadcasts.iter().map(|&address| address.into()).collect();
        let broadcasts = in_every_form(&AddressSet::union_all(&broadcasts)?)?;
        let mut never =
            vec![(Refused::Broadcast, broadcasts.clone()), (Refused::Metadata, in_every_form(&metadata)?)];
        for &(reason, prefixes) in NEVER {
            never.push((reason, in_every_form(&set_of(prefixes)?)?));
        }
        let allowed = in_every_form(&AddressSet::union_all(&allow)?)?;
        let reachable = in_every_form(&set_of(HOME)?)?.union(&allowed)?;
        let passes = never.iter().fold(reachable, |passes, (_, set)| passes.difference(set));
        Ok(Self { passes, allowed, broadcasts, never })
    }

    /// Whether one address may be probed: asked for every probe.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        if self.passes.contains(address) {
            return Ok(());
        }
        let never = self.never.iter().find(|(_, set)| set.contains(address));
        Err(Refusal { address, reason: never.map_or(Refused::OutOfScope, |&(reason, _)| reason) })
    }

    /// Holds a whole plan of `ports` ports on each of `targets` against the scope, and gives back the targets that are
    /// to be probed: all but the broadcast addresses of this machine's networks, which lie in any network one sweeps
    /// from inside.
    ///
    /// # Errors
    /// If any other target is refused, if there are more than `most_endpoints` endpoints, or more than
    /// [`MOST_UNCONFIRMED`] targets that no `allow` names.
    pub fn admit(
        &self,
        targets: &AddressSet,
        ports: u32,
        most_endpoints: u64,
    ) -> Result<AddressSet, ScopeError> {
        let probed = targets.difference(&self.broadcasts);
        let refused = self.refused(if probed.is_empty() { targets } else { &probed });
        if !refused.is_empty() {
            return Err(ScopeError::Refused { refused });
        }
        let count = probed.len();
        if count.saturating_mul(ports.into()) > most_endpoints.into() {
            return Err(ScopeError::TooManyEndpoints { targets: count, ports, most: most_endpoints });
        }
        let unconfirmed = probed.difference(&self.allowed);
        if unconfirmed.len() > MOST_UNCONFIRMED {
            return Err(ScopeError::TooManyTargets { targets: Box::new(unconfirmed) });
        }
        Ok(probed)
    }

    /// The targets that do not pass, by reason.
    fn refused(&self, targets: &AddressSet) -> Vec<(Refused, AddressSet)> {
        let mut rest = targets.difference(&self.passes);
        let mut refused = Vec::new();
        for (reason, set) in &self.never {
            refused.push((*reason, rest.intersection(set)));
            rest = rest.difference(set);
        }
        refused.push((Refused::OutOfScope, rest));
        refused.retain(|(_, set)| !set.is_empty());
        refused
    }
}

/// The most targets that may be swept without an `--allow` that names them: a /16. A typing error in a prefix should
/// not start a sweep of a whole /8.
pub const MOST_UNCONFIRMED: u128 = 1 << 16;

/// Why an address is not probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The broadcast address of a network that this machine is in.
    Broadcast,
    /// The metadata service of a cloud, which answers whoever asks with the machine's credentials.
    Metadata,
    /// `224.0.0.0/4` and `ff00::/8`: a probe would reach many hosts.
    Multicast,
    /// `0.0.0.0/8` (RFC 1122 section 3.2.1.3) and `::`, which systems take for themselves.
    Unspecified,
    /// `240.0.0.0/4` (RFC 1112 section 4), with the limited broadcast address.
    Reserved,
    /// Nobody has said that it may be swept.
    OutOfScope,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Broadcast => "broadcast",
            Self::Metadata => "cloud metadata service",
            Self::Multicast => "multicast",
            Self::Unspecified => "no host",
            Self::Reserved => "reserved",
            Self::OutOfScope => "not in the scope",
        })
    }
}

/// One address that is not to be probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} is not probed: {reason}")]
pub struct Refusal {
    /// The address as it was asked about.
    pub address: IpAddr,
    /// Why it is not.
    pub reason: Refused,
}

/// Why a plan is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Some of the targets may not be probed.
    #[error("{}", sentence(refused))]
    Refused {
        /// Which, and why; each once.
        refused: Vec<(Refused, AddressSet)>,
    },
    /// Too many targets for nobody to have named them.
    #[error("{} targets that no --allow names, at most {MOST_UNCONFIRMED}: {targets}", targets.len())]
    TooManyTargets {
        /// The targets that are not named.
        targets: Box<AddressSet>,
    },
    /// More than any sweep can hold.
    #[error("too much for one sweep: {targets} targets × {ports} ports, at most {most} in all")]
    TooManyEndpoints {
        /// How many targets.
        targets: u128,
        /// How many ports of each.
        ports: u32,
        /// How many endpoints one sweep may have.
        most: u64,
    },
}

impl ScopeError {
    /// What to do about it, a line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Refused { refused } => refused.iter().map(|(reason, set)| hint(*reason, set)).collect(),
            Self::TooManyTargets { targets } => {
                vec![format!("if you mean it, name them: {}", allow(targets))]
            }
            Self::TooManyEndpoints { .. } => vec!["sweep it in parts".to_owned()],
        }
    }
}

fn sentence(refused: &[(Refused, AddressSet)]) -> String {
    let part = |(reason, set): &(Refused, AddressSet)| format!("{reason}: {set}");
    format!("targets that may not be probed: {}", refused.iter().map(part).collect::<Vec<_>>().join("; "))
}

fn hint(reason: Refused, set: &AddressSet) -> String {
    match reason {
        Refused::OutOfScope => format!("if you are authorised to sweep them, say so: {}", allow(set)),
        Refused::Metadata => {
            format!("leave it out with --exclude {set}, or name it alone with --allow {set}")
        }
        _ => match one_prefix(set) {
            Some(prefix) => format!("leave them out: --exclude {prefix}"),
            None => "leave them out with --exclude".to_owned(),
        },
    }
}

fn allow(set: &AddressSet) -> String {
    one_prefix(set)
        .map_or_else(|| "--allow PREFIX for each network".to_owned(), |prefix| format!("--allow {prefix}"))
}

fn one_prefix(set: &AddressSet) -> Option<Prefix> {
    format!("{set}").parse().ok()
}

/// In scope without an `--allow`: RFC 1918, RFC 1122 section 3.2.1.3, RFC 3927, RFC 4193, RFC 4291.
const HOME: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1",
];

const METADATA: &[&str] = &["169.254.169.254", "fd00:ec2::254"];

const NEVER: &[(Refused, &[&str])] = &[
    (Refused::Multicast, &["224.0.0.0/4", "ff00::/8"]),
    (Refused::Unspecified, &["0.0.0.0/8", "::"]),
    (Refused::Reserved, &["240.0.0.0/4"]),
];

fn set_of(prefixes: &[&str]) -> Result<AddressSet, TooManyRanges> {
    let sets: Vec<AddressSet> =
        prefixes.iter().filter_map(|text| text.parse::<Prefix>().ok()).map(Into::into).collect();
    AddressSet::union_all(&sets)
}

/// All addresses but those that a set holds alone.
fn not_named_alone(sets: &[AddressSet]) -> AddressSet {
    let all = AddressSet::new(IntervalSet::full(), IntervalSet::full());
    sets.iter().filter(|set| set.len() == 1).fold(all, |rest, set| rest.difference(set))
}

/// A block of IPv6 that holds all of IPv4: `first` is 0.0.0.0, each next address `1 << shift` further.
struct Disguise {
    first: u128,
    shift: u32,
}

/// IPv4-mapped (RFC 4291 section 2.5.5.2), NAT64 (RFC 6052 section 2.1), 6to4 (RFC 3056 section 2; 2^80 addresses for
/// one), and IPv4-compatible (RFC 4291 section 2.5.5.1; deprecated, but some stacks still take it).
const DISGUISES: [Disguise; 4] = [
    Disguise { first: 0xffff << 32, shift: 0 },
    Disguise { first: 0x64_ff9b << 96, shift: 0 },
    Disguise { first: 0x2002 << 112, shift: 80 },
    Disguise { first: 0, shift: 0 },
];

impl Disguise {
    fn dress(&self, v4: &RangeInclusive<u32>) -> RangeInclusive<u128> {
        let last_of_each = (1 << self.shift) - 1;
        let at = |address: &u32| self.first + (u128::from(*address) << self.shift);
        at(v4.start())..=at(v4.end()) + last_of_each
    }

    /// The IPv4 addresses in a range of the block; `None` for a range that is not in it.
    fn undress(&self, v6: &RangeInclusive<u128>) -> Option<RangeInclusive<u32>> {
        let at = |address: &u128| u32::try_from(address.checked_sub(self.first)? >> self.shift).ok();
        Some(at(v6.start())?..=at(v6.end())?)
    }
}

/// `::` and `::1` lie where the IPv4-compatible addresses are, and are none.
const NO_DISGUISE: RangeInclusive<u128> = 0..=1;

fn disguised(v4: &IntervalSet<u32>) -> Result<IntervalSet<u128>, TooManyRanges> {
    let ranges = v4.ranges();
    let dressed = DISGUISES.iter().flat_map(|disguise| ranges.iter().map(|range| disguise.dress(range)));
    Ok(IntervalSet::from_ranges(dressed)?.difference(&NO_DISGUISE.into()))
}

/// A prefix by what it means: IPv4 addresses for a part of a disguise, else only what is no disguise.
fn undisguised(prefix: &Prefix) -> AddressSet {
    let (IpAddr::V6(first), IpAddr::V6(last)) = (prefix.first(), prefix.last()) else {
        return AddressSet::from(*prefix);
    };
    let range = first.to_bits()..=last.to_bits();
    if NO_DISGUISE.contains(range.end()) {
        return AddressSet::from(*prefix);
    }
    match DISGUISES.iter().find_map(|disguise| disguise.undress(&range)) {
        Some(v4) => AddressSet::from(Ipv4Addr::from_bits(*v4.start())..=Ipv4Addr::from_bits(*v4.end())),
        None => AddressSet::from(Ipv6Addr::from_bits(*range.start())..=last),
    }
}

/// A set with its IPv4 addresses in every disguise, and nothing else that is a disguise.
fn in_every_form(set: &AddressSet) -> Result<AddressSet, TooManyRanges> {
    let plain = set.v6().difference(&disguised(&IntervalSet::full())?);
    Ok(AddressSet::new(set.v4().clone(), plain.union(&disguised(set.v4())?)?))
}

#[cfg(test)]
mod tests {
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
    fn large_plans_are_named_by_somebody() {
        assert!(admit(&[], &["10.0.0.0/16"]).is_ok());
        let (message, hints) = admit(&[], &["10.0.0.0/15"]).unwrap_err();
        assert_eq!(message, "131072 targets that no --allow names, at most 65536: 10.0.0.0/15");
        assert_eq!(hints, ["if you mean it, name them: --allow 10.0.0.0/15"]);
        assert!(admit(&["10.0.0.0/16"], &["10.0.0.0/15"]).is_ok());
        assert!(admit(&["10.0.0.0/15"], &["::ffff:10.0.0.0/111"]).is_ok());
        assert!(admit(&[], &["2002:a00::/48"]).is_err(), "2^80 addresses");
        let (message, _) = admit(&["10.0.0.0/8", "fd00::/88"], &["fd00::/88"]).unwrap_err();
        assert_eq!(
            message,
            "too much for one sweep: 1099511627776 targets × 1 ports, at most 4294967296 in all"
        );
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
                let never =
                    v4.is_multicast() || v4.octets()[0] == 0 || v4.octets()[0] >= 240 || v4 == broadcast;
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
        let v4 =
            |high: u16, low: u16| IpAddr::from(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
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
            let allow: Vec<Prefix> = allow.into_iter().filter(|prefix| plain(prefix.first()) == prefix.first()).collect();
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
}
