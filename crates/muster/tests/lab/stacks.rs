//! Stacks that kernel settings alone make look like Windows or leave like Linux, told apart by frames and by connections.
//!
//! No setting changes the order of the options: by frames the one that looks like Windows is no Linux, and by its order no
//! Windows either. Connections do not show the order.

use std::net::IpAddr;
use std::sync::Arc;

use muster_testkit::lab::{Behaviour, Lab, LabPlan, Side, Truth};
use serde_json::Value;

use crate::common::{finish, json_lines, of_type};
use crate::support::{lab, muster};

/// What Windows has: packets that start with 128, no time stamps, windows shifted by 8 (of 8 to 16 MiB).
const LIKE_WINDOWS: &[(&str, &str)] =
    &[("ip_default_ttl", "128"), ("tcp_timestamps", "0"), ("tcp_rmem", "4096 131072 12582912")];
/// What Linux has by itself, whatever this machine was given.
const LIKE_LINUX: &[(&str, &str)] =
    &[("ip_default_ttl", "64"), ("tcp_timestamps", "1"), ("tcp_rmem", "4096 131072 6291456")];
const OFFERED: &[(&str, &str)] = &[("tcp_timestamps", "1"), ("tcp_sack", "1"), ("tcp_window_scaling", "1")];

const HOST: &str = "10.77.3.1";

/// A host with an open port, with such settings.
fn host(settings: &[(&str, &str)]) -> Option<Lab> {
    let one =
        |address: IpAddr, _| if address.to_string() == HOST { Behaviour::Open } else { Behaviour::Silent };
    let truth = Truth::Function(Arc::new(one));
    let lab = lab(LabPlan { truth, ports: vec![2967], ..LabPlan::of("10.77.3.0/30").unwrap() })?;
    set(&lab, Side::Far, settings);
    set(&lab, Side::Near, OFFERED);
    Some(lab)
}

fn set(lab: &Lab, side: Side, settings: &[(&str, &str)]) {
    for (name, value) in settings {
        let mut shell = lab.command(side, "sh");
        shell.args(["-ec", &format!("echo '{value}' > /proc/sys/net/ipv4/{name}")]);
        finish(shell).ok();
    }
}

/// The host's system by an audit, with its signs in one line.
fn audited(lab: &Lab, how: &str) -> (Value, String) {
    let ran = finish(muster(lab, &format!("audit --no-store --jsonl - {how} -n -T5 -p 2967 {HOST}"))).ok();
    let asked = if how.is_empty() { "asked by frames: " } else { "asked by connections: " };
    assert!(ran.stderr.contains(asked), "{}", ran.stderr);
    let lines = json_lines(&ran.stdout);
    let host = of_type(&lines, "host")[0].clone();
    assert_eq!(host["address"], HOST);
    // One kind of sign, and so a guess that leaves nobody out of anything.
    assert_ne!(host["verdict"], "out-of-scope", "{host}");
    assert_eq!(host["device"], Value::Null, "{host}");
    (host["system"].clone(), ran.stdout)
}

/// How the open port shows itself to a sweep.
fn seen(lab: &Lab, how: &str) -> String {
    let ran = finish(muster(lab, &format!("scan {how} -n -Pn -T5 -p 2967 -oJ - {HOST}"))).ok();
    let lines = json_lines(&ran.stdout);
    let port = of_type(&lines, "port")[0];
    assert_eq!(port["state"], "open");
    let ttl = port["ttl"].as_u64().map(|ttl| format!("{ttl} ")).unwrap_or_default();
    format!("{ttl}{}", port["stack"].as_str().unwrap())
}

#[test]
#[ignore = "needs root and the lab"]
fn a_stack_like_that_of_windows() {
    let Some(lab) = host(LIKE_WINDOWS) else { return };
    assert_eq!(seen(&lab, "-sS"), "128 64240 1460 MNNSNW");
    assert_eq!(seen(&lab, "-sT"), "- - SW8/T");
    assert_eq!(
        audited(&lab, "").0,
        Value::Null,
        "no Windows has its options in this order, and no Linux that life"
    );
    let (system, lines) = audited(&lab, "--sT");
    assert_eq!((&system["family"], &system["certain"]), (&"windows".into(), &false.into()), "{lines}");
}

#[test]
#[ignore = "needs root and the lab"]
fn a_stack_like_that_of_linux() {
    let Some(lab) = host(LIKE_LINUX) else { return };
    assert_eq!(seen(&lab, "-sS"), "64 65160 1460 MSTNW");
    assert_eq!(seen(&lab, "-sT"), "- - STW7");
    for how in ["", "--sT"] {
        let (system, lines) = audited(&lab, how);
        assert_eq!(
            (&system["family"], &system["certain"]),
            (&"linux".into(), &false.into()),
            "{how}: {lines}"
        );
    }
}

/// Who offers no time stamps cannot tell that the other side declined them: a Linux may shift by 8 as well.
#[test]
#[ignore = "needs root and the lab"]
fn what_this_side_does_not_offer_says_nothing() {
    let Some(lab) = host(LIKE_WINDOWS) else { return };
    set(&lab, Side::Near, &[("tcp_timestamps", "0")]);
    assert_eq!(seen(&lab, "-sT"), "- - SW8");
    let (system, lines) = audited(&lab, "--sT");
    assert_eq!(system, Value::Null, "{lines}");
}
