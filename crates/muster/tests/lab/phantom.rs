//! A firewall that takes every connection in its network's stead: its open ports are nobody's.

use std::sync::Arc;

use muster_testkit::lab::{Behaviour, Lab, LabPlan, Side, Truth};

use crate::common::{finish, json_lines, of_type, xml_findings};
use crate::support::{by_frames_ok, lab};

/// Whatever is asked of the network is answered by one listener.
const FIREWALL: &str = "add table ip firewall; \
                        add chain ip firewall everything { type nat hook prerouting priority -100; }; \
                        add rule ip firewall everything ip daddr 10.77.3.0/24 tcp dport 1-65535 redirect to :2967; \
                        insert rule inet lab input tcp dport 2967 accept";

fn behind_a_firewall() -> Option<Lab> {
    let plan = LabPlan {
        truth: Truth::Function(Arc::new(|_, _| Behaviour::Open)),
        ..LabPlan::of("10.77.3.0/24").unwrap()
    };
    let lab = lab(plan)?;
    let mut command = lab.command(Side::Far, "nft");
    command.arg(FIREWALL);
    finish(command).ok();
    Some(lab)
}

#[test]
#[ignore = "needs root and the lab"]
fn what_opens_everything_has_nothing_open() {
    let Some(lab) = behind_a_firewall() else { return };
    let ran = by_frames_ok(&lab, "-n -Pn -p 80 -oX - 10.77.3.0/24");
    let found = xml_findings(&ran.stdout);
    let nobodys = ("filtered".to_owned(), "script-set".to_owned());
    assert!(found.len() == 256 && found.values().all(|says| *says == nobodys), "{found:?}");
    assert!(ran.stderr.contains("\nnot hosts: ") && ran.stderr.contains("10.77.3.0/24"), "{}", ran.stderr);
    assert!(ran.stderr.contains("\n256 ports that seemed open are listed as filtered"), "{}", ran.stderr);
    assert!(ran.stderr.contains(": 0 open, "), "{}", ran.stderr);
}

#[test]
#[ignore = "needs root and the lab"]
fn the_stream_takes_back_what_it_told() {
    let Some(lab) = behind_a_firewall() else { return };
    let lines = json_lines(&by_frames_ok(&lab, "-n -Pn -p 80 -oJ - 10.77.3.0/26").stdout);
    let phantoms = of_type(&lines, "phantom");
    assert_eq!(phantoms.len(), 1, "{phantoms:?}");
    assert_eq!((&phantoms[0]["prefix"], &phantoms[0]["kind"]), (&"10.77.3.0/24".into(), &"proxy".into()));
    let ports = of_type(&lines, "port");
    assert_eq!(ports.len(), 128);
    let (told, taken_back) = ports.split_at(64);
    assert!(told.iter().all(|port| port["state"] == "open"));
    assert!(taken_back.iter().all(|port| port["state"] == "filtered" && port["reason"] == "phantom"));
}

#[test]
#[ignore = "needs root and the lab"]
fn connections_are_not_fooled_either() {
    let Some(lab) = behind_a_firewall() else { return };
    let ran = finish(crate::support::scan(&lab, "-n -Pn -p 80 -oX - 10.77.3.0/26")).ok();
    assert!(xml_findings(&ran.stdout).values().all(|(state, _)| state == "filtered"), "{}", ran.stderr);
}
