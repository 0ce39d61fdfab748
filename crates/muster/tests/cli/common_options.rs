//! Which ports, in which order, and what is only listed: -F, --top-ports, --exclude-ports, -r, -sL, --iflist.

use std::fs;

use tempfile::TempDir;

use crate::common::{assert_valid_xml, json_lines, of_type};
use crate::support::{address, network, planned, scanned, scanned_in};

#[test]
fn common_ports_are_counted() {
    let ports = |words: &str| planned(&format!("-Pn {words} 127.0.0.1"), "ports");
    let count = |words: &str| ports(words).split(':').next().unwrap().parse::<u32>().unwrap();
    assert_eq!(count("-F"), 100);
    assert_eq!(count("--top-ports 10"), 10);
    assert_eq!(count("--top-ports 1000"), 1_000);
    assert!(count("--top-ports 65535") > 1_000);
    assert_eq!(count("-p 1-1024 --top-ports 10"), 10);
    assert_eq!(ports("-p 2967,65000 --top-ports 10"), "1: TCP 2967");
    assert!(ports("-F").contains("2967") && ports("-F").contains("443"));
}

#[test]
fn ports_are_left_out() {
    for (words, ports) in [
        ("-p 1-10 --exclude-ports 3-5", "7: TCP 1-2,6-10"),
        ("-p 22,80 --exclude-ports ssh", "1: TCP 80"),
        ("-p 1-3 --exclude-ports U:1-3", "3: TCP 1-3"),
        ("-p 1-3 --exclude-ports T:2,9", "2: TCP 1,3"),
    ] {
        assert_eq!(planned(&format!("-Pn {words} 127.0.0.1"), "ports"), ports, "{words}");
    }
}

#[test]
fn ports_ascend_where_that_is_asked_for() {
    let order = |words: &str| -> Vec<u64> {
        let line = format!("-Pn -n {words} -p 1-40 --seed 3 --max-retries 0 -oJ - {}", address(63, 1));
        let lines = json_lines(&scanned(&line).ok().stdout);
        of_type(&lines, "port").iter().map(|line| line["port"].as_u64().unwrap()).collect()
    };
    let ascending = order("-r");
    assert_eq!(ascending, (1..=40).collect::<Vec<_>>());
    assert_ne!(order(""), ascending);
}

#[test]
fn a_delay_holds_between_two_probes_to_a_host() {
    let rate = planned("-Pn -p 1 --scan-delay 500ms 127.0.0.1", "rate");
    assert!(rate.ends_with("at most 2 to a host"), "{rate}");
}

#[test]
fn targets_are_listed_and_nothing_is_sent() {
    let folder = TempDir::new().unwrap();
    let listed = scanned_in(folder.path(), &format!("-sL -n -oA all {}/30", network(64))).ok();
    let addresses: Vec<String> = (0..4).map(|host| address(64, host).to_string()).collect();
    let read = |ending: &str| fs::read_to_string(folder.path().join(format!("all.{ending}"))).unwrap();
    for (text, line) in [(listed.stdout, "Nmap scan report for "), (read("nmap"), "Nmap scan report for ")] {
        let hosts: Vec<&str> = text.lines().filter_map(|text| text.strip_prefix(line)).collect();
        assert_eq!(hosts, addresses);
        assert!(text.contains("4 IP addresses (0 hosts up)"), "{text}");
    }
    let grepable = read("gnmap");
    for address in &addresses {
        assert!(grepable.contains(&format!("Host: {address} ()\tStatus: Unknown\n")), "{grepable}");
    }
    let xml = read("xml");
    assert_eq!(
        xml.matches("<status state=\"unknown\" reason=\"user-set\" reason_ttl=\"0\"/>").count(),
        4,
        "{xml}"
    );
    assert!(xml.contains("<hosts up=\"0\" down=\"4\" total=\"4\"/>"), "{xml}");
    assert_valid_xml(&folder.path().join("all.xml"));
}

#[test]
fn interfaces_and_routes_are_shown() {
    let ran = scanned("--iflist").ok();
    let (interfaces, routes) = ran.stdout.split_once("\n\nROUTES\n").unwrap();
    assert!(interfaces.starts_with("INTERFACES\nDEV"), "{interfaces}");
    let loopback = interfaces.lines().find(|line| line.contains(" 127.0.0.1/8 ")).unwrap();
    assert!(loopback.starts_with("lo ") && loopback.contains("loopback"), "{loopback}");
    assert!(routes.starts_with("DST/MASK"), "{routes}");
    assert_eq!(ran.stderr, "");
}
