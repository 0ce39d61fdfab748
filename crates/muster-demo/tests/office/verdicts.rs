//! The office's policy, and what audits under it and without it must say.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use muster_catalog::{Catalog, DECOY_PORT, SIGN_PORTS};
use muster_demo::{Expected, Office, Role};
use muster_model::{Endpoint, PortState, Verdict};

use crate::support::{network, open, prefix};

#[test]
fn every_address_has_one_expectation_under_either() {
    let Some(office) = open(20) else { return };
    let [first, second, third, _] = network(20).octets();
    let all: Vec<Ipv4Addr> = (0..=255).map(|host| Ipv4Addr::new(first, second, third, host)).collect();
    for table in [office.expected_under_policy(), office.expected_without_policy()] {
        assert_eq!(table.iter().map(|(address, _)| *address).collect::<Vec<_>>(), all);
    }
}

#[test]
fn every_verdict_occurs_under_the_policy() {
    let Some(office) = open(21) else { return };
    let seen: BTreeSet<&str> =
        office.expected_under_policy().into_iter().map(|(_, expected)| word(expected)).collect();
    let every: BTreeSet<&str> =
        Verdict::ALL.map(Verdict::name).into_iter().chain(["phantom", "silent"]).collect();
    assert_eq!(seen, every);
}

fn word(expected: Expected) -> &'static str {
    match expected {
        Expected::Verdict(verdict) => verdict.name(),
        Expected::Phantom => "phantom",
        Expected::Silent => "silent",
    }
}

#[test]
fn a_policy_makes_absence_and_exemption_and_turns_unknown_into_degraded() {
    let Some(office) = open(22) else { return };
    let mut changes: BTreeMap<_, usize> = BTreeMap::new();
    for ((_, without), (_, under)) in
        office.expected_without_policy().into_iter().zip(office.expected_under_policy())
    {
        *changes.entry((word(without), word(under))).or_default() += usize::from(without != under);
    }
    changes.retain(|_, count| *count > 0);
    let expected =
        [(("unknown", "degraded"), 21), (("unknown", "exempt"), 1), (("unknown", "unprotected"), 3)];
    assert_eq!(changes, expected.into());
}

#[test]
fn the_picture_is_one_of_an_office_that_is_mostly_protected() {
    let Some(office) = open(23) else { return };
    let occupied: BTreeSet<IpAddr> = office.targets().into_iter().collect();
    let verdicts: Vec<Verdict> = office
        .expected_under_policy()
        .into_iter()
        .filter(|(address, _)| occupied.contains(&IpAddr::V4(*address)))
        .filter_map(|(_, expected)| match expected {
            Expected::Verdict(verdict) if verdict.is_in_scope() => Some(verdict),
            _ => None,
        })
        .collect();
    let protected = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Protected(_))).count();
    assert!(protected * 2 > verdicts.len(), "{protected} of {}", verdicts.len());
}

#[test]
fn every_role_occurs() {
    let Some(office) = open(24) else { return };
    let roles: BTreeSet<String> = office.desks().iter().map(|desk| desk.role.to_string()).collect();
    assert_eq!(roles.len(), 25, "{roles:?}");
}

#[test]
fn nothing_is_closed_on_a_phantom_and_nothing_answers_on_the_silent() {
    let Some(office) = open(25) else { return };
    let truth: BTreeMap<Endpoint, PortState> = office.truth().into_iter().collect();
    let state = |address, port| truth.get(&Endpoint::tcp(IpAddr::V4(address), port)).copied();
    let swept: Vec<u16> = Catalog::builtin().default_ports().into_iter().chain([DECOY_PORT]).collect();
    assert!(swept.contains(&2967) && swept.iter().all(|port| *port >= 1024), "{swept:?}");
    for desk in office.desks() {
        let (ports, expected): (Vec<u16>, _) = match desk.role {
            Role::Phantom | Role::ShieldedApplication => (with_signs(&swept), PortState::Open),
            Role::Silent => (swept.clone(), PortState::Filtered),
            _ => continue,
        };
        for port in ports {
            assert_eq!(state(desk.address, port), Some(expected), "{}:{port}", desk.address);
        }
    }
}

/// With those ports that tell devices from computers which need no privilege.
fn with_signs(swept: &[u16]) -> Vec<u16> {
    swept.iter().chain(SIGN_PORTS).copied().filter(|port| *port >= 1024).collect()
}

#[test]
fn a_default_limit_of_descriptors_is_enough() {
    let Some(office) = open(26) else { return };
    // What drops connections holds one of its own.
    let sockets = |(_, state): (Endpoint, PortState)| match state {
        PortState::Open => 1,
        PortState::Filtered => 2,
        PortState::Closed | PortState::OpenFiltered => 0,
    };
    let need: usize = office.truth().into_iter().map(sockets).sum();
    assert!((300..900).contains(&need), "{need}");
}

/// An office tells the same of its neighbours wherever it is.
#[test]
fn networks_differ_in_nothing_but_their_addresses() {
    let (Some(one), Some(other)) = (open(28), open(29)) else { return };
    let words = |office: &Office| -> Vec<_> {
        office
            .expected_under_policy()
            .into_iter()
            .map(|(at, expected)| (at.octets()[3], word(expected)))
            .collect()
    };
    assert_eq!(words(&one), words(&other));
    let moved = one.policy().replace(&prefix(28), &prefix(29));
    assert_eq!(moved, other.policy());
}
