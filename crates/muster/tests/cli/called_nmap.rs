//! Called under the name `nmap`: the words, outputs and silence that whoever drives Nmap expects.

use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::common::{MUSTER, Ran, assert_valid_xml, finish, xml_findings};
use crate::support::{Workplace, address, assert_refused, muster, unfolded};

/// A folder with a link to muster by the name of Nmap.
struct Linked(Workplace);

impl Linked {
    fn new() -> Self {
        let place = Workplace::new();
        symlink(MUSTER, place.path("nmap")).unwrap();
        Self(place)
    }

    fn nmap(&self, line: &str) -> Ran {
        let mut command = Command::new(self.0.path("nmap"));
        let usual = muster();
        for (variable, _) in usual.get_envs() {
            command.env_remove(variable);
        }
        command.args(line.split_whitespace());
        finish(self.0.at_home(command))
    }
}

#[test]
fn the_version_is_what_clients_look_for() {
    for word in ["-V", "--version"] {
        let ran = Linked::new().nmap(word).ok();
        let mut lines = ran.stdout.lines();
        assert_eq!(lines.next(), Some("Nmap version 7.93 ( https://nmap.org )"));
        assert!(lines.next().unwrap().starts_with("compatible: muster "));
    }
    let own = finish(muster_with("scan --version")).ok();
    assert_eq!(own.stdout, format!("muster {}\n", env!("CARGO_PKG_VERSION")));
}

fn muster_with(line: &str) -> Command {
    let mut command = muster();
    command.args(line.split_whitespace());
    command
}

#[test]
fn help_is_that_of_scan_under_the_name_that_was_called() {
    for word in ["-h", "--help"] {
        let ran = Linked::new().nmap(word).ok();
        assert!(ran.stdout.contains("Usage: nmap "), "{}", ran.stdout);
        assert!(ran.stdout.contains("-oG") && !ran.stdout.contains("muster scan"), "{}", ran.stdout);
    }
}

#[test]
fn outputs_are_signed_with_nmaps_name() {
    let linked = Linked::new();
    let target = address(61, 1);
    let listener = TcpListener::bind((target, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let ran = linked.nmap(&format!("-p {port} -oA out {target}")).ok();
    assert_eq!(ran.stderr, "", "some callers take any word there for a failure");
    assert!(ran.stdout.starts_with("Starting Nmap 7.93 ( https://nmap.org ) at "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nNmap done: 1 IP address (1 host up) scanned in "), "{}", ran.stdout);
    let grepable = linked.0.read("out.gnmap");
    assert!(grepable.starts_with("# Nmap 7.93 scan initiated "), "{grepable}");
    assert!(
        grepable.lines().next().unwrap().ends_with(&format!("nmap -p {port} -oA out {target}")),
        "{grepable}"
    );
    assert!(linked.0.read("out.nmap").starts_with("# Nmap 7.93 scan initiated "));
    let xml = linked.0.read("out.xml");
    assert!(xml.contains("<nmaprun scanner=\"nmap\"") && xml.contains(" version=\"7.93\""), "{xml}");
    assert_valid_xml(&linked.0.path("out.xml"));
    assert_eq!(xml_findings(&xml)[&(target, port)], ("open".to_owned(), "syn-ack".to_owned()));
}

#[test]
fn without_ports_the_usual_ones_are_swept() {
    let linked = Linked::new();
    let ports = |line: &str| {
        let ran = linked.nmap(&format!("--dry-run -Pn -n {line} 127.0.0.1")).ok();
        let plan = unfolded(&ran.stdout);
        plan.lines().find_map(|line| line.strip_prefix("ports      ")).unwrap().to_owned()
    };
    assert!(ports("").starts_with("1000: TCP "));
    assert!(ports("-F").starts_with("100: TCP "));
    assert!(ports("-p 22-443").starts_with("422: TCP 22-443"));
    let own = finish(muster_with("scan --dry-run -Pn 127.0.0.1"));
    assert!(own.code == 2 && own.stderr.starts_with("error: no ports to sweep\n"), "{}", own.stderr);
}

#[test]
fn what_changes_nothing_is_told_to_those_who_want_to_know() {
    let linked = Linked::new();
    let line = "--min-parallelism 10 --max-hostgroup=5 -PR --nogcc -p 1 -oX - 127.0.0.1";
    assert_eq!(linked.nmap(line).ok().stderr, "");
    let told = linked.nmap(&format!("-v {line}")).ok().stderr;
    for option in ["--min-parallelism", "--max-hostgroup", "-PR", "--nogcc"] {
        assert_eq!(told.matches(&format!("note: {option} changes nothing: ")).count(), 1, "{told}");
    }
}

#[test]
fn what_muster_refuses_it_refuses_under_any_name() {
    let linked = Linked::new();
    for line in ["-A 127.0.0.1", "-O 127.0.0.1", "--script default 127.0.0.1", "-D RND:5 127.0.0.1"] {
        let ran = linked.nmap(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}");
        assert!(ran.stderr.starts_with("error: option refused by design: "), "{line}: {}", ran.stderr);
    }
    let ran = linked.nmap("--dry-run -p 1 192.0.2.1");
    assert!(ran.code == 2 && ran.stderr.contains("--allow"), "{}", ran.stderr);
}

#[test]
fn a_journal_is_gone_on_with_under_either_name() {
    let linked = Linked::new();
    let target = address(62, 1);
    linked.nmap(&format!("-p 1-3 --journal kept -oN out {target}")).ok();
    for word in ["nmap", "muster"] {
        let ran = match word {
            "nmap" => linked.nmap("--resume kept"),
            _ => finish(linked.0.muster("scan --resume kept")),
        }
        .ok();
        assert!(
            ran.stderr
                .contains(&format!("going on with: muster scan -p 1-3 --journal kept -oN out {target}\n"))
        );
    }
}

#[test]
fn a_log_of_nmaps_cannot_be_resumed() {
    let linked = Linked::new();
    linked.0.write("log", "# Nmap 7.93 scan initiated Mon Nov 16 10:00:00 2026 as: nmap -oN log 127.0.0.1\n");
    let ran = linked.nmap("--resume log");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: log is a log of Nmap's"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--journal"), "{}", ran.stderr);
}

#[test]
fn what_is_said_twice_counts_once_but_for_who_is_asked_and_for_what() {
    let linked = Linked::new();
    let line = format!(
        "-n -n -Pn -Pn -sT -sT -T4 -T3 --open --open --max-retries 1 --max-retries 2 {}",
        address(9, 1)
    );
    let plan = linked.nmap(&format!("-p 2967 --dry-run {line}")).ok().stdout;
    assert!(plan.contains("rounds     2 to 3\n"), "{plan}");
    linked.0.write("list", "127.0.0.1\n");
    for (twice, named) in [
        ("-p 2967 -p 80", "-p <PORTS>"),
        ("-p 2967 --exclude-ports 1 --exclude-ports 2967", "--exclude-ports <PORTS>"),
        ("-p 2967 -iL list -iL list", "-iL <FILE>"),
        ("-p 2967 -S 127.0.0.1 -S 127.0.0.2", "-S <ADDRESS>"),
    ] {
        let ran = linked.nmap(&format!("{twice} --dry-run {line}"));
        let error = format!("'{named}' cannot be used multiple times");
        assert_refused(&ran, 2, &error, "--help");
    }
}

/// Nmap takes both, and asks nobody.
#[test]
fn who_wants_no_names_gets_none() {
    let linked = Linked::new();
    for words in ["-n -R", "-R -n", "-n --dns-servers 127.0.0.1:9", "-R --dns-servers 127.0.0.1:9 -n"] {
        let ran = linked.nmap(&format!("-sL {words} 10.9.8.0/30")).ok();
        assert_eq!(
            ran.stdout.matches("\nNmap scan report for 10.9.8.").count(),
            4,
            "{words}: {}",
            ran.stdout
        );
        assert_eq!(ran.stderr, "", "{words}");
    }
}
