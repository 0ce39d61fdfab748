//! The way of every target, against asking for each of them.

use std::net::IpAddr;

use muster_engine::{AddressSet, IntervalSet, Prefix};
use muster_platform::{Unreachable, Way};
use proptest::prelude::*;

use super::world::set;
use crate::raw::ways::Ways;

/// A table of routes: the longest prefix that holds an address says its way.
fn choose(table: &[(Prefix, u32)], address: IpAddr) -> Way {
    let leading = table.iter().filter(|(prefix, _)| AddressSet::from(*prefix).contains(address));
    let best = leading.max_by_key(|(prefix, _)| prefix.bits());
    best.map_or(Way::Unreachable(Unreachable::NoRoute), |(_, device)| Way::OnLink {
        device: *device,
        source: [10, 0, 0, 1].into(),
    })
}

fn cuts(table: &[(Prefix, u32)]) -> Vec<(IpAddr, u8)> {
    table.iter().map(|(prefix, _)| (prefix.first(), prefix.bits())).collect()
}

/// Prefixes within 256 addresses, in the midst of the space or at one of its ends.
fn tables() -> impl Strategy<Value = (u32, Vec<(Prefix, u32)>)> {
    let base = prop_oneof![Just(0_u32), Just(0x0a00_0000), Just(u32::MAX - 255)];
    let route = (0_u32..256, 24_u8..=32, 0_u32..3);
    (base, prop::collection::vec(route, 0..12)).prop_map(|(base, routes)| {
        let mut table: Vec<(Prefix, u32)> = Vec::new();
        for (offset, bits, device) in routes {
            let prefix = Prefix::new(std::net::Ipv4Addr::from_bits(base + offset).into(), bits).unwrap();
            if !table.iter().any(|(known, _)| *known == prefix) {
                table.push((prefix, device));
            }
        }
        (base, table)
    })
}

proptest! {
    #[test]
    fn every_target_gets_the_way_that_the_kernel_would_give_it(
        (base, table) in tables(),
        members in prop::collection::vec(0_u32..256, 1..40),
        same_in_v6 in any::<bool>(),
    ) {
        let targets = IntervalSet::from_ranges(members.iter().map(|at| base + at..=base + at)).unwrap();
        let targets = AddressSet::new(targets, IntervalSet::empty());
        let (targets, table) = if same_in_v6 { (mapped(&targets), mapped_table(&table)) } else { (targets, table) };
        let mut asked = 0;
        let mut ways = Ways::plan(&targets, &cuts(&table), &mut |address| {
            asked += 1;
            Ok(choose(&table, address))
        }).unwrap();
        prop_assert!(asked <= 2 * table.len() + 1);
        let order: Vec<IpAddr> = targets.iter().collect();
        for address in order.iter().chain(order.iter().rev()) {
            let number = ways.of(*address).unwrap();
            prop_assert_eq!(ways.all()[number], choose(&table, *address), "{}", address);
        }
        for number in 0..ways.all().len() {
            let of = ways.targets(&targets, |other| other == number).unwrap();
            let expected = order.iter().filter(|address| choose(&table, **address) == ways.all()[number]);
            prop_assert_eq!(of.iter().collect::<Vec<_>>(), expected.copied().collect::<Vec<_>>());
        }
    }
}

/// The same numbers at the upper end of the addresses of IPv6.
fn up(address: IpAddr) -> IpAddr {
    let IpAddr::V4(v4) = address else { return address };
    std::net::Ipv6Addr::from_bits(u128::MAX << 32 | u128::from(v4.to_bits())).into()
}

fn mapped(targets: &AddressSet) -> AddressSet {
    AddressSet::of_addresses(targets.iter().map(up)).unwrap()
}

fn mapped_table(table: &[(Prefix, u32)]) -> Vec<(Prefix, u32)> {
    table
        .iter()
        .map(|(prefix, device)| (Prefix::new(up(prefix.first()), prefix.bits() + 96).unwrap(), *device))
        .collect()
}

#[test]
fn a_large_target_is_asked_for_once_a_piece() {
    let table: Vec<(Prefix, u32)> = ["0.0.0.0/0", "10.0.0.0/8", "10.5.0.0/16"]
        .iter()
        .zip([1, 2, 2])
        .map(|(text, device)| (text.parse().unwrap(), device))
        .collect();
    let mut asked = Vec::new();
    let mut ways = Ways::plan(&set("10.0.0.0/8 192.168.0.0/16"), &cuts(&table), &mut |address| {
        asked.push(address.to_string());
        Ok(choose(&table, address))
    })
    .unwrap();
    assert_eq!(asked, ["10.0.0.0", "10.5.0.0", "10.6.0.0", "192.168.0.0"]);
    assert_eq!(ways.all().len(), 2);
    assert_eq!(ways.of([10, 5, 9, 9].into()), ways.of([10, 200, 0, 0].into()));
    assert_eq!(ways.of([9, 255, 255, 255].into()), None);
    assert!(ways.of([192, 168, 255, 255].into()).is_some());
}

#[test]
fn a_kernel_that_does_not_answer_ends_it() {
    let outcome = Ways::plan(&set("10.0.0.0/8"), &[], &mut |_| Err(std::io::ErrorKind::TimedOut.into()));
    assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}
