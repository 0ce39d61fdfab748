//! What is recorded comes back as it was, and stays.

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::tempdir;

use super::{arbitrary, record, sample, store_of};
use crate::{Store, StoreError};
use muster_model::{RunId, RunOutcome, Verdict};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_run_comes_back_as_it_was(first in arbitrary::run(), second in arbitrary::run()) {
        let mut store = in_memory();
        let ids = [&first, &second].map(|run| record(&mut store, run));
        prop_assert_eq!(store.load(ids[0]).unwrap(), Some(first));
        prop_assert_eq!(store.load(ids[1]).unwrap(), Some(second));
    }
}

/// A store of the same form, for which no disk is waited.
fn in_memory() -> Store {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    crate::migrations::migrate(&mut connection, crate::migrations::MIGRATIONS).unwrap();
    Store { connection, path: "memory".into() }
}

#[test]
fn hostile_text_is_kept_as_it_is() {
    let folder = tempdir().unwrap();
    let mut run = sample::run();
    run.header.operator = "o\0p\u{202e}\x1b[2J'; DROP TABLE run; --".repeat(100_000);
    run.header.arguments = "\0".to_owned();
    run.outcome = RunOutcome::Partial("\0stopped".to_owned());
    let store = store_of(&folder.path().join("s"), &[run.clone()]);
    assert_eq!(store.load(RunId(1)).unwrap(), Some(run));
}

#[test]
fn text_too_long_for_a_store_is_an_error_and_nothing_is_lost() {
    let folder = tempdir().unwrap();
    let mut store = store_of(&folder.path().join("s"), &[sample::run()]);
    let mut run = sample::run();
    let id = store.begin(&run.header).unwrap();
    run.header.operator = String::from_utf8(vec![0; 1_000_000_001]).unwrap(); // zeros take no memory until written
    let error = store.record(id, &run).unwrap_err();
    assert!(matches!(error, StoreError::Sql { .. }), "{error}");
    assert!(error.to_string().contains("too big"), "{error}");
    assert_eq!(store.load(RunId(1)).unwrap(), Some(sample::run()));
    store.record(id, &sample::run()).unwrap();
}

#[test]
fn a_run_is_recorded_once() {
    let folder = tempdir().unwrap();
    let mut store = store_of(&folder.path().join("s"), &[sample::run()]);
    let mut other = sample::run();
    other.hosts.clear();
    assert!(matches!(store.record(RunId(1), &other), Err(StoreError::AlreadyRecorded { id: RunId(1) })));
    assert!(matches!(store.record(RunId(2), &other), Err(StoreError::NoSuchRun { id: RunId(2) })));
    assert!(matches!(store.record(RunId(u64::MAX), &other), Err(StoreError::NoSuchRun { .. })));
    assert_eq!(store.load(RunId(1)).unwrap(), Some(sample::run()));
}

#[test]
fn the_schema_lets_nobody_change_or_delete_a_row() {
    let folder = tempdir().unwrap();
    let mut store = store_of(&folder.path().join("s"), &[sample::run()]);
    let mut recording = store.recording(&sample::run().header).unwrap();
    recording
        .file(&crate::RunFile { name: "a.xml".to_owned(), digest: [7; 16], scanner: None, version: None })
        .unwrap();
    recording.finish(&sample::run()).unwrap();
    let query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut statement = store.connection.prepare(query).unwrap();
    let tables: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(tables.len(), 22);
    for table in tables {
        let column: String = store
            .connection
            .query_row("SELECT name FROM pragma_table_info(?1) LIMIT 1", [&table], |row| row.get(0))
            .unwrap();
        let rows: i64 = store
            .connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap();
        assert!(rows > 0, "the sample has no {table}");
        for sql in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
            let error = store.connection.execute(&sql, []).unwrap_err();
            assert!(error.to_string().contains("never"), "{sql}: {error}");
        }
    }
}

#[test]
fn a_host_that_somebody_adds_belongs_to_no_run() {
    let folder = tempdir().unwrap();
    let store = store_of(&folder.path().join("s"), &[sample::run()]);
    let columns =
        "run, address, zone, device, is_phantom, verdict, reasons, next_steps, findings, protection";
    let sql = format!("INSERT INTO host ({columns}) SELECT {columns} FROM host WHERE id = 1");
    assert_eq!(store.connection.execute(&sql, []).unwrap(), 1);
    assert_eq!(store.load(RunId(1)).unwrap(), Some(sample::run()));
    let query = crate::HostQuery::Address("10.1.0.1".parse().unwrap());
    assert_eq!(store.host(RunId(1), &query).unwrap().len(), 1);
    assert_eq!(store.host_history(&query, 9).unwrap().len(), 1);
}

#[test]
fn a_run_that_never_ended_is_partial() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let mut store = store_of(&path, &[sample::run()]);
    let id = store.begin(&sample::header()).unwrap();
    drop(store);
    let store = Store::open_to_read(&path).unwrap();
    let runs = store.runs(9).unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [id, RunId(1)]);
    assert_eq!(runs[0].outcome, RunOutcome::Partial("no end recorded: under way, or killed".to_owned()));
    assert_eq!(runs[0].end, None);
    assert!(runs[0].verdicts.iter().all(|(_, hosts)| *hosts == 0));
    assert_eq!(store.load(id).unwrap(), None);
    assert_eq!(store.latest().unwrap(), Some(RunId(1)));
}

#[test]
fn a_summary_says_what_the_run_says() {
    let folder = tempdir().unwrap();
    let store = store_of(&folder.path().join("s"), &[sample::run()]);
    let (run, summary) = (sample::run(), store.runs(1).unwrap().remove(0));
    assert_eq!((summary.start, summary.end), (run.header.start, Some(run.end)));
    assert_eq!((summary.outcome, summary.arguments), (run.outcome, run.header.arguments));
    assert_eq!((summary.targets, summary.addresses), (run.header.targets, run.header.addresses));
    assert!(summary.verdicts.iter().map(|(verdict, _)| *verdict).eq(Verdict::ALL));
    for (verdict, hosts) in summary.verdicts {
        assert_eq!(
            hosts,
            u64::from(run.hosts.iter().any(|host| host.judgement.verdict == verdict)),
            "{verdict}"
        );
    }
}

#[test]
fn sentences_are_kept_once() {
    let folder = tempdir().unwrap();
    let store = store_of(&folder.path().join("s"), &[sample::run(), sample::run()]);
    let count = |sql: &str| store.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM statement"), 5);
    assert_eq!(count("SELECT count(DISTINCT list) FROM statement_list"), 4);
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}
