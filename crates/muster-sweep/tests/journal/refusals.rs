//! Journals that are not what was asked for: refused with the reason, and unchanged.

use std::fs;
use std::path::Path;
use std::time::Duration;

use muster_sweep::{Fact, Header, Journal, JournalError, read_bytes};

use super::{Place, create, event, found, head, header, written};

/// Fails unless the error says this, gives a hint, and left the file alone.
#[track_caller]
fn assert_says<T: std::fmt::Debug>(outcome: Result<T, JournalError>, words: &str) -> JournalError {
    let error = outcome.unwrap_err();
    let said = error.to_string();
    assert!(said.contains(words), "{said}");
    assert!(!error.hint().is_empty());
    error
}

#[test]
fn whatever_is_no_journal() {
    let place = Place::new();
    assert_says(found(&place.path()), "cannot read the journal");
    for (bytes, words) in [
        (&b""[..], "the journal is empty"),
        (b"muster jour", "damaged in its first record"),
        (b"muster journal\n\x01\0", "damaged in its first record"),
        (b"muster journal\n\x01\0\x01\0\0\0\0\0\0\0\x01", "damaged in its first record"),
        (b"# Nmap 7.93 scan initiated", "not a journal of muster"),
        (b"#", "not a journal of muster"),
        (b"muster journal\n\0\0", "not a journal of muster"),
        (b"muster journal\n\x02\0", "has form 2, and this version of muster knows forms up to 1"),
    ] {
        place.write(bytes);
        assert!(assert_says(found(&place.path()), words).is_usage());
        assert_eq!(place.bytes(), bytes);
    }
    assert_says(found(place.folder.path()), "not a file that can be a journal");
    assert_says(found(Path::new("/dev/null")), "not a file that can be a journal");
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::new();
    place.write(b"precious");
    assert_says(create(&place.path()), "there is something in it already");
    assert_eq!(place.bytes(), b"precious");
    assert_says(create(Path::new("/dev/null")), "not a file that can be a journal");
    assert_says(create(&place.path().join("below")), "cannot create the journal");
    place.write(b"");
    create(&place.path()).unwrap();
}

#[test]
fn one_sweep_at_a_time() {
    let place = Place::new();
    let journal = place.create();
    assert_says(found(&place.path()), "another sweep is writing this journal");
    assert_says(create(&place.path()), "another sweep is writing this journal");
    drop(journal);
    let first = found(&place.path()).unwrap();
    assert_says(found(&place.path()), "another sweep is writing this journal");
    drop(first);
    found(&place.path()).unwrap();
}

#[test]
fn another_plan_is_refused_with_what_differs() {
    let place = Place::new();
    written(&place, 3);
    let bytes = place.bytes();
    let found = found(&place.path()).unwrap();
    found.check(&Header { arguments: Vec::new(), start: 0, ..header() }).unwrap();
    let other =
        Header { facts: vec![Fact::new("targets", "10.0.1.0/24"), Fact::new("ports", 80)], ..header() };
    assert_says(found.check(&other), "targets: 10.0.0.0/24 in the journal, 10.0.1.0/24 now");
    assert_says(found.check(&Header { seed: 8, ..header() }), "seed: 7 in the journal, 8 now");
    drop(found);
    assert_eq!(place.bytes(), bytes);
}

#[test]
fn another_stage_is_refused() {
    let place = Place::new();
    written(&place, 3);
    let mut journal = Journal::go_on(found(&place.path()).unwrap(), Duration::ZERO).unwrap();
    journal.begin_stage(&head("discovery", 80), &mut |_| ()).unwrap();
    let error = assert_says(
        journal.begin_stage(&head("ports", 81), &mut |_| ()),
        "stage 2 is ports of 256 endpoints",
    );
    assert!(error.to_string().contains("and was ports of 256 endpoints"), "{error}");
}

/// What is written next goes where the record would have gone that is not there.
#[test]
fn a_journal_that_shrinks_is_noticed() {
    let place = Place::new();
    written(&place, 30);
    let mut journal = Journal::go_on(found(&place.path()).unwrap(), Duration::ZERO).unwrap();
    journal.begin_stage(&head("discovery", 80), &mut |_| ()).unwrap();
    let file = fs::OpenOptions::new().write(true).open(place.path()).unwrap();
    file.set_len(place.bytes().len() as u64 / 2).unwrap();
    assert_says(journal.begin_stage(&head("ports", 2967), &mut |_| ()), "changed while it was read");
    journal.event(&event(1));
    assert!(read_bytes(&place.bytes()).is_ok());
}
