//! Addresses as ranges: silent ones may be a whole IPv6 network, which nobody counts through.

use std::net::{Ipv4Addr, Ipv6Addr};

use muster_engine::AddressSet;
use muster_model::AddressRange;

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
