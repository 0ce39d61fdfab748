//! Every line of `muster why` about every host of an office, held against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use muster_catalog::DECOY_PORT;
use muster_demo::{Desk, Expected, Role};
use muster_model::PortState;
use serde_json::Value;

use super::{Why, reasons, told};
use crate::audit::{Audited, audited, host_line};

/// One host: what is there, what the run has of it, and what was said.
pub(super) struct Case<'a> {
    pub(super) address: Ipv4Addr,
    pub(super) expected: Expected,
    /// `None`: nobody is there, but this machine refuses every connection.
    pub(super) role: Option<Role>,
    /// The first label of the host's name.
    pub(super) name: &'a str,
    /// What is not closed.
    states: BTreeMap<u16, PortState>,
    pub(super) zone: Option<&'a Zone>,
    /// Its line of JSON.
    pub(super) line: &'a Value,
    pub(super) why: Why,
}

impl Case<'_> {
    pub(super) fn state(&self, port: u16) -> PortState {
        self.states.get(&port).copied().unwrap_or(PortState::Closed)
    }

    /// Ports that answered, by the JSON line.
    pub(super) fn ports(&self) -> impl Iterator<Item = (u16, &Value)> {
        self.line["ports"].as_array().unwrap().iter().map(|port| (port_of(&port["port"]), port))
    }
}

/// The number in `2967/tcp`.
#[track_caller]
pub(crate) fn port_of(value: &Value) -> u16 {
    value.as_str().unwrap().strip_suffix("/tcp").unwrap().parse().unwrap()
}

/// A zone of the office's policy, read without any code of the audit.
#[derive(Debug)]
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) product: String,
    pub(super) requires_listener: bool,
    prefixes: Vec<(u32, u32)>,
}

impl Zone {
    fn all(policy: &str) -> Vec<Self> {
        let of = |block: &str| {
            let value = |key: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(key))?;
                Some(line.trim_matches(|c| " =[]\"".contains(c)).to_owned())
            };
            let ranges = value("ranges").unwrap();
            let prefix = |text: &str| {
                let (address, bits) = text.trim_matches('"').split_once('/').unwrap();
                (u32::from(address.parse::<Ipv4Addr>().unwrap()), bits.parse().unwrap())
            };
            Self {
                name: value("name").unwrap(),
                product: value("products").unwrap(),
                requires_listener: value("listener").is_some_and(|listener| listener == "required"),
                prefixes: ranges.split(", ").map(prefix).collect(),
            }
        };
        let zones = policy.split("[[exemption]]").next().unwrap().split("[[zone]]").skip(1);
        zones.map(of).collect()
    }

    fn bits_around(&self, address: Ipv4Addr) -> Option<u32> {
        let address = u32::from(address);
        let around = self.prefixes.iter().filter(|(first, bits)| (first ^ address).leading_zeros() >= *bits);
        around.map(|(_, bits)| *bits).max()
    }
}

#[test]
fn every_line_is_true() {
    let Some(audited) = audited(103, "--policy office.toml") else { return };
    let zones = Zone::all(&audited.office.policy());
    assert_eq!(zones.len(), audited.office.policy().matches("[[zone]]").count());
    let mut roles = BTreeSet::new();
    for (address, expected) in audited.office.expected_under_policy() {
        if matches!(expected, Expected::Verdict(_)) {
            let case = case(&audited, &zones, address, expected);
            roles.insert(format!("{:?}", case.role));
            assert_head(&case);
            reasons::assert_judgement(&case);
            assert_ports(&case);
            told::assert_conversations(&case);
            assert_device(&case);
            assert_protection(&case);
            assert_end(&case);
        }
    }
    assert_eq!(roles.len(), 24, "a role was not looked at: {roles:?}");
}

fn case<'a>(audited: &'a Audited, zones: &'a [Zone], address: Ipv4Addr, expected: Expected) -> Case<'a> {
    let desk: Option<&Desk> = audited.office.desks().iter().find(|desk| desk.address == address);
    let text = audited.place.run(&format!("why {address}")).ok().stdout;
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let truth = audited.office.truth();
    let here = truth.iter().filter(|(at, _)| at.address == address);
    let around = zones.iter().filter_map(|zone| Some((zone.bits_around(address)?, zone)));
    Case {
        address,
        expected,
        role: desk.map(|desk| desk.role),
        name: desk.map_or("", |desk| desk.name.split('.').next().unwrap()),
        states: here.map(|(at, state)| (at.port, *state)).collect(),
        zone: around.max_by_key(|(bits, _)| *bits).map(|(_, zone)| zone),
        line: host_line(&audited.lines, address),
        why: Why::parse(&text),
    }
}

#[track_caller]
fn assert_head(case: &Case<'_>) {
    let name = match case.role {
        Some(Role::TrellixAgent | Role::MovedComputer) => format!("{} (agent)", case.name.to_uppercase()),
        _ => "no name is known".to_owned(),
    };
    let mut expected = vec![format!("{} {name}", case.address)];
    expected.extend(case.zone.map(|zone| format!("zone {}", zone.name)));
    if case.role == Some(Role::ShieldedApplication) {
        let text = "even the decoy port is open: the host or something on the way accepts everything, so open ports \
                    that say nothing prove nothing";
        expected.push(text.to_owned());
    }
    let (verdict, rest) = case.why.head.split_last().unwrap();
    assert_eq!(rest, expected);
    let Expected::Verdict(word) = case.expected else { panic!("no host: {expected:?}") };
    assert!(verdict.starts_with(&format!("{word}: ")), "{}: {verdict}", case.address);
    assert_eq!(case.line["zone"].as_str(), case.zone.map(|zone| zone.name.as_str()), "{}", case.address);
}

/// What is listed is as it is, and what is open and was asked is listed.
#[track_caller]
fn assert_ports(case: &Case<'_>) {
    let items = case.why.items("ports that answered");
    let line_ports: Vec<u16> = case.ports().map(|(port, _)| port).collect();
    let listed = items.iter().map(|item| {
        let mut words = item.split_whitespace();
        let port: u16 = words.next().unwrap().strip_suffix("/tcp").unwrap().parse().unwrap();
        let (state, reason) = (words.next().unwrap(), words.next().unwrap().trim_end_matches(','));
        assert_eq!(state, case.state(port).name(), "{}: {item}", case.address);
        let expected = if state == "open" { "(syn-ack)" } else { "(conn-refused)" };
        assert_eq!(reason, expected, "{}: {item}", case.address);
        port
    });
    assert_eq!(listed.collect::<Vec<_>>(), line_ports, "{}", case.address);
    // Where everything is accepted, most ports that tell devices would prove nothing, and are not asked.
    let is_veiled = case.role == Some(Role::ShieldedApplication);
    let signs = if is_veiled { &[][..] } else { muster_catalog::SIGN_PORTS };
    for port in [AGENT_PORTS_OF_ALL, signs].concat() {
        let answers = case.state(port) != PortState::Filtered;
        assert_eq!(line_ports.contains(&port), answers, "{}: {port}", case.address);
    }
}

/// Those that every group of addresses is asked for.
const AGENT_PORTS_OF_ALL: &[u16] = &[2967, 2968, DECOY_PORT];

#[track_caller]
fn assert_device(case: &Case<'_>) {
    let sections: Vec<_> = case.why.parts_of("looks like ").collect();
    let expected = match case.role {
        Some(Role::PrintServer) => Some("a printer: signs of different kinds agree"),
        Some(Role::PlainPrintServer) => Some("a printer: one kind of sign alone"),
        Some(Role::Switch) => Some("network equipment: signs of different kinds agree"),
        _ => None,
    };
    assert_eq!(sections.iter().map(|(title, _)| *title).next(), expected, "{}", case.address);
    for sign in sections.iter().flat_map(|(_, items)| *items) {
        let sign = sign.strip_prefix("- ").unwrap();
        let (place, seen) = sign.split_once("/tcp: ").unwrap();
        let (kind, port) = place.split_once(" on ").unwrap();
        assert_eq!(case.state(port.parse().unwrap()), PortState::Open, "{sign}");
        match kind {
            "port" => assert_eq!(seen, format!("{port} open")),
            "greeting or title" => {
                assert!(told::page_of(case, port.parse().unwrap()).contains(seen), "{sign}");
            }
            _ => panic!("{sign}"),
        }
    }
}

/// Only who identifies itself is known to be installed and running, and only signatures with a date are of an age.
#[track_caller]
fn assert_protection(case: &Case<'_>) {
    let product = reasons::genuine(case.role).map(|(key, _)| key);
    let sections: Vec<_> = case.why.parts_of("what is known of ").collect();
    assert_eq!(sections.iter().map(|(title, _)| *title).collect::<Vec<_>>(), Vec::from_iter(product));
    let fresh = match case.role {
        Some(Role::FreshScanner) => "yes, by ",
        Some(Role::StaleScanner) => "no, by ",
        _ => "not known",
    };
    let expected = [
        ("installed", "yes, by "),
        ("running", "yes, by "),
        ("enforcing", "not known"),
        ("signatures current", fresh),
        ("seen by its console", "not known"),
    ];
    for (item, (label, fact)) in sections.iter().flat_map(|(_, items)| items.iter().zip(expected)) {
        let said = item.strip_prefix(label).unwrap_or_else(|| panic!("{item}")).trim_start();
        assert!(said.starts_with(fact), "{}: {item}", case.address);
    }
}

#[track_caller]
fn assert_end(case: &Case<'_>) {
    let (last, _) = case.why.parts.last().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(last.starts_with("seen in run 1, began "), "{last}");
    assert!(last.contains(&format!("muster {version}")), "{last}");
}

/// The days that were so many days before an office opened a moment ago.
pub(super) fn days_before(days: i64) -> [Date; 2] {
    let day = |now: Timestamp| (now - SignedDuration::from_hours(24 * days)).to_zoned(TimeZone::UTC).date();
    let now = Timestamp::now();
    [day(now), day(now - SignedDuration::from_mins(1))]
}
