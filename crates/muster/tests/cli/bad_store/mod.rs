//! A store that cannot be used is told before anything is sent where that can be known, and whatever happens to it, the
//! runs it holds are as they were and the report is printed.

mod busy;

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use muster_testkit::lab::Lab;
use tempfile::TempDir;

use crate::common::{MUSTER, Ran, finish, has, run, skip};
use crate::support::{address, muster};

/// What every audit here is told; one address, no more.
const QUICK: [&str; 7] = ["audit", "-n", "-T5", "--no-devices", "-p", "2967", "--store"];

fn audit(folder: &Path, test: u8, store: &str) -> Command {
    let mut command = muster();
    command.args(QUICK).arg(store).arg(address(test, 1).to_string()).current_dir(folder);
    command
}

/// A folder with a store of one run.
#[track_caller]
fn kept(test: u8) -> TempDir {
    let folder = TempDir::new().unwrap();
    finish(audit(folder.path(), test, "store")).ok();
    folder
}

#[track_caller]
fn asked(folder: &Path, words: &[&str]) -> Ran {
    let mut command = muster();
    command.args(words).args(["--store", "store"]).current_dir(folder);
    finish(command)
}

/// Ports that would know if they were asked; none where a system has one loopback address only.
fn guard(test: u8) -> Option<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(address(test, 1), 2967)).ok();
    match &listener {
        Some(listener) => listener.set_nonblocking(true).unwrap(),
        None => skip("this machine has one loopback address only"),
    }
    listener
}

#[track_caller]
fn assert_failed(ran: &Ran, code: i32, message: &str) {
    assert_eq!(ran.code, code, "{}", ran.stderr);
    let errors: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(errors.len() == 1 && errors[0].contains(message), "no {message:?} in {}", ran.stderr);
    assert!(ran.stderr.contains("\nhint: "), "{}", ran.stderr);
}

/// Every command refuses the store in these words, leaves it as it is, and asks nobody.
#[track_caller]
fn assert_refused(folder: &Path, test: u8, code: i32, message: &str) {
    let Some(guard) = guard(test) else { return };
    let before = fs::read(folder.join("store")).ok();
    let audited = finish(audit(folder, test, "store"));
    assert_failed(&audited, code, message);
    assert_eq!(audited.stdout, "", "a report of nothing");
    for words in [&["history"][..], &["report"], &["why", "127.0.0.1"]] {
        assert_failed(&asked(folder, words), code, message);
    }
    assert_eq!(fs::read(folder.join("store")).ok(), before);
    assert!(guard.accept().is_err(), "a probe was sent");
}

#[test]
fn what_is_no_store() {
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store");
    fs::write(&store, "dear diary\n".repeat(1_000)).unwrap();
    assert_refused(folder.path(), 220, 2, "not a muster store: ");
    fs::remove_file(&store).unwrap();
    fs::create_dir(&store).unwrap();
    assert_refused(folder.path(), 220, 2, "not a muster store: ");
    fs::remove_dir(&store).unwrap();
    for words in [&["history"][..], &["report"], &["report", "7"], &["why", "127.0.0.1"]] {
        assert_failed(&asked(folder.path(), words), 2, "there is no store: ");
    }
    assert!(!store.exists(), "whoever reads makes none");
}

#[test]
fn somebody_elses_database() {
    if !has("python3") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store");
    python(&store, "c.execute('CREATE TABLE letters (text)')");
    assert_refused(folder.path(), 221, 2, "not a muster store: ");
}

#[test]
fn a_store_from_a_newer_release() {
    let folder = kept(222);
    let store = folder.path().join("store");
    let mut bytes = fs::read(&store).unwrap();
    bytes[USER_VERSION].copy_from_slice(&9_999_u32.to_be_bytes());
    fs::write(&store, bytes).unwrap();
    assert_refused(folder.path(), 222, 3, "the store is from a newer release: ");
}

/// The place of `user_version` in the header of a SQLite file (fileformat2, 1.3).
const USER_VERSION: std::ops::Range<usize> = 60..64;

#[test]
fn a_damaged_store() {
    let folder = kept(223);
    let store = folder.path().join("store");
    let whole = fs::read(&store).unwrap();
    // The second page on holds the tables; the header still says that this is a store.
    let mut overwritten = whole.clone();
    overwritten[4_096..].fill(0xa5);
    let schema = [&whole[..120], &vec![0xff; whole.len() - 120][..]].concat();
    for damaged in [overwritten, schema, whole[..whole.len() / 2].to_vec(), whole[..5_000].to_vec()] {
        fs::write(&store, &damaged).unwrap();
        for words in [&["history"][..], &["report"], &["why", "127.0.0.1"]] {
            assert_failed(&asked(folder.path(), words), 3, "the store is damaged: ");
        }
        let audited = finish(audit(folder.path(), 223, "store"));
        assert_failed(&audited, 3, "the store is damaged: ");
    }
    fs::write(&store, &whole).unwrap();
    asked(folder.path(), &["report"]).ok();
}

fn python(store: &Path, statement: &str) {
    let script = format!(
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n{statement}\nc.close()"
    );
    run("python3", &["-c".as_ref(), script.as_ref(), store.as_os_str()]);
}

/// The program run by somebody who may read the folder but not write to it.
fn stranger(folder: &Path, words: &[&str]) -> Option<Ran> {
    run("chmod", &["755".as_ref(), folder.as_os_str()]);
    let copy = folder.join("muster");
    if Lab::available().is_err() {
        // Whoever is not root is kept out by modes alone.
        run("chmod", &["555".as_ref(), folder.as_os_str()]);
        let mut command = muster();
        command.args(words).current_dir(folder);
        let ran = finish(command);
        run("chmod", &["755".as_ref(), folder.as_os_str()]);
        return Some(ran);
    }
    if !has("setpriv") {
        return None;
    }
    if !copy.exists() {
        fs::copy(MUSTER, &copy).unwrap();
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all",
    ]);
    command.arg(&copy).args(words).current_dir(folder);
    Some(finish(command))
}

#[test]
fn a_store_that_may_only_be_read() {
    let folder = kept(228);
    let path = folder.path();
    run("chmod", &["444".as_ref(), path.join("store").as_os_str()]);
    let before = fs::read(path.join("store")).unwrap();
    let Some(guard) = guard(228) else { return };
    let at = address(228, 1).to_string();
    let Some(audited) = stranger(path, &[&QUICK[..], &["store", &at]].concat()) else { return };
    assert_failed(&audited, 3, "the store cannot be written: ");
    assert!(audited.stderr.contains("--no-store"), "{}", audited.stderr);
    let new = stranger(path, &[&QUICK[..], &["new", &at]].concat()).unwrap();
    assert_failed(&new, 3, "the store cannot be written: ");
    let deeper = stranger(path, &[&QUICK[..], &["a/b/new", &at]].concat()).unwrap();
    assert_failed(&deeper, 3, "the store cannot be written: ");
    assert!(guard.accept().is_err(), "a probe was sent");
    for words in [&["history"][..], &["report"], &["why", &at]] {
        stranger(path, &[words, &["--store", "store"]].concat()).unwrap().ok();
    }
    assert_eq!(fs::read(path.join("store")).unwrap(), before);
}

#[test]
fn a_thousand_runs_are_listed_quickly() {
    let folder = kept(229);
    if !has("python3") {
        return;
    }
    let columns =
        "started, arguments, operator, version, policy, targets, addresses, seed, ended, first_host, hosts";
    python(
        &folder.path().join("store"),
        &format!(
            "c.execute('BEGIN')\nfor n in range(999): c.execute('INSERT INTO run ({columns}) SELECT {columns} FROM run WHERE id = 1')\nc.execute('COMMIT')"
        ),
    );
    let started = Instant::now();
    let few = asked(folder.path(), &["history"]).ok().stdout;
    let three = asked(folder.path(), &["history", "-n", "3"]).ok().stdout;
    let all = asked(folder.path(), &["history", "-n", "100000"]).ok().stdout;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let runs = |text: &str| text.lines().filter(|line| line.contains(&address(229, 1).to_string())).count();
    assert_eq!([runs(&few), runs(&three), runs(&all)], [20, 3, 1_000], "{few}");
    assert!(three.contains("1000") && !three.contains(" 997 "), "the newest come first: {three}");
    let ran = asked(folder.path(), &["history", "-n", "-1"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}
