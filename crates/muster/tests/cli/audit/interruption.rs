//! Signals at every stage of an audit: it ends, says that it is partial, keeps what it learnt, and claims nothing else.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::Duration;

use muster_demo::{Expected, Office};
use muster_model::PortState;
use muster_testkit::lab::Running;
use serde_json::Value;

use super::{address_of, ranges, verdicts};
use crate::common::{collect, of_type};
use crate::support::{Workplace, assert_refused, hearing_hangup, network, office, send, unfolded};
use crate::why::port_of;

/// After a signal.
const LONGEST_END: Duration = Duration::from_secs(2);

/// Starts an audit, sends the signal when stderr tells of that stage, and gives exit code, stdout and the rest of
/// stderr.
#[track_caller]
fn interrupted(place: &Workplace, line: &str, stage: &str, signal: &str) -> (Option<i32>, String) {
    let line = format!("audit {line} --stats-every 100ms --jsonl lines --html page --csv table");
    let mut command = hearing_hangup(&place.muster(&line));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let stdout = collect(running.child().stdout.take());
    let mut stderr = BufReader::new(running.child().stderr.take().unwrap());
    let mut told = String::new();
    while !told.starts_with(stage) {
        told.clear();
        assert!(stderr.read_line(&mut told).unwrap() > 0, "never came to {stage}");
    }
    send(signal, &running);
    let status = running.wait(LONGEST_END).unwrap();
    stderr.read_to_string(&mut told).unwrap();
    assert!(!told.contains("error") && !told.contains("panicked"), "{told}");
    (status.code(), String::from_utf8(stdout.join().unwrap()).unwrap())
}

/// Whatever was stopped when: the run is kept, everything says that it is partial, and no bound is stated.
#[track_caller]
fn assert_partial(place: &Workplace, stdout: &str, signal: &str) {
    let lines = place.lines("lines");
    let audit = &lines[0];
    assert_eq!((&audit["complete"], &audit["stopped_by"]), (&false.into(), &signal.into()));
    assert_eq!(lines.last().unwrap()["type"], "coverage");
    for sweep in of_type(&lines, "sweep") {
        assert_eq!(sweep["missed_if_losses_alike"], Value::Null, "{sweep}");
        assert_eq!(sweep["missed_if_no_host_loses_half"], Value::Null, "{sweep}");
    }
    assert!(stdout.starts_with(&format!("PARTIAL: {signal}; ")), "{stdout}");
    assert!(!stdout.contains("99 % sure") && !stdout.contains("missed responders: none"), "{stdout}");
    let page = place.read("page");
    assert!(page.trim_end().ends_with("</html>") && page.contains(signal), "{page}");
    assert_eq!(place.read("table").split_terminator("\r\n").count(), 1 + verdicts(&lines).len());
    let history = place.run("history").ok().stdout;
    assert!(history.contains("  partial\n") && history.contains(signal), "{history}");
    assert_eq!(place.run("report").ok().stdout, stdout);
}

/// What is said of a host is as it is. Where too little was seen, or nobody talked to its open port, it is unknown.
#[track_caller]
fn assert_no_claim(lines: &[Value], office: &Office, expected: &[(Ipv4Addr, Expected)]) {
    let truth = office.truth();
    for host in of_type(lines, "host") {
        let address = address_of(&host["address"]);
        for port in host["ports"].as_array().unwrap() {
            let number = port_of(&port["port"]);
            let found = truth.iter().find(|(at, _)| at.address == address && at.port == number);
            let state = found.map_or(PortState::Closed, |(_, state)| *state);
            assert_eq!(port["state"], state.name(), "{address}: {port}");
        }
        let (_, expected) = expected.iter().find(|(known, _)| *known == address).unwrap();
        let is_true = match expected {
            Expected::Verdict(verdict) => host["verdict"] == verdict.name(),
            Expected::Phantom | Expected::Silent => false,
        };
        let word = host["verdict"].as_str().unwrap();
        assert!(is_true || word == "unknown", "{address}: {word} instead of {expected:?}: {host}");
    }
}

/// How many endpoints were not asked, by what the report says of them.
fn said_untried(lines: &[Value]) -> Option<u64> {
    let sentences = lines[0]["not_tried"].as_array().unwrap();
    let sentence = sentences.iter().find_map(|sentence| sentence.as_str()?.split_once(" endpoints when "));
    sentence.map(|(number, _)| number.parse().unwrap())
}

#[test]
fn while_the_agents_are_swept() {
    let Some(office) = office(160) else { return };
    for (signal, name, code) in [("HUP", "SIGHUP", 129), ("INT", "SIGINT", 130), ("TERM", "SIGTERM", 143)] {
        let place = Workplace::new();
        let line = format!("--max-rate 100 {}/24", network(160));
        let (ended, stdout) = interrupted(&place, &line, "agents: round 1 1%", signal);
        assert_eq!(ended, Some(code), "{stdout}");
        assert_partial(&place, &stdout, name);
        let lines = place.lines("lines");
        assert_no_claim(&lines, &office, &office.expected_without_policy());
        assert!((1..256).contains(&verdicts(&lines).len()), "{}", verdicts(&lines).len());
        assert_eq!(ranges(&lines, "silent"), Vec::<Ipv4Addr>::new(), "silence that nobody heard");
        assert_eq!(of_type(&lines, "sweep").len(), 1, "another sweep was begun");
        // Those and the ports for devices of the hosts that had answered by then.
        assert!(said_untried(&lines) > of_type(&lines, "sweep")[0]["not_tried"].as_u64());
    }
}

#[test]
fn while_the_first_of_many_zones_is_swept() {
    let Some(office) = office(161) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    let line = format!("--max-rate 100 --no-devices {}/24", network(161));
    let plan = unfolded(&place.run(&format!("audit --dry-run {line}")).ok().stdout);
    let (ended, stdout) = interrupted(&place, &line, "agents: round 1", "INT");
    assert_eq!(ended, Some(130), "{stdout}");
    assert_partial(&place, &stdout, "SIGINT");
    let lines = place.lines("lines");
    assert_no_claim(&lines, &office, &office.expected_under_policy());
    assert_eq!(ranges(&lines, "silent"), Vec::<Ipv4Addr>::new());
    let planned: u64 = plan.lines().filter_map(|line| line.strip_prefix("sweep")).map(endpoints).sum();
    let sum =
        |key: &str| of_type(&lines, "sweep").iter().map(|sweep| sweep[key].as_u64().unwrap()).sum::<u64>();
    let tried = sum("endpoints") - sum("not_tried");
    assert_eq!(said_untried(&lines), Some(planned - tried), "zones that were never begun are not named");
}

/// Addresses by ports of a line of the plan, as in `4 addresses (servers): TCP 2967-2968,3310`.
fn endpoints(sweep: &str) -> u64 {
    let (addresses, ports) = sweep.split_once(": TCP ").unwrap();
    let addresses: u64 = addresses.trim().split(' ').next().unwrap().parse().unwrap();
    let length = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        last.parse::<u64>().unwrap() - first.parse::<u64>().unwrap() + 1
    };
    addresses * ports.split(',').map(length).sum::<u64>()
}

#[test]
fn while_devices_are_told_from_computers() {
    let Some(office) = office(162) else { return };
    let place = Workplace::new();
    // Without the ports that are still to be asked, nobody knows whether a host is a computer at all.
    place.write("muster.toml", &office.policy());
    let line = format!("-p 2967 --max-rate 100 {}/27", network(162));
    let (ended, stdout) = interrupted(&place, &line, "devices: round 1", "TERM");
    assert_eq!(ended, Some(143), "{stdout}");
    assert_partial(&place, &stdout, "SIGTERM");
    let lines = place.lines("lines");
    assert_no_claim(&lines, &office, &office.expected_under_policy());
    let complete: Vec<_> = of_type(&lines, "sweep").iter().map(|sweep| sweep["complete"] == true).collect();
    assert_eq!(complete, [true, false]);
    let mut services =
        of_type(&lines, "host").into_iter().flat_map(|host| host["services"].as_array().unwrap());
    // A printer's port, if it was found by then, is never asked anything.
    assert!(services.all(|service| service["end"] == "stopped" || service["end"] == "not-asked"));
    assert!(said_untried(&lines).is_some_and(|untried| untried > 100));
}

#[test]
fn while_listeners_are_talked_to() {
    let Some(office) = office(163) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    let line = format!("-T3 --max-rate 20000 --no-devices {}/27", network(163));
    let (ended, stdout) = interrupted(&place, &line, "identify: ", "INT");
    assert_eq!(ended, Some(130), "{stdout}");
    assert_partial(&place, &stdout, "SIGINT");
    let lines = place.lines("lines");
    assert_no_claim(&lines, &office, &office.expected_under_policy());
    assert!(of_type(&lines, "sweep").iter().all(|sweep| sweep["complete"] == true));
    assert!(stdout.contains("not tried: conversations with "), "{stdout}");
    let stopped = of_type(&lines, "host").into_iter().flat_map(|host| host["services"].as_array().unwrap());
    let stopped: Vec<&Value> = stopped.filter(|service| service["end"] == "stopped").collect();
    assert!(stopped.len() > 5, "{}", stopped.len());
    for service in stopped {
        let kind = service["identity"]["kind"].as_str().unwrap_or("unlearnt");
        assert_eq!((kind, &service["told"]), ("unlearnt", &Value::Array(Vec::new())), "{service}");
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    // Nobody reads on, so that the program hangs in writing, where a first signal alone does not get it out.
    let place = Workplace::new();
    let mut command = place.muster(&format!("audit -T5 --max-rate 2000 --jsonl - {}/24", network(164)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running::start(command).unwrap();
    let mut stdout = BufReader::with_capacity(64, running.child().stdout.take().unwrap());
    stdout.read_until(b'\n', &mut Vec::new()).unwrap();
    send("INT", &running);
    assert!(running.wait(Duration::from_millis(300)).is_err(), "it did not hang in writing");
    send("INT", &running);
    assert_eq!(running.wait(LONGEST_END).unwrap().code(), Some(130));
    assert!(place.run("history").ok().stdout.contains("  complete\n"), "it was kept before it was written");
}

#[test]
fn a_killed_run_shows_as_such_and_costs_no_other() {
    let place = Workplace::new();
    place.run(&format!("audit -T5 --no-devices -p 2967 {}/29", network(165))).ok();
    let before = place.run("report 1").ok().stdout;
    let mut command = place.muster(&format!("audit --max-rate 50 --stats-every 100ms {}/24", network(165)));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let mut stderr = BufReader::new(running.child().stderr.take().unwrap());
    let mut told = String::new();
    while !told.starts_with("agents: ") {
        told.clear();
        assert!(stderr.read_line(&mut told).unwrap() > 0);
    }
    send("KILL", &running);
    running.wait(LONGEST_END).unwrap();
    let history = place.run("history").ok().stdout;
    let rows: Vec<&str> = history.lines().filter(|line| line.contains("  20")).collect();
    assert!(rows[0].trim_start().starts_with("2 ") && rows[0].ends_with("partial, no end"), "{history}");
    assert!(rows[1].trim_start().starts_with("1 ") && rows[1].ends_with("complete"), "{history}");
    assert!(history.replace("\n       ", " ").contains("no end recorded: under way, or killed"), "{history}");
    assert_refused(&place.run("report 2"), 2, "has no end recorded: under way, or killed", "muster history");
    assert_eq!(place.run("report 1").ok().stdout, before);
    assert_eq!(place.run("report").ok().stdout, before, "the last run with something in it");
    place.run(&format!("audit -T5 --no-devices -p 2967 {}/29", network(165))).ok();
    assert!(place.run("report").ok().stdout.contains("\nrun 3: "));
}
