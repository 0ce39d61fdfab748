//! Stores of every version there was.
//!
//! `tests/fixtures/vN.sql` is the file that version N made of the sample run. A change of the form needs a new step in
//! `migrations.rs`, and with it the next fixture, which `MUSTER_NEW_FIXTURE=1 cargo test -p muster-store newest` writes.
//! Fixtures of older versions are never written again.

use std::fs;
use std::path::{Path, PathBuf};

use muster_model::{Run, RunId};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::tempdir;

use super::{sample, store_of};
use crate::migrations::{KNOWN, MIGRATIONS, migrate};
use crate::{Store, StoreError};

#[test]
fn a_store_of_any_version_is_brought_up_to_date_and_loses_nothing() {
    for version in 1..=MIGRATIONS.len() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("s");
        let old = Connection::open(&path).unwrap();
        let rows = fs::read_to_string(fixture(version))
            .expect("every version has a fixture: see the head of this file");
        old.execute_batch(&rows).unwrap();
        drop(old);
        let store = Store::open(&path).unwrap();
        let now: i64 = store.connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(now, KNOWN);
        assert_eq!(store.load(RunId(1)).unwrap(), Some(as_known_by(version)), "version {version}");
    }
}

/// The sample run without what a version could not keep.
fn as_known_by(version: usize) -> Run {
    let mut run = sample::run();
    if version < 2 {
        run.header.network = None;
        let ports = run.hosts.iter_mut().flat_map(|host| &mut host.asset.ports);
        ports.for_each(|port| port.stack = None);
    }
    if version < 5 {
        for host in &mut run.hosts {
            (host.asset.hardware, host.asset.system) = (None, None);
        }
    }
    if version < 6 {
        let services = run.hosts.iter_mut().flat_map(|host| &mut host.asset.services);
        services.for_each(|service| service.exchanges.clear());
    }
    run
}

#[test]
fn the_newest_fixture_is_what_is_written() {
    let folder = tempdir().unwrap();
    let store = store_of(&folder.path().join("s"), &[sample::run()]);
    let (rows, fixture) = (dump(&store.connection), fixture(MIGRATIONS.len()));
    if std::env::var_os("MUSTER_NEW_FIXTURE").is_some() && !fixture.exists() {
        fs::write(&fixture, &rows).unwrap();
    }
    let kept = fs::read_to_string(fixture).unwrap_or_default();
    assert_eq!(rows, kept, "stores are written in another form: see the head of this file");
}

#[test]
fn steps_are_taken_all_or_none() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    drop(store_of(&path, &[sample::run()]));
    let mut connection = Connection::open(&path).unwrap();
    let steps = [MIGRATIONS, &["CREATE TABLE next (a)", "CREATE TABLE next (a)"]].concat();
    migrate(&mut connection, &steps).unwrap_err();
    drop(connection);
    assert_eq!(Store::open(&path).unwrap().load(RunId(1)).unwrap(), Some(sample::run()));
    let mut connection = Connection::open(&path).unwrap();
    migrate(&mut connection, &steps[..=MIGRATIONS.len()]).unwrap();
    connection.query_row("SELECT count(*) FROM next", [], |_| Ok(())).unwrap();
}

#[test]
fn a_newer_store_is_left_as_it_is() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let store = store_of(&path, &[sample::run()]);
    store.connection.pragma_update(None, "user_version", KNOWN + 1).unwrap();
    drop(store);
    let before = fs::read(&path).unwrap();
    for error in [Store::open(&path).unwrap_err(), Store::open_to_read(&path).unwrap_err()] {
        assert!(
            matches!(error, StoreError::Newer { found, known: KNOWN, .. } if found == KNOWN + 1),
            "{error}"
        );
        assert!(error.hint().is_some());
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn an_older_store_is_not_written_by_a_reader() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let store = store_of(&path, &[]);
    store.connection.pragma_update(None, "user_version", KNOWN - 1).unwrap();
    drop(store);
    let before = fs::read(&path).unwrap();
    let error = Store::open_to_read(&path).unwrap_err();
    assert!(matches!(error, StoreError::Older { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

fn fixture(version: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/v{version}.sql"))
}

/// The whole file, as SQL that makes it: tables, their rows, what watches over them, and its marks.
fn dump(connection: &Connection) -> String {
    let is_table = "type = 'table' AND name NOT LIKE 'sqlite%'";
    let texts = |what: &str, which: &str| -> Vec<String> {
        let query =
            format!("SELECT {what} FROM sqlite_schema WHERE {which} AND sql IS NOT NULL ORDER BY rowid");
        let mut statement = connection.prepare(&query).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let tables = texts("name", is_table);
    let mut text: String = texts("sql || ';\n'", is_table).concat();
    text.extend(tables.iter().map(|table| rows(connection, table)));
    text.extend(texts("sql || ';\n'", "type <> 'table'"));
    for mark in ["application_id", "user_version"] {
        let number: i64 = connection.pragma_query_value(None, mark, |row| row.get(0)).unwrap();
        text += &format!("PRAGMA {mark} = {number};\n");
    }
    text
}

fn rows(connection: &Connection, table: &str) -> String {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut text = String::new();
    while let Some(row) = rows.next().unwrap() {
        let values: Vec<String> = (0..columns).map(|column| literal(row.get_ref(column).unwrap())).collect();
        text += &format!("INSERT INTO {table} VALUES ({});\n", values.join(", "));
    }
    text
}

fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("'{}'", str::from_utf8(text).unwrap().replace('\'', "''")),
        ValueRef::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
    }
}
