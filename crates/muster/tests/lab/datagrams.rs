//! What is asked over UDP, of real programs and of agents' ports: names, descriptions, services; and nothing else.

use std::fs;
use std::path::Path;

use muster_testkit::lab::programs::COMMUNITY;
use muster_testkit::lab::{Lab, Side};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Ran, assert_valid_xml, finish, json_lines, of_type};
use crate::identify::{Servers, servers, services};
use crate::support::{by_frames, muster};

/// Where programs answer over UDP, and dnsmasq, which is asked for names.
const HOSTS: &str = "10.77.3.5,6,10 10.78.0.2";
const NAME_SERVER: &str = "--dns-servers 10.77.3.10";

/// A folder with the community in a file, which is all that is read from it.
fn with_community() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("word");
    fs::write(&path, format!("{COMMUNITY}\n")).unwrap();
    let option = format!("--snmp-community {}", path.display());
    (folder, option)
}

/// Nothing that was told or written has the community in it, but for the file that it was read from.
#[track_caller]
fn assert_secret(ran: &Ran, folder: &Path) {
    assert!(!ran.stdout.contains(COMMUNITY) && !ran.stderr.contains(COMMUNITY), "the word is told");
    for file in fs::read_dir(folder).unwrap().flatten().filter(|file| file.file_name() != "word") {
        let bytes = fs::read(file.path()).unwrap();
        let has = bytes.windows(COMMUNITY.len()).any(|bytes| bytes == COMMUNITY.as_bytes());
        assert!(!has, "{:?} keeps the word", file.file_name());
    }
}

/// Without an open TCP port, which would tell the name and leave nothing to ask.
#[test]
#[ignore = "needs root and the lab"]
fn an_audit_learns_names_and_descriptions_over_udp() {
    let Some(servers) = servers() else { return };
    let (folder, community) = with_community();
    let line = format!(
        "audit -T4 --no-devices -p 2967 {NAME_SERVER} {community} --store store --capture frames --jsonl - --html page {HOSTS}"
    );
    let mut command = muster(&servers.lab, &line);
    command.current_dir(folder.path());
    let ran = finish(command);
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    assert!(fs::metadata(folder.path().join("frames")).unwrap().len() > 0, "the sweep went by frames");
    assert_secret(&ran, folder.path());
    let lines = json_lines(&ran.stdout);
    let hosts = of_type(&lines, "host");
    for (program, address, told) in [
        ("nmbd", "10.77.3.5", "FILES"),
        ("snmpd", "10.77.3.6", "router-9"),
        ("snmpd", "10.77.3.6", "Depot Router 9, lab"),
        ("avahi-daemon", "10.78.0.2", "lab-pc.local"),
    ] {
        if servers.over(true).iter().any(|served| served.program == program) {
            let host = hosts.iter().find(|host| host["address"] == address);
            assert!(host.is_some_and(|host| host.to_string().contains(told)), "{told}: {host:?}");
        }
    }
}

/// A scan of all that is served over UDP, in every format.
fn scanned(servers: &Servers, folder: &Path, options: &str) -> Ran {
    let line = format!("-n -Pn -sU -sV -p 53,137,161,5353 -oA out -oJ - {options} {HOSTS}");
    let mut command = by_frames(&servers.lab, &line);
    command.current_dir(folder);
    finish(command).ok()
}

#[test]
#[ignore = "needs root and the lab"]
fn a_scan_identifies_programs_over_udp_in_every_format() {
    let Some(servers) = servers() else { return };
    let (folder, community) = with_community();
    let ran = scanned(&servers, folder.path(), &format!("-d2 --packet-trace --journal journal {community}"));
    assert_secret(&ran, folder.path());
    assert!(!ran.stderr.contains("not asked"), "{}", ran.stderr);
    let found = services(&ran.stdout);
    let [text, xml, grepable] = ["out.nmap", "out.xml", "out.gnmap"]
        .map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert_valid_xml(&folder.path().join("out.xml"));
    for served in servers.over(true) {
        let (port, name) = (served.port, served.service);
        let service = found.get(&(served.address.to_string(), u64::from(port)));
        let is_itself = |it: &Value| it["name"] == name && it["method"] == "probed";
        assert!(service.is_some_and(is_itself), "{served:?}: {service:?}");
        let is_line = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().take(3).collect();
            words == [format!("{port}/udp").as_str(), "open", name]
        };
        assert!(text.lines().any(is_line), "{served:?}: {text}");
        assert!(grepable.contains(&format!("{port}/open/udp//{name}/")), "{grepable}");
        let element = format!("<port protocol=\"udp\" portid=\"{port}\"><state state=\"open\"");
        assert!(xml.contains(&element), "{port}: {xml}");
    }
    for formats in [&text, &xml, &grepable] {
        assert!(formats.contains("Depot Router 9, lab"), "{formats}");
    }
}

/// snmpd says nothing to who has another word: nobody can tell that from a firewall. The word may come by a variable.
#[test]
#[ignore = "needs root and the lab"]
fn another_community_is_answered_by_nobody() {
    let Some(servers) = servers() else { return };
    if !servers.over(true).iter().any(|served| served.program == "snmpd") {
        return;
    }
    for (word, state) in [("lab-word-8", "open|filtered"), (COMMUNITY, "open")] {
        let mut command = by_frames(&servers.lab, "-n -Pn -sU -sV -p 161 10.77.3.6");
        command.env("MUSTER_SNMP_COMMUNITY", word);
        let ran = finish(command).ok();
        let is_line = |line: &str| line.split_whitespace().take(2).eq(["161/udp", state]);
        assert!(ran.stdout.lines().any(is_line) && !ran.stdout.contains(word), "{word}: {}", ran.stdout);
    }
}

/// Counts datagrams to these ports where they enter the far namespace: all, and those that say something.
struct Datagrams<'a> {
    lab: &'a Lab,
}

impl<'a> Datagrams<'a> {
    fn counted(lab: &'a Lab, ports: &str) -> Self {
        let counted = Self { lab };
        counted.nft("add table inet datagrams");
        counted.nft("add chain inet datagrams arriving { type filter hook prerouting priority -400; }");
        // A header alone has eight octets.
        counted.nft(&format!("add rule inet datagrams arriving udp dport {{ {ports} }} counter"));
        counted
            .nft(&format!("add rule inet datagrams arriving udp dport {{ {ports} }} udp length > 8 counter"));
        counted
    }

    fn nft(&self, words: &str) -> String {
        let mut nft = self.lab.command(Side::Far, "nft");
        nft.arg(words);
        finish(nft).ok().stdout
    }

    /// All so far, and those that say something.
    fn so_far(&self) -> [u64; 2] {
        let text = self.nft("list table inet datagrams");
        let mut counts = text
            .split("counter packets ")
            .skip(1)
            .map(|rest| rest.split(' ').next().unwrap().parse().unwrap());
        [counts.next().unwrap(), counts.next().unwrap()]
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn snmp_is_sent_nothing_without_a_community() {
    let Some(servers) = servers() else { return };
    let datagrams = Datagrams::counted(&servers.lab, "161");
    let (folder, community) = with_community();
    let ran = scanned(&servers, folder.path(), "");
    assert!(ran.stderr.contains("--snmp-community FILE asks 161"), "{}", ran.stderr);
    assert_eq!(datagrams.so_far(), [0, 0]);
    scanned(&servers, folder.path(), "--udp-empty");
    let [all, telling] = datagrams.so_far();
    assert!(all > 0 && telling == 0, "{all} {telling}");
    scanned(&servers, folder.path(), &community);
    assert!(datagrams.so_far()[1] > 0, "the rule counts what it is to count");
}

/// Trellix, Kaspersky, BigFix, Symantec: no document says what may be sent there.
#[test]
#[ignore = "needs root and the lab"]
fn agents_are_sent_nothing_over_udp_unless_the_user_says_so() {
    let Some(servers) = servers() else { return };
    let datagrams = Datagrams::counted(&servers.lab, "8082, 15000, 52311, 2967");
    let (_folder, community) = with_community();
    let audit = format!("audit -T4 --no-store {NAME_SERVER} {community} {HOSTS}");
    let ran = finish(muster(&servers.lab, &audit));
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    let scan = format!("-n -Pn -sS -sU -sV -p T:2967,U:53,8082,15000,52311,2967 {community} {HOSTS}");
    let ran = finish(by_frames(&servers.lab, &scan)).ok();
    assert!(ran.stderr.contains("2967,8082,15000,52311 not asked"), "{}", ran.stderr);
    assert_eq!(datagrams.so_far(), [0, 0]);
    finish(by_frames(&servers.lab, &format!("{scan} --udp-empty"))).ok();
    let [all, telling] = datagrams.so_far();
    assert!(all > 0 && telling == 0, "{all} {telling}");
}
