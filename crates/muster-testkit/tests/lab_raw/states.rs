//! Every state with its reason: as the lab was built, and as Nmap gives it.

use std::net::IpAddr;

use muster_testkit::lab::{Asked, LabPlan};

use crate::support::{assert_same, expected, has_nmap, lab, nmap, scanned, told};

#[test]
#[ignore = "needs root and the lab"]
fn a_network_is_found_as_it_is_and_as_nmap_finds_it() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let scanned = scanned(&lab, "-sS -Pn -T5 -p 2967 10.77.3.0/24");
    let found = scanned.findings("tcp");
    assert_same(&found, &expected(lab.raw_truth(Asked::Syn)));
    let end = scanned.end();
    let told = u64::try_from(found.len()).unwrap();
    assert_eq!(end["silent"].as_u64().unwrap() + told, 256, "{end}");
    assert_eq!(scanned.of_type("run").last().unwrap()["network"], "raw");
    if has_nmap() {
        let oracle = nmap(&lab, "-sS -Pn -T4 -p 2967 10.77.3.0/24");
        assert_same(&found, &self::told(oracle));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn over_ipv6_and_several_ports_too() {
    let plan = LabPlan { ports: vec![80, 443, 2967], ..LabPlan::of("fd77::100/120").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let found = scanned(&lab, "-6 -sS -Pn -T5 -p 80,443,2967 fd77::100/120").findings("tcp");
    assert_same(&found, &expected(lab.raw_truth(Asked::Syn)));
    if has_nmap() {
        assert_same(&found, &told(nmap(&lab, "-6 -sS -Pn -T4 -p 80,443,2967 fd77::100/120")));
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn both_families_in_one_sweep() {
    let networks = ["10.77.3.0/25", "fd77::100/121"].map(|network| network.parse().unwrap()).to_vec();
    let Some(lab) = lab(LabPlan { networks, ..LabPlan::default() }) else { return };
    let found = scanned(&lab, "-sS -Pn -T5 -p 2967 10.77.3.0/25 fd77::100/121").findings("tcp");
    assert_same(&found, &expected(lab.raw_truth(Asked::Syn)));
    assert!(found.keys().any(|(at, _)| at.is_ipv4()) && found.keys().any(|(at, _)| at.is_ipv6()));
}

/// What a firewall says has its sender and its code, and is not taken for the host's own word.
#[test]
#[ignore = "needs root and the lab"]
fn an_icmp_error_says_who_sent_it() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let scanned = scanned(&lab, "-sS -Pn -T5 -p 2967 10.77.3.0/24");
    let mut rejected = scanned.ports("tcp").filter(|line| line["reason"] == "admin-prohibited").peekable();
    assert!(rejected.peek().is_some());
    for line in rejected {
        assert_eq!((&line["icmp"]["type"], &line["icmp"]["code"]), (&3.into(), &13.into()), "{line}");
        assert!(line["icmp"]["from"].as_str().unwrap().parse::<IpAddr>().is_ok(), "{line}");
    }
}

/// The whole /16 at full speed, three times: nothing is missed, nothing is wrong, whatever the order.
#[test]
#[ignore = "needs root and the lab"]
fn a_large_network_at_full_speed_is_told_without_a_fault() {
    let Some(lab) = lab(LabPlan::default()) else { return };
    let truth = expected(lab.raw_truth(Asked::Syn).filter(|(at, ..)| at.is_ipv4()));
    for seed in 1..=3 {
        let line =
            format!("-sS -Pn -T5 --min-rate 2000000 --max-rate 2000000 -p 2967 --seed {seed} 10.77.0.0/16");
        assert_same(&scanned(&lab, &line).findings("tcp"), &truth);
    }
    assert_eq!(lab.overflows().unwrap(), 0);
}
