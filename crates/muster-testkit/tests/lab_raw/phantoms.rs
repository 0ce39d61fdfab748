//! Who answers for everybody is nobody: a SYN proxy and a resetting firewall beside a real network.

use std::net::IpAddr;

use muster_testkit::lab::{Asked, named};

use crate::support::{assert_same, expected, lab, scanned, xml_findings};

const ALL: &str = "10.77.3.0/24 10.77.8.0/24 10.77.9.0/24";

#[test]
#[ignore = "needs root and the lab"]
fn a_syn_proxy_has_no_open_port() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let scanned = scanned(&lab, &format!("-sS -Pn -T5 -p 2967 {ALL}"));
    let found = scanned.findings("tcp");
    let proxied = |at: &IpAddr| at.to_string().starts_with("10.77.8.");
    let open = found.iter().filter(|((at, _), (state, _))| proxied(at) && state == "open");
    assert_eq!(open.count(), 0);
    let phantom = scanned.of_type("phantom").find(|line| line["prefix"] == "10.77.8.0/24");
    assert_eq!(phantom.unwrap_or_else(|| panic!("{}", scanned.stderr))["kind"], "proxy");
    // The real network beside it is what it is.
    let real = found.into_iter().filter(|((at, _), _)| at.to_string().starts_with("10.77.3.")).collect();
    assert_same(&real, &expected(lab.raw_truth(Asked::Syn)));
}

#[test]
#[ignore = "needs root and the lab"]
fn a_firewall_that_resets_for_everybody_is_named() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let scanned = scanned(&lab, "-sS -Pn -T5 -p 2967 10.77.3.0/24 10.77.9.0/24");
    let phantom = scanned.of_type("phantom").find(|line| line["prefix"] == "10.77.9.0/24");
    assert_eq!(phantom.unwrap_or_else(|| panic!("{}", scanned.stderr))["kind"], "refuser");
    assert!(!scanned.of_type("phantom").any(|line| line["prefix"].as_str().unwrap().starts_with("10.77.3.")));
}

#[test]
#[ignore = "needs root and the lab"]
fn nor_is_it_open_in_the_outputs_that_are_written_at_the_end() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let words = ["scan", "-sS", "-n", "-Pn", "-T5", "-p", "2967", "-oX", "-", "10.77.3.0/24", "10.77.8.0/24"];
    let output = lab.run(&crate::support::program().to_string_lossy(), &words).unwrap();
    let found = xml_findings(&String::from_utf8(output.stdout).unwrap());
    let open = found.iter().filter(|(_, (state, _))| state == "open");
    assert!(open.clone().all(|((at, _), _)| at.to_string().starts_with("10.77.3.")), "{}", open.count());
}
