//! The parts of a sweep by frames: nobody is asked by two of them, and together they are the whole.

use std::collections::BTreeSet;
use std::net::IpAddr;

use muster_testkit::lab::{Asked, LabPlan};

use crate::asked::SynCounter;
use crate::support::{Findings, assert_same, expected, lab, scanned};

const PARTS: usize = 3;

#[test]
#[ignore = "needs root and the lab"]
fn parts_ask_everybody_once_and_find_the_whole() {
    let networks = ["10.77.3.0/24", "fd77::100/120"].map(|network| network.parse().unwrap()).to_vec();
    let Some(lab) = lab(LabPlan { networks, ports: vec![80, 2967], ..LabPlan::default() }) else { return };
    let counter = SynCounter::start(&lab);
    let line = "-sS -Pn -T5 --no-decoys --seed 5 -p 80,2967 10.77.3.0/24 fd77::100/120";
    let asked = || -> BTreeSet<(IpAddr, u16)> { counter.counts().into_keys().collect() };
    let whole = scanned(&lab, line);
    let everybody = asked();
    assert_eq!(everybody.len(), 4 * 256);
    let (mut united, mut seen, mut silent) = (Findings::new(), BTreeSet::new(), 0);
    for part in 1..=PARTS {
        counter.clear();
        let scanned = scanned(&lab, &format!("{line} --shard {part}/{PARTS}"));
        let (asked, found) = (asked(), scanned.findings("tcp"));
        assert!(asked.len().abs_diff(everybody.len() / PARTS) <= 1, "{} of part {part}", asked.len());
        assert_eq!(asked.intersection(&seen).next(), None, "asked by part {part} and an earlier one");
        assert!(found.keys().all(|at| asked.contains(at)), "part {part} tells of whom it did not ask");
        seen.extend(asked);
        united.extend(found);
        silent += scanned.end()["silent"].as_u64().unwrap();
    }
    assert_eq!(seen, everybody);
    assert_same(&united, &expected(lab.raw_truth(Asked::Syn)));
    assert_same(&united, &whole.findings("tcp"));
    assert_eq!(silent, whole.end()["silent"].as_u64().unwrap());
}
