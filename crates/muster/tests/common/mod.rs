//! What both test programs need: running a program to its end, skipping in sight of everybody, and reading the outputs.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use muster_testkit::lab::Running;
use serde_json::Value;

/// The program under test.
pub(crate) const MUSTER: &str = env!("CARGO_BIN_EXE_muster");
/// No test runs a program for longer.
const LIMIT: Duration = Duration::from_secs(60);

/// State and reason of every endpoint, in Nmap's words.
pub(crate) type Findings = BTreeMap<(IpAddr, u16), (String, String)>;

/// What a program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// -1 where a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The same, if all went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }

    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap_or(-1);
        Self { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Runs `command` with `input` on stdin; fails if it takes longer than a minute.
#[track_caller]
pub(crate) fn finish_with(mut command: Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let (stdout, stderr) = (collect(running.child().stdout.take()), collect(running.child().stderr.take()));
    let mut stdin = running.child().stdin.take().unwrap();
    // Whoever does not read its stdin has closed it by now.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let status = running.wait(LIMIT).unwrap();
    Ran::of(Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() })
}

/// The same without anything on stdin.
#[track_caller]
pub(crate) fn finish(command: Command) -> Ran {
    finish_with(command, "")
}

/// Runs a program that must succeed; gives its stdout.
#[track_caller]
pub(crate) fn run<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> String {
    let mut command = Command::new(program);
    command.args(arguments);
    finish(command).ok().stdout
}

/// Reads a pipe on a thread of its own, so that a full one never stops the program.
pub(crate) fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is still what the program said.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        bytes
    })
}

/// Says past the harness, which would keep the line of a test that passes to itself, that something is not tested.
pub(crate) fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Whether `program` can be run; says so if not.
pub(crate) fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    if !is_there {
        skip(&format!("{program} is not installed"));
    }
    is_there
}

/// Holds a file against the document type of Nmap's XML, where that and the judge are installed.
#[track_caller]
pub(crate) fn assert_valid_xml(file: &Path) {
    let dtd = Path::new("/usr/share/nmap/nmap.dtd");
    let judge = ["--nonet", "--noout", "--dtdvalid"].map(OsStr::new);
    if !dtd.exists() {
        skip("nmap.dtd is not installed");
    } else if has("xmllint") {
        run("xmllint", &[&judge[..], &[dtd.as_os_str(), file.as_os_str()]].concat());
    }
}

/// The lines of a stream of JSON.
#[track_caller]
pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The lines of one type.
pub(crate) fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

/// State and reason of every port that an XML output lists.
pub(crate) fn xml_findings(xml: &str) -> Findings {
    let mut found = Findings::new();
    for host in hosts(xml) {
        let address: IpAddr = attribute(&host, "addr").parse().unwrap();
        for port in host.split("<port ").skip(1) {
            let key = (address, attribute(port, "portid").parse().unwrap());
            found.insert(key, (attribute(port, "state"), attribute(port, "reason")));
        }
    }
    found
}

/// Whether each host of an XML output is up, and why.
pub(crate) fn xml_hosts(xml: &str) -> BTreeMap<IpAddr, (String, String)> {
    let finding = |host: &String| (attribute(host, "state"), attribute(host, "reason"));
    hosts(xml).iter().map(|host| (attribute(host, "addr").parse().unwrap(), finding(host))).collect()
}

/// The text of each host; without times its element has no attributes.
fn hosts(xml: &str) -> Vec<String> {
    xml.replace("<host>", "<host >").split("<host ").skip(1).map(str::to_owned).collect()
}

/// The first attribute of that name.
pub(crate) fn attribute(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}
