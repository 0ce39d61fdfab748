//! Ctrl-C, SIGTERM and SIGHUP in mid-sweep: an end within two seconds, valid outputs that are marked partial, and nothing said
//! about hosts that were not tried.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::Running;
use tempfile::TempDir;

use crate::common::{assert_valid_xml, collect, json_lines, of_type, run, xml_hosts};
use crate::support::{hearing_hangup, network, nobodys, scan, shell};

/// After a signal.
const LONGEST_END: Duration = Duration::from_secs(2);

fn send(signal: &str, running: &Running) {
    run("sh", &["-c", &format!("kill -{signal} {}", running.id())]);
}

/// Waits until `file` holds `count` lines with `word`.
#[track_caller]
fn wait_for(file: &Path, word: &str, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while fs::read_to_string(file).unwrap_or_default().matches(word).count() < count {
        assert!(Instant::now() < deadline, "never {count} × {word} in {}", file.display());
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// Starts a sweep of 256 addresses that takes five seconds, sends the signal after some answers, and gives the exit
/// code and stderr.
fn interrupted(folder: &Path, words: &str, signal: &str) -> (Option<i32>, String) {
    let mut command = hearing_hangup(&scan(&format!("{words} --max-rate 50 -oA all -oJ lines")));
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let (stdout, stderr) = (collect(running.child().stdout.take()), collect(running.child().stderr.take()));
    wait_for(&folder.join("lines"), "\"type\":\"port\"", 20);
    send(signal, &running);
    let status = running.wait(LONGEST_END).unwrap();
    stdout.join().unwrap();
    (status.code(), String::from_utf8(stderr.join().unwrap()).unwrap())
}

#[test]
fn outputs_are_valid_and_partial() {
    for (signal, name, code) in [("HUP", "SIGHUP", 129), ("INT", "SIGINT", 130), ("TERM", "SIGTERM", 143)] {
        let folder = TempDir::new().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let (ended, stderr) = interrupted(folder.path(), &format!("-Pn -p 2967 {}/24", network(60)), signal);
        assert_eq!(ended, Some(code), "{stderr}");
        assert!(
            stderr.contains("(stopped before the end: partial)") && stderr.contains("not tried"),
            "{stderr}"
        );
        for file in ["all.nmap", "all.gnmap"] {
            let text = read(file);
            let last = text.lines().last().unwrap();
            assert!(last.starts_with('#') && last.contains(name), "{file}: {last}");
        }
        let xml = read("all.xml");
        assert!(xml.contains("exit=\"error\"") && xml.contains(name), "{xml}");
        assert_valid_xml(&folder.path().join("all.xml"));
        only_what_was_seen_is_reported(&xml, &read("all.gnmap"), &read("lines"));
    }
}

#[track_caller]
fn only_what_was_seen_is_reported(xml: &str, grepable: &str, lines: &str) {
    let lines = json_lines(lines);
    let end = lines.last().unwrap();
    assert_eq!((&end["type"], &end["complete"]), (&"summary".into(), &false.into()));
    let ports = of_type(&lines, "port");
    assert!((20..250).contains(&ports.len()), "{}", ports.len());
    assert_eq!(
        end["not_tried"].as_u64().unwrap()
            + end["answered"].as_u64().unwrap()
            + end["silent"].as_u64().unwrap(),
        256,
        "{end}"
    );
    let seen: BTreeSet<String> =
        ports.iter().map(|line| line["address"].as_str().unwrap().to_owned()).collect();
    assert_eq!(xml_hosts(xml).keys().map(ToString::to_string).collect::<BTreeSet<_>>(), seen);
    assert_eq!(grepable.matches("Ports:").count(), seen.len());
    assert!(of_type(&lines, "silent").is_empty(), "silence of a sweep that was cut short says nothing");
}

#[test]
fn discovery_can_be_interrupted_too() {
    let folder = TempDir::new().unwrap();
    let (code, stderr) = interrupted(folder.path(), &format!("-p 2967 {}/24", network(61)), "INT");
    assert_eq!(code, Some(130), "{stderr}");
    let lines = json_lines(&fs::read_to_string(folder.path().join("lines")).unwrap());
    assert_eq!(of_type(&lines, "run").len(), 1, "the ports were swept all the same");
    let xml = fs::read_to_string(folder.path().join("all.xml")).unwrap();
    let hosts = xml_hosts(&xml);
    assert!((20..250).contains(&hosts.len()) && !xml.contains("<port "), "{}", hosts.len());
}

#[test]
fn a_second_signal_ends_at_once() {
    // Nobody reads on, so that the program hangs in writing, where a first signal alone does not get it out.
    let mut command = scan(&format!("-T5 -Pn -p 2967 -oG - {}/20", nobodys()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    let mut stdout = BufReader::with_capacity(64, running.child().stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("Host: ") {
        line.clear();
        assert!(stdout.read_line(&mut line).unwrap() > 0);
    }
    send("INT", &running);
    assert!(running.wait(Duration::from_millis(300)).is_err(), "it did not hang in writing");
    send("INT", &running);
    assert_eq!(running.wait(LONGEST_END).unwrap().code(), Some(130));
}

#[test]
fn a_terminal_that_goes_is_told_by_several() {
    let folder = TempDir::new().unwrap();
    let line = format!("-Pn -p 2967 --max-rate 50 -oX out -oJ lines {}/24", network(65));
    let mut command = hearing_hangup(&scan(&line));
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    wait_for(&folder.path().join("lines"), "\"type\":\"port\"", 20);
    let twice = format!("kill -HUP {0}; kill -HUP {0}", running.id());
    run("sh", &["-c", &twice]);
    assert_eq!(running.wait(LONGEST_END).unwrap().code(), Some(129));
    assert!(fs::read_to_string(folder.path().join("out")).unwrap().contains("SIGHUP"));
}

#[test]
fn whoever_ignores_hanging_up_is_not_ended_by_it() {
    let folder = TempDir::new().unwrap();
    let line = format!("-Pn -p 2967 --max-rate 50 -oJ lines {}/26", network(67));
    let mut command = shell(&format!("trap '' HUP; exec $MUSTER scan {line}"));
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    wait_for(&folder.path().join("lines"), "\"type\":\"port\"", 10);
    send("HUP", &running);
    assert_eq!(running.wait(Duration::from_secs(20)).unwrap().code(), Some(0));
}

#[test]
fn a_stop_and_a_continue_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let mut command = scan(&format!("-Pn -p 2967 --max-rate 200 -oJ lines {}/25", network(62)));
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    let lines = folder.path().join("lines");
    wait_for(&lines, "\"type\":\"port\"", 20);
    send("STOP", &running);
    thread::park_timeout(Duration::from_millis(700));
    let before = fs::read_to_string(&lines).unwrap().lines().count();
    send("CONT", &running);
    // At 200 a second a tenth of a second is worth 20; what the pause was worth must not come in a burst.
    thread::park_timeout(Duration::from_millis(100));
    let after = fs::read_to_string(&lines).unwrap().lines().count();
    assert!(after - before < 70, "{} at once", after - before);
    assert_eq!(running.wait(Duration::from_secs(20)).unwrap().code(), Some(0));
    let lines = json_lines(&fs::read_to_string(&lines).unwrap());
    assert_eq!(of_type(&lines, "port").len(), 128);
}
