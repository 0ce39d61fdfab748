//! Hosts: on the same link, by echo requests, by datagrams, and what their stacks look like.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use muster_model::PortState;
use muster_testkit::lab::{Asked, Behaviour, LabPlan, named, segment_addresses};

use crate::support::{assert_same, expected, has_nmap, lab, nmap, scanned, told};

/// On the same link nobody is asked who does not answer ARP, not even with -Pn; it is not reported as filtered either.
#[test]
#[ignore = "needs root and the lab"]
fn neighbours_who_are_silent_are_down() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let witness = lab.witness().unwrap();
    let scanned = scanned(&lab, "-sS -Pn -T5 -p 2967 10.78.0.3-200");
    let truth = lab.plan().segment_behaviours().map(|(at, port, does)| {
        let (state, reason) = does.finding(Asked::Syn, at);
        (at, port, state, reason)
    });
    assert_same(&scanned.findings("tcp"), &expected(truth.filter(|(at, ..)| at.is_ipv4())));
    let hosts: BTreeSet<IpAddr> =
        lab.plan().segment.iter().map(|(host, _)| segment_addresses(*host)[0]).collect();
    assert_eq!(scanned.up("neighbor"), hosts);
    let asked: BTreeSet<IpAddr> = witness.arrivals().unwrap().into_keys().map(IpAddr::from).collect();
    assert_eq!(asked, hosts);
    if has_nmap() {
        assert_same(&scanned.findings("tcp"), &told(nmap(&lab, "-sS -Pn -p 2967 10.78.0.3-200")));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn neighbours_of_ipv6_too() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let scanned = scanned(&lab, "-6 -sS -Pn -T5 -p 2967 fd78::8/125");
    let hosts: BTreeSet<IpAddr> =
        lab.plan().segment.iter().map(|(host, _)| segment_addresses(*host)[1]).collect();
    assert_eq!(scanned.up("neighbor"), hosts);
    assert_eq!(scanned.of_type("hardware").count(), hosts.len());
}

#[test]
#[ignore = "needs root and the lab"]
fn datagrams_find_what_answers_refuses_and_is_silent() {
    let Some(lab) = lab(named("services").unwrap()) else { return };
    for (is_v4, line, network) in [(true, "-sU", "10.77.3.0/24"), (false, "-6 -sU", "fd77::100/120")] {
        let line = format!("{line} -Pn -T5 -p 53,123,161 {network}");
        let found = scanned(&lab, &format!("{line} --udp-empty")).findings("udp");
        let inside = |at: &IpAddr| at.is_ipv4() == is_v4 && !segment(lab.plan()).contains(at);
        let truth = expected(lab.raw_truth(Asked::Udp).filter(|(at, ..)| inside(at)));
        assert_same(&told(found.clone()), &truth);
        if has_nmap() {
            assert_same(&told(found), &told(nmap(&lab, &line)));
        }
    }
}

/// Nothing harmless is known to ask an SNMP agent of which no community is known: it gets a datagram only if told to.
#[test]
#[ignore = "needs root and the lab"]
fn a_service_for_which_there_is_no_question_is_not_asked() {
    let Some(lab) = lab(named("services").unwrap()) else { return };
    let found = scanned(&lab, "-sU -Pn -T5 -p 53,161 10.77.3.0/24").findings("udp");
    let ports: BTreeSet<u16> = told(found).into_keys().map(|(_, port)| port).collect();
    assert_eq!(ports, [53].into());
}

fn segment(plan: &LabPlan) -> BTreeSet<IpAddr> {
    plan.segment.iter().flat_map(|(host, _)| segment_addresses(*host)).collect()
}

#[test]
#[ignore = "needs root and the lab"]
fn echo_requests_find_those_who_answer() {
    let Some(lab) = lab(named("services").unwrap()) else { return };
    for (is_v4, line) in [(true, "-sn -PE -T5 10.77.3.0/24"), (false, "-6 -sn -PE -T5 fd77::100/120")] {
        let up = scanned(&lab, line).up("icmp");
        let answers = lab.plan().echo_behaviours().filter(|(_, does)| *does == Behaviour::Open);
        let inside = answers.filter(|(at, _)| at.is_ipv4() == is_v4 && !segment(lab.plan()).contains(at));
        assert_eq!(up, inside.map(|(at, _)| at).collect(), "{line}");
    }
}

/// Each /24 of another make: TTL and the options of the SYN-ACK tell them apart.
#[test]
#[ignore = "needs root and the lab"]
fn stacks_are_told_apart() {
    let Some(lab) = lab(named("stacks").unwrap()) else { return };
    let scanned = scanned(&lab, "-sS -Pn -T5 -p 2967 10.77.1.0/24 10.77.2.0/24 10.77.3.0/24");
    assert_same(&scanned.findings("tcp"), &expected(lab.raw_truth(Asked::Syn)));
    let mut looks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in scanned.ports("tcp").filter(|line| line["state"] == PortState::Open.name()) {
        let address = line["address"].as_str().unwrap();
        let (network, _) = address.rsplit_once('.').unwrap();
        let look = format!("{} {}", line["ttl"], line["stack"].as_str().unwrap());
        looks.entry(network.to_owned()).or_default().insert(look);
    }
    let look = |network: &str| {
        let looks = &looks[network];
        assert_eq!(looks.len(), 1, "{network} looks different from host to host: {looks:?}");
        looks.first().unwrap().clone()
    };
    let (windows, printer, linux) = (look("10.77.1"), look("10.77.2"), look("10.77.3"));
    assert!(windows.starts_with("128 65535 1460 ") && !windows.contains('T'), "{windows}");
    assert_eq!(printer, "255 8192 1460 M");
    assert!(linux.starts_with("64 ") && linux.contains('T') && linux.contains('S'), "{linux}");
}
