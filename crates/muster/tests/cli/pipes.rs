//! Readers that go early, and standard streams that are not there.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use muster_testkit::lab::Running;

use crate::common::{collect, finish};
use crate::support::{address, muster, network, nobodys, office, scan, shell};

/// Reads the first line, closes the pipe, and gives the exit code, stderr, and how long the end took.
fn first_line_only(mut command: Command) -> (Option<i32>, String, Duration) {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    let stderr = collect(running.child().stderr.take());
    let mut stdout = BufReader::with_capacity(64, running.child().stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let closed = Instant::now();
    let status = running.wait(Duration::from_secs(30)).unwrap();
    (status.code(), String::from_utf8(stderr.join().unwrap()).unwrap(), closed.elapsed())
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    // More hosts than a pipe holds.
    let targets = format!("-T5 -Pn -p 2967 {}/21", nobodys());
    for format in ["", "-oN -", "-oG -", "-oX -", "-oJ -"] {
        let (code, stderr, _) = first_line_only(scan(&format!("{format} {targets}")));
        assert_eq!(code, Some(0), "{format}: {stderr}");
        assert!(
            !stderr.contains("error:") && !stderr.contains("panicked") && !stderr.contains("ipe"),
            "{stderr}"
        );
    }
}

#[test]
fn a_sweep_that_streams_to_nobody_ends() {
    // At the slower rate nothing is written for ten seconds on end.
    for (rate, prefix) in [("40", 23), ("0.1", 28)] {
        let line = format!("-Pn -p 2967 --max-rate {rate} -oJ - {}/{prefix}", network(50));
        let (code, stderr, elapsed) = first_line_only(scan(&line));
        assert_eq!(code, Some(0), "{stderr}");
        assert!(elapsed < Duration::from_secs(3), "{elapsed:?}");
        assert!(stderr.contains("partial"), "{stderr}");
    }
}

#[test]
fn a_sweep_with_a_file_goes_on_when_the_reader_of_stdout_goes() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = scan(&format!("-Pn -p 2967 --max-rate 100 -oJ - -oG out {}/26", network(52)));
    command.current_dir(folder.path());
    let (code, stderr, _) = first_line_only(command);
    assert_eq!(code, Some(0), "{stderr}");
    let text = std::fs::read_to_string(folder.path().join("out")).unwrap();
    assert_eq!(text.matches("2967/closed/tcp").count(), 64, "{text}");
}

#[test]
fn help_and_plans_go_into_closed_pipes() {
    for line in ["scan --help", "--help", "--version", "scan --dry-run -p 1 127.0.0.1"] {
        let ran = finish(shell(&format!("($MUSTER {line}; echo $? >&2) | true")));
        assert_eq!(ran.stderr, "0\n", "{line}");
    }
}

#[test]
fn standard_streams_may_be_closed() {
    let Some(_office) = office(53) else { return };
    let line = format!("scan -Pn -p 2967 -oG - {}", address(53, 17));
    for (closed, has_stdout) in
        [("<&-", true), ("2>&-", true), ("<&- 2>&-", true), (">&-", false), ("<&- >&- 2>&-", false)]
    {
        let ran = finish(shell(&format!("$MUSTER {line} {closed}")));
        assert_eq!(ran.stdout.contains("2967/open/tcp"), has_stdout, "{closed}: {ran:?}");
        assert!(ran.code == 0 && !ran.stderr.contains("panicked"), "{closed}: {ran:?}");
    }
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = shell(&format!("$MUSTER scan -Pn -p 2967 -oX out {} <&- >&- 2>&-", address(53, 17)));
    command.current_dir(folder.path());
    assert_eq!(finish(command).code, 0);
    let text = std::fs::read_to_string(folder.path().join("out")).unwrap();
    assert!(text.starts_with("<?xml") && !text.contains("swept"), "stderr went into the file: {text}");
}

#[test]
fn help_fits_a_terminal() {
    for (columns, most) in [(Some("80"), 80), (Some("200"), 100), (None, 100)] {
        for words in [&["--help"][..], &["scan", "--help"], &["demo", "--help"]] {
            let mut command = muster();
            command.args(words).envs(columns.map(|columns| ("COLUMNS", columns)));
            let ran = finish(command).ok();
            let longest = ran.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(longest.chars().count() <= most, "{columns:?}: {longest}");
            assert!(!ran.stdout.contains('\x1b'));
        }
    }
}

#[test]
fn help_names_options_as_they_are_typed() {
    let mut command = muster();
    command.args(["scan", "--help"]);
    let help = finish(command).ok().stdout;
    for word in [
        "-p",
        "-Pn",
        "-P0",
        "-PN",
        "-sn",
        "-sT",
        "-n",
        "-R",
        "-6",
        "-iL",
        "--exclude",
        "--excludefile",
        "-oN",
        "-oG",
        "-oX",
        "-oA",
        "-oJ",
        "--open",
        "--reason",
        "-v",
        "-T",
        "--max-rate",
        "--min-rate",
        "--max-retries",
        "--host-timeout",
        "--stats-every",
        "--allow",
        "--dry-run",
        "--no-decoys",
        "--seed",
    ] {
        let is_named =
            help.split([' ', ',', '(', ')', '\n']).any(|found| found.trim_end_matches('.') == word);
        assert!(is_named, "{word}: {help}");
    }
    assert!(!help.contains("--oG") && !help.contains("--Pn"), "{help}");
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "xterm-256color")] {
        let mut command = scan(&format!("-Pn -p 2967 {}", address(54, 1)));
        command.env(variable, value);
        let ran = finish(command).ok();
        assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{variable}={value}: {ran:?}");
    }
}
