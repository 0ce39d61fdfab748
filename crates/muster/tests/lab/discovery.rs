//! Which hosts are there, by ports 80 and 443, as an unprivileged Nmap finds it.

use std::net::IpAddr;
use std::sync::Arc;

use muster_testkit::lab::{Behaviour, LabPlan, Truth};

use crate::common::{has, json_lines, of_type, xml_findings, xml_hosts};
use crate::support::{by_frames_ok, lab, nmap_xml, scanned};

/// What a host does, by the last two bits of its address: 0 serves the web, 1 refuses port 443 and drops the rest, 2 is
/// behind a firewall that drops all, 3 behind one that rejects. All have the agent's port open.
fn behaviour(address: IpAddr, port: u16) -> Behaviour {
    let IpAddr::V4(address) = address else { return Behaviour::Silent };
    match (address.octets()[3] % 4, port) {
        (_, 2967) | (0, 80) => Behaviour::Open,
        (1, 443) => Behaviour::Closed,
        (3, _) => Behaviour::Rejected,
        _ => Behaviour::Silent,
    }
}

fn plan() -> LabPlan {
    LabPlan {
        ports: vec![80, 443, 2967],
        truth: Truth::Function(Arc::new(behaviour)),
        ..LabPlan::of("10.77.3.0/28").unwrap()
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn hosts_are_up_or_down_as_for_nmap() {
    let Some(lab) = lab(plan()) else { return };
    let ours = scanned(&lab, "-n -sn -v -oX - 10.77.3.0/28").ok().stdout;
    let hosts = xml_hosts(&ours);
    let up: Vec<u8> = hosts
        .iter()
        .filter(|(_, (state, _))| state == "up")
        .map(|(address, _)| if let IpAddr::V4(v4) = address { v4.octets()[3] } else { 255 })
        .collect();
    assert_eq!(up, [0, 1, 4, 5, 8, 9, 12, 13]);
    if has("nmap") {
        assert_eq!(hosts, xml_hosts(&nmap_xml(&lab, "-sn -v 10.77.3.0/28")));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn whoever_answers_without_a_port_is_in_the_summary() {
    let Some(lab) = lab(plan()) else { return };
    let ran = by_frames_ok(&lab, "-n -sn -oG - 10.78.0.2");
    let counted = ": 0 open, 0 closed, 1 answered on the same link, ";
    assert!(ran.stderr.contains(counted), "{}", ran.stderr);
}

#[test]
#[ignore = "needs root and the lab"]
fn only_hosts_that_are_there_are_swept() {
    let Some(lab) = lab(plan()) else { return };
    let ran = scanned(&lab, "-n -p 2967 -oX - 10.77.3.0/28").ok();
    assert_eq!(xml_findings(&ran.stdout).len(), 8);
    assert!(xml_findings(&ran.stdout).values().all(|(state, _)| state == "open"));
    assert!(
        ran.stderr.contains("discovery by ports 80 and 443: 8 hosts answered, 8 did not\n"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("not swept: the 8 hosts that did not answer; -Pn sweeps them too\n"),
        "{}",
        ran.stderr
    );
    let all = scanned(&lab, "-n -Pn -p 2967 -oX - 10.77.3.0/28").ok();
    assert_eq!(xml_findings(&all.stdout).len(), 16);
}

#[test]
#[ignore = "needs root and the lab"]
fn nobody_there_is_no_error() {
    let Some(lab) = lab(plan()) else { return };
    let ran = scanned(&lab, "-n -p 2967 -oJ - 10.77.3.2 10.77.3.6").ok();
    let lines = json_lines(&ran.stdout);
    assert_eq!(of_type(&lines, "run").len(), 1, "ports were swept of hosts that are down");
    assert!(ran.stderr.contains("0 hosts answered, 2 did not"), "{}", ran.stderr);
    let normal = scanned(&lab, "-n -p 2967 10.77.3.2").ok().stdout;
    assert!(normal.contains("(0 hosts up)"), "{normal}");
}
