//! Damaged stores are reported as such, and never bring the program down.

use std::fs;
use std::path::Path;

use muster_model::RunId;
use rusqlite::Connection;
use tempfile::tempdir;

use super::{sample, store_of};
use crate::{HostQuery, Store, StoreError};

/// A store that is large enough for damage to hit something.
fn large(path: &Path) -> Vec<u8> {
    let mut run = sample::run();
    run.hosts = (0..60).flat_map(|_| sample::run().hosts).collect();
    drop(store_of(path, &[run]));
    fs::read(path).unwrap()
}

/// Reads all there is.
fn read(path: &Path) -> Result<(), StoreError> {
    let store = Store::open_to_read(path)?;
    store.runs(10)?;
    store.host_history(&HostQuery::Name("pc1".to_owned()), 1000)?;
    store.host(RunId(1), &HostQuery::Address("10.1.0.1".parse().unwrap()))?;
    store.load(RunId(1)).map(|_| ())
}

#[test]
fn a_file_that_was_cut_off_is_corrupt() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let whole = large(&path);
    for part in [1, 2, 3, 7] {
        fs::write(&path, &whole[..whole.len() * part / 8]).unwrap();
        let error = read(&path).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{part}/8: {error}");
        assert!(error.hint().is_some());
    }
    fs::write(&path, &whole[..50]).unwrap();
    let error = read(&path).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore { .. } | StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn pages_that_were_overwritten_are_noticed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let whole = large(&path);
    let mut corrupt = 0;
    for (page, garbage) in (1..whole.len() / 4096).flat_map(|page| [(page, 0xa5u8), (page, 0), (page, 0xff)])
    {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(garbage);
        fs::write(&path, bytes).unwrap();
        match read(&path) {
            Err(StoreError::Corrupt { .. }) => corrupt += 1,
            Err(error) => panic!("page {page}: {error}"),
            Ok(()) => {} // a page of which nothing was asked
        }
    }
    assert!(corrupt > whole.len() / 4096, "{corrupt} of {} pages", whole.len() / 4096);
}

#[test]
fn bytes_that_were_changed_bring_nothing_down() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s");
    let whole = large(&path);
    for step in 0..400 {
        let mut bytes = whole.clone();
        for byte in 0..20 {
            let place = 100 + (step * 7919 + byte * 104_729) % (whole.len() - 100);
            bytes[place] = bytes[place].wrapping_mul(31).wrapping_add(17 + u8::try_from(byte).unwrap());
        }
        fs::write(&path, bytes).unwrap();
        if let Err(error) = read(&path) {
            assert!(
                matches!(error, StoreError::Corrupt { .. } | StoreError::NotAStore { .. }),
                "{step}: {error}"
            );
        }
    }
}

/// Rows that no release of ours wrote.
#[test]
fn content_that_makes_no_sense_is_corrupt() {
    for sql in [
        "UPDATE host SET verdict = 'excellent'",
        "UPDATE host SET address = x'04'",
        "UPDATE host SET address = x''",
        "UPDATE host SET address = x'0500000000'",
        "UPDATE host SET reasons = 99",
        "UPDATE host SET reasons = 0; DELETE FROM statement_list; UPDATE host SET next_steps = 1",
        "UPDATE host SET device = NULL",
        "UPDATE host SET system = NULL",
        "UPDATE host SET system = NULL; DELETE FROM system_sign",
        "UPDATE host SET hardware = x'0102030405'",
        "UPDATE system_sign SET protocol = NULL",
        "UPDATE host SET zone = 'a' || char(27) || '[2J'",
        "UPDATE host SET zone = CAST(x'ff' AS TEXT)",
        "DELETE FROM host WHERE id = 2",
        "UPDATE host SET id = id + 1000",
        "UPDATE run SET ended = 'soon'",
        "UPDATE run SET hosts = 9223372036854775807",
        "UPDATE run SET hosts = -1",
        "UPDATE run SET hosts = NULL",
        "UPDATE run SET first_host = 9223372036854775807",
        "UPDATE run_verdict SET verdict = 'excellent' WHERE verdict = 'suspect'",
        "UPDATE observation SET reason = 'because'",
        "UPDATE observation SET port = 65536",
        "UPDATE observation SET round = -1",
        "UPDATE observation SET icmp_from = NULL",
        "UPDATE device_sign SET port = NULL",
        "UPDATE statement SET id = id + 100",
        "UPDATE fact SET as_of = '2026-13-01T00:00:00Z'",
        "DELETE FROM fact",
        "UPDATE service SET identity = 'genuine'",
        "UPDATE service SET fingerprint = NULL",
        "UPDATE service SET manner_speech = NULL",
        "UPDATE service_product SET product = 'A B'",
        "DELETE FROM service_product",
        "UPDATE service_told SET kind = 'signature-date'",
        "UPDATE service_request SET request = 'DELETE /'",
        "UPDATE address_range SET first_address = x'067f00000100000000000000000000000000'",
        "UPDATE address_range SET first_address = last_address WHERE position = 0; \
         UPDATE address_range SET first_address = x'0400000000'",
        "UPDATE finding_list SET severity = 'dreadful'",
        "DROP TABLE sweep",
        "ALTER TABLE service RENAME COLUMN speech TO language",
    ] {
        let folder = tempdir().unwrap();
        let path = folder.path().join("s");
        drop(store_of(&path, &[sample::run()]));
        tamper(&path, sql);
        match read(&path) {
            Err(error @ StoreError::Corrupt { .. }) => {
                assert!(!error.to_string().contains('\x1b'), "{error}");
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

/// Changes a store against its will.
fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    let query = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
    let triggers: Vec<String> = connection
        .prepare(query)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for trigger in triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}
