//! `muster demo` on its own 127.44.0.0/24: one test at a time, and none while somebody else has an office open there.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use muster_demo::AGENT_PORT;
use muster_testkit::lab::{Lab, Running};
use tempfile::TempDir;

use crate::common::{MUSTER, Ran, collect, finish, has, run, skip};
use crate::support::{muster, office, shell};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The right to open the office; `None` if it is not to be had.
fn turn() -> Option<MutexGuard<'static, ()>> {
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if is_open() {
        skip("somebody serves the demo already");
        return None;
    }
    Some(turn)
}

fn is_open() -> bool {
    let agent = SocketAddr::from(([127, 44, 0, 17], AGENT_PORT));
    TcpStream::connect_timeout(&agent, Duration::from_millis(500)).is_ok()
}

fn demo(words: &[&str]) -> Command {
    let mut command = muster();
    command.arg("demo").args(words);
    command
}

#[test]
fn it_shows_the_office_as_it_is_and_ends() {
    let Some(_turn) = turn() else { return };
    let started = Instant::now();
    let ran = finish(demo(&[])).ok();
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    shows_the_truth(&ran);
    assert!(!is_open(), "a port is still open");
    shows_the_truth(&finish(demo(&[])).ok());
}

/// An office of the test's own tells what each desk must look like.
#[track_caller]
fn shows_the_truth(ran: &Ran) {
    let Some(office) = office(80) else { return };
    let mut rows = ran.stdout.lines().filter(|line| line.starts_with("127.44.0."));
    for (desk, (_, state)) in
        office.desks().iter().zip(office.truth().into_iter().filter(|(at, _)| at.port == AGENT_PORT))
    {
        let row: Vec<&str> = rows.next().unwrap().split_whitespace().collect();
        assert_eq!(row[0], format!("127.44.0.{}", desk.address.octets()[3]));
        assert_eq!(row[1..3], [desk.name.as_str(), state.name()], "{row:?}");
    }
    assert_eq!(rows.next(), None);
    let map: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.trim_start().starts_with("127.44.0.") && line.starts_with(' '))
        .collect();
    assert_eq!(map.len(), 4, "{}", ran.stdout);
    for row in map {
        assert_eq!(row.split_whitespace().nth(1).unwrap().len(), 64, "{row}");
    }
    let count = |state: &str| {
        office.truth().iter().filter(|(at, found)| at.port == AGENT_PORT && found.name() == state).count()
    };
    let summary = format!(
        "{} open, {} closed, 0 refused by an error on the way, {} silent\n",
        count("open"),
        count("closed"),
        count("filtered")
    );
    assert!(ran.stdout.contains(&summary), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains('\x1b'), "colours without a terminal");
}

#[test]
fn nobody_needs_a_privilege() {
    let Some(_turn) = turn() else { return };
    if Lab::available().is_err() || !has("setpriv") {
        return skip("only root can become nobody");
    }
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("muster");
    fs::copy(MUSTER, &copy).unwrap();
    run("chmod", &["755".as_ref(), folder.path().as_os_str(), copy.as_os_str()]);
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all",
    ]);
    command.arg(&copy).arg("demo").current_dir("/");
    shows_the_truth(&finish(command).ok());
}

/// Starts an office that stays open, and waits until it has been swept.
fn serving() -> (Running, BufReader<ChildStdout>) {
    let mut command = demo(&["--serve"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let mut stdout = BufReader::new(running.child().stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("until Ctrl-C") {
        line.clear();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "it ended");
    }
    assert!(line.contains("muster scan -p 2967 -Pn 127.44.0.0/24"), "{line}");
    (running, stdout)
}

#[test]
fn it_serves_until_told_to_end() {
    let Some(_turn) = turn() else { return };
    for signal in ["INT", "TERM"] {
        let (mut running, mut stdout) = serving();
        assert!(is_open());
        let second = finish(demo(&[]));
        assert_eq!(second.code, 3, "{}", second.stderr);
        assert!(
            second.stderr.starts_with("error: ")
                && second.stderr.contains("\nhint: another demo may be running"),
            "{}",
            second.stderr
        );
        assert!(is_open(), "the second has closed the first one's office");
        run("sh", &["-c", &format!("kill -{signal} {}", running.id())]);
        assert_eq!(running.wait(Duration::from_secs(2)).unwrap().code(), Some(0));
        assert!(!is_open());
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[test]
fn interrupted_it_claims_nothing() {
    let Some(_turn) = turn() else { return };
    let mut command = demo(&[]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let mut stdout = BufReader::new(running.child().stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    run("sh", &["-c", &format!("kill -INT {}", running.id())]);
    let status = running.wait(Duration::from_secs(2)).unwrap();
    let rest = collect(Some(stdout)).join().unwrap();
    let rest = String::from_utf8(rest).unwrap();
    assert_eq!(status.code(), Some(130), "{rest}");
    assert!(rest.contains("partial") && !rest.contains("filtered"), "{rest}");
    assert!(!is_open());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let Some(_turn) = turn() else { return };
    let ran = finish(shell("($MUSTER demo; echo $? >&2) | head -1"));
    assert_eq!((ran.stderr.as_str(), ran.stdout.lines().count()), ("0\n", 1));
    let at_once = finish(shell("($MUSTER demo; echo $? >&2) | true"));
    assert_eq!(at_once.stderr, "0\n");
    let served = finish(shell("($MUSTER demo --serve; echo $? >&2) | head -1"));
    assert_eq!(served.stderr, "0\n", "nobody would know that it serves");
    assert!(!is_open());
}

#[test]
fn too_few_descriptors_are_an_error_with_a_hint() {
    let Some(_turn) = turn() else { return };
    let ran = finish(shell("ulimit -n 40; exec $MUSTER demo"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("\nhint: "), "{}", ran.stderr);
    assert!(!is_open());
}
