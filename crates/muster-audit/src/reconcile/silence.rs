//! Addresses as ranges: silent ones may be a whole IPv6 network, which nobody counts through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use muster_engine::{AddressSet, IntervalSet};
use muster_model::AddressRange;

/// The addresses as a set.
pub(super) fn set<'a>(addresses: impl IntoIterator<Item = &'a IpAddr>) -> AddressSet {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for address in addresses {
        match address {
            IpAddr::V4(address) => v4.push(address.to_bits()..=address.to_bits()),
            IpAddr::V6(address) => v6.push(address.to_bits()..=address.to_bits()),
        }
    }
    // Hosts that answered are at most as many as a sweep has endpoints; where they are too scattered to be kept as a
    // set, they are left out, and count as silent rather than not at all.
    AddressSet::new(
        IntervalSet::from_ranges(v4).unwrap_or_default(),
        IntervalSet::from_ranges(v6).unwrap_or_default(),
    )
}

/// The set as ranges, in order.
pub(super) fn ranges(set: &AddressSet) -> Vec<AddressRange> {
    let v4 = set.v4().ranges().iter().map(|range| AddressRange {
        first: Ipv4Addr::from_bits(*range.start()).into(),
        last: Ipv4Addr::from_bits(*range.end()).into(),
    });
    let v6 = set.v6().ranges().iter().map(|range| AddressRange {
        first: Ipv6Addr::from_bits(*range.start()).into(),
        last: Ipv6Addr::from_bits(*range.end()).into(),
    });
    v4.chain(v6).collect()
}
