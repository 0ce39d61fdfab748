//! The verdict on each of an office's 256 addresses, held against the simulator's own table.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use muster_demo::Expected;
use serde_json::Value;

use super::{audited, ranges, verdicts};
use crate::common::of_type;
use crate::support::{Workplace, address, network, office};

/// Every difference at once, so that a failure shows its pattern.
#[track_caller]
fn assert_true(lines: &[Value], expected: &[(Ipv4Addr, Expected)]) {
    assert_eq!(expected.len(), 256);
    let (hosts, silent, phantom) =
        (verdicts(lines), set(ranges(lines, "silent")), set(ranges(lines, "phantom")));
    let found = |address: &Ipv4Addr| {
        let mut words: Vec<&str> = hosts.get(address).map(String::as_str).into_iter().collect();
        words.extend(silent.contains(address).then_some("silent"));
        words.extend(phantom.contains(address).then_some("phantom"));
        words.join(" and ")
    };
    let wrong: Vec<String> = expected
        .iter()
        .filter(|(address, expected)| found(address) != word(*expected))
        .map(|(address, expected)| format!("{address}: {} instead of {}", found(address), word(*expected)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let of_network = |address: &Ipv4Addr| expected.iter().any(|(known, _)| known == address);
    assert!(hosts.keys().chain(&silent).chain(&phantom).all(of_network), "somebody from elsewhere");
}

fn set(addresses: Vec<Ipv4Addr>) -> BTreeSet<Ipv4Addr> {
    addresses.into_iter().collect()
}

fn word(expected: Expected) -> &'static str {
    match expected {
        Expected::Verdict(verdict) => verdict.name(),
        Expected::Phantom => "phantom",
        Expected::Silent => "silent",
    }
}

#[test]
fn every_verdict_under_the_offices_policy() {
    let Some(audited) = audited(90, "--policy office.toml") else { return };
    assert_true(&audited.lines, &audited.office.expected_under_policy());
    let words: BTreeSet<String> = verdicts(&audited.lines).into_values().collect();
    assert_eq!(words.len(), 8, "a verdict never comes up: {words:?}");
}

#[test]
fn every_verdict_without_a_policy() {
    let Some(audited) = audited(91, "") else { return };
    assert_true(&audited.lines, &audited.office.expected_without_policy());
    assert!(audited.ran.stdout.starts_with("no policy: "), "{}", audited.ran.stdout);
    assert_eq!(audited.lines[0]["policy"], Value::Null);
    let undeployed = of_type(&audited.lines, "host").into_iter().flat_map(|host| host["findings"].as_array());
    let codes: BTreeSet<&str> =
        undeployed.flatten().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(codes.is_disjoint(&BTreeSet::from(["missing-agent", "undeployed-listener"])), "{codes:?}");
}

#[test]
fn a_policy_in_the_folder_is_found() {
    let Some(office) = office(92) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    // The workshop, where the policy makes a closed port mean something.
    let line = format!("audit -T4 --no-store --jsonl lines {}/28", address(92, 16));
    place.run(&line).ok();
    let expected: Vec<_> = office.expected_under_policy().into_iter().skip(16).take(16).collect();
    let expected: Vec<_> = expected.iter().map(|(at, expected)| (*at, word(*expected).to_owned())).collect();
    assert_eq!(verdicts(&place.lines("lines")).into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(place.lines("lines")[0]["policy"], office.policy());
    // One that is named comes before it.
    place.write("other.toml", &format!("[[zone]]\nname = \"all\"\nranges = [\"{}/24\"]\n", network(92)));
    place.run(&format!("{line} --policy other.toml")).ok();
    assert!(verdicts(&place.lines("lines")).values().all(|verdict| verdict != "unprotected"));
}
