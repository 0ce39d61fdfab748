//! A store that another process holds, or that somebody takes away, before and during the run.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::Running;
use tempfile::TempDir;

use super::{asked, assert_failed, audit, guard, kept};
use crate::common::{Ran, collect, finish, has};

/// Another process that will hold a transaction open; started beforehand, since an interpreter takes its time.
struct Locker {
    process: Running,
    says: BufReader<ChildStdout>,
}

impl Locker {
    /// `None` without Python.
    fn start(store: &Path, kind: &str) -> Option<Self> {
        if !has("python3") {
            return None;
        }
        let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
                      print('ready', flush=True)\nsys.stdin.readline()\n\
                      c.execute('BEGIN ' + sys.argv[2])\nprint('held', flush=True)\nsys.stdin.read()";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(store).arg(kind).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Running::start(command).unwrap();
        let says = BufReader::new(process.child().stdout.take().unwrap());
        let mut locker = Self { process, says };
        assert_eq!(locker.hear(), "ready\n");
        Some(locker)
    }

    /// Holds the transaction until it is dropped.
    fn hold(mut self) -> Self {
        self.process.child().stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        assert_eq!(self.hear(), "held\n");
        self
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.says.read_line(&mut line).unwrap();
        line
    }
}

#[test]
fn a_store_that_another_process_writes() {
    let folder = kept(224);
    let Some(locker) = Locker::start(&folder.path().join("store"), "EXCLUSIVE") else { return };
    let _lock = locker.hold();
    let Some(guard) = guard(224) else { return };
    let path = folder.path();
    thread::scope(|scope| {
        let audit = audit(path, 224, "store");
        let reader = scope.spawn(|| asked(path, &["report"]));
        let writer = scope.spawn(|| finish(audit));
        for ran in [reader.join().unwrap(), writer.join().unwrap()] {
            assert_failed(&ran, 3, "the store is in use by another process: ");
            assert_eq!(ran.stdout, "");
        }
    });
    assert!(guard.accept().is_err(), "a probe was sent");
}

/// An audit that talks to somebody who says nothing; `meanwhile` happens while it waits. What it printed, and its code.
#[track_caller]
fn audited_while<T>(folder: &Path, test: u8, meanwhile: impl FnOnce() -> T) -> Option<(Ran, T)> {
    let guard = guard(test)?;
    let mut command = audit(folder, test, "store");
    command.args(["--html", "page", "--jsonl", "lines"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let (stdout, stderr) = (collect(running.child().stdout.take()), collect(running.child().stderr.take()));
    let end = Instant::now() + Duration::from_secs(10);
    while guard.accept().is_err() {
        assert!(Instant::now() < end, "it probes nobody");
        thread::park_timeout(Duration::from_millis(2));
    }
    let happened = meanwhile();
    let code = running.wait(Duration::from_secs(30)).unwrap().code().unwrap_or(-1);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(stdout.join().unwrap()), text(stderr.join().unwrap()));
    Some((Ran { code, stdout, stderr }, happened))
}

/// The run could not be stored: that is said, and the report is there all the same.
#[track_caller]
fn assert_told_all_the_same(ran: &Ran, folder: &Path, why: &str) {
    assert_failed(ran, 3, &format!("the run could not be stored: {why}"));
    assert!(ran.stdout.contains("coverage ") && ran.stdout.contains("127."), "{}", ran.stdout);
    assert!(fs::read_to_string(folder.join("page")).unwrap().contains("</html>"));
    assert!(fs::read_to_string(folder.join("lines")).unwrap().contains("\"type\":\"coverage\""));
}

#[test]
fn a_store_that_is_locked_when_the_run_is_over() {
    let folder = kept(225);
    let Some(locker) = Locker::start(&folder.path().join("store"), "IMMEDIATE") else { return };
    let Some((ran, lock)) = audited_while(folder.path(), 225, || locker.hold()) else { return };
    assert_told_all_the_same(&ran, folder.path(), "the store is in use by another process: ");
    drop(lock);
    let history = asked(folder.path(), &["history"]).ok().stdout;
    assert!(history.contains("complete") || history.lines().count() > 2, "{history}");
    asked(folder.path(), &["report", "1"]).ok();
    let lost = asked(folder.path(), &["report", "2"]);
    assert_eq!(lost.code, 2, "a run that was not stored can be read: {}", lost.stdout);
}

#[test]
fn a_store_that_vanishes_during_the_run() {
    for (test, is_folder) in [(226, false), (227, true)] {
        let folder = TempDir::new().unwrap();
        let store = folder.path().join("store");
        let away = folder.path().join("away");
        let vanish = || match is_folder {
            true => drop(fs::remove_file(&store).and_then(|()| fs::create_dir(&store))),
            false => fs::rename(&store, &away).unwrap(),
        };
        let Some((ran, ())) = audited_while(folder.path(), test, vanish) else { return };
        assert_told_all_the_same(&ran, folder.path(), "");
    }
}
