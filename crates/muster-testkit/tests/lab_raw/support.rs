//! A lab, the program under test inside it, and what it says held against the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, thread};

use muster_model::{PortState, Reason};
use muster_testkit::lab::{Lab, LabPlan, Running, Side};
use serde_json::Value;

/// State and reason of every endpoint that was told, in Nmap's words.
pub(crate) type Findings = BTreeMap<(IpAddr, u16), (String, String)>;

/// No sweep of a test runs for longer.
const LIMIT: Duration = Duration::from_secs(60);

/// A lab, or a visible line that there is none.
pub(crate) fn lab(plan: LabPlan) -> Option<Lab> {
    if let Err(reason) = Lab::available() {
        skip(&format!("lab {reason}"));
        return None;
    }
    Some(Lab::start(plan).unwrap())
}

/// Past the harness, which would keep a line of a test that passes to itself.
pub(crate) fn skip(why: &str) {
    let _ = writeln!(io::stderr(), "skipped: {why}");
}

pub(crate) fn has_nmap() -> bool {
    let found = Command::new("nmap").arg("--version").output().is_ok();
    if !found {
        skip("nmap is not installed");
    }
    found
}

/// The program, built as this test was: cargo builds no program of another package for a test, and may have left an old
/// one beside it.
pub(crate) fn program() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| beside().unwrap_or_else(build))
}

/// The one beside this test, if nothing that it is made of was written since.
fn beside() -> Option<PathBuf> {
    let path = env::current_exe().ok()?.ancestors().nth(2)?.join("muster");
    let built = fs::metadata(&path).and_then(|data| data.modified()).ok()?;
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let parts = [crates.to_owned(), crates.with_file_name("Cargo.toml"), crates.with_file_name("Cargo.lock")];
    parts.iter().all(|part| newest(part).is_some_and(|written| written < built)).then_some(path)
}

/// When a file was last written, or the newest one in a folder; tests and examples are no part of the program.
fn newest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = fs::read_dir(path) else { return fs::metadata(path).ok()?.modified().ok() };
    let parts =
        entries.flatten().filter(|entry| entry.file_name() != "tests" && entry.file_name() != "examples");
    parts.filter_map(|entry| newest(&entry.path())).max()
}

fn build() -> PathBuf {
    let mut cargo = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args(["build", "--quiet", "--package", "muster", "--bin", "muster", "--message-format=json"]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut built = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    built.next_back().expect("cargo names the program")
}

/// `muster scan` in the near namespace.
pub(crate) fn scan(lab: &Lab, line: &str) -> Command {
    let mut command = lab.command(Side::Near, &program().to_string_lossy());
    command.arg("scan").args(line.split_whitespace());
    command
}

/// Runs it to its end and reads its JSON lines; its exit code is 0.
#[track_caller]
pub(crate) fn scanned(lab: &Lab, line: &str) -> Scanned {
    let words = ["scan", "-n", "-oJ", "-"].into_iter().chain(line.split_whitespace());
    let words: Vec<&str> = words.collect();
    let output = lab.run_within(LIMIT, &program().to_string_lossy(), &words).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    Scanned::of(&output)
}

/// Starts it and leaves it running; the lines go to `out`.
pub(crate) fn started(lab: &Lab, line: &str, out: &Path) -> Running {
    let mut command = scan(lab, line);
    command.arg("-n").arg("-oJ").arg(out);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    Running::start(command).unwrap()
}

/// A file of this name that is not there yet.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("muster-lab-raw-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

/// The lines that a sweep has left in a file, which is removed.
#[track_caller]
pub(crate) fn read(path: &Path) -> Scanned {
    let text = fs::read_to_string(path).unwrap();
    fs::remove_file(path).unwrap();
    Scanned { lines: lines(&text), stderr: String::new() }
}

/// Waits until a sweep that streams its lines has written some.
#[track_caller]
pub(crate) fn await_lines(path: &Path, wanted: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while fs::read_to_string(path).unwrap_or_default().lines().count() < wanted {
        assert!(Instant::now() < deadline, "no lines");
        thread::park_timeout(Duration::from_millis(10));
    }
}

/// What a sweep said.
pub(crate) struct Scanned {
    pub(crate) lines: Vec<Value>,
    pub(crate) stderr: String,
}

impl Scanned {
    pub(crate) fn of(output: &Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Self { lines: lines(&String::from_utf8_lossy(&output.stdout)), stderr }
    }

    pub(crate) fn of_type(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(move |line| line["type"] == kind)
    }

    /// The lines about ports of this protocol (`tcp`, `udp`), or about hosts (`icmp`, `neighbor`).
    pub(crate) fn ports(&self, protocol: &str) -> impl Iterator<Item = &Value> {
        self.of_type("port").filter(move |line| line["protocol"] == protocol)
    }

    /// What was told of the ports last; of the others nothing came.
    pub(crate) fn findings(&self, protocol: &str) -> Findings {
        let finding = |line: &Value| {
            let word = |name: &str| line[name].as_str().unwrap().to_owned();
            let port = u16::try_from(line["port"].as_u64().unwrap()).unwrap();
            ((word("address").parse().unwrap(), port), (word("state"), word("reason")))
        };
        self.ports(protocol).map(finding).collect()
    }

    /// The end of the sweep of the ports.
    #[track_caller]
    pub(crate) fn end(&self) -> &Value {
        self.of_type("summary").last().expect("a summary")
    }

    /// Who was found to be there before the ports were asked.
    pub(crate) fn up(&self, protocol: &str) -> BTreeSet<IpAddr> {
        let up = self.ports(protocol).filter(|line| line["state"] == "open");
        up.map(|line| line["address"].as_str().unwrap().parse().unwrap()).collect()
    }
}

/// The lines of a stream of JSON.
#[track_caller]
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// What must be told: everything but silence.
pub(crate) fn expected(truth: impl Iterator<Item = (IpAddr, u16, PortState, Reason)>) -> Findings {
    let told = truth.filter(|(.., reason)| *reason != Reason::NoResponse);
    told.map(|(at, port, state, why)| ((at, port), (state.to_string(), why.name().to_owned()))).collect()
}

/// Fails with the first few differences, not with all of them.
#[track_caller]
pub(crate) fn assert_same(found: &Findings, truth: &Findings) {
    let wrong: Vec<_> = truth
        .iter()
        .filter(|(at, says)| found.get(at) != Some(says))
        .map(|(at, says)| (at, found.get(at), says))
        .collect();
    let first = &wrong[..wrong.len().min(10)];
    assert!(wrong.is_empty(), "{} wrong, (at, found, truth): {first:?}", wrong.len());
    let more: Vec<_> = found.keys().filter(|at| !truth.contains_key(at)).take(10).collect();
    assert!(more.is_empty(), "told of those who are silent: {more:?}");
}

/// State and reason of every port in Nmap's XML, silence included.
#[track_caller]
pub(crate) fn nmap(lab: &Lab, line: &str) -> Findings {
    let words = ["-n", "-oX", "-", "--no-stylesheet"].into_iter().chain(line.split_whitespace());
    let words: Vec<&str> = words.collect();
    let output = lab.run("nmap", &words).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    xml_findings(&String::from_utf8(output.stdout).unwrap())
}

pub(crate) fn xml_findings(xml: &str) -> Findings {
    let mut found = Findings::new();
    for host in xml.replace("<host>", "<host ").split("<host ").skip(1) {
        let address: IpAddr = attribute(host, "addr").parse().unwrap();
        for port in host.split("<port ").skip(1) {
            let key = (address, attribute(port, "portid").parse().unwrap());
            found.insert(key, (attribute(port, "state"), attribute(port, "reason")));
        }
    }
    found
}

#[track_caller]
fn attribute(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Without those of whom nothing came.
pub(crate) fn told(findings: Findings) -> Findings {
    findings.into_iter().filter(|(_, (_, reason))| reason != "no-response").collect()
}
