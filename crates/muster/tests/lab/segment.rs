//! Hosts on the same link: who does not answer to his address is not there.

use std::net::IpAddr;

use muster_model::{PortState, Reason};
use muster_testkit::lab::{Lab, LabPlan, segment_addresses};

use crate::common::{Findings, finish, has, json_lines, of_type, xml_findings, xml_hosts};
use crate::support::{assert_same, expected, lab, nmap, scan, scanned};

/// Hosts 10 to 13 as the plan says, and three that nobody has.
fn truth(lab: &Lab, is_ipv4: bool) -> Findings {
    let absent = (14..=16).map(|host| {
        (segment_addresses(host)[usize::from(!is_ipv4)], 2967, PortState::Filtered, Reason::HostUnreach)
    });
    let present = lab.segment_truth().filter(|(address, ..)| address.is_ipv4() == is_ipv4);
    expected(present.chain(absent))
}

/// Nobody answered to the address, or nobody had when the sweep ended: the kernel gives up after about three seconds.
fn soften(mut found: Findings) -> Findings {
    for (state, reason) in found.values_mut() {
        if (state.as_str(), reason.as_str()) == ("filtered", "host-unreach") {
            "no-response".clone_into(reason);
        }
    }
    found
}

#[test]
#[ignore = "needs root and the lab"]
fn neighbours_are_found_as_they_are() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let ran = scanned(&lab, "-n -Pn -p 2967 -oX - 10.78.0.10-16").ok();
    let found = xml_findings(&ran.stdout);
    assert_same(&soften(found.clone()), &soften(truth(&lab, true)));
    let rejected = (IpAddr::from([10, 78, 0, 12]), 2967);
    assert_eq!(found[&rejected], ("filtered".to_owned(), "host-unreach".to_owned()));
    let v6: Vec<String> = (10..=16).map(|host| segment_addresses(host)[1].to_string()).collect();
    let ran = scanned(&lab, &format!("-6 -n -Pn -p 2967 -oX - {}", v6.join(" "))).ok();
    assert_same(&soften(xml_findings(&ran.stdout)), &soften(truth(&lab, false)));
    if has("nmap") {
        assert_same(&soften(found), &soften(nmap(&lab, "-p 2967 10.78.0.10-16")));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn an_absent_neighbour_gives_no_sign_of_life() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let ran = scanned(&lab, "-n -v -p 2967 -oX - 10.78.0.10-16").ok();
    let hosts = xml_hosts(&ran.stdout);
    // No host of the segment has anything on 80 and 443: they are silent there, or not there at all.
    assert!(hosts.values().all(|(state, reason)| state == "down" && reason == "no-response"), "{hosts:?}");
    let lines = json_lines(&scanned(&lab, "-n -Pn -p 2967 -oJ - 10.78.0.14-16").ok().stdout);
    let end = lines.last().unwrap();
    assert_eq!(end["answered"], 0, "{end}");
    assert!(
        of_type(&lines, "port").iter().all(|port| port["state"] == "filtered" && port["icmp"].is_null()),
        "{lines:?}"
    );
}

#[test]
#[ignore = "needs root and the lab"]
fn the_broadcast_address_of_an_own_network_is_not_probed() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let plan = scanned(&lab, "--dry-run -Pn -p 2967 10.78.0.252-255").ok().stdout;
    assert!(plan.starts_with("targets    3 addresses: 10.78.0.252-254\n"), "{plan}");
    let hosts = xml_hosts(&scanned(&lab, "-n -Pn -T5 -p 2967 -oX - 10.78.0.252-255").ok().stdout);
    assert_eq!(hosts.len(), 3, "{hosts:?}");
    let own = scanned(&lab, "-n -Pn -p 2967 -oX - 10.78.0.1").ok();
    assert_eq!(xml_findings(&own.stdout).len(), 1, "an own address is not a broadcast address");
    let alone = finish(scan(&lab, "--dry-run -Pn -p 2967 10.78.0.255"));
    assert_eq!(alone.code, 2);
    assert!(
        alone.stderr.starts_with("error: targets that may not be probed: broadcast: 10.78.0.255\nhint: "),
        "{}",
        alone.stderr
    );
}
