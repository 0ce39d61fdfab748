//! The office's policy, as those read it who audit by it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use jiff::{Timestamp, tz::TimeZone};
use muster_audit::{ListenerPolicy, Policy};
use muster_catalog::{Catalog, DECOY_PORT};
use muster_demo::{Expected, Office, Role};
use muster_engine::AddressSet;
use muster_model::Verdict;

use crate::support::{open, prefix};

fn policy(office: &Office) -> Policy {
    let policy = Policy::parse(&office.policy(), Catalog::builtin());
    policy.unwrap_or_else(|error| panic!("{error}\n{}", office.policy()))
}

fn addresses(office: &Office, verdict: Verdict) -> impl Iterator<Item = IpAddr> {
    let table = office.expected_under_policy().into_iter();
    let meant = move |(_, expected): &(Ipv4Addr, Expected)| *expected == Expected::Verdict(verdict);
    table.filter(meant).map(|(address, _)| IpAddr::V4(address))
}

#[test]
fn the_policy_speaks_of_its_own_network_only() {
    let Some(office) = open(27) else { return };
    let policy = office.policy();
    let prefix = prefix(27);
    let words = policy.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let addresses: Vec<&str> = words.filter(|word| word.matches('.').count() == 3).collect();
    assert!(addresses.len() > 8, "{addresses:?}");
    assert!(addresses.iter().all(|address| address.starts_with(&prefix)), "{addresses:?}");
}

#[test]
fn it_is_understood_and_expects_six_things() {
    let Some(office) = open(30) else { return };
    let policy = policy(&office);
    let zones: Vec<_> = policy.zones.iter().map(|zone| (zone.name.as_str(), zone.listener)).collect();
    assert_eq!(
        zones,
        [
            ("offices", ListenerPolicy::Catalogue),
            ("servers", ListenerPolicy::Catalogue),
            ("workshop", ListenerPolicy::Required),
            ("depot", ListenerPolicy::Catalogue),
            ("accounts", ListenerPolicy::Catalogue),
            ("branch", ListenerPolicy::Required),
        ]
    );
    assert!(policy.zones.iter().all(|zone| zone.products.len() == 1 && zone.expects_something()));
    assert_eq!(policy.freshness.signature_days, 14);
}

#[test]
fn one_exemption_is_in_force_and_one_has_run_out() {
    let Some(office) = open(31) else { return };
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let in_force: Vec<bool> =
        policy(&office).exemptions.iter().map(|exemption| exemption.is_in_force(today)).collect();
    assert_eq!(in_force, [true, false]);
    assert_eq!(addresses(&office, Verdict::Exempt).count(), 1);
}

#[test]
fn who_is_unprotected_sits_where_the_listener_is_required() {
    let Some(office) = open(32) else { return };
    let policy = policy(&office);
    let mut zones: Vec<&str> = Vec::new();
    for address in addresses(&office, Verdict::Unprotected) {
        let zone = policy.zone_of(address).unwrap();
        assert_eq!(zone.listener, ListenerPolicy::Required, "{address}");
        zones.push(zone.name.as_str());
    }
    zones.dedup();
    assert_eq!(zones, ["workshop", "branch"]);
}

/// Else a silent computer would answer somewhere, and a device that accepts everything would refuse something.
#[test]
fn under_the_policy_too_the_silent_are_silent_and_phantoms_accept_everything() {
    let Some(office) = open(33) else { return };
    let targets: Vec<AddressSet> = office.targets().into_iter().map(AddressSet::from).collect();
    let targets = AddressSet::union_all(&targets).unwrap();
    let policy = policy(&office);
    let groups = policy.port_groups(&targets, Catalog::builtin());
    let mut compared = 0;
    for desk in office.desks() {
        if !matches!(desk.role, Role::Silent | Role::Phantom | Role::ShieldedApplication) {
            continue;
        }
        let address = IpAddr::V4(desk.address);
        let group = groups.iter().find(|group| group.targets.contains(address)).unwrap();
        let truth = office.truth();
        let listens: BTreeSet<u16> =
            truth.iter().filter(|(at, _)| at.address == address).map(|(at, _)| at.port).collect();
        let asked = group.ports.iter().copied().chain([policy.decoy.unwrap_or(DECOY_PORT)]);
        assert!(asked.clone().all(|port| listens.contains(&port)), "{address}: {group:?}");
        compared += asked.count();
    }
    assert!(compared > 100, "{compared}");
}
