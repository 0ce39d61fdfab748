//! The JSON lines.

use muster_model::{IcmpError, Run, Verdict};
use muster_report::write_jsonl;
use serde_json::Value;

use crate::common;

fn lines(run: &Run) -> Vec<Value> {
    let mut bytes = Vec::new();
    write_jsonl(&mut bytes, &common::report(run)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A reader may rely on every name here.
#[test]
fn the_contract() {
    let mut run = common::office();
    let mut hosts = Vec::new();
    for verdict in [Verdict::Suspect, Verdict::Degraded, common::VERIFIED, Verdict::OutOfScope] {
        hosts.push(common::with(&run, verdict).next().unwrap().clone());
    }
    let from = "10.44.0.254".parse().unwrap();
    hosts[0].asset.ports[0].icmp = Some(IcmpError { kind: 3, code: 13, from });
    run.hosts = hosts;
    run.silent.truncate(2);
    let mut bytes = Vec::new();
    write_jsonl(&mut bytes, &common::report(&run)).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn every_host_has_a_line_and_the_counts_come_last() {
    let run = common::office();
    let lines = lines(&run);
    assert_eq!(lines[0]["type"], "audit");
    assert_eq!(lines.iter().filter(|line| line["type"] == "host").count(), run.hosts.len());
    let last = lines.last().unwrap();
    assert_eq!((&last["type"], &last["in_scope"]), (&Value::from("coverage"), &Value::from(65)));
}

#[test]
fn a_partial_run_states_no_bounds() {
    let lines = lines(&common::partial());
    assert_eq!(
        (&lines[0]["complete"], &lines[0]["stopped_by"]),
        (&Value::from(false), &"interrupted by the user".into())
    );
    assert_eq!(lines[1]["missed_if_losses_alike"], Value::Null);
}
