//! `muster diff`: files and runs, in three forms, beside the program whose words it uses.

mod generated;
mod scans;

use std::fs;
use std::net::{IpAddr, TcpListener};
use std::process::Command;

use crate::common::{Ran, finish, finish_with, has, json_lines, run};
use crate::support::{Workplace, address, assert_refused, network};

const BEFORE: &str = r#"<?xml version="1.0"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -p 1-1000 10.0.0.0/24" start="1700000000" startstr="x" version="7.93" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="1000" services="1-1000"/>
<verbose level="0"/><debugging level="0"/>
<host starttime="1" endtime="2"><status state="up" reason="reset" reason_ttl="64"/><address addr="10.0.0.1" addrtype="ipv4"/>
<hostnames><hostname name="www.example" type="PTR"/></hostnames>
<ports><extraports state="closed" count="998"><extrareasons reason="reset" count="998"/></extraports>
<port protocol="tcp" portid="22"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="ssh" method="table" conf="3"/></port>
<port protocol="tcp" portid="80"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="http" product="nginx" version="1.18" method="probed" conf="10"/></port>
</ports></host>
<host><status state="up" reason="reset" reason_ttl="64"/><address addr="10.0.0.2" addrtype="ipv4"/>
<hostnames></hostnames>
<ports><port protocol="tcp" portid="22"><state state="filtered" reason="no-response" reason_ttl="0"/></port></ports></host>
<host><status state="up" reason="reset" reason_ttl="64"/><address addr="10.0.0.3" addrtype="ipv4"/>
<hostnames></hostnames>
<ports><port protocol="tcp" portid="22"><state state="open" reason="syn-ack" reason_ttl="64"/></port></ports></host>
<runstats><finished time="1700000002" timestr="x" elapsed="2.00" summary="x" exit="success"/><hosts up="3" down="253" total="256"/></runstats>
</nmaprun>
"#;

/// The same a day later: other ports and another version at the first, the second is as it was, the third went, and a
/// fourth came.
fn after() -> String {
    BEFORE
        .replace("1700000000", "1700086400")
        .replace("count=\"998\"", "count=\"997\"")
        .replace("version=\"1.18\"", "version=\"1.24\"")
        .replace("10.0.0.3", "10.0.0.4")
        .replace("</ports></host>\n<host><status state=\"up\" reason=\"reset\" reason_ttl=\"64\"/><address addr=\"10.0.0.2\"", "<port protocol=\"tcp\" portid=\"443\"><state state=\"open\" reason=\"syn-ack\" reason_ttl=\"64\"/></port></ports></host>\n<host><status state=\"up\" reason=\"reset\" reason_ttl=\"64\"/><address addr=\"10.0.0.2\"")
}

fn place() -> Workplace {
    let place = Workplace::new();
    place.write("before.xml", BEFORE);
    place.write("after.xml", &after());
    place
}

#[test]
fn three_forms_say_the_same() {
    let place = place();
    let text = place.run("diff before.xml after.xml");
    assert_eq!((text.code, text.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(text.stdout);
    let json = place.run("diff --json before.xml after.xml");
    let lines = json_lines(&json.stdout);
    let told: Vec<_> =
        lines.iter().filter_map(|line| Some((line["address"].as_str()?, line["change"].as_str()?))).collect();
    assert_eq!(
        (json.code, told),
        (1, vec![("10.0.0.1", "changed"), ("10.0.0.3", "gone"), ("10.0.0.4", "appeared")])
    );
    let xml = place.run("diff --xml before.xml after.xml");
    assert_eq!((xml.code, xml.stdout.matches("<hostdiff>").count()), (1, 3));
    assert_eq!(place.run("diff before.xml before.xml").ok().stdout.lines().count(), 1);
    assert!(place.run("diff -v before.xml before.xml").ok().stdout.contains("\n 10.0.0.2:\n Host is up.\n"));
}

#[test]
fn a_file_may_be_packed_or_come_by_stdin() {
    let place = place();
    let expected = place.run("diff before.xml after.xml").stdout;
    let read = finish_with(place.muster("diff before.xml -"), &after());
    assert_eq!((read.code, read.stdout == expected), (1, true), "{}", read.stderr);
    for tool in ["gzip", "zstd"].into_iter().filter(|tool| has(tool)) {
        let path = place.path("before.xml");
        run(tool, &["-k".as_ref(), path.as_os_str()]);
        let packed = format!("before.xml.{}", if tool == "gzip" { "gz" } else { "zst" });
        let ran = place.run(&format!("diff {packed} after.xml"));
        assert_eq!((ran.code, ran.stdout == expected), (1, true), "{}", ran.stderr);
    }
}

#[test]
fn a_file_that_breaks_off_loses_no_hosts() {
    let place = place();
    let cut = BEFORE.find("<address addr=\"10.0.0.3\"").unwrap();
    place.write("cut.xml", &BEFORE[..cut]);
    let ran = place.run("diff before.xml cut.xml");
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{}", ran.stdout);
    assert!(ran.stderr.starts_with("note: 1 host of before.xml not compared: cut.xml does not have them, and it breaks off after line "), "{}", ran.stderr);
}

/// What is expected, so that an open port and a closed one are two verdicts.
const POLICY: &str = r#"
[[zone]]
name = "office"
ranges = ["NETWORK/24"]
products = ["symantec-savce-10"]
listener = "required"
"#;

/// What is said of hosts, and not of the two scans.
fn hosts(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().filter(|line| !line.contains(" scan initiated ")).collect()
}

#[test]
fn runs_are_compared_with_their_verdicts() {
    let place = Workplace::new();
    place.write("muster.toml", &POLICY.replace("NETWORK", &network(176).to_string()));
    let host = address(176, 1);
    let audit = format!("audit -T5 --no-devices -p 2967 {host}");
    place.run(&audit).ok();
    place.run(&audit).ok();
    assert_eq!(hosts(&place.run("diff 2").ok()), [""; 0]);
    let listener = TcpListener::bind((host, 2967)).unwrap();
    place.run(&audit).ok();
    drop(listener);
    let ran = place.run("diff 2 3");
    assert_eq!((ran.code, place.run("diff 3").stdout), (1, ran.stdout.clone()));
    assert!(
        ran.stdout.contains("-2967/tcp closed") && ran.stdout.contains("+2967/tcp open"),
        "{}",
        ran.stdout
    );
    let lines = json_lines(&place.run("diff --json 2 3").stdout);
    assert!(ran.stdout.contains("\n-Verdict: unknown: "), "{}", ran.stdout);
    let verdict = &lines[1]["verdict"];
    assert!(
        verdict["old"].is_string() && verdict["new"].is_string() && verdict["old"] != verdict["new"],
        "{verdict}"
    );
    assert_eq!(lines[2]["verdicts"][0]["hosts"], 1);
    // A run is the same as its own XML.
    place.run("report 3 --xml three.xml").ok();
    assert_eq!(place.run("diff 3 three.xml").code, 0, "{}", place.run("diff 3 three.xml").stdout);
    let mixed = place.run("diff 2 three.xml");
    assert_eq!(hosts(&mixed), hosts(&ran));
}

#[test]
fn what_a_run_never_asked_is_not_gone() {
    let place = Workplace::new();
    for last in [1, 2] {
        place.run(&format!("audit -T5 --no-devices -p 2967 {}", address(177, last))).ok();
    }
    let ran = place.run("diff 1 2").ok();
    assert_eq!(ran.stderr.matches("it did not ask for them").count(), 2, "{}", ran.stderr);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = place();
    let refused = |line: &str, error: &str, hint: &str| assert_refused(&place.run(line), 2, error, hint);
    refused("diff before.xml", "nothing to compare before.xml with", "name two files");
    refused("diff before.xml nowhere.xml", "cannot read nowhere.xml", "name a file");
    refused("diff before.xml .", "it is a folder", "name a file");
    refused("diff - -", "stdin can be read once", "name a file for one");
    refused("diff 1 2", "there is no store", "muster audit");
    refused("diff --json --xml before.xml after.xml", "--xml", "--help");
    place.write("empty", "");
    place.write("letter", "Dear all,\n");
    refused("diff before.xml empty", "cannot read empty", "");
    refused("diff letter before.xml", "cannot read letter", "");
    place.run(&format!("audit -T5 --no-devices -p 2967 {}", address(178, 1))).ok();
    refused("diff 1", "no complete run of the same targets", "muster history");
    refused("diff 7", "run 7 is not in the store", "muster history");
    refused("diff 1 7", "run 7 is not in the store", "muster history");
}

/// The addresses and ports that differ, by the lines of a text with signs.
fn differing(text: &str) -> Vec<(String, Vec<String>)> {
    let mut hosts: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().filter(|line| line.len() > 1) {
        let (sign, words) = line.split_at(1);
        let first = words.split_whitespace().next().unwrap_or_default();
        let address = |text: &str| text.trim_matches(['(', ')', ':', ',']).parse::<IpAddr>().ok();
        if let Some(address) =
            words.ends_with(':').then(|| words.split_whitespace().find_map(address)).flatten()
        {
            if hosts.last().is_none_or(|last| last.0 != address.to_string()) {
                hosts.push((address.to_string(), Vec::new()));
            }
        } else if sign != " " && first.contains('/') && !words.contains("->") {
            let ports = &mut hosts.last_mut().unwrap().1;
            if ports.last().is_none_or(|last| last != first) {
                ports.push(first.to_owned());
            }
        }
    }
    hosts
}

/// Both programs find the same hosts and ports to differ, and end alike.
#[track_caller]
fn assert_as_ndiff(place: &Workplace, old: &str, new: &str) {
    let mut theirs = Command::new("ndiff");
    theirs.args([place.path(old), place.path(new)]);
    let (theirs, ours) = (finish(theirs), place.run(&format!("diff {old} {new}")));
    assert_eq!(ours.code, theirs.code, "{}\n{}\n{}", ours.stdout, theirs.stdout, theirs.stderr);
    assert_eq!(differing(&ours.stdout), differing(&theirs.stdout), "{}\n{}", ours.stdout, theirs.stdout);
}

#[test]
fn ndiff_finds_the_same() {
    if !has("ndiff") {
        return;
    }
    let place = place();
    let files = ["before.xml", "after.xml"];
    for (old, new) in files.iter().flat_map(|old| files.iter().map(move |new| (old, new))) {
        assert_as_ndiff(&place, old, new);
    }
}

#[test]
fn ndiff_finds_the_same_in_nmaps_own_files() {
    if !(has("ndiff") && has("nmap")) {
        return;
    }
    let place = Workplace::new();
    let hosts = [1, 2, 3].map(|last| address(179, last));
    let scan = |name: &str, ports: &str, targets: &[IpAddr]| {
        let mut nmap = Command::new("nmap");
        nmap.args(["-n", "-Pn", "-sT", "-T5", "-p", ports, "-oX"]).arg(place.path(name));
        finish({
            nmap.args(targets.iter().map(ToString::to_string));
            nmap
        })
        .ok();
    };
    let mut listeners: Vec<TcpListener> = [(1, 2967), (1, 64_990), (2, 2967)]
        .map(|(host, port): (usize, u16)| TcpListener::bind((hosts[host - 1], port)).unwrap())
        .into();
    scan("few-1.xml", "2967,64990", &hosts);
    scan("many-1.xml", "2900-3000,64990", &hosts);
    listeners.remove(1);
    listeners.push(TcpListener::bind((hosts[2], 64_990)).unwrap());
    scan("few-2.xml", "2967,64990", &hosts);
    scan("many-2.xml", "2900-3000,64990", &hosts);
    scan("two.xml", "2967,64990", &hosts[..2]);
    drop(listeners);
    for (old, new) in [
        ("few-1", "few-2"),
        ("few-2", "few-1"),
        ("many-1", "many-2"),
        ("few-1", "two"),
        ("two", "few-2"),
        ("few-1", "few-1"),
    ] {
        assert_as_ndiff(&place, &format!("{old}.xml"), &format!("{new}.xml"));
    }
    assert!(fs::metadata(place.path("two.xml")).is_ok());
}
