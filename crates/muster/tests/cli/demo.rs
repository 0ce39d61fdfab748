//! `muster demo` on its own 127.44.0.0/24: one test at a time, and none while somebody else has an office open there.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use muster_demo::{AGENT_PORT, Expected};
use muster_model::PortState;
use muster_testkit::lab::{Lab, Running};

use crate::audit::{ranges, verdicts};
use crate::common::{MUSTER, Ran, collect, finish, has, json_lines, run, skip};
use crate::support::{Workplace, assert_refused, office, send, shell};

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

/// What is said of each address of the office, at the same place in another network.
fn expected() -> Option<BTreeMap<u8, Expected>> {
    let office = office(80)?;
    let desks: Vec<u8> = office.desks().iter().map(|desk| desk.address.octets()[3]).collect();
    let expected =
        office.expected_under_policy().into_iter().map(|(at, expected)| (at.octets()[3], expected));
    Some(expected.filter(|(host, _)| desks.contains(host)).collect())
}

/// How many agents' ports are open.
fn open_agents() -> Option<usize> {
    let truth = office(81)?.truth().into_iter();
    Some(truth.filter(|(at, state)| at.port == AGENT_PORT && *state == PortState::Open).count())
}

#[test]
fn it_shows_every_verdict_and_ends() {
    let Some(_turn) = turn() else { return };
    let place = Workplace::new();
    let started = Instant::now();
    let ran = place.run("demo --html page --jsonl lines --store kept").ok();
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert!(!is_open(), "a port is still open");
    let Some(expected) = expected() else { return };
    let lines = place.lines("lines");
    for (address, verdict) in verdicts(&lines) {
        let Expected::Verdict(expected) = expected[&address.octets()[3]] else {
            panic!("no host: {address}")
        };
        assert_eq!(verdict, expected.name(), "{address}");
    }
    let count = |kind: Expected| expected.values().filter(|found| **found == kind).count();
    let found = [ranges(&lines, "phantom").len(), ranges(&lines, "silent").len()];
    assert_eq!(found, [count(Expected::Phantom), count(Expected::Silent)]);
    assert_eq!(verdicts(&lines).len() + found[0] + found[1], expected.len(), "others were asked");
    for word in
        ["suspect", "unprotected", "degraded", "unknown", "protected (likely)", "protected (verified)"]
    {
        assert!(ran.stdout.contains(&format!("  {word} ")), "{word}: {}", ran.stdout);
    }
    assert!(ran.stdout.ends_with("\nthe same as a page: page\n"), "{}", ran.stdout);
    is_whole(&place.path("page"));
    is_for_every_terminal(&ran);
    assert_eq!(place.names(), ["kept", "lines", "page"]);
    let why = place.run("why 127.44.0.88 --store kept").ok().stdout;
    assert!(why.contains("speaks IRC"), "{why}");
    assert!(place.run("history --store kept").ok().stdout.contains("complete\n"));
}

#[track_caller]
fn is_whole(page: &Path) {
    let text = fs::read_to_string(page).unwrap();
    assert!(
        text.trim_end().ends_with("</html>") && text.contains("id=\"h-127.44.0.250\""),
        "{}",
        page.display()
    );
}

#[track_caller]
fn is_for_every_terminal(ran: &Ran) {
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(!ran.stdout.contains('\x1b'), "colours without a terminal");
    assert_eq!(ran.stderr, "");
}

/// The page that a demo says it has written, which is to go again.
#[track_caller]
fn page_of(text: &str) -> PathBuf {
    let line = text.lines().find_map(|line| line.strip_prefix("the same as a page: "));
    PathBuf::from(line.unwrap_or_else(|| panic!("no page: {text}")))
}

#[test]
fn nobody_needs_a_privilege_and_the_page_is_all_that_is_left() {
    let Some(_turn) = turn() else { return };
    let place = Workplace::new();
    let pages = place.path("pages");
    fs::create_dir(&pages).unwrap();
    let mut command = as_nobody(&place);
    command.arg("demo").current_dir("/").env("TMPDIR", &pages).env("HOME", &pages).env("NO_COLOR", "1");
    let ran = finish(command).ok();
    is_for_every_terminal(&ran);
    let page = page_of(&ran.stdout);
    assert_eq!(page.parent(), Some(pages.as_path()));
    is_whole(&page);
    assert_eq!(fs::read_dir(&pages).unwrap().count(), 1);
    assert!(ran.stdout.contains("\nnot stored: "), "{}", ran.stdout);
}

/// `muster` without any privilege: as nobody where whoever runs the tests is root.
fn as_nobody(place: &Workplace) -> Command {
    if Lab::available().is_err() || !has("setpriv") {
        skip("only root can become nobody");
        return place.muster("");
    }
    let copy = place.path("muster");
    fs::copy(MUSTER, &copy).unwrap();
    run("chmod", &["755".as_ref(), place.path("").as_os_str(), copy.as_os_str()]);
    run("chmod", &["777".as_ref(), place.path("pages").as_os_str()]);
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all",
    ]);
    command.arg(&copy);
    command
}

/// Starts an office that stays open, and waits until it has been audited. Gives what it said until then.
fn serving(place: &Workplace) -> (Running, BufReader<ChildStdout>, String) {
    let mut command = place.muster("demo --html page --serve");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let mut stdout = BufReader::new(running.child().stdout.take().unwrap());
    let mut text = String::new();
    while !text.ends_with("-Pn 127.44.0.0/24\n") {
        assert!(stdout.read_line(&mut text).unwrap() > 0, "it ended: {text}");
    }
    (running, stdout, text)
}

#[test]
fn the_commands_that_it_prints_work_while_it_serves() {
    let Some(_turn) = turn() else { return };
    let Some(expected) = expected() else { return };
    let Some(open) = open_agents() else { return };
    let place = Workplace::new();
    let (mut running, mut stdout, text) = serving(&place);
    let (_, offered) = text.split_once("until Ctrl-C; try, in another terminal:\n").unwrap();
    let offered: Vec<&str> = offered.lines().map(str::trim).collect();
    assert_eq!(offered.len(), 3, "{offered:?}");
    for line in &offered {
        let words = line.strip_prefix("muster ").unwrap();
        // A store, as an audit has one, but lines besides, and less patience.
        let more = if words.starts_with("audit") { " -T4 --jsonl lines" } else { " -oG -" };
        let ran = place.run(&format!("{words}{more}")).ok();
        match words.split(' ').next() {
            Some("scan") => assert_eq!(ran.stdout.matches("2967/open/tcp").count(), open),
            _ => assert!(verdicts(&place.lines("lines")).len() > expected.len(), "{}", ran.stdout),
        }
        if words.contains("--policy") {
            let found = verdicts(&place.lines("lines"));
            for (host, expected) in &expected {
                let found = found.get(&Ipv4Addr::new(127, 44, 0, *host)).map(String::as_str);
                let Expected::Verdict(expected) = expected else { continue };
                assert_eq!(found, Some(expected.name()), "{host}");
            }
        }
    }
    there_is_only_one_office(&place);
    let policy = offered[0].split(' ').nth(3).unwrap();
    assert!(Path::new(policy).is_file(), "{policy}");
    send("INT", &running);
    assert_eq!(running.wait(Duration::from_secs(2)).unwrap().code(), Some(0));
    assert!(!Path::new(policy).exists(), "the policy is left behind");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), is_open()), ("", false));
}

/// A second demo fails, and leaves nothing behind.
#[track_caller]
fn there_is_only_one_office(place: &Workplace) {
    let pages = place.path("pages");
    fs::create_dir(&pages).unwrap();
    let mut command = place.muster("demo --store second");
    command.env("TMPDIR", &pages);
    assert_refused(&finish(command), 3, "127.44.0.", "another demo may be running; end it first");
    assert!(is_open(), "the second has closed the first one's office");
    assert!(!place.path("second").exists(), "a run that never was is kept");
    assert_eq!(fs::read_dir(&pages).unwrap().count(), 0, "a page that never was is left behind");
}

#[test]
fn interrupted_it_claims_nothing() {
    let Some(_turn) = turn() else { return };
    let place = Workplace::new();
    let mut command = place.muster("demo --html page --jsonl lines");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let mut stdout = BufReader::new(running.child().stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    send("INT", &running);
    let status = running.wait(Duration::from_secs(2)).unwrap();
    let rest = String::from_utf8(collect(Some(stdout)).join().unwrap()).unwrap();
    assert_eq!(status.code(), Some(130), "{rest}");
    assert!(rest.contains("PARTIAL: SIGINT") && !rest.contains("99 % sure"), "{rest}");
    let lines = place.lines("lines");
    assert_eq!((&lines[0]["complete"], ranges(&lines, "silent").len()), (&false.into(), 0));
    assert!(!is_open());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let Some(_turn) = turn() else { return };
    let place = Workplace::new();
    let mut command = place.muster("demo --html page --serve");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let stderr = collect(running.child().stderr.take());
    let mut stdout = BufReader::with_capacity(64, running.child().stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let status = running.wait(Duration::from_secs(20)).unwrap();
    assert_eq!((status.code(), stderr.join().unwrap().as_slice()), (Some(0), &b""[..]));
    is_whole(&place.path("page"));
    assert!(!is_open(), "nobody would know that it serves");
}

#[test]
fn few_descriptors_are_enough_or_an_error_with_a_hint() {
    let Some(_turn) = turn() else { return };
    let Some(expected) = expected() else { return };
    let place = Workplace::new();
    for limit in [40, 256, 1024] {
        let script = format!("ulimit -n {limit}; exec $MUSTER demo --html page --jsonl -");
        let ran = finish(place.at_home(shell(&script)));
        assert!(!is_open());
        if ran.code != 0 {
            assert!(limit < 1024, "{}", ran.stderr);
            assert_refused(&ran, 3, "", "ulimit -n");
            continue;
        }
        for (address, verdict) in verdicts(&json_lines(&ran.stdout)) {
            let Expected::Verdict(expected) = expected[&address.octets()[3]] else { panic!("{address}") };
            assert_eq!(verdict, expected.name(), "ulimit -n {limit}: {address}");
        }
        is_whole(&place.path("page"));
    }
}

#[test]
fn what_cannot_be_written_is_said_before_the_office_opens() {
    let Some(_turn) = turn() else { return };
    let ran = Workplace::new().run("demo --html nowhere/page");
    assert_refused(&ran, 2, "cannot write nowhere/page", "a folder that exists");
    assert_eq!(ran.stdout, "");
}
