//! Running `muster` on addresses that belong to one test.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{Mutex, PoisonError};
use std::thread;

use muster_demo::{Office, OfficeError};
use muster_platform::raise_descriptors;
use muster_testkit::lab::Running;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{MUSTER, Ran, finish, has, json_lines, run, skip};

/// A /24 of loopback of the test that calls; `place` tells several of one test apart. No two tests ever share one,
/// and another process that tests at the same time has others: process ids that live together differ.
#[track_caller]
pub(crate) fn network(place: u8) -> Ipv4Addr {
    static NETWORKS: Mutex<Vec<(String, u8)>> = Mutex::new(Vec::new());
    let thread = thread::current();
    let test = thread.name().expect("a test asks for its networks in its own thread");
    let mut networks = NETWORKS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = networks.iter().position(|(owner, number)| owner == test && *number == place);
    let index = known.unwrap_or_else(|| {
        networks.push((test.to_owned(), place));
        networks.len() - 1
    });
    assert!(index < 500, "there are no more networks");
    let block = 200 + 2 * (process::id() % 25) as u8;
    Ipv4Addr::new(127, block + (index / 250) as u8, (index % 250) as u8, 0)
}

/// A /16 of loopback in which nobody listens, for who wants more addresses than a /24 has.
pub(crate) fn nobodys() -> Ipv4Addr {
    Ipv4Addr::new(127, 150 + (process::id() % 50) as u8, 0, 0)
}

/// An address of such a network.
#[track_caller]
pub(crate) fn address(place: u8, host: u8) -> IpAddr {
    let [a, b, c, _] = network(place).octets();
    Ipv4Addr::new(a, b, c, host).into()
}

/// An office in a test's own network; none where a system has no more loopback addresses than one.
#[track_caller]
pub(crate) fn office(place: u8) -> Option<Office> {
    raise_descriptors().unwrap();
    match Office::open_in(network(place)) {
        Err(OfficeError::AddressUnavailable { address }) => {
            skip(&format!("this machine does not have {}", address.ip()));
            None
        }
        office => Some(office.unwrap()),
    }
}

/// `muster scan` with the words of `line`. Colours and widths of whoever runs the tests are taken away.
pub(crate) fn scan(line: &str) -> Command {
    let mut command = muster();
    command.arg("scan").args(line.split_whitespace());
    command
}

pub(crate) fn muster() -> Command {
    let mut command = Command::new(MUSTER);
    for variable in
        ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM", "MUSTER_STORE", "MUSTER_SNMP_COMMUNITY"]
    {
        command.env_remove(variable);
    }
    // Under sudo it would become the user who called, to whom a test's folders do not belong.
    CALLERS.iter().for_each(|variable| _ = command.env_remove(variable));
    command
}

/// Where sudo, doas and pkexec say who called.
const CALLERS: [&str; 6] = ["SUDO_UID", "SUDO_GID", "SUDO_USER", "DOAS_USER", "PKEXEC_UID", "SUDO_COMMAND"];

/// `muster` with the words of `line` and without any privilege, also where root runs the tests; `None` where that cannot
/// be arranged, which is said.
pub(crate) fn unprivileged(line: &str) -> Option<Command> {
    if !is_root() {
        let mut command = muster();
        command.args(line.split_whitespace());
        return Some(command);
    }
    if !has("setpriv") {
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(["--inh-caps=-all", "--bounding-set=-all", MUSTER]).args(line.split_whitespace());
    CALLERS.iter().for_each(|variable| _ = command.env_remove(variable));
    Some(command)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

/// A folder for one test, from which `muster` finds no policy, setting or store of whoever runs the tests.
pub(crate) struct Workplace(TempDir);

impl Workplace {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What is in it, hidden files included, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// `muster` with the words of `line`, here and at home here.
    pub(crate) fn muster(&self, line: &str) -> Command {
        let mut command = muster();
        command.args(line.split_whitespace());
        self.at_home(command)
    }

    /// `command` here and at home here: the default store is below.
    pub(crate) fn at_home(&self, mut command: Command) -> Command {
        command.current_dir(self.0.path()).env("HOME", self.0.path());
        command.env_remove("XDG_DATA_HOME").env_remove("MUSTER_STORE");
        command
    }

    /// Runs `muster` to its end.
    #[track_caller]
    pub(crate) fn run(&self, line: &str) -> Ran {
        finish(self.muster(line))
    }

    /// The lines of a file of JSON lines.
    #[track_caller]
    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        json_lines(&self.read(name))
    }
}

/// Fails unless a command ended with this exit code, one error that has these words, and a hint that has those.
#[track_caller]
pub(crate) fn assert_refused(ran: &Ran, code: i32, error: &str, hint: &str) {
    let (first, hints) = ran.stderr.split_once("\nhint: ").unwrap_or((&ran.stderr, ""));
    assert_eq!(ran.code, code, "{}", ran.stderr);
    assert!(first.lines().last().unwrap_or_default().starts_with("error: "), "{}", ran.stderr);
    assert!(first.contains(error) && hints.contains(hint), "{error}, {hint}: {}", ran.stderr);
}

/// Sends a signal to a program that runs.
pub(crate) fn send(signal: &str, running: &Running) {
    run("sh", &["-c", &format!("kill -{signal} {}", running.id())]);
}

/// Runs `muster scan` to its end.
#[track_caller]
pub(crate) fn scanned(line: &str) -> Ran {
    finish(scan(line))
}

/// The same with file names relative to `folder`.
#[track_caller]
pub(crate) fn scanned_in(folder: &Path, line: &str) -> Ran {
    let mut command = scan(line);
    command.current_dir(folder);
    finish(command)
}

/// A script of the shell, where `$MUSTER` is the program under test.
pub(crate) fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &script.replace("$MUSTER", "\"$MUSTER\"")]).env("MUSTER", MUSTER);
    command
}

/// The same program, which hears SIGHUP: whoever runs the tests may ignore it, as nohup does, and a child inherits that.
pub(crate) fn hearing_hangup(command: &Command) -> Command {
    let mut hearing = Command::new("env");
    hearing.arg("--default-signal=HUP").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => hearing.env(name, value),
            None => hearing.env_remove(name),
        };
    }
    command.get_current_dir().iter().for_each(|folder| _ = hearing.current_dir(folder));
    hearing
}

/// A plan with the lines that were too wide in one piece.
pub(crate) fn unfolded(plan: &str) -> String {
    plan.replace("\n           ", " ")
}

/// What a dry run prints about `key`.
pub(crate) fn planned(line: &str, key: &str) -> String {
    let ran = scanned(&format!("--dry-run {line}")).ok();
    let plan = unfolded(&ran.stdout);
    let found = plan.lines().find_map(|line| line.strip_prefix(key));
    found.unwrap_or_else(|| panic!("no {key}: {}", ran.stdout)).trim().to_owned()
}
