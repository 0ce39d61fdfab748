//! The places in IPv6 where IPv4 addresses can appear.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use muster_engine::{AddressSet, IntervalSet, Prefix, TooManyRanges};

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
pub(super) fn undisguised(prefix: &Prefix) -> AddressSet {
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
pub(super) fn in_every_form(set: &AddressSet) -> Result<AddressSet, TooManyRanges> {
    let plain = set.v6().difference(&disguised(&IntervalSet::full())?);
    Ok(AddressSet::new(set.v4().clone(), plain.union(&disguised(set.v4())?)?))
}
