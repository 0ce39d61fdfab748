//! How fast, how often and how long: the options of timing, by what they do on loopback.

use std::time::{Duration, Instant};

use muster_model::PortState;
use serde_json::Value;

use crate::common::{json_lines, of_type};
use crate::support::{address, network, office, planned, scanned};

/// The last line of a sweep.
fn summary(lines: &[Value]) -> &Value {
    lines.last().filter(|line| line["type"] == "summary").unwrap()
}

fn streamed(line: &str) -> Vec<Value> {
    json_lines(&scanned(&format!("-Pn -oJ - {line}")).ok().stdout)
}

#[test]
fn templates_set_the_rate() {
    let rate = |words: &str| {
        let line = planned(&format!("-Pn -p 1 {words} 127.0.0.1"), "rate");
        line.split(' ').next().unwrap().parse::<f64>().unwrap()
    };
    for (words, probes) in [
        ("", 2_000.0),
        ("-T0", 1.0 / 300.0),
        ("-T 1", 1.0 / 15.0),
        ("-T2", 2.5),
        ("-T3", 2_000.0),
        ("-T4", 10_000.0),
        ("-T5", 50_000.0),
        ("-T insane", 50_000.0),
        ("-T polite", 2.5),
        ("--max-rate 7", 7.0),
        ("-T5 --max-rate 100", 100.0),
        ("-T2 --min-rate 500", 500.0),
        ("--min-rate 9000", 9_000.0),
        ("--min-rate 300 --max-rate 300", 300.0),
    ] {
        assert!((rate(words) - probes).abs() < probes / 100.0, "{words}: {}", rate(words));
    }
}

#[test]
fn the_greatest_rate_holds() {
    let lines = streamed(&format!("-p 2967 --max-rate 50 {}/26", network(20)));
    let seconds = summary(&lines)["elapsed_s"].as_f64().unwrap();
    // 64 probes, of which the first few may go at once.
    assert!((1.0..3.0).contains(&seconds), "{seconds} s");
}

#[test]
fn the_least_rate_holds_where_a_template_would_be_slower() {
    let lines = streamed(&format!("-T1 --min-rate 500 -p 2967 {}/26", network(21)));
    let seconds = summary(&lines)["elapsed_s"].as_f64().unwrap();
    assert!(seconds < 2.0, "{seconds} s");
}

#[test]
fn retries_are_bounded() {
    let Some(office) = office(22) else { return };
    let silent = office.truth().into_iter().filter(|(_, state)| *state == PortState::Filtered);
    let silent: Vec<String> = silent.map(|(at, _)| at.address.to_string()).collect();
    for (retries, probes) in [(0, 8), (1, 16)] {
        let lines = streamed(&format!("-T4 -p 2967 --max-retries {retries} {}", silent.join(" ")));
        let end = summary(&lines);
        assert_eq!((&end["probes"], &end["silent"]), (&probes.into(), &8.into()), "{end}");
        assert_eq!(of_type(&lines, "round").len() as u64, retries + 1);
    }
}

#[test]
fn hosts_that_take_too_long_are_given_up() {
    // 40 probes a second to one host: the hundredth would leave after more than two seconds.
    let started = Instant::now();
    let line = format!("-Pn -p 10001-10100 --host-timeout 300ms -oJ - {}", address(23, 1));
    let ran = scanned(&line).ok();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let lines = json_lines(&ran.stdout);
    assert_eq!(of_type(&lines, "host-timeout")[0]["address"], address(23, 1).to_string());
    assert!(summary(&lines)["withheld"].as_u64().unwrap() > 50, "{}", summary(&lines));
    let grepable = scanned(&line.replace("-oJ", "-oG")).ok().stdout;
    assert!(grepable.contains("Status: Timeout") && !grepable.contains("Ports:"), "{grepable}");
}

#[test]
fn progress_is_told_as_often_as_asked() {
    let ran = scanned(&format!("-Pn -p 2967 --max-rate 40 --stats-every 400ms {}/26", network(24))).ok();
    let lines: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("ports: round 1 ")).collect();
    assert!((2..=5).contains(&lines.len()), "{}", ran.stderr);
    assert!(lines[0].contains(" of 64 answered"), "{lines:?}");
    let quiet = scanned(&format!("-Pn -p 2967 {}/26", network(24))).ok();
    assert!(!quiet.stderr.contains("round 1 "), "{}", quiet.stderr);
}

#[test]
fn a_seed_repeats_the_order() {
    let order = |seed: u64| -> Vec<String> {
        let lines = streamed(&format!("-p 2967 --max-rate 1000 --seed {seed} {}/26", network(25)));
        assert_eq!(lines[0]["seed"], seed);
        of_type(&lines, "port").iter().map(|line| line["address"].to_string()).collect()
    };
    let first = order(7);
    assert_eq!(first.len(), 64);
    assert_eq!(first, order(7));
    assert_ne!(first, order(8));
    let mut sorted = first.clone();
    sorted.sort();
    assert_ne!(first, sorted, "not permuted at all");
}

#[test]
fn without_a_seed_every_sweep_has_its_own() {
    let seed = || planned("-p 1 127.0.0.1", "seed");
    assert_ne!(seed(), seed());
}
