//! Every state with its reason, as the lab was built and as Nmap gives them.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;

use muster_model::{PortState, Reason};
use muster_testkit::lab::{LabPlan, Welcome};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{assert_valid_xml, has, json_lines, of_type, xml_findings};
use crate::support::{PAST_A_REPEAT, assert_same, expected, lab, nmap, scanned};

#[test]
#[ignore = "needs root and the lab"]
fn a_network_is_found_as_it_is_and_as_nmap_finds_it() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("out.xml");
    scanned(&lab, &format!("-n -Pn -p 2967 -oX {} 10.77.3.0/24", file.display())).ok();
    let found = xml_findings(&fs::read_to_string(&file).unwrap());
    assert_same(&found, &expected(lab.truth()));
    assert_valid_xml(&file);
    if has("nmap") {
        assert_same(&found, &nmap(&lab, "-p 2967 10.77.3.0/24"));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn over_ipv6_too_and_on_several_ports() {
    let plan = LabPlan { ports: vec![443, 2967], ..LabPlan::of("fd77::100/120").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let ran = scanned(&lab, "-6 -n -Pn -p 443,2967 -oX - fd77::100/120").ok();
    let found = xml_findings(&ran.stdout);
    assert_same(&found, &expected(lab.truth()));
    if has("nmap") {
        assert_same(
            &found,
            &nmap(&lab, &format!("{PAST_A_REPEAT} -T4 --min-parallelism 200 -6 -p 443,2967 fd77::100/120")),
        );
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn a_firewall_that_says_no_is_told_from_nobody() {
    let plan = LabPlan {
        networks: vec!["10.77.3.0/25".parse().unwrap(), "fd77::100/121".parse().unwrap()],
        ..LabPlan::default()
    };
    let Some(lab) = lab(plan) else { return };
    let ran = scanned(&lab, "-n -Pn -p 2967 -oJ - 10.77.3.0/25 fd77::100/121").ok();
    let lines = json_lines(&ran.stdout);
    let told: BTreeMap<IpAddr, &Value> = of_type(&lines, "port")
        .into_iter()
        .map(|line| (line["address"].as_str().unwrap().parse().unwrap(), line))
        .collect();
    let mut rejected = [0, 0];
    for (address, _, state, reason) in lab.truth() {
        let line = told.get(&address);
        if reason == Reason::NoResponse {
            assert_eq!(line, None, "{address}");
        } else {
            let line = line.unwrap_or_else(|| panic!("nothing about {address}"));
            assert_eq!((&line["state"], &line["reason"]), (&state.name().into(), &reason.name().into()));
            let icmp = &line["icmp"];
            if state == PortState::Filtered {
                let (kind, code) = if address.is_ipv4() { (3, 13) } else { (1, 1) };
                assert_eq!((&icmp["type"], &icmp["code"]), (&kind.into(), &code.into()), "{line}");
                // The far side chooses the sender of an ICMPv6 error among all its addresses.
                let from = icmp["from"].as_str().unwrap();
                assert!(from == address.to_string() || from.starts_with("fd7"), "{line}");
                rejected[usize::from(address.is_ipv6())] += 1;
            } else {
                assert!(icmp.is_null(), "{line}");
            }
        }
    }
    assert!(rejected.iter().all(|count| *count > 0), "{rejected:?}");
    let end = lines.last().unwrap();
    assert_eq!(end["errors"], rejected[0] + rejected[1]);
    assert_eq!(end["silent"], lab.truth().filter(|(.., reason)| *reason == Reason::NoResponse).count());
}

#[test]
#[ignore = "needs root and the lab"]
fn who_hangs_up_at_once_has_listened() {
    let plan = LabPlan { welcome: Welcome::Reset, ..LabPlan::of("10.77.3.0/24").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let ran = scanned(&lab, "-n -Pn -p 2967 -oX - 10.77.3.0/24").ok();
    assert_same(&xml_findings(&ran.stdout), &expected(lab.truth()));
}

#[test]
#[ignore = "needs root and the lab"]
fn an_address_without_a_route_is_tried_once_and_nothing_leaves() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    for (target, reason) in [("10.99.0.1", "net-unreach"), ("fd99::1", "net-unreach")] {
        let ran = scanned(&lab, &format!("-n -Pn -p 2967 -oJ - {target}")).ok();
        let lines = json_lines(&ran.stdout);
        let ports = of_type(&lines, "port");
        assert_eq!(ports.len(), 1, "{lines:?}");
        assert_eq!((&ports[0]["state"], &ports[0]["reason"]), (&"filtered".into(), &reason.into()));
        let end = lines.last().unwrap();
        assert_eq!(
            (&end["probes"], &end["complete"], &end["withheld"]),
            (&0.into(), &true.into(), &1.into()),
            "{end}"
        );
        let xml = xml_findings(&scanned(&lab, &format!("-n -Pn -p 2967 -oX - {target}")).ok().stdout);
        if has("nmap") {
            let family = if target.contains(':') { "-6" } else { "" };
            assert_same(&xml, &nmap(&lab, &format!("{family} -p 2967 {target}")));
        }
    }
}

/// With a single local port to choose, a socket on its way to that port of its own address meets itself. That is no
/// listener, and the next target of the socket is none the more open for it.
#[test]
#[ignore = "needs root and the lab"]
fn a_socket_that_meets_itself_has_found_nobody() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    lab.run("sysctl", &["-qw", "net.ipv4.ip_local_port_range=45000 45000"]).unwrap();
    let ran = scanned(&lab, "-n -Pn -p 45000 -oX - 127.0.0.1-20").ok();
    let found = xml_findings(&ran.stdout);
    assert_eq!(found.len(), 20);
    let closed = ("closed".to_owned(), "conn-refused".to_owned());
    assert!(found.values().all(|says| *says == closed), "{found:?}");
}
