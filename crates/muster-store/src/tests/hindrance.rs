//! What keeps a store from being opened or written, and that nothing is lost by it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use muster_model::RunId;
use rusqlite::Connection;
use tempfile::tempdir;

use super::{record, sample, store_of};
use crate::{Store, StoreError, open};

const SHORTLY: Duration = Duration::from_millis(20);

#[test]
fn folder_and_file_are_made() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a/b/muster.db");
    assert!(matches!(Store::open_to_read(&path), Err(StoreError::NotFound { .. })));
    assert!(!folder.path().join("a").exists());
    let store = store_of(&path, &[sample::run()]);
    let names: Vec<_> =
        fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["muster.db"], "one file, also while it is open");
    drop(store);
}

#[test]
fn another_file_is_left_as_it_is() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("text");
    fs::write(&text, "Hello! ".repeat(1000)).unwrap();
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign)
        .unwrap()
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
        .unwrap();
    for path in [&text, &foreign] {
        let before = fs::read(path).unwrap();
        for error in [Store::open(path).unwrap_err(), Store::open_to_read(path).unwrap_err()] {
            assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
            assert!(error.hint().is_some());
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
    for error in [Store::open(folder.path()).unwrap_err(), Store::open_to_read(folder.path()).unwrap_err()] {
        assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
    }
    let below = text.join("s");
    assert!(matches!(Store::open_to_read(&below), Err(StoreError::NotFound { .. })));
    assert!(matches!(Store::open(&below), Err(StoreError::Io { .. })));
}

#[test]
fn a_file_in_which_nothing_is_becomes_a_store() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    fs::write(&path, "").unwrap();
    assert!(matches!(Store::open_to_read(&path), Err(StoreError::NotAStore { .. })));
    store_of(&path, &[sample::run()]);
}

#[test]
fn a_store_in_use_is_waited_for_and_then_given_up() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let mut store = store_of(&path, &[sample::run()]);
    let mut second = open::to_write(&path, SHORTLY).unwrap();
    let id = second.begin(&sample::header()).unwrap();
    let writer =
        store.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    for error in
        [second.begin(&sample::header()).unwrap_err(), second.record(id, &sample::run()).unwrap_err()]
    {
        assert!(matches!(error, StoreError::Locked { .. }), "{error}");
        assert!(error.hint().is_some());
    }
    assert_eq!(second.load(RunId(1)).unwrap(), Some(sample::run()), "a reader need not wait");
    writer.commit().unwrap();
    second.record(id, &sample::run()).unwrap();
    assert_eq!(store.load(id).unwrap(), Some(sample::run()));
}

#[test]
fn two_that_make_the_same_store_do_not_hinder_each_other() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| record(&mut Store::open(&path).unwrap(), &sample::run()));
        }
    });
    assert_eq!(Store::open(&path).unwrap().runs(9).unwrap().len(), 4);
}

#[test]
fn a_full_disk_costs_only_the_run_at_hand() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let mut store = store_of(&path, &[sample::run()]);
    let mut run = sample::run();
    run.hosts = (0..2000).flat_map(|_| sample::run().hosts).collect();
    let id = store.begin(&run.header).unwrap();
    let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |store: &Store, pages: i64| {
        store.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    };
    limit(&store, pages + 20);
    let error = store.record(id, &run).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.hint().is_some());
    assert_eq!(store.load(RunId(1)).unwrap(), Some(sample::run()));
    assert_eq!(store.load(id).unwrap(), None);
    assert_eq!(store.runs(1).unwrap()[0].end, None);
    limit(&store, 1 << 30);
    store.record(id, &run).unwrap();
    assert_eq!(store.load(id).unwrap(), Some(run));
}

#[test]
fn a_reader_reads_and_does_not_write() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    drop(store_of(&path, &[sample::run()]));
    let before = fs::read(&path).unwrap();
    let mut store = Store::open_to_read(&path).unwrap();
    assert_eq!(store.load(RunId(1)).unwrap(), Some(sample::run()));
    let error = store.begin(&sample::header()).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    assert!(error.hint().is_some());
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Where the user is root, who may write everywhere, only the reading is seen.
#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_store_that_may_not_be_written_can_be_read() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    drop(store_of(&path, &[sample::run()]));
    protect(&path, true);
    protect(folder.path(), true);
    let is_protected = fs::OpenOptions::new().write(true).open(&path).is_err();
    let read = Store::open_to_read(&path).map(|store| store.load(RunId(1)).unwrap());
    let written = Store::open(&path).map(|_| ());
    let made = Store::open(&folder.path().join("t")).map(|_| ());
    protect(folder.path(), false);
    protect(&path, false);
    assert_eq!(read.unwrap(), Some(sample::run()));
    if is_protected {
        assert!(matches!(written, Err(StoreError::ReadOnly { .. })), "{written:?}");
        assert!(matches!(made, Err(StoreError::ReadOnly { .. })), "{made:?}");
    } else {
        eprintln!("skipped in part: this user may write to read-only files");
    }
}

fn protect(path: &Path, is_protected: bool) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    permissions.set_readonly(is_protected);
    fs::set_permissions(path, permissions).unwrap();
}

/// What a writer leaves behind that is killed while it writes: a file with half of a run, and the journal.
fn leave_unfinished(path: &Path) {
    let folder = tempdir().unwrap();
    let original = folder.path().join("s");
    let mut store = store_of(&original, &[sample::run()]);
    store.connection.execute_batch("PRAGMA cache_size = 5").unwrap();
    let transaction = store.connection.transaction().unwrap();
    for position in 100..2000 {
        let what = "half a run ".repeat(20);
        transaction.execute("INSERT INTO not_tried VALUES (1, ?1, ?2)", (position, what)).unwrap();
    }
    fs::copy(&original, path).unwrap();
    fs::copy(original.with_file_name("s-journal"), path.with_file_name("s-journal")).unwrap();
}

#[test]
fn what_a_killed_writer_left_is_cleared_away() {
    for open in [Store::open, Store::open_to_read] {
        let folder = tempdir().unwrap();
        let path = folder.path().join("s");
        leave_unfinished(&path);
        assert!(fs::metadata(&path).unwrap().len() > 300_000, "half of the run is in the file");
        let store = open(&path).unwrap();
        assert_eq!(store.load(RunId(1)).unwrap(), Some(sample::run()));
        assert!(!path.with_file_name("s-journal").exists());
    }
}
