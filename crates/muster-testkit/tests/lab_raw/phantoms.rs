//! Who answers for everybody is nobody: a SYN proxy and a resetting firewall beside a real network.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use muster_testkit::lab::{Asked, Behaviour, Lab, LabPlan, Truth, named};

use crate::support::{assert_same, expected, lab, program, scanned, skip, xml_findings};

const ALL: &str = "10.77.3.0/24 10.77.8.0/24 10.77.9.0/24";
/// Those that one device answers for.
const PHANTOMS: &str = "10.77.8.0/24 10.77.9.0/24";

#[test]
#[ignore = "needs root and the lab"]
fn a_syn_proxy_has_no_open_port() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let scanned = scanned(&lab, &format!("-sS -Pn -T5 -p 2967 {ALL}"));
    let found = scanned.findings("tcp");
    let proxied = |at: &IpAddr| at.to_string().starts_with("10.77.8.");
    let open = found.iter().filter(|((at, _), (state, _))| proxied(at) && state == "open");
    assert_eq!(open.count(), 0);
    let phantom = scanned.of_type("phantom").find(|line| line["prefix"] == "10.77.8.0/24");
    assert_eq!(phantom.unwrap_or_else(|| panic!("{}", scanned.stderr))["kind"], "proxy");
    // The real network beside it is what it is.
    let real = found.into_iter().filter(|((at, _), _)| at.to_string().starts_with("10.77.3.")).collect();
    assert_same(&real, &expected(lab.raw_truth(Asked::Syn)));
}

#[test]
#[ignore = "needs root and the lab"]
fn a_firewall_that_resets_for_everybody_is_named() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    // Whether or not a port is open elsewhere.
    for targets in ["10.77.3.0/24 10.77.9.0/24", "10.77.9.0/24"] {
        let scanned = scanned(&lab, &format!("-sS -Pn -T5 -p 2967 {targets}"));
        let phantom = scanned.of_type("phantom").find(|line| line["prefix"] == "10.77.9.0/24");
        assert_eq!(phantom.unwrap_or_else(|| panic!("{}", scanned.stderr))["kind"], "refuser");
        let is_real = |line: &serde_json::Value| line["prefix"].as_str().unwrap().starts_with("10.77.3.");
        assert!(!scanned.of_type("phantom").any(is_real));
        let closed = scanned.findings("tcp").into_values().filter(|(state, _)| state == "closed").count();
        assert!(closed >= 256, "a reset is a reset: {closed}");
    }
}

/// Every computer refuses, as it does where the port is not used; but nobody has the ends of the network.
#[test]
#[ignore = "needs root and the lab"]
fn an_ordinary_network_without_an_open_port_is_not_asked_twice() {
    let truth = Truth::Function(Arc::new(|address, _| match address {
        IpAddr::V4(v4) if (1..=254).contains(&v4.octets()[3]) => Behaviour::Closed,
        _ => Behaviour::Silent,
    }));
    let Some(lab) = lab(LabPlan { truth, ..LabPlan::of("10.77.3.0/24").unwrap() }) else { return };
    for line in ["-sS -Pn -T5 -p 2967 10.77.3.0/24", "-sn -PS2967 -T5 10.77.3.0/24"] {
        let scanned = scanned(&lab, line);
        assert_eq!(scanned.of_type("phantom").count(), 0, "{line}");
        assert!(!scanned.stderr.contains("decoys"), "{line}: {}", scanned.stderr);
        let closed = scanned.findings("tcp").into_values().filter(|(state, _)| state == "closed").count();
        assert_eq!(closed, 254, "{line}");
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn nor_is_it_open_in_the_outputs_that_are_written_at_the_end() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let (written, stderr) = outputs(&lab, &format!("-sS -Pn -T5 --reason -p 2967 {ALL}"));
    let [normal, grepable, xml] = &written;
    assert_valid(xml);
    let found = xml_findings(xml);
    let open = found.iter().filter(|(_, (state, _))| state == "open");
    assert!(open.clone().all(|((at, _), _)| at.to_string().starts_with("10.77.3.")), "{}", open.count());
    let set = ("filtered".to_owned(), "script-set".to_owned());
    let of = |network: &'static str| {
        found.iter().filter(move |((at, _), _)| at.to_string().starts_with(network)).map(|(_, says)| says)
    };
    assert!(of("10.77.8.").count() == 256 && of("10.77.8.").all(|says| *says == set), "{stderr}");
    assert!(of("10.77.9.").all(|(state, reason)| state == "closed" && reason == "reset"));
    assert!(of("10.77.3.").all(|(_, reason)| reason != "script-set"));
    // Who it is stands at each port, and with the evidence at the end.
    for network in ["10.77.8.0/24", "10.77.9.0/24"] {
        let said = format!("connection to {network}\"/></port>");
        assert_eq!(xml.matches(&said).count(), 256, "{network}: {xml}");
        assert!(xml.contains("<postscript><script id=\"muster-phantom\" output=\""), "{xml}");
        assert_eq!(grepable.matches(&format!("\n# Phantoms: {network}: ")).count(), 1, "{grepable}");
        let row = format!("connection to {network}\n");
        assert_eq!(normal.matches(&row).count(), 256, "{normal}");
    }
    assert!(normal.contains(" filtered symantec-av script-set\n|_muster-phantom: one device, "), "{normal}");
    assert!(normal.contains("\nPost-scan script results:\n| muster-phantom: \n|   one device, "), "{normal}");
}

#[test]
#[ignore = "needs root and the lab"]
fn who_is_known_by_a_phantoms_answer_only_is_not_up() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    for line in ["-sn -PS80", "-sn", "-PS443 -p 2967"] {
        let (written, stderr) = outputs(&lab, &format!("-T5 {line} {PHANTOMS}"));
        let [normal, grepable, xml] = &written;
        assert_valid(xml);
        assert_eq!(hosts(xml), BTreeMap::from([("unknown script-set".to_owned(), 512)]), "{line}: {stderr}");
        assert!(xml.contains("<hosts up=\"0\" down=\"0\" total=\"512\"/>"), "{line}");
        assert_eq!(grepable.matches("\tStatus: Unknown\n").count(), 512, "{line}");
        assert_eq!(normal.matches(" [host unknown]\n").count(), 512, "{line}");
        assert!(stderr.contains("\nneither up nor down: 512 hosts of which nothing is known"), "{stderr}");
        let told = scanned(&lab, &format!("-T5 {line} {PHANTOMS}"));
        let unproven: Vec<_> = told.of_type("phantom").map(|line| line["unproven_hosts"].as_u64()).collect();
        assert_eq!(unproven, [Some(256), Some(256)], "{line}");
        let open = told.findings("tcp").into_values().filter(|(state, _)| state == "open").count();
        assert_eq!(open, 0, "{line}: the stream takes back what it told");
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn who_answers_himself_is_up() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let (written, stderr) = outputs(&lab, "-T5 -sn -PS2967 10.77.3.0/24 10.77.8.0/24");
    let truth = expected(lab.raw_truth(Asked::Syn));
    let up = truth.values().filter(|(state, _)| state == "open" || state == "closed").count();
    let hosts = hosts(&written[2]);
    let of = |state: &str| {
        hosts.iter().filter(|(says, _)| says.starts_with(state)).map(|(_, count)| count).sum::<usize>()
    };
    assert_eq!((of("up "), of("unknown ")), (up, 256), "{stderr}");
}

#[test]
#[ignore = "needs root and the lab"]
fn an_audit_does_not_measure_them() {
    let Some(lab) = lab(named("phantoms").unwrap()) else { return };
    let audited = |output: &str| {
        let line = format!("audit --no-store -n -T5 -p 2967 {output} {ALL}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let output = lab.run(&program().to_string_lossy(), &words).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let lines = crate::support::lines(&audited("--jsonl -"));
    let of_type = |kind: &str| lines.iter().filter(move |line| line["type"] == kind).collect::<Vec<_>>();
    let ranges: Vec<_> =
        of_type("phantom").iter().map(|line| (line["first"].clone(), line["last"].clone())).collect();
    let range = |net: u8| (format!("10.77.{net}.0").into(), format!("10.77.{net}.255").into());
    assert_eq!(ranges, [range(8), range(9)]);
    let is_phantom = |line: &&serde_json::Value| !line["address"].as_str().unwrap().starts_with("10.77.3.");
    assert_eq!(of_type("host").into_iter().find(is_phantom), None);
    let sentence = "who is not measured: one device resets every connection to 10.77.9.0/24";
    for report in [lines[0]["not_tried"].to_string(), audited("--html -"), audited("")] {
        let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(report.contains(sentence) && report.contains("10.77.9.0"), "{report}");
    }
    assert_eq!(of_type("coverage")[0]["phantom_addresses"], 512);
}

/// `-oN`, `-oG` and `-oX` of a scan that comes to its end, and what it said.
#[track_caller]
fn outputs(lab: &Lab, line: &str) -> ([String; 3], String) {
    let mut stderr = String::new();
    let written = ["-oN", "-oG", "-oX"].map(|format| {
        let words = ["scan", "-n", format, "-"].into_iter().chain(line.split_whitespace());
        let words: Vec<&str> = words.collect();
        let output = lab.run(&program().to_string_lossy(), &words).unwrap();
        stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        String::from_utf8(output.stdout).unwrap()
    });
    (written, stderr)
}

/// How many hosts are in which state for which reason.
fn hosts(xml: &str) -> BTreeMap<String, usize> {
    let mut hosts = BTreeMap::new();
    for status in xml.split("<status ").skip(1) {
        let mut words = status.split('"').skip(1).step_by(2);
        let says = format!("{} {}", words.next().unwrap(), words.next().unwrap());
        *hosts.entry(says).or_default() += 1;
    }
    hosts
}

/// Valid by Nmap's document type, where that and a judge are installed.
#[track_caller]
fn assert_valid(xml: &str) {
    let dtd = Path::new("/usr/share/nmap/nmap.dtd");
    let mut judge = Command::new("xmllint");
    judge.args(["--nonet", "--noout", "--dtdvalid"]).arg(dtd).arg("-").stdin(Stdio::piped());
    let Ok(mut judge) = judge.stderr(Stdio::piped()).spawn() else { return skip("xmllint is not installed") };
    judge.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    let output = judge.wait_with_output().unwrap();
    let is_valid = output.status.success() || !dtd.exists();
    assert!(is_valid, "{}", String::from_utf8_lossy(&output.stderr));
}
