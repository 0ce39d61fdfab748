//! Journals that a scan cannot go on with: refused with the reason, and nothing is overwritten.

use std::fs;
use std::thread;
use std::time::Duration;

use super::started;
use crate::common::finish;
use crate::support::{Workplace, assert_refused, network};

/// A workplace with the journal of a scan that came to its end, and the words of the scan.
fn scanned(number: u8) -> (Workplace, String) {
    let place = Workplace::new();
    let words = format!("-Pn -n -p 2967 --seed 5 {}/30", network(number));
    place.run(&format!("scan {words} --journal journal")).ok();
    (place, words)
}

#[test]
fn another_plan_is_refused_with_what_differs() {
    let (place, words) = scanned(185);
    let bytes = fs::read(place.path("journal")).unwrap();
    place.write("old", "precious");
    let other = network(186).to_string();
    let net = network(185).to_string();
    for (from, to, what) in [
        ("-p 2967", "-p 2967,80", "ports: 2967 in the journal, 80,2967 now"),
        (net.as_str(), other.as_str(), "targets: "),
        ("/30", "/30 --exclude NET", "targets: "),
        ("-Pn", "", "discovery: none (-Pn) in the journal, ports 80 and 443 now"),
        ("--seed 5", "--seed 6", "seed: 5 in the journal, 6 now"),
        ("--seed 5", "--seed 5 -T4", "timing: -T normal in the journal, -T aggressive now"),
        ("--seed 5", "--seed 5 --shard 1/2", "shard: "),
    ] {
        let changed = words.replace(from, to).replace("NET", &net);
        let ran = place.run(&format!("scan {changed} --resume journal -oG old"));
        assert_refused(&ran, 2, what, "takes those of the journal");
        assert!(ran.stderr.contains("the journal belongs to another sweep: journal: "), "{}", ran.stderr);
    }
    assert_eq!((place.read("old").as_str(), fs::read(place.path("journal")).unwrap()), ("precious", bytes));
    place.run(&format!("scan {words} --resume journal -oG old")).ok();
    assert!(place.read("old").starts_with("# muster "), "other outputs are no other plan");
}

#[test]
fn whatever_is_no_journal_of_a_scan() {
    let (place, words) = scanned(187);
    place.write("empty", "");
    place.write("nmap.log", "# Nmap 7.93 scan initiated Sun Nov 22 10:00:00 2026 as: nmap -oN nmap.log\n");
    place.write("nmap.xml", "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\">");
    place.write("text", "anything");
    for (file, what, hint) in [
        ("missing", "cannot read the journal missing", "check the name"),
        ("empty", "the journal is empty: empty", "begin"),
        ("nmap.log", "nmap.log is a log of Nmap's, which tells too little to go on from", "--journal wrote"),
        (
            "nmap.xml",
            "nmap.xml is an XML output of Nmap's, which tells too little to go on from",
            "--journal wrote",
        ),
        ("text", "not a journal of muster: text", "--journal wrote"),
        (".", "not a file that can be a journal: .", "ordinary file"),
    ] {
        assert_refused(&place.run(&format!("scan --resume {file}")), 2, what, hint);
        assert_refused(&place.run(&format!("scan {words} --resume {file}")), 2, what, hint);
    }
    for (line, what) in [
        ("--resume journal -v".to_owned(), "--resume takes all arguments from the journal, or none"),
        (format!("{words} --journal journal"), "there is something in it already: journal"),
        (format!("{words} --journal new -oG new"), "two outputs would be written to one place: new"),
        (format!("{words} --journal -"), "a journal cannot go to stdout"),
        (format!("{words} --journal nowhere/new"), "cannot create the journal nowhere/new"),
    ] {
        assert_refused(&place.run(&format!("scan {line}")), 2, what, "");
    }
    let both = place.run(&format!("scan {words} --journal new --resume journal"));
    assert_eq!(both.code, 2, "{}", both.stderr);
}

#[test]
fn a_torn_end_is_told_and_cut_off() {
    let (place, _) = scanned(188);
    let whole = fs::read(place.path("journal")).unwrap();
    for torn in [[&whole[..], &[0; 100]].concat(), whole[..whole.len() - 3].to_vec()] {
        fs::write(place.path("journal"), torn).unwrap();
        let ran = place.run("scan --resume journal").ok();
        assert!(ran.stderr.contains("warning: the journal is torn: the record at byte "), "{}", ran.stderr);
        let again = place.run("scan --resume journal").ok();
        assert!(!again.stderr.contains("torn"), "{}", again.stderr);
    }
    fs::write(place.path("journal"), &whole[..60]).unwrap();
    assert_refused(&place.run("scan --resume journal"), 2, "damaged in its first record", "begin");
}

#[test]
fn one_scan_at_a_time() {
    let place = Workplace::new();
    let words = format!("-Pn -n -p 2967 --max-rate 20 {}/24", network(189));
    let mut running = started(&place, &format!("scan {words} --journal journal"));
    while fs::metadata(place.path("journal")).map_or(0, |there| there.len()) == 0 {
        thread::park_timeout(Duration::from_millis(5));
    }
    for line in ["scan --resume journal".to_owned(), format!("scan {words} --journal journal")] {
        assert_refused(
            &place.run(&line),
            2,
            "another sweep is writing this journal: journal",
            "wait for its end",
        );
    }
    running.child().kill().unwrap();
    running.child().wait().unwrap();
    let other = finish(place.muster(&format!("scan {words} --journal journal")));
    assert_refused(&other, 2, "there is something in it already", "go on with it by --resume");
}
