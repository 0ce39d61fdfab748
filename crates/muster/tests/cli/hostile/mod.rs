//! Whoever answers may say anything, for as long as it likes: the audit ends all the same, takes little of it, and
//! nothing that was said reaches a terminal, a page or a table as anything but text.

mod listener;
mod plain;
mod speeches;

use std::fs;
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use muster_platform::raise_descriptors;
use muster_testkit::lab::Running;
use serde_json::Value;
use tempfile::TempDir;

use self::listener::{Listener, MOST_SAID, Speech, is_here};
use self::plain::{
    assert_plain, assert_plain_but_colored, assert_plain_lines, assert_plain_page, assert_plain_table, kinds,
};
use self::speeches::{speeches, texts, unruly};
use crate::common::{Ran, collect, finish, json_lines, of_type, skip};
use crate::support::{address, muster, network};

/// Everything that an audit of some listeners left behind.
struct Audited {
    folder: TempDir,
    ran: Ran,
    most_memory: Option<u64>,
    took: Duration,
}

impl Audited {
    /// Audits the first hosts of a test's network, the ports of devices included.
    #[track_caller]
    fn of(test: u8, hosts: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = muster();
        command.args(["audit", "-n", "-T5", "-p", "2967,3310,8081,8192,8443", "--store", "store.db"]);
        command.args(["--html", "page", "--csv", "table", "--jsonl", "lines"]);
        command.arg(format!("{}-{hosts}", address(test, 1))).current_dir(folder.path());
        // As for a terminal: elsewhere escape sequences would be taken out on the way, whosesoever they are.
        command.env("CLICOLOR_FORCE", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut running = Running::start(command).unwrap();
        let (stdout, stderr) =
            (collect(running.child().stdout.take()), collect(running.child().stderr.take()));
        let (code, most_memory) = watch(&mut running);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran { code, stdout: text(stdout.join().unwrap()), stderr: text(stderr.join().unwrap()) };
        Self { folder, ran, most_memory, took: started.elapsed() }
    }

    fn read(&self, name: &str) -> String {
        read(self.folder.path(), name)
    }

    /// Another command that reads the store.
    #[track_caller]
    fn ask(&self, words: &[&str]) -> String {
        let mut command = muster();
        command.args(words).args(["--store", "store.db"]).current_dir(self.folder.path());
        command.env("CLICOLOR_FORCE", "1");
        finish(command).ok().stdout
    }
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Waits for the end; the exit code, and the most memory in bytes that was in use, where the system tells.
#[track_caller]
fn watch(running: &mut Running) -> (i32, Option<u64>) {
    let status = format!("/proc/{}/status", running.id());
    let (mut most, end) = (None, Instant::now() + LONGEST_AUDIT);
    loop {
        most = most.max(fs::read_to_string(&status).ok().and_then(|text| peak(&text)));
        if let Ok(status) = running.wait(Duration::from_millis(5)) {
            return (status.code().unwrap_or(-1), most);
        }
        assert!(Instant::now() < end, "it does not end");
    }
}

fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

/// Listeners for each of the texts, a host each; on the ports of the web and of remote shells only where that takes no
/// privilege.
fn office(test: u8, texts: &[Vec<u8>]) -> Option<Vec<Listener>> {
    if !is_here(network(test)) {
        skip("this machine has one loopback address only");
        return None;
    }
    raise_descriptors().unwrap();
    let hosts = (1..).zip(texts).map(|(host, text)| (address(test, host), text));
    let lowest = if TcpListener::bind((address(test, 1), 80)).is_ok() { 1 } else { 1_024 };
    let open = |(at, text): (IpAddr, &Vec<u8>)| {
        let speeches = speeches(text).into_iter().filter(move |(port, _)| *port >= lowest);
        speeches.map(move |(port, speech)| Listener::open(at, port, speech))
    };
    Some(hosts.flat_map(open).collect())
}

#[test]
fn nothing_that_is_said_is_more_than_text() {
    let texts = texts();
    let Some(listeners) = office(200, &texts) else { return };
    let audited = Audited::of(200, texts.len());
    drop(listeners);
    assert_eq!(audited.ran.code, 0, "{}", audited.ran.stderr);
    assert_plain_but_colored(&audited.ran.stdout);
    assert_plain(&audited.ran.stderr);
    assert!(audited.ran.stdout.contains("\x1b["), "escape sequences are taken out, whosesoever they are");
    assert_plain_documents(audited.folder.path());
    let said = audited.read("lines").matches("hostile").count();
    assert!(said > 4 * texts.len(), "what was said is not even told: {said}");

    audited.ask(&["report", "--html", "page", "--csv", "table", "--jsonl", "lines"]);
    assert_plain_documents(audited.folder.path());
    assert_plain_but_colored(&audited.ask(&["report"]));
    assert_plain_but_colored(&audited.ask(&["history"]));
    for host in 1..=texts.len() {
        let told = audited.ask(&["why", &address(200, host as u8).to_string()]);
        assert_plain_but_colored(&told);
        assert!(told.contains("hostile") || told.contains("hos\\x00tile"), "{told}");
        assert!(told.contains("  sent  ") && told.contains("  came  "), "what came is evidence: {told}");
    }
}

#[track_caller]
fn assert_plain_documents(folder: &Path) {
    assert_plain_page(&read(folder, "page"));
    assert_plain_table(&read(folder, "table"));
    assert_plain_lines(&read(folder, "lines"));
}

/// Markup that is text adds no element to a page.
#[test]
fn a_page_about_the_hostile_is_made_as_one_about_the_harmless() {
    let hostile = texts();
    let harmless = vec![b"harmless".to_vec(); hostile.len()];
    let page = |test, texts: &[Vec<u8>]| {
        let _listeners = office(test, texts)?;
        Some(kinds(&Audited::of(test, texts.len()).read("page")))
    };
    let (Some(hostile), Some(harmless)) = (page(201, &hostile), page(202, &harmless)) else { return };
    let added: Vec<_> = hostile.difference(&harmless).collect();
    assert!(added.is_empty() && harmless.len() > 20, "{added:?} besides {harmless:?}");
}

#[test]
fn nobody_holds_an_audit_up_or_fills_its_memory() {
    if !is_here(network(203)) {
        return skip("this machine has one loopback address only");
    }
    raise_descriptors().unwrap();
    let unruly = unruly();
    let hosts = unruly.len();
    let everywhere = |(host, speech): (u8, &Speech)| {
        let at = address(203, host);
        [2967, 3310, 8081, 8192, 8443].map(|port| Listener::open(at, port, speech.clone()))
    };
    let listeners: Vec<Listener> = (1..).zip(&unruly).flat_map(everywhere).collect();
    let audited = Audited::of(203, hosts);
    assert_eq!(audited.ran.code, 0, "{}", audited.ran.stderr);
    assert!(audited.took < Duration::from_secs(20), "{:?}", audited.took);
    if let Some(most) = audited.most_memory {
        assert!(most < MOST_MEMORY, "{} MB in use", most >> 20);
    }
    let most = listeners.iter().map(Listener::taken).max().unwrap();
    assert!(most < MOST_TAKEN, "{} MB of {} taken from one listener", most >> 20, MOST_SAID >> 20);
    let floods = listeners.iter().filter(|listener| listener.taken() > 1 << 16).count();
    assert!(floods >= 5 * 4, "only {floods} listeners came to say much");
    assert_told_of_all(&audited, hosts);
    assert_plain_but_colored(&audited.ran.stdout);
    assert_plain_documents(audited.folder.path());
}

/// Every port is open, and nobody is taken for a protected host.
#[track_caller]
fn assert_told_of_all(audited: &Audited, hosts: usize) {
    let lines = json_lines(&audited.read("lines"));
    let told = of_type(&lines, "host");
    assert_eq!(told.len(), hosts);
    for (place, host) in told.iter().enumerate() {
        let open = |port: &&Value| port["state"] == "open";
        assert_eq!(host["ports"].as_array().unwrap().iter().filter(open).count(), 5, "{host}");
        assert_ne!(host["verdict"], "protected", "{host}");
        let why = audited.ask(&["why", &address(203, place as u8 + 1).to_string()]);
        assert_plain_but_colored(&why);
    }
}

const LONGEST_AUDIT: Duration = Duration::from_secs(40);
/// Generous: an audit of this size needs less than half.
const MOST_MEMORY: u64 = 64 << 20;
/// What both ends of two connections hold in the system's buffers, and what is read before it is enough.
const MOST_TAKEN: u64 = 32 << 20;
