//! Ways that lose, delay, reorder, double and ration; and two sweeps on one of them.

use std::time::{Duration, Instant};

use muster_model::PortState;
use muster_testkit::lab::{Asked, Lab, LabPlan, Loss, Relay, named};
use serde_json::Value;

use crate::support::{
    Scanned, assert_same, expected, has_nmap, lab, lines, nmap, read, scanned, scratch, started, told,
};

#[test]
#[ignore = "needs root and the lab"]
fn no_more_is_missed_than_stated_and_nothing_is_wrong() {
    let plan = LabPlan { loss: Loss { to_far: 5, to_near: 5 }, ..LabPlan::of("10.77.0.0/20").unwrap() };
    let Some(lab) = lab(plan) else { return };
    for seed in 1..=3 {
        let line = format!("-sS -Pn -T5 --max-rate 100000 -p 2967 --seed {seed} 10.77.0.0/20");
        stated(&lab, &line);
        // The template gives up after three rounds, whatever they leave open; who wants to know more asks for it.
        let bound = stated(&lab, &format!("{line} --max-missed 1"));
        assert!(bound <= 10, "a bound of {bound} says nothing");
    }
    assert_eq!(lab.overflows().unwrap(), 0);
}

/// Sweeps, and holds the bound that is stated against the truth. The bound.
fn stated(lab: &Lab, line: &str) -> u64 {
    let scanned = scanned(lab, line);
    let (missed, wrong) = faults(lab, &scanned);
    let end = scanned.end();
    let bound = end["missed_if_losses_alike"].as_u64().unwrap();
    assert!(missed <= bound, "{missed} missed, at most {bound} stated: {end}");
    assert_eq!(wrong, 0);
    assert!(end["controls"]["silent"].as_u64().unwrap() > 0, "5 % loss each way went unseen: {end}");
    bound
}

/// How many that are open or closed were not told, and how many were told to be what they are not.
fn faults(lab: &Lab, scanned: &Scanned) -> (u64, u64) {
    let found = scanned.findings("tcp");
    let (mut missed, mut wrong) = (0, 0);
    for (at, port, state, _) in lab.raw_truth(Asked::Syn) {
        match found.get(&(at, port)).map(|(told, _)| told.as_str()) {
            Some(told) if told == state.name() => {}
            None | Some("filtered") if state != PortState::Filtered => missed += 1,
            None | Some("filtered") => {}
            Some(_) => wrong += 1,
        }
    }
    (missed, wrong)
}

/// A way of 20 to 40 ms each way that brings packets out of order, some very late and some twice; a tun device at its
/// near end, where there is no Ethernet.
#[test]
#[ignore = "needs root and the lab"]
fn a_slow_way_that_reorders_and_doubles_changes_nothing() {
    for (network, family) in [("10.77.3.0/24", ""), ("fd77::100/120", "-6")] {
        let plan = LabPlan { relay: Some(Relay::default()), ..LabPlan::of(network).unwrap() };
        let Some(lab) = lab(plan) else { return };
        let line = format!("{family} -sS -Pn -p 2967 {network}");
        let scanned = scanned(&lab, &line);
        assert_same(&scanned.findings("tcp"), &expected(lab.raw_truth(Asked::Syn)));
        let trips = scanned.ports("tcp").filter_map(|line| line["rtt_us"].as_u64());
        let shortest = trips.min().expect("somebody answered");
        assert!(shortest >= 40_000, "{shortest}");
        if has_nmap() {
            // Longer than a packet that is late on both ways: an answer that came behind Nmap's patience would be none.
            let patient = format!("--min-rtt-timeout 1s {line}");
            assert_same(&scanned.findings("tcp"), &told(nmap(&lab, &patient)));
        }
    }
}

/// The kernel tells one address about one error a second: who is rejected may seem silent, and nobody anything else.
#[test]
#[ignore = "needs root and the lab"]
fn rationed_errors_make_no_state_wrong() {
    let plan = LabPlan { icmp_rate_limit: true, ..LabPlan::of("10.77.3.0/24").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let scanned = scanned(&lab, "-sS -Pn -T5 -p 2967 10.77.3.0/24");
    let answers = lab.raw_truth(Asked::Syn).filter(|(.., state, _)| *state != PortState::Filtered);
    let settled = |found: crate::support::Findings| {
        found.into_iter().filter(|(_, (state, _))| state != "filtered").collect()
    };
    assert_same(&settled(scanned.findings("tcp")), &expected(answers));
}

/// Two sweeps of one network from one machine at the same time: each takes its own answers and none of the other's.
#[test]
#[ignore = "needs root and the lab"]
fn two_sweeps_at_once_do_not_disturb_each_other() {
    let Some(lab) = lab(LabPlan::of("10.77.0.0/20").unwrap()) else { return };
    let outs = ["two-1", "two-2"].map(scratch);
    let line = "-sS -Pn -T5 --max-rate 20000 -p 2967 10.77.0.0/20";
    let start = |seed: usize| started(&lab, &format!("{line} --seed {seed}"), &outs[seed]);
    for mut running in [0, 1].map(start) {
        assert!(running.wait(Duration::from_secs(60)).unwrap().success());
    }
    let truth = expected(lab.raw_truth(Asked::Syn));
    for out in &outs {
        let scanned = read(out);
        assert_same(&scanned.findings("tcp"), &truth);
        assert_eq!(scanned.end()["conflicts"], 0);
    }
}

/// Nobody answers: two probes to each, the second later, and no more waiting than that needs.
#[test]
#[ignore = "needs root and the lab"]
fn a_silent_network_is_given_up_after_a_second_chance() {
    let Some(lab) = lab(named("silent").unwrap()) else { return };
    let witness = lab.witness().unwrap();
    let before = Instant::now();
    let scanned = scanned(&lab, "-sS -Pn -p 2967 10.77.3.0/24");
    let took = before.elapsed();
    assert_eq!(scanned.end()["silent"], 256);
    let arrivals = witness.arrivals().unwrap();
    assert_eq!(arrivals.len(), 256);
    let unlucky: Vec<_> = arrivals.iter().filter(|(_, came)| came.all < 2 + came.soon).collect();
    assert!(unlucky.is_empty(), "without a later second probe: {unlucky:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
#[ignore = "needs root and the lab"]
fn an_address_that_is_left_out_gets_no_frame() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/27").unwrap()) else { return };
    let witness = lab.witness().unwrap();
    scanned(&lab, "-sS -Pn -T5 -p 2967 --exclude 10.77.3.5,10.77.3.8/30 10.77.3.0/27");
    let asked: Vec<u8> = witness.arrivals().unwrap().into_keys().map(|at| at.octets()[3]).collect();
    let wanted: Vec<u8> = (0..32).filter(|last| *last != 5 && !(8..12).contains(last)).collect();
    assert_eq!(asked, wanted);
}

#[test]
fn faults_are_counted_by_what_was_told() {
    // A reader of lines that finds nothing would make every test of loss pass.
    let text = r#"{"type":"port","address":"10.77.3.1","port":2967,"protocol":"tcp","state":"open","reason":"syn-ack"}"#;
    let scanned = Scanned { lines: lines(text), stderr: String::new() };
    assert_eq!(scanned.findings("tcp").len(), 1);
    assert_eq!(scanned.findings("udp").len(), 0);
    assert!(matches!(scanned.lines[0], Value::Object(_)));
}
