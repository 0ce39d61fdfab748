//! A scan that ends early in good order: by a signal, or because its journal cannot be written.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{findings, noted, started, unbroken};
use crate::common::{assert_valid_xml, finish, xml_findings};
use crate::support::{Workplace, address, network, send, shell};

#[track_caller]
fn wait_for(journal: &Path, length: u64) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::fs::metadata(journal).map_or(0, |there| there.len()) < length {
        assert!(Instant::now() < deadline, "never {length} bytes in {}", journal.display());
        thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn a_scan_that_was_interrupted_goes_on() {
    let place = Workplace::new();
    let words = format!("-Pn -n -p 2967 --max-rate 200 {}/25", network(182));
    let expected = unbroken(&words);
    let mut running = started(&place, &format!("scan {words} -oG found -oX found.xml --journal journal"));
    wait_for(&place.path("journal"), 1_500);
    send("INT", &running);
    assert_eq!(running.wait(Duration::from_secs(5)).unwrap().code(), Some(130));
    let first = findings(&place, "found");
    assert!(place.read("found").contains("SIGINT") && first.lines().count() < 200, "{first}");
    let known = noted(&place.path("journal")).len();
    assert!(known >= first.matches("Ports:").count(), "what was reported is in the journal");
    let ran = place.run("scan --resume journal").ok();
    assert_eq!(findings(&place, "found"), expected);
    assert!(ran.stderr.contains(&format!("not asked again: {known} endpoints\n")), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("going on with: "), "{}", ran.stderr);
    assert_valid_xml(&place.path("found.xml"));
    // The journal is complete now: everything comes from it.
    let again = place.run("scan --resume journal").ok();
    assert!(again.stderr.contains("not asked again: 128 endpoints\n"), "{}", again.stderr);
    let over = "the scan of this journal had come to its end: ";
    assert!(again.stderr.contains(over) && !ran.stderr.contains(over), "{}", again.stderr);
    assert_eq!(findings(&place, "found"), expected);
}

/// A file that may not grow is a disk that is full.
#[test]
fn a_journal_that_cannot_be_written_ends_the_scan_in_good_order() {
    let place = Workplace::new();
    let words = format!("-Pn -n -p 2967 --max-rate 500 {}/24", network(183));
    let script = format!("trap '' XFSZ; ulimit -f 8; exec $MUSTER scan {words} -oG - --journal journal");
    let ran = finish(place.at_home(shell(&script)));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let failed = "\nerror: cannot write the journal journal: ";
    assert!(ran.stderr.contains(failed) && ran.stderr.contains("\nhint: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("it can go on: muster scan --resume journal"), "{}", ran.stderr);
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.starts_with("# muster ") && last.contains("cannot write the journal"), "{last}");
    let known = noted(&place.path("journal")).len();
    assert!((20..256).contains(&known), "{known}");
    let resumed = place.run("scan --resume journal").ok();
    let found: String = resumed
        .stdout
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(found, unbroken(&words));
    assert!(resumed.stderr.contains("warning: the journal is torn: "), "{}", resumed.stderr);
}

#[test]
fn discovery_that_ended_is_not_done_again() {
    let place = Workplace::new();
    let words = format!("-n -p 2967-2970 --max-rate 300 {}/26", network(184));
    let expected = unbroken(&words);
    let running = started(&place, &format!("scan {words} -oG found -oJ lines --journal journal"));
    // The discovery of 64 hosts takes some 3 kB, and their ports follow.
    wait_for(&place.path("journal"), 4_500);
    let mut running = running;
    running.child().kill().unwrap();
    running.child().wait().unwrap();
    place.run("scan --resume journal").ok();
    assert_eq!(findings(&place, "found"), expected);
    let lines = place.lines("lines");
    let sent: Vec<_> =
        lines.iter().filter(|line| line["type"] == "summary").map(|line| &line["probes"]).collect();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(sent[0], 64, "that of the discovery, from the journal");
    let restored: Vec<_> =
        lines.iter().filter(|line| line["type"] == "summary").map(|line| line["restored"].as_u64()).collect();
    assert!(restored[0] == Some(64) && restored[1] > Some(0), "{restored:?}");
    assert!(sent[1].as_u64().unwrap() < 256, "{sent:?}");
}

/// What was cut short is read as in full, and a value that looks like an option stays one.
#[test]
fn whichever_way_the_journal_was_named_it_goes_on() {
    for named in ["--jour journal", "--jour=journal", "-v --journal journal"] {
        let place = Workplace::new();
        let words = format!("-n -Pn -p 2967-2970 --stylesheet --journal=x {}", address(247, 1));
        place.run(&format!("scan {words} {named} -oX out")).ok();
        let before = place.read("out");
        let ran = place.run("scan --resu journal").ok();
        assert!(ran.stderr.contains("the scan of this journal had come to its end"), "{}", ran.stderr);
        let after = place.read("out");
        assert_eq!(xml_findings(&after), xml_findings(&before), "{named}");
        assert!(after.contains("<?xml-stylesheet href=\"--journal=x\""), "{after}");
        assert!(after.contains(named), "{after}");
    }
}
