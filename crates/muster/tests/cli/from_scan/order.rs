//! Runs of files have the times of their scans: which is the last, and which was the one before.

use super::{POLICY, SIGNS, closed, run};
use crate::common::Ran;
use crate::support::{Workplace, address, assert_refused};

const DAY: u64 = 86_400;
const MONDAY: u64 = 1_700_000_000;

fn place() -> Workplace {
    let place = Workplace::new();
    place.write("muster.toml", POLICY);
    place
}

/// The scan of a day, on which these hosts answered.
fn scanned(place: &Workplace, name: &str, day: u64, hosts: &[u8]) {
    let hosts: String = hosts.iter().map(|last| closed(&format!("10.0.0.{last}"))).collect();
    place.write(name, &run("nmap -sS -T 4 -oX out.xml 10.0.0.0/24", MONDAY + day * DAY, SIGNS, &hosts));
}

#[test]
fn an_older_file_that_is_imported_later_is_not_the_last_run() {
    let place = Workplace::new();
    let host = address(205, 1).to_string();
    place.run(&format!("audit -T5 -n --no-devices -p 2967 {host}")).ok();
    place.write("old.xml", &run("nmap x", MONDAY, SIGNS, &closed(&host)));
    place.run("import old.xml").ok();
    let why = |options: &str| place.run(&format!("why {options} {host}")).ok().stdout;
    assert_eq!(why(""), why("--run 1"));
    assert!(!why("").contains("imported"), "{}", why(""));
    assert_eq!(place.run("report").ok().stdout, place.run("report 1").ok().stdout);
    let history = place.run("history").ok().stdout;
    let number = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        words.next().filter(|_| words.next().is_some_and(|date| date.starts_with("20")))
    };
    let numbers: Vec<String> = history.lines().filter_map(number).collect();
    assert_eq!(numbers, ["1", "2"], "{history}");
}

#[test]
fn a_file_that_breaks_off_is_not_the_last_run_while_there_is_another() {
    let place = place();
    scanned(&place, "whole.xml", 0, &[1]);
    scanned(&place, "cut.xml", 1, &[1, 2]);
    let cut = place.read("cut.xml");
    place.write("cut.xml", &cut[..cut.find("10.0.0.2").unwrap()]);
    place.run("import whole.xml cut.xml").ok();
    let why = place.run("why 10.0.0.1").ok().stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(why.contains("by nmap 7.93, imported from whole.xml, "), "{why}");
}

#[test]
fn scans_of_the_same_targets_follow_each_other_whoever_answered() {
    let place = place();
    scanned(&place, "tuesday.xml", 1, &[1, 2]);
    scanned(&place, "monday.xml", 0, &[1]);
    scanned(&place, "wednesday.xml", 2, &[1, 2]);
    place.run("import tuesday.xml monday.xml wednesday.xml").ok();
    let report = place.run("report 1").ok().stdout;
    assert!(report.contains("\nrun 1: 10.0.0.0/24, 256 addresses, "), "{report}");
    let changed = place.run("diff 1");
    assert_eq!(changed.code, 1, "{}", changed.stderr);
    assert!(
        changed.stdout.contains("10.0.0.2") && !changed.stdout.contains("10.0.0.1 "),
        "{}",
        changed.stdout
    );
    let compared = place.run("diff 3");
    assert!(compared.code < 2, "{}", compared.stderr);
    assert_refused(&place.run("diff 2"), 2, "no complete run of the same targets", "muster history");
}

/// Judges the file of a day, and fails on findings that the day before did not have.
fn compared(place: &Workplace, file: &str, options: &str) -> Ran {
    place.run(&format!("audit --from-scan {file} --fail-on new:missing-agent {options}"))
}

#[test]
fn findings_of_files_are_new_against_the_scan_before() {
    let place = place();
    scanned(&place, "monday.xml", 0, &[1]);
    scanned(&place, "tuesday.xml", 1, &[1, 2]);
    scanned(&place, "wednesday.xml", 2, &[2]);
    let first = compared(&place, "monday.xml", "");
    assert_eq!((first.code, first.stderr.contains("no earlier run")), (1, true), "{}", first.stderr);
    for _ in 0..2 {
        let second = compared(&place, "tuesday.xml", "");
        assert_eq!((second.code, second.stderr.contains("no earlier run")), (1, false), "{}", second.stderr);
    }
    let third = compared(&place, "wednesday.xml", "");
    assert_eq!((third.code, third.stderr.contains("no earlier run")), (0, false), "{}", third.stderr);
}

#[test]
fn targets_that_are_named_are_those_of_the_run() {
    let place = place();
    scanned(&place, "monday.xml", 0, &[1, 200]);
    scanned(&place, "tuesday.xml", 1, &[1, 201]);
    compared(&place, "monday.xml", "10.0.0.0/25");
    let second = compared(&place, "tuesday.xml", "10.0.0.0/25");
    assert_eq!((second.code, second.stderr.contains("no earlier run")), (0, false), "{}", second.stderr);
    let of_zone = compared(&place, "tuesday.xml", "--zone clients");
    assert!(of_zone.stderr.contains("no earlier run"), "{}", of_zone.stderr);
    assert!(place.run("report 3").ok().stdout.contains("\nrun 3: 10.0.0.0/16, "));
}

#[test]
fn a_run_of_files_that_cannot_be_kept_leaves_no_trace() {
    let place = place();
    scanned(&place, "monday.xml", 0, &[1]);
    place.run("audit --from-scan monday.xml --store kept").ok();
    scanned(&place, "tuesday.xml", 1, &(1..=250).collect::<Vec<u8>>());
    // The store must not grow: there is no room for so many hosts.
    let mut limited = std::process::Command::new("sh");
    let pages = std::fs::metadata(place.path("kept")).unwrap().len() / 512;
    limited
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {pages}; exec \"$0\" \"$@\"")])
        .arg(crate::common::MUSTER);
    limited.args(["audit", "--from-scan", "tuesday.xml", "--store", "kept"]);
    let ran = crate::common::finish(place.at_home(limited));
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("the run could not be stored"), "{}", ran.stderr);
    assert!(ran.stdout.contains("10.0.0.1"), "the report is written all the same: {}", ran.stdout);
    let history = place.run("history --store kept").ok().stdout;
    assert!(!history.contains("no end") && !history.contains("killed"), "{history}");
    assert!(history.contains("2023-11-14") && !history.contains("2023-11-15"), "{history}");
}

#[test]
fn an_audit_is_no_run_before_of_files_and_files_are_none_of_an_audit() {
    let place = Workplace::new();
    let host = address(205, 7).to_string();
    place.write("old.xml", &run(&format!("nmap {host}"), MONDAY, SIGNS, &closed(&host)));
    place.run("import old.xml").ok();
    place.run(&format!("audit -T5 -n --no-devices -p 2967 {host}")).ok();
    assert_refused(
        &place.run("diff 2"),
        2,
        "no complete run of the same targets",
        "an audit is compared with an audit",
    );
    place.write("new.xml", &run(&format!("nmap {host}"), 2 * MONDAY, SIGNS, &closed(&host)));
    place.run("import new.xml").ok();
    let ran = place.run("diff 3");
    assert_eq!(ran.code, place.run("diff 1 3").code, "{}", ran.stderr);
    assert!(ran.code < 2, "{}", ran.stderr);
}

#[test]
fn who_was_left_out_by_narrowing_is_not_gone() {
    let place = place();
    scanned(&place, "monday.xml", 0, &[1, 2, 200, 201]);
    scanned(&place, "tuesday.xml", 1, &[1, 200]);
    place.run("audit --from-scan monday.xml").ok();
    place.run("audit --from-scan tuesday.xml 10.0.0.0/25").ok();
    place.run("audit --from-scan tuesday.xml").ok();
    let narrowed = place.run("diff 1 2");
    assert!(
        narrowed.stdout.contains("\n-10.0.0.2:\n") && !narrowed.stdout.contains("10.0.0.20"),
        "{}",
        narrowed.stdout
    );
    assert_eq!(
        narrowed.stderr,
        "note: 2 hosts of run 1 not compared: run 2 does not have them, and it was narrowed to others\n"
    );
    let back = place.run("diff 2 3").ok();
    assert!(back.stderr.starts_with("note: 1 host of run 3 not compared: run 2 "), "{}", back.stderr);
    let whole = place.run("diff 1 3");
    assert!(whole.stdout.contains("\n-10.0.0.201:\n"), "{}", whole.stdout);
}
