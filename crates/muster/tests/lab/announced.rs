//! What a host announces by multicast DNS, told by Avahi, at work at an address of its own segment.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::{Lab, LabPlan, Running, Side};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{finish, has, json_lines, of_type, skip};
use crate::support::{lab, muster};

/// Avahi has its files where they are: with mounts of its own they are ours.
const START: &str = "mount -t tmpfs run /run; mount --bind \"$0\" /etc/avahi; \
                     exec avahi-daemon --no-drop-root --no-chroot --no-rlimits";
const SETTINGS: &str =
    "[server]\nhost-name=gate\nuse-ipv6=no\nenable-dbus=no\n[publish]\npublish-workstation=yes\n";
const SERVICES: &str = "<service-group><name>gate</name>\
                        <service><type>_airport._tcp</type><port>5009</port></service>\
                        <service><type>_ipp._tcp</type><port>631</port></service></service-group>";
const KINDS: &str = "_airport._tcp, _ipp._tcp, _workstation._tcp";
/// The far end of the segment.
const HOST: &str = "10.78.0.2";

/// The host by an audit that asks nobody else for its name.
fn audited(lab: &Lab) -> Value {
    let line = format!("audit --no-store --jsonl - -T4 -p 2967 --dns-servers {HOST} {HOST}");
    let ran = finish(muster(lab, &line)).ok();
    let lines = json_lines(&ran.stdout);
    of_type(&lines, "host")[0].clone()
}

#[test]
#[ignore = "needs root and the lab"]
fn what_avahi_announces_is_one_sign() {
    if !has("avahi-daemon") {
        return skip("avahi-daemon is not installed");
    }
    // One address alone: of several it may answer from another than was asked.
    let plan = LabPlan { segment: Vec::new(), ..LabPlan::of("10.77.3.0/30").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let mut nft = lab.command(Side::Far, "nft");
    nft.args(["flush", "ruleset"]);
    finish(nft).ok();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("avahi-daemon.conf"), SETTINGS).unwrap();
    fs::create_dir(folder.path().join("services")).unwrap();
    fs::write(folder.path().join("services/gate.service"), SERVICES).unwrap();
    let mut avahi = lab.command(Side::Far, "sh");
    avahi.args(["-ec", START]).arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let _avahi = Running::start(avahi).unwrap();

    // It announces nothing before it has asked whether the name is free.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut host = audited(&lab);
    while !host.to_string().contains(KINDS) && Instant::now() < deadline {
        thread::park_timeout(Duration::from_millis(500));
        host = audited(&lab);
    }
    let services = host["services"].as_array().unwrap();
    let told = &services.iter().find(|service| service["port"] == "5353/udp").unwrap()["told"];
    assert_eq!(told[0], serde_json::json!({ "what": "host-name", "value": "gate.local" }), "{host}");
    assert_eq!(told[1], serde_json::json!({ "what": "announced", "value": KINDS }), "{host}");
    assert_eq!(host["device"]["class"], "network-gear", "{host}");
    assert_eq!(host["verdict"], "unknown", "signs of one kind exclude nobody: {host}");
}
