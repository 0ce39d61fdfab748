//! What follows from files of other scanners: what each of their runs asked, who was there, and which run is the last.

mod memory;
mod order;
mod ways;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::audit::{host_line, ranges, verdicts};
use crate::support::Workplace;

/// The ports of a scan that asks enough to call a host unprotected.
const SIGNS: &str = "22,23,80,135,443,445,515,554,631,902,2967,3283,3389,4786,5060,7680,8080,9100,62078";
/// As many, with another in place of the agent's.
const OTHERS: &str = "22,23,80,135,443,445,515,554,631,902,3283,3389,4786,5060,7680,7681,8080,9100,62078";

const POLICY: &str = "[[zone]]\nname = \"clients\"\nranges = [\"10.0.0.0/16\"]\nproducts = [\"symantec-savce-10\"]\nlistener = \"required\"\n";

/// A run in Nmap's XML, of this command line and begun then, that asked 19 ports of TCP.
fn run(command: &str, start: u64, ports: &str, hosts: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"{command}\" start=\"{start}\" version=\"7.93\" \
         xmloutputversion=\"1.05\">\n<scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"19\" services=\"{ports}\"/>\n{hosts}\
         <runstats><finished time=\"{}\" elapsed=\"100\" exit=\"success\"/><hosts up=\"1\" down=\"0\" total=\"1\"/></runstats>\n\
         </nmaprun>\n",
        start + 100
    )
}

/// A computer on which every port but one is closed.
fn closed(address: &str) -> String {
    format!(
        "<host><status state=\"up\" reason=\"echo-reply\" reason_ttl=\"128\"/><address addr=\"{address}\" addrtype=\"ipv4\"/>\
         <ports><extraports state=\"closed\" count=\"18\"><extrareasons reason=\"resets\" count=\"18\"/></extraports>\
         <port protocol=\"tcp\" portid=\"135\"><state state=\"open\" reason=\"syn-ack\" reason_ttl=\"128\"/></port></ports></host>\n"
    )
}

/// A host that nothing is known of but why it is called up.
fn up(address: &str, reason: &str) -> String {
    format!(
        "<host><status state=\"up\" reason=\"{reason}\" reason_ttl=\"64\"/><address addr=\"{address}\" addrtype=\"ipv4\"/><ports>\
         <extraports state=\"filtered\" count=\"19\"><extrareasons reason=\"no-response\" count=\"19\"/></extraports></ports></host>\n"
    )
}

#[track_caller]
fn judged(file: &str) -> Vec<Value> {
    let place = Workplace::new();
    place.write("muster.toml", POLICY);
    place.write("scan", file);
    place.run("audit --from-scan scan --no-store --jsonl lines").ok();
    place.lines("lines")
}

/// The ports of a host that are known, with their states.
fn ports_of(lines: &[Value], last: u8) -> BTreeMap<String, String> {
    let ports = host_line(lines, Ipv4Addr::new(10, 0, 0, last))["ports"].as_array().unwrap();
    let port = |port: &Value| Some((port["port"].as_str()?.to_owned(), port["state"].as_str()?.to_owned()));
    ports.iter().filter_map(port).collect()
}

#[test]
fn hosts_of_a_run_that_was_appended_are_judged_by_what_that_run_asked() {
    let (first, second) = (
        run("nmap x", 1_700_000_000, SIGNS, &closed("10.0.0.1")),
        run("nmap y", 1_700_001_000, OTHERS, &closed("10.0.0.2")),
    );
    let alone = judged(&second);
    for both in [first.clone() + &second, second.clone() + &first] {
        let lines = judged(&both);
        assert_eq!(ports_of(&lines, 2), ports_of(&alone, 2));
        assert!(!ports_of(&lines, 2).contains_key("2967/tcp"), "nobody asked");
        assert_eq!(ports_of(&lines, 1)["2967/tcp"], "closed");
        let verdicts = verdicts(&lines);
        assert_eq!(verdicts[&Ipv4Addr::new(10, 0, 0, 1)], "unprotected");
        assert_eq!(verdicts[&Ipv4Addr::new(10, 0, 0, 2)], "unknown");
    }
    let same = first + &run("nmap x", 1_700_001_000, SIGNS, &closed("10.0.0.3"));
    assert_eq!(verdicts(&judged(&same)).values().filter(|verdict| *verdict == "unprotected").count(), 2);
}

#[test]
fn of_more_runs_than_are_told_apart_the_further_ones_say_less() {
    let ports = |number: u8| SIGNS.replace("9100", &(9_200 + u32::from(number)).to_string());
    let run_of = |number: u8| {
        let host = closed(&format!("10.0.0.{number}"));
        run(&format!("nmap {number}"), 1_700_000_000 + u64::from(number), &ports(number), &host)
    };
    let known = run("nmap 1", 1_700_001_000, &ports(1), &closed("10.0.0.200"));
    let lines = judged(&((1..=80).map(run_of).collect::<String>() + &known));
    let is_known = |last: u8| ports_of(&lines, last).contains_key("2967/tcp");
    assert!((1..=64).chain([200]).all(is_known));
    assert!(!(65..=80).any(is_known));
}

#[test]
fn grepable_runs_that_were_appended_keep_what_each_asked() {
    let run = |ports: &str, host: u8| {
        format!(
            "# Nmap 7.93 scan initiated Tue Nov 14 22:13:20 2023 as: nmap -p {ports} -oG out 10.0.0.{host}\n\
             Host: 10.0.0.{host} ()\tStatus: Up\n\
             Host: 10.0.0.{host} ()\tPorts: 135/open/tcp//msrpc///\tIgnored State: closed (18)\n\
             # Nmap done at Tue Nov 14 22:15:00 2023 -- 1 IP address (1 host up) scanned in 100.00 seconds\n"
        )
    };
    let lines = judged(&(run(SIGNS, 1) + &run(OTHERS, 2)));
    assert_eq!(ports_of(&lines, 1)["2967/tcp"], "closed");
    assert!(!ports_of(&lines, 2).contains_key("2967/tcp"), "nobody asked");
    assert_eq!(verdicts(&lines)[&Ipv4Addr::new(10, 0, 0, 2)], "unknown");
}

#[test]
fn a_scan_of_another_transport_says_nothing_of_tcp() {
    let sctp = run("nmap -sY -p 2960-2976", 1_700_000_000, "2960-2976", &closed("10.0.0.1"))
        .replace("type=\"syn\" protocol=\"tcp\"", "type=\"sctpinit\" protocol=\"sctp\"")
        .replace("<port protocol=\"tcp\" portid=\"135\"><state state=\"open\" reason=\"syn-ack\" reason_ttl=\"128\"/></port>", "")
        .replace("count=\"18\"", "count=\"19\"")
        .replace("\"resets\"", "\"aborts\"");
    for (file, name) in [(sctp.clone(), "-sY"), (sctp.replace("nmap -sY", "nmap"), "told by the list alone")]
    {
        let lines = judged(&file);
        assert!(!ports_of(&lines, 1).keys().any(|port| port.ends_with("/tcp")), "{name}: {lines:?}");
        assert_eq!(verdicts(&lines)[&Ipv4Addr::new(10, 0, 0, 1)], "unknown", "{name}");
    }
}

#[test]
fn whoever_answered_the_ping_in_whatever_word_is_there() {
    let reasons = [
        "echo-reply",
        "timestamp-reply",
        "port-unreach",
        "proto-response",
        "proto-unreach",
        "addressmask-reply",
        "init-ack",
        "abort",
    ];
    let hosts: String =
        (1..).zip(reasons).map(|(last, reason)| up(&format!("10.0.0.{last}"), reason)).collect();
    let silent = up("10.0.0.100", "user-set") + &up("10.0.0.101", "no-response");
    let lines = judged(&run("nmap x", 1_700_000_000, SIGNS, &(hosts + &silent)));
    let found: Vec<Ipv4Addr> = verdicts(&lines).into_keys().collect();
    let expected: Vec<Ipv4Addr> = (1..=8).map(|last| Ipv4Addr::new(10, 0, 0, last)).collect();
    assert_eq!(found, expected);
    assert_eq!(ranges(&lines, "silent"), [100, 101].map(|last| Ipv4Addr::new(10, 0, 0, last)));
    let unclear = format!("{lines:?}");
    assert!(!unclear.contains("without saying why"), "{unclear}");
}
