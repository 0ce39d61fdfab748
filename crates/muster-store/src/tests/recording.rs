//! Runs that are recorded batch by batch: the same as at once, and all or nothing.

use muster_model::{Run, RunId};
use tempfile::tempdir;

use super::sample;
use crate::{RunFile, Store};

const DIGEST: [u8; 16] = *b"what a file says";

fn file(name: &str) -> RunFile {
    let (scanner, version) = (Some("nmap".to_owned()), Some("7.93".to_owned()));
    RunFile { name: name.to_owned(), digest: DIGEST, scanner, version }
}

/// The run without its hosts.
fn rest(run: &Run) -> Run {
    Run { hosts: Vec::new(), ..run.clone() }
}

#[test]
fn batches_make_the_same_run_as_all_at_once() {
    let folder = tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("s")).unwrap();
    let run = sample::run();
    assert!(run.hosts.len() > 1);
    let begun = muster_model::RunHeader { targets: String::new(), ..run.header.clone() };
    let mut recording = store.recording(&begun).unwrap();
    for host in &run.hosts {
        recording.hosts(std::slice::from_ref(host)).unwrap();
    }
    let id = recording.finish(&rest(&run)).unwrap();
    let other = super::record(&mut store, &run);
    assert_eq!(store.load(id).unwrap().as_ref(), Some(&run));
    let runs = store.runs(9).unwrap();
    assert_eq!(runs[0].id, other);
    assert_eq!(runs[0].verdicts, runs[1].verdicts);
}

#[test]
fn a_recording_that_is_dropped_leaves_nothing() {
    let folder = tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("s")).unwrap();
    let run = sample::run();
    let mut recording = store.recording(&run.header).unwrap();
    recording.hosts(&run.hosts).unwrap();
    recording.file(&file("a.xml")).unwrap();
    drop(recording);
    assert_eq!(store.runs(9).unwrap(), []);
    assert_eq!(store.made_of(&DIGEST).unwrap(), None);
    let mut recording = store.recording(&run.header).unwrap();
    recording.hosts(&run.hosts).unwrap();
    assert_eq!(recording.finish(&rest(&run)).unwrap(), RunId(1));
    assert_eq!(store.load(RunId(1)).unwrap(), Some(run));
}

#[test]
fn a_file_is_known_by_what_it_says() {
    let folder = tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("s")).unwrap();
    let run = sample::run();
    for name in ["a.xml", "copy.xml"] {
        let mut recording = store.recording(&run.header).unwrap();
        recording.file(&file(name)).unwrap();
        recording.finish(&rest(&run)).unwrap();
    }
    assert_eq!(store.made_of(&DIGEST).unwrap(), Some(RunId(2)), "the latest");
    assert_eq!(store.made_of(&[0; 16]).unwrap(), None);
}
