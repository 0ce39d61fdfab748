//! The target grammar held against an independent reader of it: `nmap -sL`, which lists targets and sends nothing.
//!
//! Nmap runs in a network namespace without interfaces, so that not even a mistake here could send anything, and is
//! given only targets that this crate has read as addresses, so that it has no name to look up.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::net::IpAddr;
use std::process::Command;

use muster_engine::{AddressSet, TargetSpec};

#[test]
fn targets_are_the_addresses_that_nmap_lists() {
    if let Err(reason) = nmap(&["--version"]) {
        eprintln!("skipped: the comparison with nmap -sL: {reason}");
        return;
    }
    for (family, specs) in [("-4", IPV4), ("-6", IPV6)] {
        for &spec in specs {
            let TargetSpec::Addresses(ours) = TargetSpec::parse(spec).unwrap() else {
                panic!("{spec} is to be an address");
            };
            let listed = nmap(&[family, "-sL", "-n", "--", spec]).unwrap();
            assert_eq!(ours, addresses(&listed), "{spec}");
        }
    }
}

const IPV4: &[&str] = &[
    "10.0.0.1",
    "10.0.0.01",
    "10.0.0.00000001",
    "010.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "10.0.0.1/32",
    "10.0.0.1/31",
    "10.0.0.5/30",
    "10.0.0.5/030",
    "10.0.0.77/24",
    "10.0.3.77/22",
    "10.0.0.*",
    "10.0.0.-",
    "10.0.0.0-",
    "10.0.0.-2",
    "10.0.0.254-",
    "10.0.0.1,3,5",
    "10.0.0.5,3,1",
    "10.0.0.1,1,1-2",
    "10.0.0.-2,7,250-",
    "10.0.0-3.1,5,7",
    "10.0.0-1.254-255",
    "10.0.0,255.0,255",
    "10-11.20-21.30-31.40-41",
    "10.*.7.1",
    "*.0.0.1",
    "-.0.0.1",
    "1,3,-2.0.0.1",
    "10.0.*.1/30",
    "10.0.0.1-2/31",
    "10.0.0.1,9,200/29",
    "10.0-1.0.0/31",
    "10.0-1,7.3.4/22",
    "10.0,2.0.0-1/24",
    "10.0.1-2.3/23",
    "192.168.0.0/20",
    "127.44.0.0/24",
];

const IPV6: &[&str] = &[
    "::1",
    "::1/126",
    "2001:db8::/120",
    "2001:DB8::ff/127",
    "fe80::1",
    "::ffff:10.0.0.1",
    "::ffff:10.0.0.0/125",
    "2001:db8:0:0:1:0:0:1/128",
];

fn addresses(listed: &str) -> AddressSet {
    let reports = listed.lines().filter_map(|line| line.strip_prefix("Nmap scan report for "));
    let sets: Vec<AddressSet> = reports.map(|address| address.parse::<IpAddr>().unwrap().into()).collect();
    AddressSet::union_all(&sets).unwrap()
}

fn nmap(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "nmap"])
        .args(arguments)
        .output()
        .map_err(|error| format!("unshare does not start: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr).trim().to_owned())
    }
}
